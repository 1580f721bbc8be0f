"""`Diff` of the native provider."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.provider.experimental import provider as sdk

from pulumi_glue_session.core.errors import AccessDenied, InvalidInput, SessionNotFound
from pulumi_glue_session.native.properties import UNKNOWN
from pulumi_glue_session.native.provider import SessionProvider
from support.glue_endpoint import GlueEndpoint, always, error, server_fault
from support.native_provider import ROLE, URN, RecordingEngine, diff, error_of, message_of, outputs_of, props, run


def test_unchanged_session(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))

    olds = outputs_of(engine)
    answer = diff(engine, olds, timeout="1m", expect={"glueVersion": "5.0"}, logs=True, onMismatch="warn")

    assert (False, [], {}) == (answer.changes, answer.replaces, answer.detailed_diff)


def test_changed_fields(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    olds = outputs_of(engine, waitFor=["READY", "STOPPED"])
    aws.put("analytics", always("STOPPED"), NumberOfWorkers=3)

    answer = diff(engine, olds, waitFor=["READY", "STOPPED"], status="STOPPED", numberOfWorkers=3)

    assert (True, ["status", "numberOfWorkers"]) == (answer.changes, answer.diffs)
    kinds = {name: (each.kind, each.input_diff) for name, each in answer.detailed_diff.items()}
    assert dict.fromkeys(("status", "numberOfWorkers"), (sdk.PropertyDiffKind.UPDATE, False)) == kinds
    assert ["numberOfWorkers"] == diff(engine, olds, waitFor=["READY", "STOPPED"], ignore=["status"]).diffs


def test_change_that_the_engine_cannot_display_is_logged(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    """The engine takes new values from the inputs, and older engines get no free text there."""
    aws.put("analytics", always("READY"), Description="old")
    olds = outputs_of(engine)
    aws.put("analytics", always("READY"), Description="new", NumberOfWorkers=3)

    answer = diff(engine, olds, numberOfWorkers=3)

    assert {"description", "numberOfWorkers"} == set(answer.diffs)
    assert {"numberOfWorkers"} == answer.detailed_diff.keys()
    assert [('Changed since recorded: description "old" => "new"', False, False)] == engine.lines


def test_other_id_or_region_replaces_the_record(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    olds = outputs_of(engine)
    calls = aws.count()

    for inputs in ({"sessionId": "other"}, {"region": "us-east-1"}, {"sessionId": UNKNOWN}):
        answer = diff(engine, olds, **inputs)
        assert (True, list(inputs), list(inputs)) == (answer.changes, answer.diffs, answer.replaces)
        assert [sdk.PropertyDiffKind.UPDATE_REPLACE] == [each.kind for each in answer.detailed_diff.values()]
    assert calls == aws.count(), "create reads the new session"


def test_other_region_of_the_provider_replaces_the_record(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))

    assert ["region"] == diff(engine, outputs_of(engine), options={"region": "us-east-1"}).replaces


@pytest.mark.parametrize(
    "options",
    [
        {"profile": "other"},
        {"assumeRoles": [{"roleArn": ROLE}]},
        {"endpointUrl": "https://glue.example.com"},
    ],
    ids=lambda options: next(iter(options)),
)
def test_provider_option_that_selects_another_session_replaces_the_record(
    engine: RecordingEngine, aws: GlueEndpoint, options: dict[str, Any]
) -> None:
    aws.put("analytics", always("READY"))

    answer = diff(engine, outputs_of(engine), options=options)

    assert ["providerOptions"] == answer.replaces


def test_other_provider_options_change_nothing(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    olds = outputs_of(engine)

    assert [] == diff(engine, olds, options={"maxRetries": 1, "allowedAccountIds": []}).diffs
    older = {name: value for name, value in olds.items() if name != "providerOptions"}
    assert [] == diff(engine, older, options={"endpointUrl": aws.url}).diffs, "records of 0.1.0 lack the options"


def test_output_passed_as_an_input_is_refused(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    """Also one that equals the recorded value, as the engine restores it for ignoreChanges."""
    aws.put("analytics", always("READY"))
    olds, inputs = props(**outputs_of(engine)), props(sessionId="analytics", status="READY")

    def check_and_diff(ignore: list[str]) -> Any:
        async def call(provider: SessionProvider) -> Any:
            checked = await provider.check(sdk.CheckRequest(URN, inputs, inputs, b""), old_outputs=olds)
            return await provider.diff(sdk.DiffRequest(URN, "analytics", olds, checked.inputs or {}, ignore))

        return run(engine, call)

    assert [] == check_and_diff(["status"]).diffs
    error = error_of(lambda: check_and_diff([]))
    assert isinstance(error, InvalidInput)
    assert "status" == error.input_name


def test_ignored_paths(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    olds = outputs_of(engine)
    aws.put("analytics", always("READY"), Command={"Name": "glueetl", "PythonVersion": "3.9"}, NumberOfWorkers=3)

    assert ["numberOfWorkers"] == diff(engine, olds, ignore=["command.pythonVersion"]).diffs
    assert ["numberOfWorkers", "command"] == diff(engine, olds, ignore=["command.name"]).diffs
    assert [] == diff(engine, olds, ignore=["*"]).diffs


def test_other_wait_for_updates_the_record(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))

    answer = diff(engine, outputs_of(engine), waitFor=[])

    assert (["waitFor"], []) == (answer.diffs, answer.replaces)


def test_pending_session_is_always_a_change(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    """Otherwise the engine would skip the update, which waits."""
    aws.put("analytics", always("PROVISIONING"))
    olds = outputs_of(engine, waitFor=[])

    assert ["status"] == diff(engine, {**olds, "waitFor": ["READY"]}).diffs


def test_ended_session_fails_with_what_changed(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    olds = outputs_of(engine)
    aws.put("analytics", always("STOPPED"), NumberOfWorkers=3)

    message = message_of(lambda: diff(engine, olds))

    assert "STOPPED, will not become READY" in message
    assert 'Changed since recorded: status "READY" => "STOPPED", numberOfWorkers 2 => 3 Next:' in message


def test_missing_or_refused_session_fails(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    olds = outputs_of(engine)
    aws.remove("analytics")
    assert isinstance(error_of(lambda: diff(engine, olds)), SessionNotFound)

    aws.put("analytics", always("READY"))
    aws.fail("GetSession", error("AccessDeniedException", "no"))
    assert isinstance(error_of(lambda: diff(engine, olds)), AccessDenied)


def test_transient_error_is_left_to_the_update(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    olds = outputs_of(engine)
    aws.fail("GetSession", server_fault())

    assert ["status"] == diff(engine, olds).diffs
