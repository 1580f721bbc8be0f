"""A finder that lists sessions over HTTP: which calls it makes for which conditions, and what makes a list that was not seen whole."""

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

REGION = "eu-west-1"
LIST = "The list of Glue sessions"
ENDLESS = (
    "The list of Glue sessions in eu-west-1 could not be read: Glue's endpoint gave no usable answer (a list that does not end); "
    "check the network, the region and any endpoint URL, and run again."
)


@pytest.fixture(autouse=True)
def _asks_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries take seconds, and are shown elsewhere."""
    monkeypatch.setattr("pulumi_glue_session.aws.client._RETRIES", 0)


def put(glue: GlueEndpoint, *session_ids: str, **fields: Any) -> None:  # noqa: ANN401 - members of the Session shape
    for session_id in session_ids:
        glue.put(session_id, always("READY"), **fields)


def listed(**conditions: object) -> list[str]:
    return list(GlueSessions(AwsConfig()).list(SessionFilter.parse(conditions)))


def failure_of(**conditions: object) -> GlueSessionError:
    with pytest.raises(GlueSessionError) as caught:
        listed(**conditions)
    return caught.value


def calls(glue: GlueEndpoint) -> list[tuple[str, str | None]]:
    return [(call.operation, call.session_id) for call in glue.calls]


# --- Conditions ---


def test_a_list_without_conditions_is_all_that_the_caller_may_see(aws: GlueEndpoint) -> None:
    put(aws, "a", "b", "c")

    assert ["a", "b", "c"] == listed()
    assert [("ListSessions", {"MaxResults": 1000})] == [(call.operation, call.parameters) for call in aws.calls]


def test_no_session_is_an_empty_list(aws: GlueEndpoint) -> None:
    assert [] == listed()
    assert [("ListSessions", None)] == calls(aws)


def test_a_list_tells_the_same_as_a_single_look(aws: GlueEndpoint) -> None:
    aws.put("a", always(step("FAILED", ErrorMessage="no capacity")), Connections={"Connections": ["vpc"]}, DPUSeconds=2.5)
    finder = GlueSessions(AwsConfig())

    assert {"a": finder.get("a")} == finder.list(SessionFilter())


def test_tags_are_the_services_to_compare(aws: GlueEndpoint) -> None:
    """An answer about a session doesn't hold them."""
    aws.put("a", always("READY"), Tags={"team": "etl", "env": "prod"})
    aws.put("b", always("READY"), Tags={"team": "etl"})
    aws.put("c", always("READY"), Tags={"team": "ops", "env": "prod"})

    assert ["a"] == listed(tags={"team": "etl", "env": "prod"})
    assert [{"MaxResults": 1000, "Tags": {"team": "etl", "env": "prod"}}] == [call.parameters for call in aws.calls]


def test_statuses_and_ids_are_compared_here(aws: GlueEndpoint) -> None:
    """The service knows no such conditions."""
    put(aws, "etl-1", "etl-x", "ops-1")
    aws.put("etl-2", always("STOPPED"))

    assert ["etl-1"] == listed(statuses="READY", id_prefix="etl-", id_pattern="*[0-9]")
    assert [{"MaxResults": 1000}] == [call.parameters for call in aws.calls]


def test_the_newest_session_comes_first_and_those_of_one_moment_by_id(aws: GlueEndpoint) -> None:
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


def test_a_list_is_read_to_its_end_and_each_page_under_the_same_tags(pages_of_two: GlueEndpoint) -> None:
    assert [f"s{number}" for number in range(6)] == listed(tags={"team": "etl"})
    assert [{"MaxResults", "Tags"}, {"MaxResults", "Tags", "NextToken"}, {"MaxResults", "Tags", "NextToken"}] == [
        set(call.parameters) for call in pages_of_two.calls
    ]
    assert [{"team": "etl"}] * 3 == [call.parameters["Tags"] for call in pages_of_two.calls]
    assert 2 == len({call.parameters["NextToken"] for call in pages_of_two.calls[1:]})


def test_an_empty_page_does_not_end_a_list(pages_of_two: GlueEndpoint) -> None:
    """The service looks for tags page by page, so that a page without a session that has them is followed by others."""
    pages_of_two.put("last", always("READY"), Tags={"team": "ops"})
    finder = GlueSessions(AwsConfig())
    pages_of_two.fail("ListSessions", answer({"Ids": [], "Sessions": [], "NextToken": _token_after_the_first_page(pages_of_two)}), times=1)

    assert ["last", "s2", "s3", "s4", "s5"] == list(finder.list(SessionFilter()))


def _token_after_the_first_page(glue: GlueEndpoint) -> str:
    GlueSessions(AwsConfig()).list(SessionFilter())
    token: str = glue.calls[1].parameters["NextToken"]
    return token


def test_a_list_may_have_as_many_pages_as_are_read(pages_of_two: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi_glue_session.aws.sessions._MAX_PAGES", 3)

    assert 6 == len(listed())
    assert 3 == pages_of_two.count()


def test_a_list_that_goes_on_and_on_is_no_list(pages_of_two: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of it would be taken for the whole."""
    monkeypatch.setattr("pulumi_glue_session.aws.sessions._MAX_PAGES", 2)
    failure = failure_of()

    assert (Unreachable, ENDLESS) == (type(failure), str(failure))
    assert 2 == pages_of_two.count()


def test_a_list_whose_token_comes_again_is_no_list(aws: GlueEndpoint) -> None:
    """It would go round for ever."""
    put(aws, "a")
    aws.fail("ListSessions", answer({"Ids": [], "Sessions": [], "NextToken": "again"}))
    failure = failure_of()

    assert (Unreachable, ENDLESS) == (type(failure), str(failure))
    assert [{"MaxResults": 1000}, {"MaxResults": 1000, "NextToken": "again"}] == [call.parameters for call in aws.calls]


def test_a_list_whose_tokens_go_round_is_no_list(aws: GlueEndpoint) -> None:
    for token in ("one", "two", "one"):
        aws.fail("ListSessions", answer({"Ids": [], "Sessions": [], "NextToken": token}), times=1)

    assert ENDLESS == str(failure_of())
    assert 3 == aws.count()


def test_an_account_has_room_for_a_hundred_thousand_sessions(aws: GlueEndpoint) -> None:
    """Pages of a thousand are the API's limit; that it is kept, the endpoint's model shows."""
    from pulumi_glue_session.aws import sessions

    assert 100_000 == sessions._MAX_PAGES * sessions._PAGE_SIZE  # noqa: SLF001 - what is promised of the two together
    assert [] == listed()
    assert 1000 == aws.calls[0].parameters["MaxResults"]


# --- An id without its session ---


def test_an_id_without_its_session_is_asked_for_by_itself(aws: GlueEndpoint) -> None:
    """The API's answer has ids and sessions side by side, and promises no session for each id."""
    put(aws, "a", "b")
    whole = GlueSessions(AwsConfig()).list(SessionFilter())
    aws.fail("ListSessions", answer({"Ids": ["a", "b"], "Sessions": [{"Id": "a", "Status": "READY"}]}))
    found = GlueSessions(AwsConfig()).list(SessionFilter())

    assert {"a", "b"} == found.keys()
    assert whole["b"] == found["b"]
    assert [("ListSessions", None), ("ListSessions", None), ("GetSession", "b")] == calls(aws)


def test_an_id_whose_session_is_gone_meanwhile_is_left_out(aws: GlueEndpoint) -> None:
    aws.put("a", looks("READY"))
    aws.put("b", looks(GONE))
    aws.fail("ListSessions", answer({"Ids": ["a", "b"], "Sessions": []}))

    assert ["a"] == listed()
    assert {"a", "b"} == {call.session_id for call in aws.calls if call.operation == "GetSession"}


def test_an_id_whose_session_fits_no_more_is_left_out(aws: GlueEndpoint) -> None:
    aws.put("a", looks("STOPPED"))
    aws.fail("ListSessions", answer({"Ids": ["a"], "Sessions": []}))

    assert [] == listed(statuses="READY")


def test_an_id_whose_session_is_not_shown_fails_the_list(aws: GlueEndpoint) -> None:
    """Left out, it would look as if it were not there."""
    put(aws, "a", "b")
    aws.fail("ListSessions", answer({"Ids": ["a", "b"], "Sessions": []}))
    aws.fail("GetSession", error("AccessDeniedException", "no"), session_id="b")

    assert repr(AccessDenied('Glue session "b"', region=REGION, detail="AccessDeniedException: no")) == repr(failure_of())


def test_a_session_without_its_status_fails_the_list(aws: GlueEndpoint) -> None:
    put(aws, "a")
    aws.put("b", always(verbatim({"Id": "b"})))

    assert repr(Unreachable(LIST, region=REGION, detail="an answer without a session or its status")) == repr(failure_of())


# --- Faults ---


def test_a_denied_list_names_the_permission_that_it_needs(aws: GlueEndpoint) -> None:
    aws.fail("ListSessions", error("AccessDeniedException", "not authorized to perform: glue:ListSessions"))
    failure = failure_of()
    expected = (
        "The list of Glue sessions in eu-west-1 could not be read: Glue denied access "
        "(AccessDeniedException: not authorized to perform: glue:ListSessions); "
        "allow glue:ListSessions to the role that runs Pulumi, or ask as the session's owner: the session may exist, "
        "since a restricted role sees only the sessions it created."
    )

    assert (AccessDenied, expected) == (type(failure), str(failure))
    assert 1 == aws.count()


def test_a_denied_list_does_not_end_all_listing(aws: GlueEndpoint) -> None:
    """Other than for a look, there is no other way; and a permission may have been granted meanwhile."""
    put(aws, "a")
    finder = GlueSessions(AwsConfig())
    aws.fail("ListSessions", error("AccessDeniedException", "no"), times=1)
    with pytest.raises(AccessDenied):
        finder.list(SessionFilter())

    assert ["a"] == list(finder.list(SessionFilter()))


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
        (hang_up(), Unreachable, 'Connection was closed before we received a valid response from endpoint URL: "{url}/"'),
    ],
    ids=["throttled", "500", "503", "expired token", "refused", "no such thing", "reset", "hang up"],
)
def test_each_fault_is_the_error_that_it_stands_for(aws: GlueEndpoint, fault: Answer, kind: type[LookFailed], detail: str) -> None:
    put(aws, "a")
    aws.fail("ListSessions", fault)

    assert repr(kind(LIST, region=REGION, detail=detail.format(url=aws.url))) == repr(failure_of())


def test_a_fault_on_a_later_page_leaves_no_half_of_a_list(pages_of_two: GlueEndpoint) -> None:
    pages_of_two.fail("ListSessions", server_fault(), every=2)

    assert ServiceFault is type(failure_of())
    assert 2 == pages_of_two.count()


@pytest.mark.parametrize(
    "fault",
    [cut_short(), invalid_json(), Answer(body=b"<html>Please sign in to this network</html>")],
    ids=["cut short", "invalid", "no JSON"],
)
def test_a_torn_answer_is_not_a_list_without_sessions(aws: GlueEndpoint, fault: Answer) -> None:
    """boto3 raises nothing for it. "No Glue session fits" would be a lie that a program acts upon."""
    put(aws, "a")
    aws.fail("ListSessions", fault)

    assert isinstance(failure_of(), Unreachable)


def test_an_empty_answer_is_an_account_without_sessions(aws: GlueEndpoint) -> None:
    """Whether Glue names empty lists is its own affair. A torn answer has more in it than {}."""
    aws.fail("ListSessions", answer({}))

    assert {} == GlueSessions(AwsConfig(region=REGION)).list(SessionFilter())


def test_a_torn_page_does_not_end_a_list(pages_of_two: GlueEndpoint) -> None:
    pages_of_two.fail("ListSessions", invalid_json(), every=2)

    assert isinstance(failure_of(), Unreachable)


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"Sessions": 5},
        {"Sessions": [None]},
        {"Sessions": [{"Status": "READY"}]},
        {"Sessions": [{"Id": ["a"], "Status": "READY"}]},
        {"Sessions": [{"Id": 5, "Status": "READY"}]},
        {"Sessions": [{"Id": "a", "Status": "READY", "CreatedOn": "once"}]},
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
def test_json_that_is_no_list_is_no_usable_answer(aws: GlueEndpoint, body: object) -> None:
    """Some other server's JSON, or a broken proxy's. A traceback would help nobody."""
    aws.fail("ListSessions", answer(body))

    assert isinstance(failure_of(), LookFailed)
