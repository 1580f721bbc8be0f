"""Programs with `GlueSession`: calls to Glue, and what is registered."""

from __future__ import annotations

import gc
import json
import re
import threading
import time
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest

from pulumi_glue_session import GlueSession
from pulumi_glue_session.core.errors import Mismatch, NotAsExpected, SessionEnded
from pulumi_glue_session.dynamic import run_context
from support.glue_endpoint import GlueEndpoint, always, error, looks
from support.program_run import Made, Ran, run
from support.sts_endpoint import StsEndpoint

ROLE = "arn:aws:iam::123456789012:role/GlueSession"


def analytics(_: Ran) -> None:
    GlueSession("analytics", session_id="analytics-prod")


def test_up_records_the_session(aws: GlueEndpoint) -> None:
    aws.put("analytics-prod", always("READY"), Role=ROLE)

    def program(ran: Ran) -> None:
        session = GlueSession("analytics", session_id="analytics-prod", wait_for=["READY", "STOPPED"])
        ran.values = {
            "status": session.status,
            "workers": session.number_of_workers,
            "python": session.command.python_version,
        }

    ran = run(program)

    assert {"status": "READY", "workers": 2, "python": "3"} == ran.values
    recorded = ran.recorded["analytics"]
    assert ("eu-west-1", ROLE, ["READY", "STOPPED"]) == (recorded["region"], recorded["role"], recorded["wait_for"])
    assert "timeout" not in recorded, "the timeout is not recorded"
    assert ["GetSession"] == [call.operation for call in aws.calls]


def test_provider_process_is_prestarted_once(aws: GlueEndpoint) -> None:
    """By a call that the engine refuses without an error in the output."""
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


def test_many_sessions_share_one_list(aws: GlueEndpoint) -> None:
    for number in range(30):
        aws.put(f"s{number}", always("READY"), Description=f"number {number}")

    def program(_: Ran) -> None:
        for number in range(30):
            GlueSession(f"g{number}", session_id=f"s{number}")

    ran = run(program)

    assert [f"number {number}" for number in range(30)] == [
        ran.recorded[f"g{number}"]["description"] for number in range(30)
    ]
    assert ["ListSessions"] == [call.operation for call in aws.calls]


def test_up_waits_and_reports_progress(aws: GlueEndpoint) -> None:
    aws.put("analytics-prod", looks("PROVISIONING", "READY"))

    ran = run(analytics)

    assert "READY" == ran.recorded["analytics"]["status"]
    (_, first), *_, (_, last) = ran.said
    assert re.fullmatch(r"PROVISIONING, \d+s of at most 10m", first)
    assert re.fullmatch(r"READY after \d+s", last)


def test_last_line_of_a_wait_precedes_the_registration(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the engine would show it on the row of a resource that is being created."""
    aws.put("analytics-prod", looks("PROVISIONING", "READY"))
    arrived: list[tuple[str, bool]] = []

    def program(ran: Ran) -> None:
        class SlowLog:
            def future(self, request: Any) -> Future[None]:
                call: Future[None] = Future()

                def arrive() -> None:
                    arrived.append((request.message.split(" ")[0], "analytics" in ran.sent))
                    call.set_result(None)

                threading.Timer(0.2, arrive).start()
                return call

        monkeypatch.setattr(run_context, "get_engine", lambda: SimpleNamespace(Log=SlowLog()))
        analytics(ran)

    assert "READY" == run(program).recorded["analytics"]["status"]
    assert ("READY", False) == arrived[-1]


def test_role_outputs_follow_from_the_role(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    """Glue returns a name or an ARN, as the creator of the session wrote it."""
    arn = "arn:aws:iam::123456789012:role/etl"
    aws.put("name", always("READY"), session_fields={"Role": "etl"})
    aws.put("arn", always("READY"), Role=arn)

    def program(ran: Ran) -> None:
        for name in ("name", "arn"):
            session = GlueSession(name, session_id=name)
            outputs = {name: [session.role_arn, session.role_name]}
            pulumi.Output.from_input(outputs).apply(ran.values.update)

    assert {"name": [arn, "etl"], "arn": [arn, "etl"]} == run(program).values
    assert 1 == sts.count("GetCallerIdentity")


def test_preview_reads_once_and_announces_the_wait(aws: GlueEndpoint) -> None:
    aws.put("analytics-prod", always("PROVISIONING"))

    ran = run(analytics, preview=True)

    ((level, message),) = ran.said
    assert "info" == level
    assert "analytics-prod" in message
    assert "PROVISIONING" in message
    recorded = ran.recorded["analytics"]
    assert {"status", "error_message", "completed_on"} == {
        name for name, value in recorded.items() if value is pulumi.UNKNOWN
    }
    assert 1 == aws.count()


def test_preview_of_many_pending_sessions_prints_one_line(aws: GlueEndpoint) -> None:
    for number in range(12):
        aws.put(f"s{number}", always("PROVISIONING"))

    def program(_: Ran) -> None:
        for number in range(12):
            GlueSession(f"g{number}", session_id=f"s{number}")

    ((level, message),) = run(program, preview=True).said
    assert "info" == level
    assert message.startswith("up will wait for 12 pending Glue sessions: ")
    assert message.endswith(" and 9 more")


def test_failed_preview_exits_after_all_registrations(aws: GlueEndpoint) -> None:
    """With the exit code for errors that are already shown."""
    aws.put("ready", always("READY"))
    aws.put("ended", always("STOPPED"))

    def program(_: Ran) -> None:
        for name in ("ended", "missing", "ready"):
            session = GlueSession(name, session_id=name)
            Made(f"after-{name}", pulumi.ResourceOptions(depends_on=[session]))

    ran = run(program, preview=True)

    assert 32 == ran.exit_code
    assert {"ended", "missing", "ready"} == ran.recorded.keys()
    assert ["error", "error"] == [level for level, _ in ran.said]


@pytest.mark.parametrize("preview", [True, False])
def test_ended_session_fails(aws: GlueEndpoint, preview: bool) -> None:  # noqa: FBT001
    aws.put("analytics-prod", always("STOPPED"))

    ran = run(analytics, preview=preview)

    expected = SessionEnded("analytics-prod", region="eu-west-1", status="STOPPED", targets=frozenset({"READY"}))
    assert [str(expected)] == ran.refused


@pytest.mark.parametrize(
    ("arguments", "fragments"),
    [
        ({"session_id": ""}, ["''"]),
        ({"session_id": 7}, ["7"]),
        ({"timeout": -1}, ["timeout: ", "-1"]),
        ({"on_mismatch": "cry"}, ["on_mismatch: ", "'cry'"]),
        ({"expect": "READY"}, ["expect: "]),
        ({"expect": pulumi.Output}, ["expect: "]),
    ],
)
def test_invalid_argument_fails_without_a_call(
    aws: GlueEndpoint, arguments: dict[str, object], fragments: list[str]
) -> None:
    def program(_: Ran) -> None:
        given = {
            name: pulumi.Output.from_input(["x"]) if value is pulumi.Output else value
            for name, value in arguments.items()
        }
        GlueSession("analytics", **{"session_id": "analytics-prod", **given})  # type: ignore[arg-type]

    ran = run(program)

    (message,) = ran.refused
    assert [] == [each for each in fragments if each not in message]
    assert 0 == aws.count()


def test_get_without_a_wait_is_deferred_to_the_read(aws: GlueEndpoint) -> None:
    ran = run(lambda _: GlueSession.get("analytics", "analytics-prod", wait_for=None))

    identity, props = ran.read["analytics"]
    assert ("analytics-prod", {}) == (
        identity,
        {name: value for name, value in props.items() if name.startswith("__obs")},
    )
    assert 0 == aws.count()


def test_get_waits_with_an_unknown_id(aws: GlueEndpoint) -> None:
    aws.put("analytics-prod", looks("PROVISIONING", "PROVISIONING", "READY"))

    def program(_: Ran) -> None:
        GlueSession.get("analytics", pulumi.Output.secret("analytics-prod"))

    assert {} == run(program, preview=True).read, "a read with an unknown id does not start"
    assert "analytics-prod" == run(program).read["analytics"][0]


def test_failed_get_passes_its_error_to_the_read(aws: GlueEndpoint) -> None:
    aws.put("analytics-prod", always("FAILED"))

    _, props = run(lambda _: GlueSession.get("analytics", "analytics-prod")).read["analytics"]
    assert json.loads(props["__observed"])["failure"]["fact"].startswith("FAILED")

    identity, props = run(lambda _: GlueSession.get("analytics", "")).read["analytics"]
    assert ("none", "session_id") == (identity, json.loads(props["__observed"])["input"])


@pytest.mark.parametrize(
    ("variable", "config", "skips"),
    [
        ("true", "", True),
        ("1", "", True),
        ("", "true", True),
        ("false", "true", False),
        ("off", "true", False),
        ("", "false", False),
    ],
)
def test_skip_wait_setting(
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
    message = ("info", "This run does not wait for Glue sessions and accepts any status.")
    assert (1 if skips else 0) == ran.said.count(message)


@pytest.mark.parametrize("by", ["variable", "config"])
def test_invalid_skip_wait_setting_fails(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch, by: str) -> None:
    aws.put("analytics-prod", always("READY"))
    name = "PULUMI_GLUE_SESSION_SKIP_WAIT" if by == "variable" else "glue-session:skipWait"
    if by == "variable":
        monkeypatch.setenv(name, "maybe")

    (message,) = run(analytics, config={name: "maybe"} if by == "config" else {}).refused
    assert message.startswith(f"{name}: ")
    assert "maybe" in message


def test_mismatch_fails_or_warns(aws: GlueEndpoint) -> None:
    aws.put("analytics-prod", always("READY"))
    mismatch = Mismatch(name="worker_type", expected='"G.2X"', found='"G.1X"')
    message = str(NotAsExpected("analytics-prod", region="eu-west-1", mismatches=[mismatch]))

    def failing(_: Ran) -> None:
        GlueSession("analytics", session_id="analytics-prod", expect=pulumi.Output.from_input({"worker_type": "G.2X"}))

    def warning(_: Ran) -> None:
        for name, worker_type in (("other", "G.2X"), ("same", "G.1X")):
            GlueSession(name, session_id="analytics-prod", expect={"worker_type": worker_type}, on_mismatch="warn")

    assert [message] == run(failing).refused
    warned = run(warning)
    assert ({"other", "same"}, [("warning", message)]) == (set(warned.recorded), warned.said)


def test_unknown_expectation_is_checked_in_the_up(aws: GlueEndpoint) -> None:
    aws.put("analytics-prod", always("READY"))

    def program(_: Ran) -> None:
        GlueSession("analytics", session_id="analytics-prod", expect={"role": Made("role").id})

    assert "READY" == run(program, preview=True).recorded["analytics"]["status"]
    assert 'role: expected "id-of-role"' in run(program).refused[0]


def test_denied_list_is_logged_at_debug_level(aws: GlueEndpoint) -> None:
    names = [f"s{number}" for number in range(30)]
    for name in names:
        aws.put(name, always("READY"))
    aws.fail("ListSessions", error("AccessDeniedException", "no"))

    def program(_: Ran) -> None:
        for name in names:
            GlueSession(name, session_id=name)

    ran = run(program)

    assert (1, []) == (len([line for line in ran.debug if "glue:ListSessions" in line]), ran.said)


def test_mocked_program_makes_no_call(aws: GlueEndpoint) -> None:
    def program(ran: Ran) -> None:
        ran.values["id"] = GlueSession("analytics", session_id="analytics-prod").session_id

    ran = run(program, mocked=True)

    assert ["the observation of the program is missing: create this resource with the class GlueSession"] == ran.refused
    assert 0 == aws.count()


def test_finished_programs_release_their_context(aws: GlueEndpoint) -> None:
    """A client takes megabytes, and a process of the Automation API can run many programs."""
    aws.put("analytics-prod", looks("PROVISIONING", "READY"))
    # The SDK keeps parts of earlier programs that failed.
    gc.collect()
    before = len(run_context._contexts)  # noqa: SLF001 - not visible anywhere else

    for _ in range(3):
        run(analytics)
    # The last threads of a run end a moment later.
    for _ in range(100):
        gc.collect()
        if len(run_context._contexts) <= before:  # noqa: SLF001
            break
        time.sleep(0.05)
    assert len(run_context._contexts) <= before  # noqa: SLF001
