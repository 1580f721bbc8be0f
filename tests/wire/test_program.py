"""The program's half: what it asks, when, and what it hands to the provider."""

from __future__ import annotations

import asyncio
import gc
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime.rpc import is_rpc_secret

from pulumi_glue_session import AwsOptions, GlueSession
from pulumi_glue_session.dynamic import run_context as program_module
from support.glue_endpoint import GlueEndpoint, always, error, looks
from support.program_run import Ran, run

ROLE = "arn:aws:iam::123456789012:role/GlueSession"


class Made(pulumi.CustomResource):
    """Something that is created in the same run."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("test:index:Made", name, {"name": name}, opts)


class Notebook(pulumi.ComponentResource):
    """A component whose child is created in the same run."""

    def __init__(self, name: str) -> None:
        super().__init__("test:index:Notebook", name)
        Made(f"{name}-child", pulumi.ResourceOptions(parent=self))
        self.register_outputs({})


def analytics(_: Ran) -> None:
    GlueSession("analytics", session_id="analytics-prod")


def test_an_up_records_what_it_saw_and_hands_it_out(aws: GlueEndpoint) -> None:
    aws.put("analytics-prod", always("READY"), Role=ROLE)

    def program(ran: Ran) -> None:
        session = GlueSession("analytics", session_id="analytics-prod", wait_for=["READY", "STOPPED"])
        ran.values = {"status": session.status, "workers": session.number_of_workers, "python": session.command.python_version}

    ran = run(program)

    assert {"status": "READY", "workers": 2, "python": "3"} == ran.values
    recorded = ran.recorded["analytics"]
    assert ("eu-west-1", ROLE, ["READY", "STOPPED"]) == (recorded["region"], recorded["role"], recorded["wait_for"])
    assert "timeout" not in recorded, "how long a run waited is no fact about the session"
    assert ["GetSession"] == [call.operation for call in aws.calls]


def test_the_providers_process_is_started_once_and_only_for_sessions_that_use_it(aws: GlueEndpoint) -> None:
    """By a call that the engine refuses, which is nobody's error."""
    aws.put("analytics-prod", always("READY"))

    def several(_: Ran) -> None:
        GlueSession("analytics", session_id="analytics-prod")
        GlueSession.get("same", "analytics-prod")

    def own_provider(_: Ran) -> None:
        own = pulumi.ProviderResource("pulumi-python", "own")
        GlueSession("analytics", session_id="analytics-prod", opts=pulumi.ResourceOptions(provider=own))
        GlueSession("same", session_id="analytics-prod", opts=pulumi.ResourceOptions(providers=[own]))

    ran = run(several)

    assert (["pulumi-python:dynamic/glue:start"], []) == (ran.called, ran.said)
    assert ["analytics"] == list(ran.recorded)
    assert [] == run(own_provider).called


def test_sessions_of_one_program_are_read_together_and_each_gets_its_own(aws: GlueEndpoint) -> None:
    for number in range(30):
        aws.put(f"s{number}", always("READY"), Description=f"number {number}")

    def program(_: Ran) -> None:
        for number in range(30):
            GlueSession(f"g{number}", session_id=f"s{number}")

    ran = run(program)

    assert [f"number {number}" for number in range(30)] == [ran.recorded[f"g{number}"]["description"] for number in range(30)]
    assert ["ListSessions"] == [call.operation for call in aws.calls]


def test_an_up_waits_and_says_so(aws: GlueEndpoint) -> None:
    aws.put("analytics-prod", looks("PROVISIONING", "READY"))

    ran = run(analytics)

    assert "READY" == ran.recorded["analytics"]["status"]
    assert [("info", "analytics-prod is PROVISIONING, 0 s of at most 10 min")] == ran.said


def test_a_preview_looks_once_and_says_what_the_up_will_wait_for(aws: GlueEndpoint) -> None:
    aws.put("analytics-prod", always("PROVISIONING"))

    ran = run(analytics, preview=True)

    sentence = 'Glue session "analytics-prod" in eu-west-1 is PROVISIONING: up will wait until it is READY, 10 min at most.'
    assert [("info", sentence)] == ran.said
    recorded = ran.recorded["analytics"]
    assert {"status", "error_message", "completed_on"} == {name for name, value in recorded.items() if value is pulumi.UNKNOWN}
    assert 1 == aws.count()


@pytest.mark.parametrize("preview", [True, False])
def test_what_cannot_pass_is_refused_by_the_check(aws: GlueEndpoint, preview: bool) -> None:  # noqa: FBT001
    aws.put("analytics-prod", always("STOPPED"))

    ran = run(analytics, preview=preview)

    expected = (
        'Glue session "analytics-prod" in eu-west-1 is STOPPED and will not become READY: '
        "delete it and create it again, or name another session, and run again."
    )
    assert [expected] == ran.refused


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"session_id": ""}, "'' is no id of a Glue session: use 1 to 255 characters, none of them a control character"),
        ({"session_id": 7}, "7 is no id of a Glue session: use 1 to 255 characters, none of them a control character"),
        ({"timeout": -1}, "timeout: -1 is no length of time: use seconds, as in 600, or a duration, as in '90s', '10m' or '1h30m'"),
        ({"on_mismatch": "cry"}, "on_mismatch: 'cry' is none of 'fail' and 'warn'"),
        ({"expect": "READY"}, "expect: 'READY' is no mapping of outputs to the values that they should have"),
        ({"expect": pulumi.Output}, None),
    ],
)
def test_a_wrong_argument_is_refused_and_nothing_is_asked(aws: GlueEndpoint, arguments: dict[str, object], sentence: str | None) -> None:
    def program(_: Ran) -> None:
        given = {name: pulumi.Output.from_input(["x"]) if value is pulumi.Output else value for name, value in arguments.items()}
        GlueSession("analytics", **{"session_id": "analytics-prod", **given})  # type: ignore[arg-type]

    ran = run(program)

    assert [sentence or "expect: ['x'] is no mapping of outputs to the values that they should have"] == ran.refused
    assert 0 == aws.count()


def test_nothing_is_asked_in_a_preview_before_what_it_depends_on_is_there(aws: GlueEndpoint) -> None:
    def program(_: Ran) -> None:
        made = Made("made")
        after: dict[str, Any] = {
            "one": made,
            "list": [made],
            "output": pulumi.Output.from_input([made]),
            "component": [Notebook("notebook")],
            "unknown": made.id.apply(lambda _: [made]),
        }
        for name, depends_on in after.items():
            GlueSession(name, session_id="analytics-prod", opts=pulumi.ResourceOptions(depends_on=depends_on))
        GlueSession("by-output", session_id=pulumi.Output.all(made.urn).apply(lambda _: "analytics-prod"))

    ran = run(program, preview=True)

    assert {"one", "list", "output", "component", "unknown", "by-output"} == ran.recorded.keys()
    assert {pulumi.UNKNOWN} == {recorded["status"] for recorded in ran.recorded.values()}
    assert 0 == aws.count()


def test_nothing_is_asked_in_a_preview_before_a_parent_that_is_to_be_created_is_there(aws: GlueEndpoint) -> None:
    aws.put("analytics-prod", always("READY"))

    def program(_: Ran) -> None:
        GlueSession("analytics", session_id="analytics-prod", opts=pulumi.ResourceOptions(parent=Made("made")))

    assert pulumi.UNKNOWN is run(program, preview=True).recorded["analytics"]["status"]
    assert 0 == aws.count()
    assert "READY" == run(program).recorded["analytics"]["status"]


def test_components_that_hold_one_another_are_each_waited_for_once(aws: GlueEndpoint) -> None:
    aws.put("analytics-prod", always("READY"))

    def program(_: Ran) -> None:
        outer = Notebook("outer")
        inner = Made("inner", pulumi.ResourceOptions(parent=outer))
        GlueSession("analytics", session_id="analytics-prod", opts=pulumi.ResourceOptions(depends_on=[outer, inner]))

    assert pulumi.UNKNOWN is run(program, preview=True).recorded["analytics"]["status"]
    assert "READY" == run(program).recorded["analytics"]["status"]
    assert 1 == aws.count()


def test_an_up_asks_after_what_it_depends_on_is_there(aws: GlueEndpoint) -> None:
    aws.put("analytics-prod", always("READY"))

    def program(_: Ran) -> None:
        opts = pulumi.ResourceOptions(depends_on=[Made("made"), Notebook("notebook")])
        GlueSession("analytics", session_id="analytics-prod", opts=opts)

    assert "READY" == run(program).recorded["analytics"]["status"]


def test_a_component_that_holds_the_session_can_be_named_by_it_without_a_deadlock(aws: GlueEndpoint) -> None:
    aws.put("analytics-prod", always("READY"))

    def program(_: Ran) -> None:
        outer = Notebook("outer")
        GlueSession("analytics", session_id="analytics-prod", opts=pulumi.ResourceOptions(parent=outer))
        GlueSession("after", session_id="analytics-prod", opts=pulumi.ResourceOptions(depends_on=[outer, outer]))

    assert {"analytics", "after"} == run(program).recorded.keys()


def test_a_get_without_a_gate_leaves_the_asking_to_the_read(aws: GlueEndpoint) -> None:
    ran = run(lambda _: GlueSession.get("analytics", "analytics-prod", wait_for=None))

    identity, props = ran.read["analytics"]
    assert ("analytics-prod", {}) == (identity, {name: value for name, value in props.items() if name.startswith("__obs")})
    assert 0 == aws.count()


def test_a_get_is_held_back_by_its_id(aws: GlueEndpoint) -> None:
    aws.put("analytics-prod", looks("PROVISIONING", "PROVISIONING", "READY"))

    def program(_: Ran) -> None:
        GlueSession.get("analytics", pulumi.Output.secret("analytics-prod"))

    assert {} == run(program, preview=True).read, "an unknown id is not read"
    assert "analytics-prod" == run(program).read["analytics"][0]


def test_a_get_that_cannot_pass_takes_its_sentence_to_the_read(aws: GlueEndpoint) -> None:
    aws.put("analytics-prod", always("FAILED"))

    _, props = run(lambda _: GlueSession.get("analytics", "analytics-prod")).read["analytics"]
    sentence = 'Glue session "analytics-prod" in eu-west-1 is FAILED and will not become READY'
    assert json.loads(props["__observed"])["failure"].startswith(sentence)

    identity, props = run(lambda _: GlueSession.get("analytics", "")).read["analytics"]
    assert ("none", "'' is no id of a Glue session: use 1 to 255 characters, none of them a control character") == (
        identity,
        json.loads(props["__observed"])["failure"],
    )


async def later(value: object) -> object:
    return value


def task(value: object) -> asyncio.Future[object]:
    return asyncio.ensure_future(later(value))


@pytest.mark.parametrize("made", [later, task, pulumi.Output.from_input], ids=["coroutine", "future", "output"])
def test_each_input_may_be_something_to_wait_for(aws: GlueEndpoint, made: Callable[[object], Any]) -> None:
    """A coroutine can be awaited once, and some inputs are used twice."""
    aws.put("analytics-prod", always("READY"))

    def program(_: Ran) -> None:
        options = AwsOptions(region=made("eu-west-1"), max_retries=made(1))
        inputs: dict[str, Any] = {"wait_for": made("READY"), "timeout": made(60), "expect": made({"glue_version": "5.0"})}
        GlueSession("one", session_id=made("analytics-prod"), aws=options, **inputs)
        GlueSession("several", session_id="analytics-prod", wait_for=["STOPPED", made("READY")], expect={"glue_version": made("5.0")})
        GlueSession.get("read", made("analytics-prod"), wait_for=made(["READY"]))

    ran = run(program)

    assert [] == ran.refused
    assert {"one": ["READY"], "several": ["STOPPED", "READY"]} == {name: each["wait_for"] for name, each in ran.recorded.items()}
    assert "analytics-prod" == ran.read["read"][0]


def test_who_and_where_to_ask_is_an_argument_then_the_stacks_configuration(aws: GlueEndpoint) -> None:
    aws.put("analytics-prod", always("READY"))

    def program(_: Ran) -> None:
        GlueSession("by-config", session_id="analytics-prod")
        options = AwsOptions(region=pulumi.Output.from_input("us-east-1"), endpoint_url=aws.url)
        GlueSession("by-argument", session_id="analytics-prod", aws=options)

    ran = run(program, config={"aws:region": "eu-central-1"})

    assert ("eu-central-1", None) == (ran.recorded["by-config"]["region"], ran.recorded["by-config"].get("aws"))
    assert ("us-east-1", {"endpoint_url": aws.url}) == (ran.recorded["by-argument"]["region"], ran.recorded["by-argument"]["aws"])
    assert {"eu-central-1", "us-east-1"} == {(call.credential or "").split("/")[2] for call in aws.calls}


def test_a_profile_of_the_configuration_is_recorded_only_where_a_provider_of_its_own_is_not_told_of_it(
    aws: GlueEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refresh asks as the program did: the engine tells the stack's configuration to its own provider process alone."""
    aws.put("analytics-prod", always("READY"))
    (tmp_path / "config").write_text("[profile ci]\naws_access_key_id=CI\naws_secret_access_key=planted\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))

    def program(_: Ran) -> None:
        own = pulumi.ResourceOptions(provider=pulumi.ProviderResource("pulumi-python", "own"))
        GlueSession("default", session_id="analytics-prod")
        GlueSession("own", session_id="analytics-prod", opts=own)
        GlueSession("own-and-options", session_id="analytics-prod", aws=AwsOptions(max_retries=1), opts=own)

    recorded = run(program, config={"aws:profile": "ci"}).recorded

    expected = {"default": None, "own": {"profile": "ci"}, "own-and-options": {"max_retries": 1, "profile": "ci"}}
    assert expected == {name: each.get("aws") for name, each in recorded.items()}
    assert {"CI"} == {(call.credential or "").split("/")[0] for call in aws.calls}


def test_an_output_that_the_program_calls_a_secret_is_sent_as_one(aws: GlueEndpoint) -> None:
    """What is observed is an input of the record too, and the engine keeps an input secret only if it came so."""
    aws.put("analytics-prod", always("READY"), Role=ROLE)

    def program(_: Ran) -> None:
        secrets = pulumi.ResourceOptions(additional_secret_outputs=["role", "no_output"])
        GlueSession("analytics", session_id="analytics-prod", opts=secrets)

    ran = run(program)

    sent = {name: is_rpc_secret(value) for name, value in ran.sent["analytics"].items() if name in {"role", "no_output", "session_id"}}
    assert {"role": True, "session_id": False} == sent
    assert ROLE == ran.recorded["analytics"]["role"]


@pytest.mark.parametrize(
    ("variable", "config", "skips"),
    [("true", "", True), ("1", "", True), ("", "true", True), ("false", "true", False), ("0", "true", False), ("", "false", False)],
)
def test_a_switch_takes_sessions_as_they_are(
    aws: GlueEndpoint,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    config: str,
    skips: bool,  # noqa: FBT001
) -> None:
    aws.put("a", looks("PROVISIONING", "READY"))
    aws.put("b", looks("PROVISIONING", "READY"))
    monkeypatch.setenv("PULUMI_GLUE_SESSION_SKIP_WAIT", variable)

    def program(_: Ran) -> None:
        for name in "ab":
            GlueSession(name, session_id=name)

    ran = run(program, config={"glue-session:skipWait": config} if config else {})

    assert ["PROVISIONING" if skips else "READY"] * 2 == [ran.recorded[name]["status"] for name in "ab"]
    told = ("info", "No waiting for Glue sessions in this run: they are taken as they are.")
    assert (1 if skips else 0) == ran.said.count(told)


def test_expectations_are_judged_and_can_be_warnings(aws: GlueEndpoint) -> None:
    aws.put("analytics-prod", always("READY"))
    sentence = (
        'Glue session "analytics-prod" in eu-west-1 is not as expected: name a session that is, or correct expect, and run again.\n'
        '  worker_type: expected "G.2X", found "G.1X"'
    )

    def failing(_: Ran) -> None:
        GlueSession("analytics", session_id="analytics-prod", expect=pulumi.Output.from_input({"worker_type": "G.2X"}))

    def warning(_: Ran) -> None:
        for name, worker_type in (("other", "G.2X"), ("same", "G.1X")):
            GlueSession(name, session_id="analytics-prod", expect={"worker_type": worker_type}, on_mismatch="warn")

    assert [sentence] == run(failing).refused
    warned = run(warning)
    assert ({"other", "same"}, [("warning", sentence)]) == (set(warned.recorded), warned.said)


def test_an_expectation_that_a_preview_does_not_know_is_left_to_the_up(aws: GlueEndpoint) -> None:
    aws.put("analytics-prod", always("READY"))

    def program(_: Ran) -> None:
        GlueSession("analytics", session_id="analytics-prod", expect={"role": Made("role").id})

    assert "READY" == run(program, preview=True).recorded["analytics"]["status"]
    assert 'role: expected "id-of-role"' in run(program).refused[0]


def test_a_denied_listing_is_noted_at_debug_level(aws: GlueEndpoint) -> None:
    aws.put("a", always("READY"))
    aws.put("b", always("READY"))
    aws.fail("ListSessions", error("AccessDeniedException", "no"))

    def program(_: Ran) -> None:
        for name in "ab":
            GlueSession(name, session_id=name)

    noted = "glue:ListSessions is denied in eu-west-1: asking for each session by glue:GetSession, 8 at a time."
    ran = run(program)

    assert (1, []) == (ran.murmured.count(noted), ran.said)


def test_under_a_users_mocks_nothing_is_asked(aws: GlueEndpoint) -> None:
    def program(ran: Ran) -> None:
        ran.values["id"] = GlueSession("analytics", session_id="analytics-prod").session_id

    ran = run(program, mocked=True)

    assert ["no observation came with it: construct it with GlueSession"] == ran.refused, "the mock saw no hidden input"
    assert 0 == aws.count()


def test_programs_that_have_ended_leave_nothing_behind(aws: GlueEndpoint) -> None:
    """A client holds megabytes; a long-lived process of the Automation API would keep one for each run."""
    aws.put("analytics-prod", looks("PROVISIONING", "READY"))
    # What the SDK itself keeps of an earlier program that failed is not ours to count.
    gc.collect()
    before = len(program_module._programs)  # noqa: SLF001 - what is kept between runs shows nowhere else

    for _ in range(3):
        run(analytics)
    # The last threads of a run, the SDK's own too, take a moment to end.
    for _ in range(100):
        gc.collect()
        if len(program_module._programs) <= before:  # noqa: SLF001
            break
        time.sleep(0.05)
    assert len(program_module._programs) <= before  # noqa: SLF001
