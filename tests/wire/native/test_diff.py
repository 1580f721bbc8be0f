"""`Diff` of the native provider."""

from __future__ import annotations

from pulumi.provider.experimental import provider as sdk

from pulumi_glue_session.core.errors import AccessDenied, SessionNotFound
from pulumi_glue_session.native.properties import UNKNOWN
from support.glue_endpoint import GlueEndpoint, always, error, server_fault
from support.native_provider import RecordingEngine, diff, error_of, message_of, outputs_of


def test_unchanged_session(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))

    olds = outputs_of(engine)
    answer = diff(engine, olds, timeout="1m", expect={"glueVersion": "5.0"}, logs=True, onMismatch="warn")

    assert (False, [], {}) == (answer.changes, answer.replaces, answer.detailed_diff)


def test_changed_fields(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    olds = outputs_of(engine, waitFor=["READY", "STOPPED"])
    aws.put("analytics", always("STOPPED"), NumberOfWorkers=3)

    answer = diff(engine, olds, waitFor=["READY", "STOPPED"])

    assert (True, ["status", "numberOfWorkers"]) == (answer.changes, answer.diffs)
    kinds = {name: (each.kind, each.input_diff) for name, each in answer.detailed_diff.items()}
    assert dict.fromkeys(("status", "numberOfWorkers"), (sdk.PropertyDiffKind.UPDATE, False)) == kinds
    assert ["numberOfWorkers"] == diff(engine, olds, waitFor=["READY", "STOPPED"], ignore=["status"]).diffs


def test_other_id_or_region_replaces_the_record(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    olds = outputs_of(engine)
    calls = aws.count()

    for inputs in ({"sessionId": "other"}, {"region": "us-east-1"}, {"sessionId": UNKNOWN}):
        answer = diff(engine, olds, **inputs)
        assert (True, list(inputs), list(inputs)) == (answer.changes, answer.diffs, answer.replaces)
        kinds = [(each.kind, each.input_diff) for each in answer.detailed_diff.values()]
        assert [(sdk.PropertyDiffKind.UPDATE_REPLACE, True)] == kinds
    assert calls == aws.count(), "create reads the new session"


def test_other_region_of_the_provider_replaces_the_record(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))

    assert ["region"] == diff(engine, outputs_of(engine), options={"region": "us-east-1"}).replaces


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
