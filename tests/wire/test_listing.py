"""Lists of sessions over HTTP: calls for each filter, pages, and exceptions for each fault."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.errors import (
    AccessDenied,
    BadCredentials,
    GlueSessionError,
    LookFailed,
    Refused,
    ServiceFault,
    Throttled,
    Unreachable,
)
from pulumi_glue_session.core.filter import SessionFilter
from support.glue_endpoint import (
    GONE,
    Answer,
    GlueEndpoint,
    always,
    answer,
    cut_short,
    error,
    hang_up,
    invalid_json,
    looks,
    reset,
    server_fault,
    step,
    throttled,
    verbatim,
)
from support.reading import facts

REGION = "eu-west-1"
LIST = "The list of Glue sessions"
ENDLESS = "a list that does not end"


@pytest.fixture(autouse=True)
def _no_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries take seconds."""
    monkeypatch.setattr("pulumi_glue_session.aws.client._RETRIES", 0)


def put(glue: GlueEndpoint, *session_ids: str, **fields: Any) -> None:
    for session_id in session_ids:
        glue.put(session_id, always("READY"), **fields)


def listed(**criteria: object) -> list[str]:
    return list(GlueSessions(AwsConfig()).list(SessionFilter.parse(criteria)))


def list_failure(**criteria: object) -> GlueSessionError:
    with pytest.raises(GlueSessionError) as caught:
        listed(**criteria)
    return caught.value


def calls(glue: GlueEndpoint) -> list[tuple[str, str | None]]:
    return [(call.operation, call.session_id) for call in glue.calls]


# --- Filters ---


def test_list_without_filter(aws: GlueEndpoint) -> None:
    put(aws, "a", "b", "c")

    assert ["a", "b", "c"] == listed()
    assert [("ListSessions", {"MaxResults": 1000})] == [(call.operation, call.parameters) for call in aws.calls]


def test_empty_list(aws: GlueEndpoint) -> None:
    assert [] == listed()
    assert [("ListSessions", None)] == calls(aws)


def test_list_and_get_session_agree(aws: GlueEndpoint) -> None:
    aws.put(
        "a", always(step("FAILED", ErrorMessage="no capacity")), Connections={"Connections": ["vpc"]}, DPUSeconds=2.5
    )
    source = GlueSessions(AwsConfig())

    assert {"a": source.get("a")} == source.list(SessionFilter())


def test_tags_are_compared_by_the_service(aws: GlueEndpoint) -> None:
    """The response does not contain them."""
    aws.put("a", always("READY"), Tags={"team": "etl", "env": "prod"})
    aws.put("b", always("READY"), Tags={"team": "etl"})
    aws.put("c", always("READY"), Tags={"team": "ops", "env": "prod"})

    assert ["a"] == listed(tags={"team": "etl", "env": "prod"})
    assert [{"MaxResults": 1000, "Tags": {"team": "etl", "env": "prod"}}] == [call.parameters for call in aws.calls]


def test_statuses_and_ids_are_compared_locally(aws: GlueEndpoint) -> None:
    put(aws, "etl-1", "etl-x", "ops-1")
    aws.put("etl-2", always("STOPPED"))

    assert ["etl-1"] == listed(statuses="READY", id_prefix="etl-", id_pattern="*[0-9]")
    assert [{"MaxResults": 1000}] == [call.parameters for call in aws.calls]


def test_newest_session_comes_first(aws: GlueEndpoint) -> None:
    for session_id, day in (("old", 1), ("z", 2), ("a", 2), ("new", 3)):
        put(aws, session_id, CreatedOn=datetime(2026, 1, day, tzinfo=UTC))

    assert ["new", "a", "z", "old"] == listed()


# --- Pages ---


@pytest.fixture
def pages_of_two(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> GlueEndpoint:
    """Six sessions in three pages."""
    for number in range(6):
        aws.put(f"s{number}", always("READY"), Tags={"team": "etl"})
    monkeypatch.setattr("pulumi_glue_session.aws.sessions._PAGE_SIZE", 2)
    return aws


def test_all_pages_are_read_with_the_same_tags(pages_of_two: GlueEndpoint) -> None:
    assert [f"s{number}" for number in range(6)] == listed(tags={"team": "etl"})
    assert [{"MaxResults", "Tags"}, {"MaxResults", "Tags", "NextToken"}, {"MaxResults", "Tags", "NextToken"}] == [
        set(call.parameters) for call in pages_of_two.calls
    ]
    assert [{"team": "etl"}] * 3 == [call.parameters["Tags"] for call in pages_of_two.calls]
    assert 2 == len({call.parameters["NextToken"] for call in pages_of_two.calls[1:]})


def test_empty_page_does_not_end_a_list(pages_of_two: GlueEndpoint) -> None:
    """The service filters each page by tags, so that a page can be empty."""
    pages_of_two.put("last", always("READY"), Tags={"team": "ops"})
    source = GlueSessions(AwsConfig())
    pages_of_two.fail(
        "ListSessions",
        answer({"Ids": [], "Sessions": [], "NextToken": _token_after_the_first_page(pages_of_two)}),
        times=1,
    )

    assert ["last", "s2", "s3", "s4", "s5"] == list(source.list(SessionFilter()))


def _token_after_the_first_page(glue: GlueEndpoint) -> str:
    GlueSessions(AwsConfig()).list(SessionFilter())
    token: str = glue.calls[1].parameters["NextToken"]
    return token


def test_list_of_the_maximum_length(pages_of_two: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi_glue_session.aws.sessions._MAX_PAGES", 3)

    assert 6 == len(listed())
    assert 3 == pages_of_two.count()


def test_list_that_is_too_long_is_refused(pages_of_two: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part of it must not look like the whole list."""
    monkeypatch.setattr("pulumi_glue_session.aws.sessions._MAX_PAGES", 2)
    failure = list_failure()

    assert (Unreachable, ENDLESS) == (type(failure), getattr(failure, "detail", None))
    assert 2 == pages_of_two.count()


def test_repeated_token_is_refused(aws: GlueEndpoint) -> None:
    put(aws, "a")
    aws.fail("ListSessions", answer({"Ids": [], "Sessions": [], "NextToken": "again"}))
    failure = list_failure()

    assert (Unreachable, ENDLESS) == (type(failure), getattr(failure, "detail", None))
    assert [{"MaxResults": 1000}, {"MaxResults": 1000, "NextToken": "again"}] == [call.parameters for call in aws.calls]


def test_circular_tokens_are_refused(aws: GlueEndpoint) -> None:
    for token in ("one", "two", "one"):
        aws.fail("ListSessions", answer({"Ids": [], "Sessions": [], "NextToken": token}), times=1)

    assert facts(Unreachable(LIST, region=REGION, detail=ENDLESS)) == facts(list_failure())
    assert 3 == aws.count()


def test_list_can_have_100_000_sessions(aws: GlueEndpoint) -> None:
    """A hundred pages of a thousand sessions, the maximum of the API."""
    for token in [*({"NextToken": str(page)} for page in range(99)), {}]:
        aws.fail("ListSessions", answer({"Ids": [], "Sessions": [], **token}), times=1)

    assert [] == listed()
    assert [1000] * 100 == [call.parameters["MaxResults"] for call in aws.calls]


def test_page_with_nothing_but_a_token_is_empty(aws: GlueEndpoint) -> None:
    put(aws, "a")
    aws.fail("ListSessions", answer({"NextToken": "next"}), times=1)
    aws.fail("ListSessions", answer({"Sessions": [{"Id": "a", "Status": "READY"}]}), times=1)

    assert ["a"] == listed()


# --- Ids without sessions ---


def test_id_without_session_is_read_by_itself(aws: GlueEndpoint) -> None:
    """The response has ids and sessions, and the API does not promise a session for each id."""
    put(aws, "a", "b")
    whole = GlueSessions(AwsConfig()).list(SessionFilter())
    aws.fail("ListSessions", answer({"Ids": ["a", "b"], "Sessions": [{"Id": "a", "Status": "READY"}]}))
    found = GlueSessions(AwsConfig()).list(SessionFilter())

    assert {"a", "b"} == found.keys()
    assert whole["b"] == found["b"]
    assert [("ListSessions", None), ("ListSessions", None), ("GetSession", "b")] == calls(aws)


def test_id_of_a_session_that_disappeared_is_left_out(aws: GlueEndpoint) -> None:
    aws.put("a", looks("READY"))
    aws.put("b", looks(GONE))
    aws.fail("ListSessions", answer({"Ids": ["a", "b"], "Sessions": []}))

    assert ["a"] == listed()
    assert {"a", "b"} == {call.session_id for call in aws.calls if call.operation == "GetSession"}


def test_id_of_a_session_that_does_not_match_is_left_out(aws: GlueEndpoint) -> None:
    aws.put("a", looks("STOPPED"))
    aws.fail("ListSessions", answer({"Ids": ["a"], "Sessions": []}))

    assert [] == listed(statuses="READY")


def test_denied_session_fails_the_list(aws: GlueEndpoint) -> None:
    """Without it the list would be incomplete."""
    put(aws, "a", "b")
    aws.fail("ListSessions", answer({"Ids": ["a", "b"], "Sessions": []}))
    aws.fail("GetSession", error("AccessDeniedException", "no"), session_id="b")

    assert facts(AccessDenied('Glue session "b"', region=REGION, detail="AccessDeniedException: no")) == facts(
        list_failure()
    )


def test_session_without_status_does_not_hide_others(aws: GlueEndpoint) -> None:
    put(aws, "a")
    aws.put("b", always(verbatim({"Id": "b"})))

    assert ["a", "b"] == listed()
    assert ["a"] == listed(statuses="READY")


# --- Faults ---


def test_denied_list_names_the_permission(aws: GlueEndpoint) -> None:
    aws.fail("ListSessions", error("AccessDeniedException", "not authorized to perform: glue:ListSessions"))
    detail = "AccessDeniedException: not authorized to perform: glue:ListSessions"
    expected = AccessDenied(LIST, region=REGION, detail=detail, action="glue:ListSessions")

    assert facts(expected) == facts(list_failure())
    assert 1 == aws.count()


def test_denied_list_can_be_repeated(aws: GlueEndpoint) -> None:
    """The permission can be granted in the meantime."""
    put(aws, "a")
    source = GlueSessions(AwsConfig())
    aws.fail("ListSessions", error("AccessDeniedException", "no"), times=1)
    with pytest.raises(AccessDenied):
        source.list(SessionFilter())

    assert ["a"] == list(source.list(SessionFilter()))


@pytest.mark.parametrize(
    ("fault", "kind", "detail"),
    [
        (throttled(), Throttled, "ThrottlingException: Rate exceeded"),
        (server_fault(), ServiceFault, "InternalServiceException: Internal service error"),
        (server_fault(503), ServiceFault, "503: Service Unavailable"),
        (error("ExpiredTokenException", "old"), BadCredentials, "ExpiredTokenException: old"),
        (error("InvalidInputException", "no"), Refused, "InvalidInputException: no"),
        (error("EntityNotFoundException", "no"), Refused, "EntityNotFoundException: no"),
        (reset(), Unreachable, 'Connection was closed before we received a valid response from endpoint URL: "{url}/"'),
        (
            hang_up(),
            Unreachable,
            'Connection was closed before we received a valid response from endpoint URL: "{url}/"',
        ),
    ],
    ids=["throttled", "500", "503", "expired token", "refused", "no such thing", "reset", "hang up"],
)
def test_fault_decides_the_exception(aws: GlueEndpoint, fault: Answer, kind: type[LookFailed], detail: str) -> None:
    put(aws, "a")
    aws.fail("ListSessions", fault)

    assert facts(kind(LIST, region=REGION, detail=detail.format(url=aws.url))) == facts(list_failure())


def test_fault_on_a_later_page_fails_the_list(pages_of_two: GlueEndpoint) -> None:
    pages_of_two.fail("ListSessions", server_fault(), every=2)

    assert ServiceFault is type(list_failure())
    assert 2 == pages_of_two.count()


@pytest.mark.parametrize(
    "fault",
    [cut_short(), invalid_json(), Answer(body=b"<html>Please sign in to this network</html>")],
    ids=["cut short", "invalid", "no JSON"],
)
def test_answer_cut_short_is_not_an_empty_list(aws: GlueEndpoint, fault: Answer) -> None:
    """boto3 raises nothing for it."""
    put(aws, "a")
    aws.fail("ListSessions", fault)

    assert isinstance(list_failure(), Unreachable)


def test_empty_answer_is_an_empty_list(aws: GlueEndpoint) -> None:
    """An answer that is cut short is longer than {}."""
    aws.fail("ListSessions", answer({}))

    assert {} == GlueSessions(AwsConfig(region=REGION)).list(SessionFilter())


def test_page_cut_short_fails_the_list(pages_of_two: GlueEndpoint) -> None:
    pages_of_two.fail("ListSessions", invalid_json(), every=2)

    assert isinstance(list_failure(), Unreachable)


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"Sessions": 5},
        {"Sessions": [None]},
        {"Sessions": [{"Status": "READY"}]},
        {"Sessions": [{"Id": ["a"], "Status": "READY"}]},
        {"Sessions": [{"Id": 5, "Status": "READY"}]},
        {"Ids": 5, "Sessions": []},
        {"Ids": [["a"]], "Sessions": []},
        {"Ids": [{}], "Sessions": []},
        {"Ids": [5], "Sessions": []},
        {"Ids": [None], "Sessions": []},
        {"Ids": [], "Sessions": [], "NextToken": 5},
        {"Ids": [], "Sessions": [], "NextToken": ["a"]},
    ],
    ids=str,
)
def test_json_without_a_list_is_unusable(aws: GlueEndpoint, body: object) -> None:
    """It can come from another server or a broken proxy."""
    aws.fail("ListSessions", answer(body))

    assert isinstance(list_failure(), LookFailed)
