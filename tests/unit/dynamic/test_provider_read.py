"""Reads of the provider on refresh and for `.get`, called in this process."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from pulumi_glue_session.core.errors import SessionNotFound
from pulumi_glue_session.core.messages import ErrorReport
from pulumi_glue_session.dynamic.wire_format import OBSERVED
from pulumi_glue_session.provider import GlueSessionProvider
from support.provider_calls import ANSWER, INPUTS, MESSAGE, READY, REGION, STATE, TIMED_OUT, configure

if TYPE_CHECKING:
    from unit.conftest import Boto3

FAILURE = ErrorReport(fact=MESSAGE).to_dict()
INVALID = ErrorReport(fact="not a status").to_dict()


def test_refresh_returns_outputs_and_inputs(provider: GlueSessionProvider, stubbed: Boto3) -> None:
    """Refresh and preview then find the same differences."""
    stubbed.stub.add_response("get_session", ANSWER, {"Id": "analytics"})
    read = provider.read("analytics", STATE)

    assert ("analytics", TIMED_OUT, TIMED_OUT) == (read.id, read.outs, read.inputs)
    assert read.outs is not read.inputs


def test_first_read_returns_every_field(provider: GlueSessionProvider, stubbed: Boto3) -> None:
    """Including those that the program did not name: the SDK does not send None."""
    stubbed.stub.add_response("get_session", ANSWER, {"Id": "analytics"})

    read = provider.read("analytics", INPUTS)

    assert ("analytics", TIMED_OUT | {"__read": True}, None) == (read.id, read.outs, read.inputs)


def test_refresh_of_a_get_keeps_its_inputs(provider: GlueSessionProvider, stubbed: Boto3) -> None:
    """Otherwise the next read would show every field as removed."""
    stubbed.stub.add_response("get_session", ANSWER, {"Id": "analytics"})
    read = provider.read("analytics", STATE | {"__read": True})

    assert (TIMED_OUT | {"__read": True}, None) == (read.outs, read.inputs)


def test_read_of_an_observed_session_makes_no_call(provider: GlueSessionProvider) -> None:
    observed = json.dumps({"id": "analytics", "region": REGION, "session": READY, "on_its_way": False})
    read = provider.read("analytics", {**INPUTS, OBSERVED: observed})

    assert (STATE | {"__read": True}, None) == (read.outs, read.inputs)


def test_refresh_of_a_missing_session_returns_empty_id(
    provider: GlueSessionProvider, stubbed: Boto3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pulumi_glue_session.aws.connection.GlueConnection.account_id", lambda *_: "123456789012")
    stubbed.stub.add_client_error("get_session", "EntityNotFoundException")
    read = provider.read("analytics", {**STATE, "role": "arn:aws:iam::123456789012:role/GlueSession"})

    assert ("", {}) == (read.id, read.outs)


def test_first_read_of_a_missing_session_fails(provider: GlueSessionProvider, stubbed: Boto3) -> None:
    """The engine treats an empty id of a first read as success."""
    stubbed.stub.add_client_error("get_session", "EntityNotFoundException")

    with pytest.raises(RuntimeError) as caught:
        provider.read("analytics", INPUTS)

    assert str(SessionNotFound("analytics", region=REGION)) == str(caught.value)


def test_refused_read_fails(provider: GlueSessionProvider, stubbed: Boto3) -> None:
    stubbed.stub.add_client_error("get_session", "InvalidInputException", "No")

    with pytest.raises(RuntimeError) as caught:
        provider.read("analytics", STATE)

    assert str(caught.value).startswith('Glue refused the request: Glue session "analytics" (eu-west-1)\n')


def test_read_names_an_invalid_option(provider: GlueSessionProvider) -> None:
    with pytest.raises(RuntimeError) as caught:
        provider.read("analytics", {**STATE, "aws": {"max_retries": -1}})

    assert str(caught.value).startswith("aws.max_retries: ")


def test_read_of_a_failed_observation_makes_no_call(provider: GlueSessionProvider, stubbed: Boto3) -> None:
    with pytest.raises(RuntimeError) as caught:
        provider.read("analytics", {**INPUTS, OBSERVED: json.dumps({"failure": FAILURE})})

    assert MESSAGE == str(caught.value)
    assert [] == stubbed.sessions


class Context:
    """The part of a gRPC context that the SDK's server uses."""

    def __init__(self) -> None:
        self.sent: list[tuple[Any, str]] = []
        self.abort: Callable[[Any, str], NoReturn] = self._abort

    def _abort(self, code: object, details: str) -> NoReturn:
        self.sent.append((code, details))
        raise RuntimeError("aborted")


def test_message_replaces_the_traceback(provider: GlueSessionProvider) -> None:
    """Since pulumi 3.261 the SDK's server sends a traceback."""

    def serve(context: Context) -> None:
        try:
            provider.read("analytics", {**INPUTS, OBSERVED: json.dumps({"failure": FAILURE})})
        except RuntimeError:
            context.abort("UNKNOWN", "Traceback (most recent call last): ...")

    call = Context()
    with pytest.raises(RuntimeError, match="aborted"):
        serve(call)

    assert [("UNKNOWN", MESSAGE)] == call.sent


def test_other_variable_named_context_is_ignored(provider: GlueSessionProvider) -> None:
    def serve(context: object) -> object:
        provider.read("analytics", {**INPUTS, OBSERVED: json.dumps({"failure": FAILURE})})
        return context

    with pytest.raises(RuntimeError) as caught:
        serve("some other context")

    assert MESSAGE == str(caught.value)


# --- AWS configuration ---


@pytest.mark.parametrize(
    ("config", "props", "expected"),
    [
        ({}, {}, {"region_name": None, "profile_name": None}),
        ({"region": "us-east-1", "profile": "ci"}, {}, {"region_name": "us-east-1", "profile_name": "ci"}),
        (
            {"region": "us-east-1", "profile": "ci"},
            {"region": "ap-south-1", "aws": {"profile": "analysts"}},
            {"region_name": "ap-south-1", "profile_name": "analysts"},
        ),
        ({"region": "", "profile": ""}, {"region": ""}, {"region_name": None, "profile_name": None}),
    ],
)
def test_read_uses_state_then_stack_optionsuration(
    provider: GlueSessionProvider,
    stubbed: Boto3,
    monkeypatch: pytest.MonkeyPatch,
    config: dict[str, str],
    props: dict[str, Any],
    expected: dict[str, str],
) -> None:
    monkeypatch.delenv("AWS_REGION", raising=False)
    configure(provider, **config)
    stubbed.stub.add_response("get_session", ANSWER)
    provider.read("analytics", {**INPUTS, **props})

    assert [expected] == stubbed.sessions


def test_read_uses_the_recorded_endpoint(provider: GlueSessionProvider, stubbed: Boto3) -> None:
    stubbed.stub.add_response("get_session", ANSWER)
    provider.read("analytics", {**STATE, "aws": {"endpoint_url": "http://localhost:5000"}})

    assert ["http://localhost:5000"] == [each["endpoint_url"] for each in stubbed.clients]


def test_process_exit_does_not_collect_the_objects_of_boto3(
    provider: GlueSessionProvider, stubbed: Boto3, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine waits for the exit, and collecting these objects takes long."""
    at_exit: list[Callable[[], None]] = []
    monkeypatch.setattr("atexit.register", at_exit.append)
    for _ in range(2):
        stubbed.stub.add_response("get_session", ANSWER)
    provider.read("analytics", STATE)
    provider.read("analytics", {**STATE, "aws": {"profile": "analysts"}})
    (leave,) = at_exit
    try:
        leave()
        assert 0 < gc.get_freeze_count()
    finally:
        gc.unfreeze()


def test_reads_share_a_client(provider: GlueSessionProvider, stubbed: Boto3) -> None:
    for _ in range(3):
        stubbed.stub.add_response("get_session", ANSWER)
    provider.read("analytics", STATE)
    provider.read("analytics", STATE)
    provider.read("analytics", {**STATE, "aws": {"profile": "analysts"}})

    assert [None, "analysts"] == [each["profile_name"] for each in stubbed.sessions]
