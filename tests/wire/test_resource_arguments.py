"""Arguments of the resource: expected `default_arguments`, and unknown keywords."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from pulumi_glue_session import (
    GlueSession,
)
from pulumi_glue_session.core.errors import Mismatch, NotAsExpected
from support.function_calls import mocked, secret
from support.glue_endpoint import GlueEndpoint, always
from support.program_run import Ran, run

pytestmark = pytest.mark.usefixtures("single_attempt", "quiet_loops")


@pytest.mark.parametrize("on_mismatch", ["fail", "warn"])
@pytest.mark.parametrize(
    "wanted",
    [
        {"--password": "planted-wanted"},
        {"--password": pulumi.Output},
        {"--missing": "planted-wanted"},
        {"planted-wanted": "planted-wanted"},
    ],
    ids=["another value", "an output", "another name", "a name that is a secret"],
)
def test_expected_arguments_are_never_shown(aws: GlueEndpoint, wanted: dict[str, Any], on_mismatch: Any) -> None:
    aws.put("etl-1", always("READY"), DefaultArguments={"--password": "planted-found"})

    def program(_: Ran) -> None:
        expected = {
            name: pulumi.Output.from_input("planted-wanted") if value is pulumi.Output else value
            for name, value in wanted.items()
        }
        GlueSession("etl", session_id="etl-1", expect={"default_arguments": expected}, on_mismatch=on_mismatch)

    ran = run(program)
    messages = [message for _, message in ran.said] + ran.refused
    mismatch = Mismatch(name="default_arguments", expected="[secret]", found="[secret]")

    assert [str(NotAsExpected("etl-1", region="eu-west-1", mismatches=[mismatch]))] == messages
    assert "planted" not in f"{messages} {ran.debug}"


@pytest.mark.parametrize("wanted", ["planted", ["planted"], 5, {"at_least": "planted"}], ids=str)
def test_invalid_expected_arguments_are_never_shown(aws: GlueEndpoint, wanted: object) -> None:
    aws.put("etl-1", always("READY"), DefaultArguments={"--password": "planted-found"})

    def program(_: Ran) -> None:
        GlueSession("etl", session_id="etl-1", expect={"default_arguments": wanted})

    ran = run(program)

    assert 1 == len(ran.refused)
    assert "planted" not in f"{ran.refused} {ran.said} {ran.debug}"


def test_matching_arguments_pass(aws: GlueEndpoint) -> None:
    """Further arguments are accepted."""
    aws.put("etl-1", always("READY"), DefaultArguments={"--password": "planted", "--other": "x"})

    def program(ran: Ran) -> None:
        session = GlueSession("etl", session_id="etl-1", expect={"default_arguments": {"--password": "planted"}})
        ran.values = {"secret": secret(session.default_arguments), "arguments": session.default_arguments}

    assert {"secret": True, "arguments": {"--password": "planted", "--other": "x"}} == run(program).values


@pytest.mark.parametrize(
    ("keyword", "advice"),
    [
        ("wait_fro", "did you mean wait_for?"),
        ("time_out", "did you mean timeout?"),
        ("role", "use session_id, wait_for, timeout, expect, on_mismatch, gate, logs, aws, opts"),
    ],
)
def test_unknown_keyword_suggests_a_name(aws: GlueEndpoint, keyword: str, advice: str) -> None:
    """The error appears on the resource, before any wait."""

    def program(_: Ran) -> None:
        unknown: Any = {keyword: "READY"}
        GlueSession("etl", session_id="etl-1", **unknown)

    (message,) = run(program).refused
    assert f"{keyword}: GlueSession has no argument '{keyword}': {advice}" == " ".join(message.split())
    assert 0 == aws.count()


@pytest.mark.parametrize("logs", ["no", 1, None])
def test_logs_that_is_not_a_boolean_is_refused(logs: Any) -> None:
    (message,) = run(lambda _: GlueSession("etl", session_id="etl-1", logs=logs)).refused

    assert f"logs: {logs!r} is not a boolean: use True or False" == message


def test_unknown_keyword_of_get_fails_the_read(aws: GlueEndpoint) -> None:
    ran = run(lambda _: GlueSession.get("etl", "etl-1", wait_fro="READY"))  # type: ignore[arg-type]
    identity, inputs = ran.read["etl"]

    assert "etl-1" == identity
    assert "has no argument 'wait_fro': did you mean wait_for?" in inputs["__observed"]
    assert 0 == aws.count()


def test_unknown_keyword_under_mocks_is_a_type_error() -> None:
    """Mocks do not call `check`."""
    with pytest.raises(TypeError) as caught:
        mocked({}, lambda: GlueSession("etl", session_id="etl-1", wait_fro="READY").urn)  # type: ignore[arg-type]

    assert "GlueSession has no argument 'wait_fro': did you mean wait_for?" == str(caught.value)
