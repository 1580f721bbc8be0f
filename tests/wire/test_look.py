"""A finder that asks a real endpoint over HTTP: which calls it makes for which sessions, and what each fault becomes."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.errors import (
    AccessDenied,
    BadCredentials,
    GlueSessionError,
    LookFailed,
    NoRegion,
    Refused,
    ServiceFault,
    SessionNotFound,
    Throttled,
    Unreachable,
)
from pulumi_glue_session.core.session import Command, Session
from support.glue_endpoint import (
    DEFAULTS,
    GONE,
    Answer,
    GlueEndpoint,
    always,
    answer,
    cut_short,
    drip,
    error,
    hang,
    hang_up,
    invalid_json,
    looks,
    reset,
    server_fault,
    step,
    throttled,
    verbatim,
)
from wire.test_glue_endpoint import LENIENT

REGION = "eu-west-1"
NO_STATUS = "an answer without a session or its status"

SEEN = Session(
    status="READY",
    role="arn:aws:iam::123456789012:role/GlueSession",
    glue_version="5.0",
    worker_type="G.1X",
    number_of_workers=2,
    idle_timeout=60,
    description="Interactive session for tests",
    created_on="2026-01-05T09:30:15.250Z",
    command=Command(name="glueetl", python_version="3"),
    default_arguments={"--enable-glue-datacatalog": "true"},
)

"""A session of the endpoint's own making."""


@pytest.fixture(autouse=True)
def _asks_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries take seconds. Where they are the point, `_asks_again` gives them back."""
    monkeypatch.setattr("pulumi_glue_session.aws.client._RETRIES", 0)


@pytest.fixture
def _asks_again(_asks_once: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi_glue_session.aws.client._RETRIES", 2)


def put(glue: GlueEndpoint, *session_ids: str) -> None:
    for session_id in session_ids:
        glue.put(session_id, always("READY"))


def failure_of(finder: GlueSessions) -> GlueSessionError:
    with pytest.raises(GlueSessionError) as caught:
        finder.get("analytics")
    return caught.value


def calls(glue: GlueEndpoint) -> list[tuple[str, str | None]]:
    return [(call.operation, call.session_id) for call in glue.calls]


# --- One session ---


def test_one_session_is_asked_for_by_get_session(aws: GlueEndpoint) -> None:
    put(aws, "analytics", "other")

    assert {"analytics": SEEN} == GlueSessions(AwsConfig()).get_many(["analytics"])
    assert [("GetSession", "analytics")] == calls(aws)
    assert [{"Id": "analytics"}] == [call.parameters for call in aws.calls]


def test_a_look_is_never_older_than_its_call(aws: GlueEndpoint) -> None:
    aws.put("analytics", looks("PROVISIONING", "READY"))
    finder = GlueSessions(AwsConfig())

    assert ["PROVISIONING", "READY"] == [finder.get("analytics").status for _ in range(2)]


def test_a_session_that_disappears_is_not_found(aws: GlueEndpoint) -> None:
    aws.put("analytics", looks("READY", GONE))
    finder = GlueSessions(AwsConfig())
    before, after = (finder.get_many(["analytics"])["analytics"] for _ in range(2))

    assert SEEN == before
    assert repr(SessionNotFound("analytics", region=REGION)) == repr(after)


def test_an_id_travels_as_it_is(aws: GlueEndpoint) -> None:
    put(aws, 'Ünï "quoted" 😀\tand/so on')

    assert SEEN == GlueSessions(AwsConfig()).get('Ünï "quoted" 😀\tand/so on')


def test_a_slow_answer_is_an_answer(aws: GlueEndpoint) -> None:
    put(aws, "analytics")
    aws.fail("GetSession", drip(0.2))

    assert SEEN == GlueSessions(AwsConfig()).get("analytics")


# --- Several sessions ---


def test_several_sessions_are_asked_for_by_one_list(aws: GlueEndpoint) -> None:
    put(aws, "a", "b", "c", "other")

    assert {"a": SEEN, "b": SEEN} == GlueSessions(AwsConfig()).get_many(["a", "b"])
    assert [("ListSessions", {"MaxResults": 1000})] == [(call.operation, call.parameters) for call in aws.calls]


def test_no_session_is_asked_for_by_no_call(aws: GlueEndpoint) -> None:
    assert {} == GlueSessions(AwsConfig()).get_many([])
    assert [] == calls(aws)


def test_a_hundred_sessions_cost_one_call(aws: GlueEndpoint) -> None:
    names = [f"session-{number}" for number in range(100)]
    put(aws, *names)

    assert dict.fromkeys(names, SEEN) == GlueSessions(AwsConfig()).get_many(names)
    assert 1 == aws.count()


def test_a_list_tells_the_same_as_a_single_look(aws: GlueEndpoint) -> None:
    """Else a program that gets a second session would show a difference of the first."""
    aws.put("a", always(step("FAILED", ErrorMessage="no capacity")), Connections={"Connections": ["vpc"]}, MaxCapacity=2.0)
    put(aws, "b")
    finder = GlueSessions(AwsConfig())

    assert finder.get("a") == finder.get_many(["a", "b"])["a"]


def test_a_list_is_read_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"session-{number}" for number in range(6)]
    with GlueEndpoint(page_size=2) as glue:
        put(glue, *names)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        found = GlueSessions(AwsConfig(region=REGION, endpoint_url=glue.url)).get_many(names)

        assert dict.fromkeys(names, SEEN) == found
        assert ["ListSessions"] * 3 == [call.operation for call in glue.calls]
        assert [{"MaxResults"}, {"MaxResults", "NextToken"}, {"MaxResults", "NextToken"}] == [set(call.parameters) for call in glue.calls]
        assert {1000} == {call.parameters["MaxResults"] for call in glue.calls}


def test_a_session_that_the_list_lacks_is_asked_for_before_it_is_called_missing(aws: GlueEndpoint) -> None:
    put(aws, "a", "b")
    found = GlueSessions(AwsConfig()).get_many(["a", "gone", "b"])

    assert {"a": repr(SEEN), "b": repr(SEEN), "gone": repr(SessionNotFound("gone", region=REGION))} == {
        name: repr(each) for name, each in found.items()
    }
    assert [("ListSessions", None), ("GetSession", "gone")] == calls(aws)


def test_a_session_that_only_the_list_lacks_is_found(aws: GlueEndpoint) -> None:
    """A list may lag behind, or be narrowed by tags in a role's policy."""
    put(aws, "a", "b")
    aws.fail("ListSessions", answer({"Ids": [], "Sessions": []}))

    assert {"a": SEEN, "b": SEEN} == GlueSessions(AwsConfig()).get_many(["a", "b"])


def test_a_session_that_the_list_shows_without_a_status_is_asked_for(aws: GlueEndpoint) -> None:
    put(aws, "a")
    aws.put("b", looks(verbatim({"Id": "b"}), "READY"))

    assert {"a": SEEN, "b": SEEN} == GlueSessions(AwsConfig()).get_many(["a", "b"])
    assert [("ListSessions", None), ("GetSession", "b")] == calls(aws)


def test_the_same_session_asked_for_twice_is_looked_at_once(aws: GlueEndpoint) -> None:
    put(aws, "a", "b")

    assert {"a": SEEN} == GlueSessions(AwsConfig()).get_many(["a", "a"])
    assert 1 == aws.count()


# --- When listing doesn't pay ---


@pytest.fixture
def crowd(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> GlueEndpoint:
    """Fifty sessions of other people, and pages of one session."""
    put(aws, *(f"other-{number}" for number in range(50)))
    monkeypatch.setattr("pulumi_glue_session.aws.sessions._PAGE_SIZE", 1)
    return aws


def test_listing_stops_when_one_session_is_left_to_find(crowd: GlueEndpoint) -> None:
    put(crowd, "last")

    assert {"other-0": SEEN, "last": SEEN} == GlueSessions(AwsConfig()).get_many(["other-0", "last"])
    assert [("ListSessions", None), ("GetSession", "last")] == calls(crowd)


def test_listing_never_takes_more_pages_than_there_are_sessions_to_find(crowd: GlueEndpoint) -> None:
    put(crowd, "x", "y", "z")

    assert {"x": SEEN, "y": SEEN, "z": SEEN} == GlueSessions(AwsConfig()).get_many(["x", "y", "z"])
    assert 3 == crowd.count("ListSessions")
    assert {"x", "y", "z"} == {call.session_id for call in crowd.calls if call.operation == "GetSession"}
    assert 3 == crowd.count("GetSession")


def test_listing_stops_when_a_token_comes_again(aws: GlueEndpoint) -> None:
    """It would list the same page for ever."""
    names = [f"session-{number}" for number in range(10)]
    put(aws, *names)
    aws.fail("ListSessions", answer({"Ids": [], "Sessions": [], "NextToken": "again"}))

    assert dict.fromkeys(names, SEEN) == GlueSessions(AwsConfig()).get_many(names)
    assert [{"MaxResults": 1000}, {"MaxResults": 1000, "NextToken": "again"}] == [
        call.parameters for call in aws.calls if call.operation == "ListSessions"
    ]
    assert 10 == aws.count("GetSession")


# --- When listing is denied, or fails ---


def test_a_denied_list_is_noted_once_and_never_asked_for_again(aws: GlueEndpoint) -> None:
    names = [f"session-{number}" for number in range(3)]
    put(aws, *names)
    aws.fail("ListSessions", error("AccessDeniedException", "not authorized to perform: glue:ListSessions"))
    finder, notes = GlueSessions(AwsConfig()), list[str]()

    assert [dict.fromkeys(names, SEEN)] * 3 == [finder.get_many(names, note=notes.append) for _ in range(3)]
    assert ["glue:ListSessions is denied in eu-west-1: asking for each session by glue:GetSession, 8 at a time."] == notes
    assert (1, 9) == (aws.count("ListSessions"), aws.count("GetSession"))


def test_after_a_denied_list_at_most_eight_sessions_are_asked_for_at_a_time(aws: GlueEndpoint) -> None:
    names = [f"session-{number}" for number in range(20)]
    put(aws, *names)
    aws.fail("ListSessions", error("AccessDeniedException", "no"))
    aws.fail("GetSession", Answer(delay=0.15))
    found = GlueSessions(AwsConfig()).get_many(names)
    came = sorted(call.at for call in aws.calls if call.operation == "GetSession")

    assert dict.fromkeys(names, SEEN) == found
    assert 20 == len(came)
    # Each call keeps its place for 0.15 s, so the eighth after any comes at least so much later. One by one would take 3 s.
    assert all(later - earlier > 0.14 for earlier, later in zip(came, came[8:], strict=False))
    assert came[-1] - came[0] < 1.5


def test_after_a_denied_list_each_session_has_its_own_error(aws: GlueEndpoint) -> None:
    put(aws, "a", "b")
    aws.fail("ListSessions", error("AccessDeniedException", "no"))
    aws.fail("GetSession", error("AccessDeniedException", "no"), session_id="b")
    found = GlueSessions(AwsConfig()).get_many(["a", "b", "gone"])

    assert {
        "a": repr(SEEN),
        "b": repr(AccessDenied('Glue session "b"', region=REGION, detail="AccessDeniedException: no")),
        "gone": repr(SessionNotFound("gone", region=REGION)),
    } == {name: repr(each) for name, each in found.items()}


@pytest.mark.parametrize(
    ("fault", "kind", "detail"),
    [
        (throttled(), Throttled, "ThrottlingException: Rate exceeded"),
        (server_fault(), ServiceFault, "InternalServiceException: Internal service error"),
        (error("ExpiredTokenException", "old"), BadCredentials, "ExpiredTokenException: old"),
        (error("InvalidInputException", "no"), Refused, "InvalidInputException: no"),
    ],
    ids=["throttled", "server fault", "expired token", "refused"],
)
def test_a_list_that_fails_is_every_sessions_failure(aws: GlueEndpoint, fault: Answer, kind: type[LookFailed], detail: str) -> None:
    """Asking for each of them singly would make it worse."""
    put(aws, "a", "b")
    aws.fail("ListSessions", fault)
    expected = repr(kind("The list of 2 Glue sessions", region=REGION, detail=detail))

    assert {"a": expected, "b": expected} == {name: repr(each) for name, each in GlueSessions(AwsConfig()).get_many(["a", "b"]).items()}
    assert 0 == aws.count("GetSession")


def test_a_torn_list_is_no_list(aws: GlueEndpoint) -> None:
    """boto3 gives an empty page for it, so each session is asked for."""
    put(aws, "a", "b")
    aws.fail("ListSessions", invalid_json())

    assert {"a": SEEN, "b": SEEN} == GlueSessions(AwsConfig()).get_many(["a", "b"])


@pytest.mark.parametrize(
    "body",
    [[], {"Sessions": 5}, {"Sessions": [None]}, {"Sessions": [{"Id": ["a"], "Status": "READY"}]}, {"Sessions": [], "NextToken": 5}],
    ids=str,
)
def test_json_that_is_no_list_raises_nothing(aws: GlueEndpoint, body: object) -> None:
    """A look answers for each session that it was asked for, whatever comes back."""
    put(aws, "a", "b")
    aws.fail("ListSessions", answer(body))
    found = GlueSessions(AwsConfig()).get_many(["a", "b"])

    assert {"a", "b"} == found.keys()
    assert {True} == {each == SEEN or isinstance(each, LookFailed) for each in found.values()}


# --- Faults ---


@pytest.mark.parametrize(
    ("fault", "kind", "detail"),
    [
        (throttled(), Throttled, "ThrottlingException: Rate exceeded"),
        (server_fault(), ServiceFault, "InternalServiceException: Internal service error"),
        (server_fault(502), ServiceFault, "502: Bad Gateway"),
        (server_fault(503), ServiceFault, "503: Service Unavailable"),
        (error("AccessDeniedException", "no"), AccessDenied, "AccessDeniedException: no"),
        (error("ExpiredTokenException", "old"), BadCredentials, "ExpiredTokenException: old"),
        (error("UnrecognizedClientException", "who?"), BadCredentials, "UnrecognizedClientException: who?"),
        (error("InvalidInputException", "no"), Refused, "InvalidInputException: no"),
        (error("SerializationException", ""), Refused, "SerializationException"),
        (reset(), Unreachable, 'Connection was closed before we received a valid response from endpoint URL: "{url}/"'),
        (hang_up(), Unreachable, 'Connection was closed before we received a valid response from endpoint URL: "{url}/"'),
        pytest.param(cut_short(), Unreachable, NO_STATUS, marks=LENIENT),
        (invalid_json(), Unreachable, NO_STATUS),
        (answer({}), Unreachable, NO_STATUS),
        (answer({"Session": {}}), Unreachable, NO_STATUS),
        (answer({"Session": {"Id": "analytics", "Status": ""}}), Unreachable, NO_STATUS),
        (Answer(body=b"<html>Please sign in to this network</html>"), Unreachable, NO_STATUS),
    ],
    ids=lambda each: each.__name__ if isinstance(each, type) else "",
)
def test_each_fault_is_the_error_that_it_stands_for(aws: GlueEndpoint, fault: Answer, kind: type[LookFailed], detail: str) -> None:
    put(aws, "analytics")
    aws.fail("GetSession", fault)
    expected = kind('Glue session "analytics"', region=REGION, detail=detail.format(url=aws.url))

    assert repr(expected) == repr(failure_of(GlueSessions(AwsConfig())))
    assert 1 == aws.count()


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"Session": 5},
        {"Session": {"Status": "READY", "Command": "glueetl"}},
        {"Session": {"Status": "READY", "NumberOfWorkers": "many"}},
        {"Session": {"Status": "READY", "CreatedOn": "once"}},
    ],
    ids=str,
)
def test_json_that_is_no_session_is_no_usable_answer(aws: GlueEndpoint, body: object) -> None:
    """Some other server's JSON, or a broken proxy's. A traceback of botocore's parser would help nobody."""
    aws.fail("GetSession", answer(body))

    assert isinstance(failure_of(GlueSessions(AwsConfig())), Unreachable)


def test_an_endpoint_that_swallows_everything_is_unreachable(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi_glue_session.aws.client._READ_SECONDS", 0.1)
    aws.fail("GetSession", hang(30.0))
    detail = f'Read timeout on endpoint URL: "{aws.url}/"'

    assert repr(Unreachable('Glue session "analytics"', region=REGION, detail=detail)) == repr(failure_of(GlueSessions(AwsConfig())))


@pytest.fixture
def _hears_for_two_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi_glue_session.aws.client._CONNECT_SECONDS", 1)
    monkeypatch.setattr("pulumi_glue_session.aws.client._READ_SECONDS", 1)


@pytest.mark.usefixtures("_hears_for_two_seconds")
def test_an_answer_that_only_trickles_is_given_up(aws: GlueEndpoint) -> None:
    """botocore's read timeout begins anew with each byte. What else was asked for at the same time is answered all the same."""
    put(aws, "a", "b")
    aws.fail("ListSessions", error("AccessDeniedException", "no"))
    aws.fail("GetSession", drip(5.0), session_id="b")
    found = GlueSessions(AwsConfig()).get_many(["a", "b"])

    assert {"a": SEEN, "b": repr(Unreachable('Glue session "b"', region=REGION, detail="no whole answer within 2 s"))} == {
        name: each if isinstance(each, Session) else repr(each) for name, each in found.items()
    }


@pytest.mark.usefixtures("_hears_for_two_seconds")
def test_what_was_not_asked_for_in_time_is_asked_for_no_more(aws: GlueEndpoint) -> None:
    """Else the limit would hold for each eight sessions, and not for the look."""
    names = [f"session-{number}" for number in range(20)]
    put(aws, *names)
    aws.fail("ListSessions", error("AccessDeniedException", "no"))
    aws.fail("GetSession", drip(5.0))
    found = GlueSessions(AwsConfig()).get_many(names)

    assert {name: repr(Unreachable(f'Glue session "{name}"', region=REGION, detail="no whole answer within 2 s")) for name in names} == {
        name: repr(each) for name, each in found.items()
    }
    assert 8 == aws.count("GetSession")


def test_an_endpoint_that_is_not_there_is_unreachable(aws: GlueEndpoint) -> None:
    with GlueEndpoint() as closed:
        url = closed.url
    detail = f'Could not connect to the endpoint URL: "{url}/"'
    failure = failure_of(GlueSessions(AwsConfig(endpoint_url=url)))

    assert repr(Unreachable('Glue session "analytics"', region=REGION, detail=detail)) == repr(failure)
    assert 0 == aws.count()


def test_an_endpoint_that_goes_away_and_comes_back_is_seen_again(aws: GlueEndpoint) -> None:
    """The client is kept, so its pool holds the connection that broke."""
    put(aws, "analytics")
    finder = GlueSessions(AwsConfig())
    before = finder.get("analytics")
    aws.fail("GetSession", reset(), times=1)
    failure = failure_of(finder)

    assert isinstance(failure, Unreachable)
    assert [SEEN, SEEN] == [before, finder.get("analytics")]


# --- Retries ---


@pytest.mark.usefixtures("_asks_again")
@pytest.mark.parametrize(
    "fault", [throttled(), server_fault(), server_fault(503), reset(), hang_up()], ids=["throttled", "500", "503", "reset", "hang up"]
)
def test_a_fault_that_passes_is_retried_and_unseen(aws: GlueEndpoint, fault: Answer) -> None:
    put(aws, "analytics")
    aws.fail("GetSession", fault, times=1)

    assert SEEN == GlueSessions(AwsConfig()).get("analytics")
    assert 2 == aws.count()
    assert 1 == len({call.headers["amz-sdk-invocation-id"] for call in aws.calls})


@pytest.mark.usefixtures("_asks_again")
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (error("EntityNotFoundException", "gone"), SessionNotFound),
        (error("AccessDeniedException", "no"), AccessDenied),
        (error("ExpiredTokenException", "old"), BadCredentials),
        (error("InvalidInputException", "no"), Refused),
    ],
    ids=lambda each: each.__name__ if isinstance(each, type) else "",
)
def test_a_fault_that_stays_is_asked_for_once(aws: GlueEndpoint, fault: Answer, kind: type[GlueSessionError]) -> None:
    aws.fail("GetSession", fault)
    failure = failure_of(GlueSessions(AwsConfig()))

    assert kind is type(failure)
    assert 1 == aws.count()


@pytest.mark.usefixtures("_asks_again")
def test_retries_have_an_end(aws: GlueEndpoint) -> None:
    aws.fail("GetSession", server_fault())
    failure = failure_of(GlueSessions(AwsConfig()))

    assert ServiceFault is type(failure)
    assert 3 == aws.count()


# --- Who asks, and where ---


def test_the_caller_tells_where_and_as_whom_to_ask(aws: GlueEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The profile's own keys, and not those of the environment."""
    (tmp_path / "config").write_text("[profile analysts]\naws_access_key_id=ANALYSTS\naws_secret_access_key=planted\nregion=ap-south-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.delenv("AWS_REGION")
    put(aws, "analytics")
    callers = [AwsConfig(profile="analysts"), AwsConfig(profile="analysts", region="us-east-1"), AwsConfig(region="eu-north-1")]
    finders = [GlueSessions(caller) for caller in callers]

    assert [SEEN] * 3 == [finder.get("analytics") for finder in finders]
    assert ["ap-south-1", "us-east-1", "eu-north-1"] == [finder.region for finder in finders]
    signed = [str(call.credential).split("/") for call in aws.calls]
    assert [("ANALYSTS", "ap-south-1"), ("ANALYSTS", "us-east-1"), ("testing", "eu-north-1")] == [(each[0], each[2]) for each in signed]


@pytest.mark.parametrize(
    ("environment", "region"),
    [
        ({"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "ap-south-1"}, "us-east-1"),
        ({"AWS_REGION": "", "AWS_DEFAULT_REGION": "ap-south-1"}, "ap-south-1"),
    ],
    ids=str,
)
def test_aws_region_comes_before_the_default_region_unless_it_is_empty(
    aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], region: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    put(aws, "analytics")
    finder = GlueSessions(AwsConfig())
    finder.get("analytics")

    assert region == finder.region
    assert [region] == [str(call.credential).split("/")[2] for call in aws.calls]


@pytest.mark.parametrize("environment", [{}, {"AWS_REGION": ""}, {"AWS_REGION": "", "AWS_DEFAULT_REGION": ""}], ids=str)
def test_without_a_region_nothing_is_asked(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    """Given an endpoint, botocore would make do without one."""
    monkeypatch.delenv("AWS_REGION")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    failure = failure_of(GlueSessions(AwsConfig()))

    assert repr(NoRegion('Glue session "analytics"', region="")) == repr(failure)
    assert 0 == aws.count()


def test_without_credentials_nothing_is_asked(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    failure = failure_of(GlueSessions(AwsConfig()))

    assert repr(BadCredentials('Glue session "analytics"', region=REGION, detail="Unable to locate credentials")) == repr(failure)
    assert 0 == aws.count()


def test_a_profile_that_is_not_there_is_told_by_its_name(aws: GlueEndpoint) -> None:
    failure = failure_of(GlueSessions(AwsConfig(profile="nobody")))
    detail = "The config profile (nobody) could not be found"

    assert repr(BadCredentials('Glue session "analytics"', region="", detail=detail)) == repr(failure)
    assert 0 == aws.count()


def test_every_call_tells_who_makes_it(aws: GlueEndpoint) -> None:
    """For CloudTrail: whoever sees the calls can tell where they come from."""
    put(aws, "analytics")
    GlueSessions(AwsConfig()).get("analytics")

    assert ["pulumi-glue-session"] == [call.headers["user-agent"].split()[-1] for call in aws.calls]


def test_the_session_of_these_tests_is_the_endpoints() -> None:
    assert (DEFAULTS["Role"], DEFAULTS["GlueVersion"], DEFAULTS["NumberOfWorkers"]) == (
        SEEN.role,
        SEEN.glue_version,
        SEEN.number_of_workers,
    )
