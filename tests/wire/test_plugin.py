"""The native provider, called as its server calls it; Glue is asked over HTTP. What the engine makes of it: acceptance/test_plugin.py."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from pulumi.provider.experimental import provider as sdk
from pulumi.provider.experimental.property_value import PropertyValue

from pulumi_glue_session.core.errors import GlueSessionError
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.native.properties import GET_SESSION, GET_SESSIONS, UNKNOWN, camel, unwrap_map, wrap
from pulumi_glue_session.native.provider import HINTS, SessionProvider
from support.glue_endpoint import GlueEndpoint, always, error, looks, server_fault, step

URN = "urn:pulumi:dev::test::glue-session:index:Session::analytics"
ROLE = "arn:aws:iam::123456789012:role/GlueSession"
RECORDED = {"sessionId", "region", "waitFor", *map(camel, Session().to_state())}
_T = TypeVar("_T")


@dataclass
class Said:
    """An engine that keeps what it is told."""

    lines: list[tuple[str, bool, bool]] = field(default_factory=list)
    _said: asyncio.Event = field(default_factory=asyncio.Event)

    async def say(self, line: str, *, urn: str, ephemeral: bool = False, warning: bool = False) -> None:
        assert URN == urn
        self.lines.append((line, ephemeral, warning))
        self._said.set()

    async def heard(self, lines: int) -> None:
        """Let so many lines come."""
        while len(self.lines) < lines:
            self._said.clear()
            await self._said.wait()


@pytest.fixture
def engine() -> Said:
    """What the provider says."""
    return Said()


@pytest.fixture(autouse=True)
def _front(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own words, and no retries, which take seconds."""
    monkeypatch.setattr("pulumi_glue_session.aws.client._RETRIES", 0)
    monkeypatch.setattr(terms, "_front", [HINTS])


def props(**values: Any) -> dict[str, PropertyValue]:  # noqa: ANN401 - JSON
    return {name: wrap(value) for name, value in values.items()}


def with_provider(engine: Said, work: Callable[[SessionProvider], Coroutine[Any, Any, _T]], **options: Any) -> _T:  # noqa: ANN401 - JSON
    """What a configured provider makes of some work."""

    async def run() -> _T:
        provider = SessionProvider(engine, schema="{}")
        await provider.configure(sdk.ConfigureRequest({}, props(**options), accept_secrets=True, accept_resources=True))
        return await work(provider)

    return asyncio.run(run())


def check_of(engine: Said, **inputs: Any) -> tuple[dict[str, Any], list[tuple[str, str]]]:  # noqa: ANN401 - JSON
    answer = with_provider(engine, lambda provider: provider.check(sdk.CheckRequest(URN, {}, props(**inputs), b"")))
    return unwrap_map(answer.inputs or {}), [(failure.property, failure.reason) for failure in answer.failures or ()]


def create(engine: Said, *, preview: bool = False, seconds: float = 0, options: dict[str, Any] | None = None, **inputs: Any) -> Any:  # noqa: ANN401 - JSON
    inputs = {"sessionId": "analytics", "waitFor": ["READY"], **inputs}
    request = sdk.CreateRequest(URN, props(**inputs), seconds, preview)
    return with_provider(engine, lambda provider: provider.create(request), **options or {})


def failure_of(work: Callable[[], object]) -> str:
    with pytest.raises(GlueSessionError) as caught:
        work()
    return str(caught.value)


def diff(
    engine: Said,
    olds: dict[str, Any],
    *,
    ignoring: list[str] | None = None,
    options: dict[str, Any] | None = None,
    **inputs: Any,  # noqa: ANN401 - JSON
) -> Any:  # noqa: ANN401 - the SDK's
    news = {"sessionId": "analytics", "waitFor": ["READY"], **inputs}
    request = sdk.DiffRequest(URN, "analytics", props(**olds), props(**news), ignoring or [])
    return with_provider(engine, lambda provider: provider.diff(request), **options or {})


def recorded(engine: Said, **inputs: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return unwrap_map(create(engine, **inputs).properties)


# --- check ---


def test_check_sets_what_is_waited_for_by_default(engine: Said) -> None:
    assert ({"sessionId": "analytics", "waitFor": ["READY"]}, []) == check_of(engine, sessionId="analytics")
    assert ({"sessionId": "analytics", "waitFor": []}, []) == check_of(engine, sessionId="analytics", waitFor=[])


@pytest.mark.parametrize(
    ("inputs", "failure"),
    [
        ({}, ("sessionId", "it is missing")),
        ({"sessionId": ""}, ("sessionId", "'' is no id of a Glue session: use 1 to 255 characters, none of them a control character")),
        (
            {"sessionId": "a", "session": "b"},
            ("session", "'session' is no argument: use sessionId, region, waitFor, timeout, expect, onMismatch, logs"),
        ),
        (
            {"sessionId": "a", "wait_for": "READY"},
            ("waitFor", "'wait_for' is no argument: use sessionId, region, waitFor, timeout, expect, onMismatch, logs"),
        ),
        ({"sessionId": "a", "onMismatch": "ignore"}, ("onMismatch", "'ignore' is none of 'fail' and 'warn'")),
        ({"sessionId": "a", "logs": "yes"}, ("logs", "'yes' is neither true nor false")),
        ({"sessionId": "a", "region": 7}, ("region", "7 is not text of one character or more")),
        ({"sessionId": "a", "expect": {"numberOfWorkers": "2"}}, ("expect", 'numberOfWorkers can\'t be "2", only a number')),
        ({"sessionId": "a", "expect": "READY"}, ("expect", "'READY' is no mapping of outputs to the values that they should have")),
        (
            {"sessionId": "a", "timeout": "soon"},
            ("timeout", "'soon' is no length of time: use seconds, as in 600, or a duration, as in '90s', '10m' or '1h30m'"),
        ),
    ],
)
def test_check_refuses_what_means_nothing_by_its_name(engine: Said, inputs: dict[str, Any], failure: tuple[str, str]) -> None:
    assert [failure] == check_of(engine, **inputs)[1]


def test_check_leaves_what_is_not_known_yet_for_later(engine: Said) -> None:
    inputs = {"sessionId": UNKNOWN, "waitFor": [UNKNOWN], "timeout": UNKNOWN, "expect": {"role": UNKNOWN}, "region": UNKNOWN}

    assert [] == check_of(engine, **inputs)[1]


def test_check_makes_inputs_of_what_it_sees(engine: Said, aws: GlueEndpoint) -> None:
    """The engine shows the new side of a difference by the inputs."""
    aws.put("analytics", always("READY"), DefaultArguments={"--password": "planted"})
    request = sdk.CheckRequest(URN, {}, props(sessionId="analytics"), b"")

    inputs = with_provider(engine, lambda provider: provider.check(request)).inputs or {}

    assert {"sessionId", "waitFor", *map(camel, Session().to_state())} == inputs.keys()
    assert ["defaultArguments"] == [name for name, value in inputs.items() if value.is_secret]


def test_what_the_engine_holds_by_ignore_changes_stays_as_it_is(engine: Said, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"), NumberOfWorkers=3)
    olds = {"sessionId": "analytics", "numberOfWorkers": 2}
    request = sdk.CheckRequest(URN, props(**olds), props(**olds), b"")

    checked = with_provider(engine, lambda provider: provider.check(request))

    assert (None, 2, "READY") == (checked.failures, *(unwrap_map(checked.inputs or {})[name] for name in ("numberOfWorkers", "status")))


@pytest.mark.parametrize(("olds", "knows_status"), [({}, False), ({"sessionId": "analytics"}, True)], ids=["a new record", "an old one"])
def test_what_waiting_changes_is_no_input_of_a_new_record(
    engine: Said,
    aws: GlueEndpoint,
    olds: dict[str, str],
    knows_status: bool,  # noqa: FBT001 - a parameter
) -> None:
    aws.put("analytics", always("PROVISIONING"))
    request = sdk.CheckRequest(URN, props(**olds), props(sessionId="analytics"), b"")

    inputs = with_provider(engine, lambda provider: provider.check(request)).inputs or {}

    assert [knows_status] * 3 == [name in inputs for name in ("status", "errorMessage", "completedOn")]


def test_a_check_leaves_it_to_create_and_update_to_fail(engine: Said, aws: GlueEndpoint) -> None:
    assert ({"sessionId": "analytics", "waitFor": ["READY"]}, []) == check_of(engine, sessionId="analytics")
    assert 1 == aws.count()


def test_the_steps_of_a_resource_share_a_look(engine: Said, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))

    async def work(provider: SessionProvider) -> str:
        checked = await provider.check(sdk.CheckRequest(URN, {}, props(sessionId="analytics"), b""))
        created = await provider.create(sdk.CreateRequest(URN, checked.inputs or {}, 0, preview=False))
        compared = await provider.diff(sdk.DiffRequest(URN, "analytics", created.properties, checked.inputs or {}, []))
        return f"{compared.changes} {aws.count()}"

    assert "False 1" == with_provider(engine, work)


def test_a_resource_that_there_is_not_is_refused(engine: Said) -> None:
    request = sdk.CheckRequest(URN.replace("Session::", "Sesion::"), {}, props(sessionId="a"), b"")
    answer = with_provider(engine, lambda provider: provider.check(request))
    expected = ("", "there is no glue-session:index:Sesion: use glue-session:index:Session")

    assert [expected] == [(failure.property, failure.reason) for failure in answer.failures or ()]


def test_what_is_null_was_not_given(engine: Said) -> None:
    assert ({"sessionId": "a", "waitFor": ["READY"]}, []) == check_of(engine, sessionId="a", waitFor=None, region=None)


# --- create ---


def test_create_records_the_session_by_camel_case_names(engine: Said, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"), DefaultArguments={"--my_secret": "planted"})

    created = create(engine, timeout="5m", logs=True)
    outputs = unwrap_map(created.properties)

    assert "analytics" == created.resource_id
    assert RECORDED == outputs.keys(), "how it is asked for is no part of the record, and what is live neither"
    assert ("READY", ROLE, "5.0", 2, "eu-west-1") == tuple(
        outputs[name] for name in ("status", "role", "glueVersion", "numberOfWorkers", "region")
    )
    assert {"name": "glueetl", "pythonVersion": "3"} == outputs["command"]
    assert {"--my_secret": "planted"} == outputs["defaultArguments"]
    assert ["defaultArguments"] == [name for name, value in created.properties.items() if value.is_secret]
    assert [] == engine.lines


def test_a_session_without_arguments_has_nothing_to_hide(engine: Said, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"), DefaultArguments={})

    assert not any(value.is_secret for value in create(engine).properties.values())


def test_an_up_waits_and_tells_it_on_the_resources_row(engine: Said, aws: GlueEndpoint) -> None:
    aws.put("analytics", looks("PROVISIONING", "READY"))

    assert "READY" == recorded(engine)["status"]
    assert [("analytics is PROVISIONING, 0 s of at most 10 min", True, False)] == engine.lines


def test_a_preview_looks_once_and_says_what_its_up_will_wait_for(engine: Said, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("PROVISIONING"))

    outputs = recorded(engine, preview=True, timeout="90s")

    assert {"status", "errorMessage", "completedOn"} == {name for name, value in outputs.items() if value is UNKNOWN}
    assert ROLE == outputs["role"]
    expected = 'Glue session "analytics" in eu-west-1 is PROVISIONING: up will wait until it is READY, 1 min 30 s at most.'
    assert [(expected, False, False)] == engine.lines
    assert 1 == aws.count()


@pytest.mark.parametrize("unknown", [{"sessionId": UNKNOWN}, {"region": UNKNOWN}, {"waitFor": [UNKNOWN]}], ids=str)
def test_a_preview_that_does_not_know_an_input_asks_nobody(engine: Said, aws: GlueEndpoint, unknown: dict[str, Any]) -> None:
    created = create(engine, preview=True, **unknown)
    outputs = unwrap_map(created.properties)

    assert RECORDED - {"sessionId", "waitFor", *unknown} <= {name for name, value in outputs.items() if value is UNKNOWN}
    assert ("" if "sessionId" in unknown else "analytics") == created.resource_id
    assert 0 == aws.count()


def test_a_value_that_a_preview_does_not_know_is_judged_in_the_up(engine: Said, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))

    assert ROLE == recorded(engine, preview=True, timeout=UNKNOWN, expect={"role": UNKNOWN, "numberOfWorkers": 2})["role"]
    assert "numberOfWorkers: expected 3" in failure_of(lambda: create(engine, preview=True, expect={"role": UNKNOWN, "numberOfWorkers": 3}))


@pytest.mark.parametrize("preview", [True, False])
def test_a_gate_that_cannot_be_passed_fails_with_one_sentence(engine: Said, aws: GlueEndpoint, preview: bool) -> None:  # noqa: FBT001 - a parameter
    aws.put("analytics", always(step("FAILED", ErrorMessage="no capacity")))
    expected = (
        'Glue session "analytics" in eu-west-1 is FAILED (Glue says: no capacity) and will not become READY: '
        "delete it and create it again, or name another session, and run again."
    )

    assert expected == failure_of(lambda: create(engine, preview=preview))


def test_an_empty_list_of_statuses_takes_the_session_as_it_is(engine: Said, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("STOPPED"))

    outputs = recorded(engine, waitFor=[])

    assert ("STOPPED", []) == (outputs["status"], outputs["waitFor"])


def test_custom_timeouts_come_before_the_input(engine: Said, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("PROVISIONING"))

    assert "did not become READY within 1 s (" in failure_of(lambda: create(engine, timeout="10m", seconds=1))


def test_what_is_expected_is_told_by_camel_case_names(engine: Said, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    expect = {"numberOfWorkers": {"atLeast": 3}, "command": {"pythonVersion": "3"}, "defaultArguments": {"--aB": "c"}}
    expected = [
        'Glue session "analytics" in eu-west-1 is not as expected: name a session that is, or correct expect, and run again.',
        "  numberOfWorkers: expected at least 3, found 2",
        "  defaultArguments: expected [secret], found [secret]",
    ]

    assert expected == failure_of(lambda: create(engine, expect=expect)).splitlines()
    assert "READY" == recorded(engine, expect=expect, onMismatch="warn")["status"]
    assert [("\n".join(expected), False, True)] == engine.lines


def test_a_record_that_has_not_changed_is_warned_of_too_and_once(engine: Said, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    inputs = props(sessionId="analytics", expect={"numberOfWorkers": 3}, onMismatch="warn")

    async def work(provider: SessionProvider) -> None:
        checked = await provider.check(sdk.CheckRequest(URN, {}, inputs, b""))
        await provider.create(sdk.CreateRequest(URN, checked.inputs or {}, 0, preview=False))
        await provider.check(sdk.CheckRequest(URN, checked.inputs or {}, inputs, b""))

    with_provider(engine, work)

    assert [True] == [warning for _, _, warning in engine.lines]


def test_a_look_as_another_caller_is_another_look(engine: Said, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))

    async def work(provider: SessionProvider) -> list[str]:
        regions = []
        for region in ("eu-west-1", "us-east-1"):
            inputs = props(sessionId="analytics", waitFor=["READY"], region=region)
            created = await provider.create(sdk.CreateRequest(URN, inputs, 0, preview=True))
            regions.append(unwrap_map(created.properties)["region"])
        return regions

    assert ["eu-west-1", "us-east-1"] == with_provider(engine, work)
    assert 2 == aws.count()


def test_skip_wait_takes_sessions_as_they_are(engine: Said, aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    aws.put("analytics", always("STOPPED"))

    assert "STOPPED" == recorded(engine, options={"skipWait": "true"})["status"]
    assert "STOPPED" == recorded(engine, options={"skipWait": True})["status"]
    assert "STOPPED" in failure_of(lambda: create(engine, options={"skipWait": "false"}))
    monkeypatch.setenv("PULUMI_GLUE_SESSION_SKIP_WAIT", "0")
    assert "STOPPED" in failure_of(lambda: create(engine, options={"skipWait": "true"}))


def test_cancel_ends_every_wait_at_once(engine: Said, aws: GlueEndpoint) -> None:
    for name in ("a", "b"):
        aws.put(name, always("PROVISIONING"))

    async def work(provider: SessionProvider) -> list[object]:
        requests = [sdk.CreateRequest(URN, props(sessionId=name, waitFor=["READY"]), 0, preview=False) for name in ("a", "b")]
        waits = [asyncio.ensure_future(provider.create(request)) for request in requests]
        await engine.heard(len(waits))
        await provider.cancel()
        return list(await asyncio.wait_for(asyncio.gather(*waits, return_exceptions=True), timeout=5))

    assert [f'Waiting for Glue session "{name}" was interrupted.' for name in ("a", "b")] == list(map(str, with_provider(engine, work)))


def test_a_call_that_the_engine_gives_up_leaves_no_wait_behind(engine: Said, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("PROVISIONING"))

    async def work(provider: SessionProvider) -> int:
        call = asyncio.ensure_future(
            provider.create(sdk.CreateRequest(URN, props(sessionId="analytics", waitFor=["READY"]), 0, preview=False))
        )
        await engine.heard(1)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await asyncio.sleep(0)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.wait_for(asyncio.gather(*others, return_exceptions=True), timeout=5)
        return aws.count()

    assert 1 == with_provider(engine, work)


# --- diff ---


def test_nothing_has_changed(engine: Said, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))

    answer = diff(engine, recorded(engine), timeout="1m", expect={"glueVersion": "5.0"}, logs=True, onMismatch="warn")

    assert (False, [], {}) == (answer.changes, answer.replaces, answer.detailed_diff)


def test_what_changed_is_told_by_property(engine: Said, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    olds = recorded(engine, waitFor=["READY", "STOPPED"])
    aws.put("analytics", always("STOPPED"), NumberOfWorkers=3)

    answer = diff(engine, olds, waitFor=["READY", "STOPPED"])

    assert (True, ["status", "numberOfWorkers"]) == (answer.changes, answer.diffs)
    assert {"status": (sdk.PropertyDiffKind.UPDATE, False), "numberOfWorkers": (sdk.PropertyDiffKind.UPDATE, False)} == {
        name: (each.kind, each.input_diff) for name, each in answer.detailed_diff.items()
    }
    assert ["numberOfWorkers"] == diff(engine, olds, waitFor=["READY", "STOPPED"], ignoring=["status"]).diffs


def test_another_session_or_region_replaces_the_record(engine: Said, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    olds = recorded(engine)
    asked = aws.count()

    for inputs in ({"sessionId": "other"}, {"region": "us-east-1"}, {"sessionId": UNKNOWN}):
        answer = diff(engine, olds, **inputs)
        assert (True, list(inputs), list(inputs)) == (answer.changes, answer.diffs, answer.replaces)
        assert [(sdk.PropertyDiffKind.UPDATE_REPLACE, True)] == [(each.kind, each.input_diff) for each in answer.detailed_diff.values()]
    assert asked == aws.count(), "the new record looks at its own session"


def test_a_provider_that_asks_elsewhere_now_is_another_session(engine: Said, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))

    assert ["region"] == diff(engine, recorded(engine), options={"region": "us-east-1"}).replaces


def test_another_gate_is_a_change_that_keeps_the_record(engine: Said, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))

    answer = diff(engine, recorded(engine), waitFor=[])

    assert (["waitFor"], []) == (answer.diffs, answer.replaces)


def test_a_session_on_its_way_is_waited_for_whatever_is_recorded_of_it(engine: Said, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("PROVISIONING"))
    olds = recorded(engine, waitFor=[])

    assert ["status"] == diff(engine, {**olds, "waitFor": ["READY"]}).diffs


def test_a_diff_fails_where_the_gate_cannot_be_passed_and_says_what_changed(engine: Said, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    olds = recorded(engine)
    aws.put("analytics", always("STOPPED"), NumberOfWorkers=3)
    expected = (
        'Glue session "analytics" in eu-west-1 is STOPPED and will not become READY: delete it and create it again, or name another '
        'session, and run again. Changed since it was recorded: status "READY" => "STOPPED", numberOfWorkers 2 => 3.'
    )

    assert expected == failure_of(lambda: diff(engine, olds))


def test_a_diff_fails_where_the_session_is_gone_or_denied(engine: Said, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    olds = recorded(engine)
    aws.remove("analytics")
    assert "was not found in eu-west-1: create it, or correct sessionId, the region" in failure_of(lambda: diff(engine, olds))

    aws.put("analytics", always("READY"))
    aws.fail("GetSession", error("AccessDeniedException", "no"))
    assert "Glue denied access" in failure_of(lambda: diff(engine, olds))


def test_a_fault_that_may_pass_is_left_to_the_update(engine: Said, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    olds = recorded(engine)
    aws.fail("GetSession", server_fault())

    assert ["status"] == diff(engine, olds).diffs


# --- update ---


def update(engine: Said, olds: dict[str, Any], *, ignoring: list[str] | None = None, preview: bool = False) -> dict[str, Any]:
    news = props(sessionId="analytics", waitFor=["READY", "STOPPED"])
    request = sdk.UpdateRequest(URN, "analytics", props(**olds), news, 0, ignoring or [], preview)
    return unwrap_map(with_provider(engine, lambda provider: provider.update(request)).properties)


def test_update_records_the_session_anew(engine: Said, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    olds = recorded(engine)
    aws.put("analytics", always("STOPPED"), NumberOfWorkers=3)

    new, held = update(engine, olds), update(engine, olds, ignoring=["status"])

    assert ("STOPPED", 3) == (new["status"], new["numberOfWorkers"])
    assert ("READY", 3) == (held["status"], held["numberOfWorkers"])


# --- read ---


def read(provider: SessionProvider, properties: dict[str, Any], inputs: dict[str, Any] | None = None) -> Awaitable[Any]:
    return provider.read(sdk.ReadRequest(URN, "analytics", props(**properties), props(**inputs or {})))


def test_a_first_read_gives_the_session_as_it_is_and_inputs_that_would_record_it(engine: Said, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("STOPPED"))

    async def work(provider: SessionProvider) -> Any:  # noqa: ANN401 - the SDK's
        return await read(provider, {})

    answer = with_provider(engine, work)

    assert ("analytics", "STOPPED") == (answer.resource_id, unwrap_map(answer.properties)["status"])
    assert {"sessionId": "analytics", "waitFor": ["READY"]} == unwrap_map(answer.inputs)


def test_a_first_read_asks_in_the_region_that_the_program_names(engine: Said, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))

    async def work(provider: SessionProvider) -> Any:  # noqa: ANN401 - the SDK's
        return await read(provider, {}, {"region": "us-east-1"})

    assert "us-east-1" == unwrap_map(with_provider(engine, work).properties)["region"]


def test_a_first_read_of_a_missing_session_fails(engine: Said, aws: GlueEndpoint) -> None:
    async def work(provider: SessionProvider) -> Any:  # noqa: ANN401 - the SDK's
        return await read(provider, {})

    assert "was not found in eu-west-1" in failure_of(lambda: with_provider(engine, work))
    assert 1 == aws.count()


def test_a_refresh_records_what_changed_and_tells_it_by_property(engine: Said, aws: GlueEndpoint) -> None:
    """The engine asks for a diff after the read, and would find a gate that can't be passed; a refresh passes no gates."""
    aws.put("analytics", always("READY"))
    olds, inputs = recorded(engine), {"sessionId": "analytics", "waitFor": ["READY"]}
    aws.put("analytics", always("TIMEOUT"))

    async def work(provider: SessionProvider) -> tuple[Any, Any, Any]:
        answer = await read(provider, olds, inputs)
        request = sdk.DiffRequest(URN, "analytics", answer.properties, props(**inputs), [])
        return answer, await provider.diff(request), await provider.check(sdk.CheckRequest(URN, {}, props(**inputs), b""))

    answer, told, _ = with_provider(engine, work)

    assert ("TIMEOUT", inputs) == (unwrap_map(answer.properties)["status"], unwrap_map(answer.inputs))
    assert ["status"] == told.diffs


def test_a_diff_after_a_check_is_about_the_program_again(engine: Said, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    olds, inputs = recorded(engine), {"sessionId": "analytics", "waitFor": ["READY"]}
    aws.put("analytics", always("TIMEOUT"))

    async def work(provider: SessionProvider) -> Any:  # noqa: ANN401 - the SDK's
        answer = await read(provider, olds, inputs)
        await provider.check(sdk.CheckRequest(URN, {}, props(**inputs), b""))
        return await provider.diff(sdk.DiffRequest(URN, "analytics", answer.properties, props(**inputs), []))

    assert "is TIMEOUT and will not become READY" in failure_of(lambda: with_provider(engine, work))


def test_only_glues_own_word_takes_a_session_out_of_the_state(engine: Said, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    olds = recorded(engine)

    async def work(provider: SessionProvider) -> Any:  # noqa: ANN401 - the SDK's
        return await read(provider, olds)

    aws.fail("GetSession", error("AccessDeniedException", "no"))
    assert "Glue denied access" in failure_of(lambda: with_provider(engine, work))
    aws.heal()
    aws.remove("analytics")
    assert "" == with_provider(engine, work).resource_id


# --- Functions ---


def invoke(engine: Said, token: str, *, options: dict[str, Any] | None = None, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    answer = with_provider(engine, lambda provider: provider.invoke(sdk.InvokeRequest(token, props(**arguments))), **options or {})
    return dict(answer.return_value or {})


def test_a_function_gives_all_fields_but_the_arguments(engine: Said, aws: GlueEndpoint) -> None:
    """One secret would make the whole answer a secret to the SDKs."""
    aws.put("analytics", always("READY"), Progress=0.5)

    answer = invoke(engine, GET_SESSION, sessionId="analytics")

    assert {"sessionId", "region", *map(camel, Session().to_dict())} - {"defaultArguments"} == answer.keys()
    assert ("READY", 0.5, {"name": "glueetl", "pythonVersion": "3"}) == tuple(
        unwrap_map(answer)[name] for name in ("status", "progress", "command")
    )
    assert not any(value.contains_secret() for value in answer.values())


def test_functions_take_conditions(engine: Said, aws: GlueEndpoint) -> None:
    aws.put("etl-1", always("READY"), Tags={"camelTeam": "etl"})
    aws.put("etl-2", always("STOPPED"), Tags={"camelTeam": "etl"})
    tags = {"camelTeam": "etl"}

    assert "etl-1" == unwrap_map(invoke(engine, GET_SESSION, tags=tags, statuses=["READY"]))["sessionId"]
    several = unwrap_map(invoke(engine, GET_SESSIONS, tags=tags, idPrefix="etl-"))
    assert (["etl-1", "etl-2"], "eu-west-1") == (several["ids"], several["region"])
    assert ["READY", "STOPPED"] == [each["status"] for each in several["sessions"]]
    expected = (
        "2 Glue sessions in eu-west-1 fit tags camelTeam=etl; idPattern etl-? (etl-1, etl-2): narrow it down to one, or use getSessions, "
        "and run again."
    )
    assert expected == failure_of(lambda: invoke(engine, GET_SESSION, tags=tags, idPattern="etl-?"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"sessionId": "a", "idPrefix": "a"}, "give sessionId or conditions, not both"),
        ({"id": "a"}, "'id' is no argument: use sessionId, tags, statuses, idPrefix, idPattern, region"),
    ],
)
def test_a_wrong_argument_of_a_function_is_told(engine: Said, aws: GlueEndpoint, arguments: dict[str, Any], said: str) -> None:
    assert said == failure_of(lambda: invoke(engine, GET_SESSION, **arguments))
    assert 0 == aws.count()


def test_a_function_asks_in_the_region_that_is_named(engine: Said, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))

    assert "us-east-1" == unwrap_map(invoke(engine, GET_SESSION, sessionId="analytics", region="us-east-1"))["region"]
    assert "us-west-2" == unwrap_map(invoke(engine, GET_SESSION, sessionId="analytics", options={"region": "us-west-2"}))["region"]


def test_a_function_that_there_is_not_is_refused(engine: Said) -> None:
    expected = "there is no glue-session:index:find: use glue-session:index:getSession or glue-session:index:getSessions"

    assert expected == failure_of(lambda: invoke(engine, "glue-session:index:find"))


# --- Configuration ---


def config_failures(engine: Said, **options: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - JSON
    async def work(provider: SessionProvider) -> Any:  # noqa: ANN401 - the SDK's
        return await provider.check_config(sdk.CheckRequest("", {}, props(**options), b""))

    return [(failure.property, failure.reason) for failure in with_provider(engine, work).failures or ()]


def test_options_come_as_values_or_as_json(engine: Said) -> None:
    roles = [{"roleArn": ROLE, "externalId": "planted"}]
    options = {
        "region": "eu-west-1",
        "assumeRoles": roles,
        "assumeRoleWithWebIdentity": {"roleArn": ROLE, "webIdentityTokenFile": "token"},
        "maxRetries": 5,
        "allowedAccountIds": ["123456789012"],
        "skipWait": True,
        "version": "0.1.0",
    }
    as_texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in options.items()}

    assert [] == config_failures(engine, **options)
    assert [] == config_failures(engine, **as_texts)
    assert [] == config_failures(engine, region=UNKNOWN, assumeRoles=[{"roleArn": UNKNOWN}])


@pytest.mark.parametrize(
    ("options", "failure"),
    [
        ({"maxRetries": "-1"}, ("maxRetries", "Invalid number of retries -1: use a whole number from 0 to 50")),
        ({"assumeRoles": [{"roleArn": "me"}]}, ("assumeRoles[0].roleArn", "Invalid role ARN 'me'")),
        ({"assumeRoles": "[{planted"}, ("assumeRoles", "it has to be JSON, and is not")),
        (
            {"endpoint": "x"},
            (
                "endpoint",
                (
                    "there is no such option: use region, profile, assumeRoles, assumeRoleWithWebIdentity, endpointUrl, customCaBundle, "
                    "maxRetries, requestOrigin, allowedAccountIds"
                ),
            ),
        ),
    ],
)
def test_an_option_that_means_nothing_is_told_by_its_path(engine: Said, options: dict[str, Any], failure: tuple[str, str]) -> None:
    [(path, reason)] = config_failures(engine, **options)

    assert failure[0] == path
    assert reason.startswith(failure[1])


def test_the_schema_is_what_it_was_given(engine: Said) -> None:
    assert "{}" == with_provider(engine, lambda provider: provider.get_schema(sdk.GetSchemaRequest(0))).schema
