"""`glue-session wait`: what it prints, where, and with which exit code. Glue is asked over HTTP."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from typing import Any

import pytest

from support.command_line import COMMAND, WITH_SIGNALS, run
from support.glue_endpoint import GlueEndpoint, always, looks, step


def test_wait_prints_the_session_when_it_is_ready(aws: GlueEndpoint) -> None:
    aws.put("analytics", looks("PROVISIONING", "READY"))

    waited = run("wait", "analytics", "--output", "json")

    assert ["READY"] == [each["status"] for each in waited.json()]
    assert "PROVISIONING" in waited.err
    assert "READY" in waited.err.splitlines()[-1]


def test_wait_that_times_out_ends_with_a_line(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("PROVISIONING"))
    aws.put("ready", always("READY"))

    lines = run("wait", "analytics", "ready", "--timeout", "1", code=5).err.splitlines()

    assert [line for line in lines if re.fullmatch(r"analytics: still PROVISIONING after \d+s", line)], lines


def test_wait_reads_several_sessions_together(aws: GlueEndpoint) -> None:
    for name in ("a", "b", "c"):
        aws.put(name, looks("PROVISIONING", "READY"))

    assert ["a", "b", "c"] == [each["session_id"] for each in run("wait", "a", "b", "c", "a", "-o", "json").json()]


def test_wait_takes_filters(aws: GlueEndpoint) -> None:
    aws.put("etl-1", always("READY"))
    aws.put("notebook", always("READY"))

    assert "etl-1" == run("wait", "--id-prefix", "etl", "-o", "json").json()[0]["session_id"]
    assert {"etl-1", "notebook"} == {each["session_id"] for each in run("wait", "--all", "-o", "json").json()}
    assert "error: use SESSION_ID or a filter, not both\n" == run("wait", "etl-1", "--all", code=2).err
    for no_filter in ([], ["--id-prefix", ""]):
        assert run("wait", *no_filter, code=2).err.startswith("error: give SESSION_ID, --all or at least one of ")
    assert "No session matches, so there is nothing to wait for.\n" == run("wait", "--id-prefix", "x", code=3).err


def test_wait_accepts_statuses_in_any_case(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("STOPPED"))

    assert "STOPPED" == run("wait", "analytics", "--for", "stopped", "-o", "json").json()[0]["status"]


@pytest.mark.parametrize(
    ("script", "arguments", "code", "message"),
    [
        (
            always(step("FAILED", ErrorMessage="no capacity")),
            (),
            1,
            (
                'FAILED, will not become READY: Glue session "analytics" (eu-west-1) Glue says: no capacity Next: ask '
                "the session's owner to start it again, name another session, or use glue-session get "
                "to go on without waiting"
            ),
        ),
        (
            always("READY"),
            ("--expect", "number_of_workers=3", "--at-least", "glue_version=5.1"),
            1,
            (
                'Not as expected: Glue session "analytics" (eu-west-1) number_of_workers: expected 3, found 2 '
                'glue_version: expected at least "5.1", found "5.0" '
                "Next: name a session that matches, or correct --expect"
            ),
        ),
        (
            always("STOPPING"),
            ("--for", "READY", "--for", "FAILED", "--timeout", "0"),
            5,
            (
                'Still STOPPING after 0s, not FAILED or READY: Glue session "analytics" (eu-west-1) '
                "Next: raise --timeout, or ask the session's owner why it takes so long"
            ),
        ),
    ],
    ids=["ended", "not as expected", "timed out"],
)
def test_wait_that_fails_says_why(
    aws: GlueEndpoint, script: Any, arguments: tuple[str, ...], code: int, message: str
) -> None:
    aws.put("analytics", script)

    failed = run("wait", "analytics", *arguments, code=code)

    assert ("", f"error: {message}") == (failed.out, " ".join(failed.err.split()))


def test_exit_code_is_that_of_the_first_session_that_failed(aws: GlueEndpoint) -> None:
    aws.put("ready", always("READY"))
    aws.put("stopped", always("STOPPED"))

    failed = run("wait", "ready", "gone", "stopped", "-o", "json", code=3)

    ready, gone, stopped = failed.json()
    assert "error" not in ready
    assert ("SessionNotFound", 'Not found: Glue session "gone" (eu-west-1)') == (
        gone["error"]["kind"],
        gone["error"]["fact"],
    )
    assert ("STOPPED", "SessionEnded") == (stopped["status"], stopped["error"]["kind"])
    assert 2 == failed.err.count("error: ")


def test_fail_fast_ends_the_other_waits(aws: GlueEndpoint) -> None:
    aws.put("pending", always("PROVISIONING"))
    aws.put("stopped", always("STOPPED"))

    assert 1 == run("wait", "pending", "stopped", "--fail-fast", code=1).err.count("error: ")


def test_any_ends_with_the_first_session_that_is_ready(aws: GlueEndpoint) -> None:
    aws.put("pending", always("PROVISIONING"))
    aws.put("ready", always("READY"))
    aws.put("stopped", always("STOPPED"))

    assert "ready" in run("wait", "pending", "ready", "--any", "-o", "name").out.split()
    run("wait", "stopped", "gone", "--any", code=1)


def test_logs_are_shown_on_request(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("FAILED"))

    assert "\n  | " not in run("wait", "analytics", code=1).err
    assert "\n  | " in run("wait", "analytics", "--logs", code=1).err


def test_interrupted_wait_says_what_was_pending(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("PROVISIONING"))

    with subprocess.Popen(
        [sys.executable, "-c", WITH_SIGNALS, COMMAND, "wait", "analytics"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as waiting:
        assert waiting.stderr is not None
        assert "PROVISIONING" in waiting.stderr.readline()
        waiting.send_signal(signal.SIGINT)
        out, err = waiting.communicate()

    assert ("", 130) == (out, waiting.returncode)
    assert "Interrupted while waiting for analytics (PROVISIONING)." == err.splitlines()[-1]
