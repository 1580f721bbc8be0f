"""What a program gets: from `get_session` and `get_sessions`, and from the fields of the resource that are of this run only.

Programs run in this process, with a little engine (`program_run`), and ask Glue over HTTP.
"""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pulumi
import pytest

from pulumi_glue_session import (
    AccessDenied,
    AssumeRole,
    AwsOptions,
    GetSessionResult,
    GetSessionsResult,
    GlueSession,
    GlueSessionError,
    InvalidInput,
    LookFailed,
    NotOneSession,
    SessionNotFound,
    get_session,
    get_session_output,
    get_sessions,
    get_sessions_output,
)
from pulumi_glue_session.aws.credentials import create_session
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.dynamic.wire_format import GET_SESSION, GET_SESSIONS
from support.glue_endpoint import GlueEndpoint, always, error, looks, server_fault, step
from support.mocked import under_mocks
from support.program_run import Ran, run
from support.sts_endpoint import StsEndpoint

ROLE = "arn:aws:iam::123456789012:role/GlueSession"
ARGUMENTS = {"--enable-glue-datacatalog": "true"}

NOT_FOUND = (
    'Glue session "gone" was not found in eu-west-1: '
    "create it, or correct session_id, the region or the account that is asked, and run again."
)
AN_OUTPUT = "it is an Output, whose value is not there yet: use the form of the function that ends in _output"
NO_PROVIDER = "opts.provider: Glue is not asked by a Pulumi provider: say who asks, and where, with aws=AwsOptions(...)"
NOT_BOTH = "give session_id or conditions, not both"
NO_ID = "is no id of a Glue session: use 1 to 255 characters, none of them a control character"


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


@pytest.fixture(autouse=True)
def _asks_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries take seconds, and are shown elsewhere."""
    monkeypatch.setattr("pulumi_glue_session.aws.client._RETRIES", 0)


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a refused program leaves behind says so with a traceback, whenever it is collected: even in the middle of pytest's report."""
    make = asyncio.new_event_loop

    def quiet_loop() -> asyncio.AbstractEventLoop:
        loop = make()
        loop.set_exception_handler(lambda *_: None)
        return loop

    monkeypatch.setattr("asyncio.new_event_loop", quiet_loop)


@pytest.fixture
def team(aws: GlueEndpoint) -> GlueEndpoint:
    """Three sessions of two teams."""
    aws.put("etl-1", always("READY"), Tags={"team": "etl"}, Role=ROLE)
    aws.put("etl-2", always("STOPPED"), Tags={"team": "etl"}, Role=ROLE)
    aws.put("ops-1", always("READY"), Tags={"team": "ops"}, Role=ROLE)
    return aws


def calls(glue: GlueEndpoint) -> list[str]:
    return [call.operation for call in glue.calls]


def secret(output: pulumi.Output[Any]) -> pulumi.Output[bool]:
    """Whether it is one; itself a plain value."""

    async def ask(_: object) -> bool:
        return await output.is_secret()

    return pulumi.Output.from_input(None).apply(ask)


def known(output: pulumi.Output[Any]) -> pulumi.Output[bool]:
    """Whether it is; itself known."""

    async def ask(_: object) -> bool:
        return await output.is_known()

    return pulumi.Output.from_input(None).apply(ask)


def raised(form: Callable[..., Any], *arguments: object, **options: object) -> GlueSessionError:
    """The error with which a program ends that calls a plain or an Output form."""
    with pytest.raises(GlueSessionError) as failure:
        run(lambda _: form(*arguments, **options))
    return failure.value


FORMS: dict[str, Callable[..., Any]] = {"plain": get_session, "output": get_session_output}
LISTS: dict[str, Callable[..., Any]] = {"plain": get_sessions, "output": get_sessions_output}
one = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
several = pytest.mark.parametrize("form", LISTS.values(), ids=LISTS)


def got(form: Callable[..., Any], *arguments: object, preview: bool = False, **options: object) -> Any:  # noqa: ANN401 - a result
    """What a plain or an Output form gives."""

    def program(ran: Ran) -> None:
        ran.values["got"] = form(*arguments, **options)

    return run(program, preview=preview).values["got"]


# --- One session ---


@one
def test_get_session_by_id(team: GlueEndpoint, form: Callable[..., Any]) -> None:
    result = got(form, "etl-1")

    assert isinstance(result, GetSessionResult)
    assert ("etl-1", "eu-west-1", "READY", ROLE, 2) == (
        result.session_id,
        result.region,
        result.status,
        result.role,
        result.number_of_workers,
    )
    assert ["GetSession"] == calls(team)


@one
def test_get_session_in_a_preview(team: GlueEndpoint, form: Callable[..., Any]) -> None:
    result = got(form, "etl-1", preview=True)

    assert ("etl-1", "READY") == (result.session_id, result.status)
    assert ["GetSession"] == calls(team)


@pytest.mark.parametrize(
    ("conditions", "session_id"),
    [
        ({"tags": {"team": "ops"}}, "ops-1"),
        ({"tags": {"team": "etl"}, "statuses": "STOPPED"}, "etl-2"),
        ({"statuses": ["STOPPED", "FAILED"]}, "etl-2"),
        ({"id_prefix": "ops"}, "ops-1"),
        ({"id_pattern": "?ps-*"}, "ops-1"),
        ({"tags": {"team": "etl"}, "statuses": ["READY"], "id_prefix": "etl-", "id_pattern": "*-[0-9]"}, "etl-1"),
    ],
    ids=str,
)
@one
def test_get_session_by_filter(
    team: GlueEndpoint, form: Callable[..., Any], conditions: dict[str, Any], session_id: str
) -> None:
    assert session_id == got(form, **conditions).session_id
    assert ["ListSessions"] == calls(team)
    assert conditions.get("tags") == team.calls[0].parameters.get("Tags")


@one
def test_get_session_without_filter(aws: GlueEndpoint, form: Callable[..., Any]) -> None:
    aws.put("etl-1", always("READY"))

    assert "etl-1" == got(form).session_id


@pytest.mark.usefixtures("team")
@one
def test_no_matching_session(form: Callable[..., Any]) -> None:
    failure = raised(form, tags={"team": "etl"}, statuses=["FAILED", "TIMEOUT"])
    expected = (
        "No Glue session in eu-west-1 fits tags team=etl; status FAILED or TIMEOUT: "
        "start one, or correct what is asked for, the region or the account that is asked, and run again."
    )

    assert isinstance(failure, NotOneSession)
    assert expected == str(failure)


@pytest.mark.usefixtures("team")
@one
def test_several_matching_sessions(form: Callable[..., Any]) -> None:
    failure = raised(form, id_prefix="etl-")
    expected = "2 Glue sessions in eu-west-1 fit id_prefix etl- (etl-1, etl-2): narrow it down to one, or use get_sessions, and run again."

    assert isinstance(failure, NotOneSession)
    assert expected == str(failure)


def test_error_lists_five_matching_sessions(aws: GlueEndpoint) -> None:
    for number in range(1, 9):
        aws.put(f"s{number}", always("READY"))
    failure = raised(get_session, statuses="READY")

    assert str(failure).startswith("8 Glue sessions in eu-west-1 fit status READY (s1, s2, s3, s4, s5 and 3 more): ")


def test_result_can_be_awaited(team: GlueEndpoint) -> None:
    """As the functions of other packages can, in an async program."""

    async def program(ran: Ran) -> None:
        ran.values["one"] = (await get_session("etl-1")).status
        ran.values["several"] = (await get_sessions(id_prefix="etl-")).ids

    assert {"one": "READY", "several": ["etl-1", "etl-2"]} == run(program).values
    assert ["GetSession", "ListSessions"] == calls(team)


def test_output_fields_are_outputs(team: GlueEndpoint) -> None:
    def program(ran: Ran) -> None:
        session = get_session_output("etl-1")
        ran.values = {"role": session.role, "python": session.command.python_version, "arguments": session.default_arguments}

    assert {"role": ROLE, "python": "3", "arguments": ARGUMENTS} == run(program).values
    assert 1 == team.count()


def test_functions_work_in_threads(aws: GlueEndpoint) -> None:
    """No event loop runs there, by which a program's client is kept. A session would need one: it holds an Output."""

    def program(ran: Ran) -> None:
        with ThreadPoolExecutor(1) as threads:
            ran.values["one"] = str(threads.submit(get_session, "gone").exception())
            ran.values["several"] = threads.submit(get_sessions).result().ids

    assert {"one": NOT_FOUND, "several": []} == run(program).values
    assert ["GetSession", "ListSessions"] == calls(aws)


# --- Several sessions ---


@several
def test_get_sessions_newest_first(team: GlueEndpoint, form: Callable[..., Any]) -> None:
    result = got(form)

    assert isinstance(result, GetSessionsResult)
    assert ("eu-west-1", ["etl-1", "etl-2", "ops-1"]) == (result.region, result.ids)
    assert result.ids == [each.session_id for each in result.sessions]
    assert ["READY", "STOPPED", "READY"] == [each.status for each in result.sessions]
    assert ["ListSessions"] == calls(team)


@pytest.mark.parametrize(
    ("conditions", "ids"),
    [
        ({"tags": {"team": "etl"}}, ["etl-1", "etl-2"]),
        ({"statuses": "READY"}, ["etl-1", "ops-1"]),
        ({"statuses": ["STOPPED", "FAILED"]}, ["etl-2"]),
        ({"id_prefix": "etl-"}, ["etl-1", "etl-2"]),
        ({"id_pattern": "*-1"}, ["etl-1", "ops-1"]),
        ({"tags": {"team": "etl"}, "statuses": "READY", "id_pattern": "*-1"}, ["etl-1"]),
        ({"id_prefix": "nobody"}, []),
    ],
    ids=str,
)
@several
def test_get_sessions_by_filter(
    team: GlueEndpoint, form: Callable[..., Any], conditions: dict[str, Any], ids: list[str]
) -> None:
    assert ids == got(form, **conditions).ids
    assert ["ListSessions"] == calls(team)


def test_filters_can_be_nested_outputs(team: GlueEndpoint) -> None:
    of = pulumi.Output.from_input

    def program(ran: Ran) -> None:
        found = get_sessions_output(tags={"team": of("etl")}, statuses=[of("READY"), "STOPPED"], id_prefix=of("etl"), id_pattern=of("*"))
        again = get_sessions_output(tags=of({"team": "etl"}), statuses=of("READY"), aws=AwsOptions(region=of("ap-south-1")))
        ran.values = {"ids": found.ids, "again": again.ids, "region": again.region}

    assert {"ids": ["etl-1", "etl-2"], "again": ["etl-1"], "region": "ap-south-1"} == run(program).values
    assert 2 == team.count("ListSessions")


# --- Who asks ---


@pytest.mark.parametrize("form", [*FORMS.values(), *LISTS.values()], ids=["one, plain", "one, output", "several, plain", "several, output"])
def test_aws_options_win_over_stack_configuration(team: GlueEndpoint, form: Callable[..., Any]) -> None:
    arguments = ["etl-1"] if form in FORMS.values() else []

    def program(ran: Ran) -> None:
        ran.values["default"] = form(*arguments)
        ran.values["option"] = form(*arguments, aws=AwsOptions(region="us-east-1"))

    found = run(program, config={"aws:region": "ap-south-1"}).values

    assert ("ap-south-1", "us-east-1") == (found["default"].region, found["option"].region)
    assert ["ap-south-1", "us-east-1"] == sorted(str(call.credential).split("/")[2] for call in team.calls)


# --- Errors ---


@one
def test_error_is_a_run_error_of_its_class(aws: GlueEndpoint, form: Callable[..., Any]) -> None:
    """`pulumi.RunError` is what the language host prints as one line."""
    failure = raised(form, "gone")

    assert isinstance(failure, SessionNotFound)
    assert isinstance(failure, pulumi.RunError)
    assert NOT_FOUND == str(failure)
    assert SessionNotFound is type(failure.__cause__)
    assert 1 == aws.count()


@pytest.mark.since(pulumi="3.269", reason="an Output recovers from an error of the one that it was made from")
def test_program_can_recover_from_a_missing_session(aws: GlueEndpoint) -> None:
    def program(ran: Ran) -> None:
        try:
            get_session("gone")
        except SessionNotFound:
            ran.values["plain"] = "there is none"
        ran.values["output"] = get_session_output("gone").apply(lambda _: "there is one").recover(lambda error: type(error).__name__)

    assert {"plain": "there is none", "output": "SessionNotFound"} == run(program).values
    assert 2 == aws.count()


@pytest.mark.parametrize("kind", [SessionNotFound, AccessDenied, LookFailed, GlueSessionError, pulumi.RunError])
def test_error_can_be_caught_by_each_base_class(aws: GlueEndpoint, kind: type[Exception]) -> None:
    if issubclass(kind, LookFailed):
        aws.fail("GetSession", error("AccessDeniedException", "no"))

    def program(ran: Ran) -> None:
        try:
            get_session("gone")
        except kind as failure:
            ran.values["caught"] = type(failure).__name__

    assert {"caught": "AccessDenied" if issubclass(kind, LookFailed) else "SessionNotFound"} == run(program).values


def test_error_keeps_its_attributes(aws: GlueEndpoint) -> None:
    aws.fail("GetSession", server_fault())
    invalid, failed = raised(get_session, ""), raised(get_session, "etl-1")

    assert isinstance(invalid, InvalidInput)
    assert ("session_id", f"session_id: '' {NO_ID}") == (invalid.input_name, str(invalid))
    assert isinstance(failed, LookFailed)
    assert failed.is_transient


def test_error_can_be_pickled(aws: GlueEndpoint) -> None:
    failure = pickle.loads(pickle.dumps(raised(get_session, "gone")))  # noqa: S301 - our own

    assert isinstance(failure, SessionNotFound)
    assert NOT_FOUND == str(failure)
    assert 1 == aws.count()


@several
def test_denied_list_names_the_action(aws: GlueEndpoint, form: Callable[..., Any]) -> None:
    aws.fail("ListSessions", error("AccessDeniedException", "no"))
    failure = raised(form)

    assert isinstance(failure, AccessDenied)
    assert "allow glue:ListSessions to the role that runs Pulumi" in str(failure)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"session_id": ""}, f"session_id: '' {NO_ID}"),
        ({"session_id": 7}, f"session_id: 7 {NO_ID}"),
        ({"session_id": "etl-1", "tags": {"team": "etl"}}, f"tags: {NOT_BOTH}"),
        ({"session_id": "etl-1", "statuses": "READY"}, f"statuses: {NOT_BOTH}"),
        ({"session_id": "etl-1", "id_prefix": "etl"}, f"id_prefix: {NOT_BOTH}"),
        ({"session_id": "etl-1", "id_pattern": "*"}, f"id_pattern: {NOT_BOTH}"),
        (
            {"statuses": "RUNNING"},
            ("statuses: 'RUNNING' names no status of a Glue session: use FAILED, PROVISIONING, READY, STOPPED, STOPPING, TIMEOUT"),
        ),
        ({"id_prefix": 7}, "id_prefix: 7 is no text"),
        (
            {"session_id": "etl-1", "aws": AwsOptions(max_retries=99)},
            "aws.max_retries: Invalid number of retries 99: use a whole number from 0 to 50",
        ),
        (
            {"session_id": "etl-1", "aws": "eu-west-1"},
            "aws: Invalid options 'eu-west-1': use AwsOptions",
        ),
    ],
    ids=str,
)
@one
def test_invalid_argument_is_named_and_no_call_is_made(
    aws: GlueEndpoint, form: Callable[..., Any], arguments: dict[str, Any], sentence: str
) -> None:
    failure = raised(form, **arguments)

    assert isinstance(failure, InvalidInput)
    assert (sentence.split(":", maxsplit=1)[0], sentence) == (failure.input_name, str(failure))
    assert 0 == aws.count()


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (lambda value: {"session_id": value}, "session_id"),
        (lambda value: {"tags": value}, "tags"),
        (lambda value: {"tags": {"team": value}}, "tags.team"),
        (lambda value: {"statuses": ["READY", value]}, "statuses[1]"),
        (lambda value: {"id_prefix": value}, "id_prefix"),
        (lambda value: {"session_id": "etl-1", "aws": AwsOptions(region=value)}, "aws.region"),
        (
            lambda value: {"session_id": "etl-1", "aws": AwsOptions(assume_roles=[AssumeRole(role_arn=value)])},
            "aws.assume_roles[0].role_arn",
        ),
        (
            lambda value: {"session_id": "etl-1", "aws": AwsOptions(assume_roles=[AssumeRole(role_arn=ROLE, external_id=value)])},
            "aws.assume_roles[0].external_id",
        ),
    ],
    ids=["session_id", "tags", "one tag", "one status", "id_prefix", "region", "role", "external id"],
)
def test_output_in_plain_form_is_refused(
    aws: GlueEndpoint, arguments: Callable[[object], dict[str, Any]], name: str
) -> None:
    """It would otherwise be asked for as `<pulumi.output.Output object at 0x...>`."""

    def ask() -> object:
        return get_session(**arguments(pulumi.Output.from_input("etl-1")))

    failure = raised(ask)

    assert f"{name}: {AN_OUTPUT}" == str(failure)
    assert 0 == aws.count()


@pytest.mark.parametrize("form", [*FORMS.values(), *LISTS.values()], ids=["one, plain", "one, output", "several, plain", "several, output"])
def test_provider_option_is_refused(aws: GlueEndpoint, form: Callable[..., Any]) -> None:
    """It would be ignored, and the session of somebody else's account given."""

    def ask() -> object:
        provider = pulumi.ProviderResource("aws", "other", {"region": "us-east-1"})
        return form(opts=pulumi.InvokeOptions(provider=provider))

    failure = raised(ask)

    assert isinstance(failure, InvalidInput)
    assert NO_PROVIDER == str(failure)
    assert 0 == aws.count()


# --- Together ---


def test_same_session_is_read_once(team: GlueEndpoint) -> None:
    def program(ran: Ran) -> None:
        for number in range(20):
            ran.values[str(number)] = get_session_output("etl-1").status

    assert ["READY"] * 20 == list(run(program).values.values())
    assert ["GetSession"] == calls(team)


def test_several_sessions_share_one_list(team: GlueEndpoint) -> None:
    def program(ran: Ran) -> None:
        for session_id in ("etl-1", "etl-2", "ops-1"):
            ran.values[session_id] = get_session_output(session_id).status

    assert {"etl-1": "READY", "etl-2": "STOPPED", "ops-1": "READY"} == run(program).values
    assert ["ListSessions"] == calls(team)


def test_function_and_resource_share_a_call(team: GlueEndpoint) -> None:
    def program(ran: Ran) -> None:
        GlueSession("analytics", session_id="etl-1")
        ran.values["status"] = get_session_output("etl-1").status

    assert {"status": "READY"} == run(program).values
    assert ["GetSession"] == calls(team)


def test_functions_share_one_client(team: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """Making one takes a quarter of a second."""
    made = list[AwsConfig]()

    def create(config: AwsConfig) -> Any:  # noqa: ANN401 - untyped in boto3
        made.append(config)
        return create_session(config)

    monkeypatch.setattr("pulumi_glue_session.aws.sessions.create_session", create)

    def program(ran: Ran) -> None:
        plain = [get_session("etl-1").status, *get_sessions().ids]
        ran.values = {"plain": plain, "output": get_session_output("etl-1").status, "list": get_sessions_output().ids}

    run(program)

    assert 1 == len(made)
    assert 4 == team.count()


# --- Waiting for arguments and dependencies ---

WAITING: dict[str, Callable[[Made], dict[str, Any]]] = {
    "a condition": lambda made: {"id_prefix": made.id},
    "a tag": lambda made: {"tags": {"team": made.id}},
    "an option": lambda made: {"aws": AwsOptions(profile=made.id)},
    "a dependency": lambda made: {"opts": pulumi.InvokeOutputOptions(depends_on=[made])},
    "a dependency alone": lambda made: {"opts": pulumi.InvokeOutputOptions(depends_on=made)},
    "an output of dependencies": lambda made: {"opts": pulumi.InvokeOutputOptions(depends_on=pulumi.Output.from_input([made]))},
    "an unknown list": lambda made: {"opts": pulumi.InvokeOutputOptions(depends_on=made.id.apply(lambda _: [made]))},
    "a component": lambda _: {"opts": pulumi.InvokeOutputOptions(depends_on=[Notebook("notebook")])},
}


@pytest.mark.parametrize("waiting", WAITING.values(), ids=WAITING)
@pytest.mark.parametrize("form", [get_session_output, get_sessions_output], ids=["one", "several"])
def test_preview_makes_no_call_before_dependencies(
    aws: GlueEndpoint, form: Callable[..., Any], waiting: Callable[[Made], dict[str, Any]]
) -> None:
    def program(ran: Ran) -> None:
        result = form(**waiting(Made("made")))
        ran.values = {"known": known(result), "region": known(result.region), "got": result}

    assert {"known": False, "region": False, "got": None} == run(program, preview=True).values
    assert 0 == aws.count()


def test_preview_makes_no_call_for_an_unknown_id(aws: GlueEndpoint) -> None:
    def program(ran: Ran) -> None:
        ran.values["known"] = known(get_session_output(Made("made").id))

    assert {"known": False} == run(program, preview=True).values
    assert 0 == aws.count()


def test_up_calls_after_dependencies(aws: GlueEndpoint) -> None:
    """A session that the same up creates is found."""

    def program(ran: Ran) -> None:
        made = Made("made")

        def created(_: object) -> list[pulumi.Resource]:
            aws.put("id-of-made", always("READY"))
            return [made]

        opts = pulumi.InvokeOutputOptions(depends_on=made.id.apply(created))
        ran.values = {
            "one": get_session_output(made.id, opts=opts).status,
            "several": get_sessions_output(opts=opts).ids,
            "after a component": get_sessions_output(opts=pulumi.InvokeOutputOptions(depends_on=[Notebook("notebook"), made])).region,
        }

    assert {"one": "READY", "several": ["id-of-made"], "after a component": "eu-west-1"} == run(program).values


# --- Secrets ---


def test_only_default_arguments_are_secret(team: GlueEndpoint) -> None:
    def program(ran: Ran) -> None:
        plain, output, listed = get_session("etl-1"), get_session_output("etl-1"), get_sessions().sessions[0]
        several = get_sessions_output().sessions.apply(lambda each: each[0].default_arguments)
        ran.values = {
            "plain": secret(plain.default_arguments),
            "listed": secret(listed.default_arguments),
            "output": secret(output.default_arguments),
            "several": secret(several),
            "status": secret(output.status),
            "whole": secret(output),
            "values": pulumi.Output.all(plain.default_arguments, listed.default_arguments, output.default_arguments, several),
        }

    found = run(program).values

    assert [ARGUMENTS] * 4 == found.pop("values")
    assert {"plain": True, "listed": True, "output": True, "several": True, "status": False, "whole": False} == found
    assert 4 == team.count()


def test_secret_argument_makes_the_result_secret(team: GlueEndpoint) -> None:
    """Its answer tells what it was."""

    def program(ran: Ran) -> None:
        by_id = get_session_output(pulumi.Output.secret("etl-1"))
        by_tag = get_sessions_output(tags={"team": pulumi.Output.secret("ops")})
        ran.values = {"id": secret(by_id), "status": secret(by_id.status), "tag": secret(by_tag.ids), "ids": by_tag.ids}

    assert {"id": True, "status": True, "tag": True, "ids": ["ops-1"]} == run(program).values
    assert 2 == team.count()


@pytest.fixture
def sts(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> Iterator[StsEndpoint]:
    """STS beside the Glue that `aws` is set to ask."""
    assert aws.url
    with StsEndpoint() as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", endpoint.url)
        yield endpoint


@pytest.mark.usefixtures("team")
def test_secret_in_aws_options_leaves_the_result_plain(sts: StsEndpoint) -> None:
    def program(ran: Ran) -> None:
        aws = AwsOptions(assume_roles=[AssumeRole(role_arn=ROLE, external_id=pulumi.Output.secret("hush-hush"))])
        one, several = get_session_output("etl-1", aws=aws), get_sessions_output(aws=aws)
        ran.values = {"one": secret(one), "several": secret(several), "status": one.status, "ids": several.ids}

    expected = {"one": False, "several": False, "status": "READY", "ids": ["etl-1", "etl-2", "ops-1"]}

    assert expected == run(program).values
    assert {"hush-hush"} == {call.parameters["ExternalId"] for call in sts.calls}


@pytest.mark.usefixtures("team")
def test_plain_form_uses_the_external_id(sts: StsEndpoint) -> None:
    aws = AwsOptions(assume_roles=[AssumeRole(role_arn=ROLE, external_id="hush-hush")])

    assert "READY" == got(get_session, "etl-1", aws=aws).status
    assert ["hush-hush"] == [call.parameters["ExternalId"] for call in sts.calls]


# --- Unit tests of users ---


class Mocks(pulumi.runtime.Mocks):
    """Answers by token, and keeps what it was asked for."""

    def __init__(self, answers: Mapping[str, dict[str, Any]]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        return "analytics", {**args.inputs, **self.answers.get(args.name, {})}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]]]:
        self.asked.append((args.token, args.args))
        return self.answers[args.token], []


def mocked(
    answers: Mapping[str, dict[str, Any]], program: Callable[[], pulumi.Input[Any]], *, preview: bool = False
) -> tuple[Any, list[tuple[str, dict[str, Any]]]]:
    """What a program under `pulumi.runtime.set_mocks` gives, and what its mocks were asked for."""
    mocks, results = Mocks(answers), list[Any]()

    def declare() -> pulumi.Output[Any]:
        return pulumi.Output.from_input(program()).apply(results.append)

    under_mocks(mocks, declare, preview=preview)
    return results[0], mocks.asked


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({}, ("etl-1", "", "", "", 0)),
        ({"status": "READY"}, ("etl-1", "", "READY", "", 0)),
        ({"status": "READY", "role": ROLE, "number_of_workers": 5}, ("etl-1", "", "READY", ROLE, 5)),
        ({"session_id": "another", "region": "eu-west-1"}, ("another", "eu-west-1", "", "", 0)),
    ],
    ids=["nothing", "a field", "some fields", "who and where"],
)
@one
def test_mock_of_get_session(
    aws: GlueEndpoint, form: Callable[..., Any], answer: dict[str, Any], expected: tuple[object, ...], *, preview: bool
) -> None:
    def program() -> pulumi.Input[Any]:
        return pulumi.Output.from_input(form("etl-1")).apply(
            lambda found: (found.session_id, found.region, found.status, found.role, found.number_of_workers)
        )

    assert (expected, [(GET_SESSION, {"session_id": "etl-1", "aws": {}})]) == mocked({GET_SESSION: answer}, program, preview=preview)
    assert 0 == aws.count()


def test_mock_without_id_returns_the_requested_one(aws: GlueEndpoint) -> None:
    """Also where the program has its id as an Output, as it mostly has in the Output form."""

    def program() -> pulumi.Output[str]:
        return get_session_output(pulumi.Output.from_input("etl-1")).session_id

    assert "etl-1" == mocked({GET_SESSION: {"status": "READY"}}, program)[0]
    assert 0 == aws.count()


@several
def test_mock_of_get_sessions(aws: GlueEndpoint, form: Callable[..., Any]) -> None:
    answer = {
        "region": "eu-west-1",
        "sessions": [{"session_id": "b", "status": "READY"}, {"session_id": "a", "command": {"name": "glueetl"}}],
    }

    def program() -> pulumi.Input[Any]:
        return pulumi.Output.from_input(form(tags={"team": "etl"}, statuses=["READY"])).apply(
            lambda found: (found.ids, [(each.status, each.command.name, each.region) for each in found.sessions])
        )

    expected = (["b", "a"], [("READY", "", "eu-west-1"), ("", "glueetl", "eu-west-1")])
    asked_for = (GET_SESSIONS, {"tags": {"team": "etl"}, "statuses": ["READY"], "aws": {}})

    assert (expected, [asked_for]) == mocked({GET_SESSIONS: answer}, program)
    assert [] == mocked({GET_SESSIONS: {}}, lambda: pulumi.Output.from_input(form()).apply(lambda found: found.ids))[0]
    assert 0 == aws.count()


@one
def test_mock_receives_aws_options(form: Callable[..., Any]) -> None:
    def program() -> pulumi.Input[Any]:
        options = AwsOptions(region="eu-west-1", assume_roles=[AssumeRole(role_arn=ROLE, external_id="hush-hush")])
        return pulumi.Output.from_input(form("etl-1", aws=options)).apply(lambda found: found.status)

    status, ((_, asked_for),) = mocked({GET_SESSION: {"status": "READY"}}, program)

    assert "READY" == status
    assert {"region": "eu-west-1", "assume_roles": [{"role_arn": ROLE, "external_id": "hush-hush"}]} == asked_for["aws"]


@one
def test_default_arguments_of_a_mock_are_secret(form: Callable[..., Any]) -> None:
    def program() -> pulumi.Input[Any]:
        arguments: pulumi.Output[Any] = pulumi.Output.from_input(form("etl-1")).apply(lambda found: found.default_arguments)
        return pulumi.Output.all(secret(arguments), arguments)

    assert [True, {"--key": "planted"}] == mocked({GET_SESSION: {"default_arguments": {"--key": "planted"}}}, program)[0]


def test_function_tokens() -> None:
    """They stand in users' unit tests."""
    assert ("glue-session:index:getSession", "glue-session:index:getSessions") == (GET_SESSION, GET_SESSIONS)


# --- The resource's fields of this run ---


@pytest.fixture
def busy(aws: GlueEndpoint) -> GlueEndpoint:
    """One session whose code runs."""
    aws.put("busy", always("READY"), Progress=0.5, ExecutionTime=12.5, DPUSeconds=25.0)
    return aws


def live(session: GlueSession) -> dict[str, Any]:
    return {"progress": session.progress, "execution_time": session.execution_time, "dpu_seconds": session.dpu_seconds}


LIVE = {"progress": 0.5, "execution_time": 12.5, "dpu_seconds": 25.0}


@pytest.mark.parametrize("wait_for", ["READY", None], ids=["gate", "no gate"])
@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
def test_volatile_fields_are_not_recorded(busy: GlueEndpoint, wait_for: str | None, *, preview: bool) -> None:
    def program(ran: Ran) -> None:
        ran.values = live(GlueSession("busy", session_id="busy", wait_for=wait_for))

    ran = run(program, preview=preview)

    assert LIVE == ran.values
    assert set() == LIVE.keys() & ran.recorded["busy"].keys()
    assert ["GetSession"] == calls(busy), "the look of the gate is enough"


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
def test_get_with_wait_needs_no_second_call(busy: GlueEndpoint, *, preview: bool) -> None:
    def program(ran: Ran) -> None:
        ran.values = live(GlueSession.get("busy", "busy"))

    assert LIVE == run(program, preview=preview).values
    assert ["GetSession"] == calls(busy)


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
def test_get_without_wait_reads_volatile_fields_on_use(busy: GlueEndpoint, *, preview: bool) -> None:
    def without(_: Ran) -> None:
        GlueSession.get("busy", "busy", wait_for=None)

    def using(ran: Ran) -> None:
        ran.values = live(GlueSession.get("busy", "busy", wait_for=None))

    run(without, preview=preview)
    assert [] == calls(busy), "here the read itself, which the engine does, asks"
    assert LIVE == run(using, preview=preview).values
    assert ["GetSession"] == calls(busy), "once for the three"


def test_failed_read_of_a_volatile_field(aws: GlueEndpoint) -> None:
    with pytest.raises(pulumi.RunError) as failure:
        run(lambda _: GlueSession.get("gone", "gone", wait_for=None).progress)

    assert NOT_FOUND == str(failure.value)
    assert 1 == aws.count()


@pytest.mark.parametrize(
    "declare", [lambda: GlueSession("late", session_id="late"), lambda: GlueSession.get("late", "late")], ids=["record", "get"]
)
def test_volatile_fields_are_unknown_while_pending(aws: GlueEndpoint, declare: Callable[[], GlueSession]) -> None:
    """Up will wait, and see another one."""
    aws.put("late", always("PROVISIONING"))

    def program(ran: Ran) -> None:
        ran.values = {name: known(output) for name, output in live(declare()).items()}

    assert dict.fromkeys(LIVE, False) == run(program, preview=True).values


def test_volatile_fields_are_unknown_before_dependencies(busy: GlueEndpoint) -> None:
    def program(ran: Ran) -> None:
        session = GlueSession("busy", session_id="busy", opts=pulumi.ResourceOptions(depends_on=[Made("made")]))
        ran.values = {name: known(output) for name, output in live(session).items()}

    assert dict.fromkeys(LIVE, False) == run(program, preview=True).values
    assert 0 == busy.count()


def test_volatile_field_after_a_wait(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi_glue_session.core.wait.MIN_BACKOFF_SECONDS", 0.0)
    aws.put("late", looks(step("PROVISIONING", Progress=0.1), step("READY", Progress=0.2), step("READY", Progress=0.9)))

    def program(ran: Ran) -> None:
        ran.values["progress"] = GlueSession("late", session_id="late").progress

    assert {"progress": 0.2} == run(program).values
    assert 2 == aws.count()


def test_failed_session_withholds_volatile_fields(aws: GlueEndpoint) -> None:
    aws.put("ended", always("STOPPED"), Progress=0.5)
    used = list[float]()

    def program(_: Ran) -> None:
        GlueSession("ended", session_id="ended").progress.apply(used.append)

    ran = run(program)

    assert (1, []) == (len(ran.refused), used)


def test_mock_of_volatile_fields(aws: GlueEndpoint) -> None:
    def program() -> pulumi.Output[Any]:
        return pulumi.Output.all(**live(GlueSession("busy", session_id="busy")))

    assert LIVE == mocked({"busy": LIVE}, program)[0]
    assert 0 == aws.count()


# --- The resource's arguments of the session's command ---


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
def test_expected_arguments_are_never_shown(aws: GlueEndpoint, wanted: dict[str, Any], on_mismatch: Any) -> None:  # noqa: ANN401 - a literal
    aws.put("etl-1", always("READY"), DefaultArguments={"--password": "planted-found"})

    def program(_: Ran) -> None:
        expected = {name: pulumi.Output.from_input("planted-wanted") if value is pulumi.Output else value for name, value in wanted.items()}
        GlueSession("etl", session_id="etl-1", expect={"default_arguments": expected}, on_mismatch=on_mismatch)

    ran = run(program)
    told = [sentence for _, sentence in ran.said] + ran.refused
    sentence = (
        'Glue session "etl-1" in eu-west-1 is not as expected: name a session that is, or correct expect, and run again.\n'
        "  default_arguments: expected [secret], found [secret]"
    )

    assert [sentence] == told
    assert "planted" not in f"{told} {ran.murmured}"


@pytest.mark.parametrize("wanted", ["planted", ["planted"], 5, {"at_least": "planted"}], ids=str)
def test_invalid_expected_arguments_are_never_shown(aws: GlueEndpoint, wanted: object) -> None:
    aws.put("etl-1", always("READY"), DefaultArguments={"--password": "planted-found"})

    def program(_: Ran) -> None:
        GlueSession("etl", session_id="etl-1", expect={"default_arguments": wanted})

    ran = run(program)

    assert 1 == len(ran.refused)
    assert "planted" not in f"{ran.refused} {ran.said} {ran.murmured}"


def test_matching_arguments_pass(aws: GlueEndpoint) -> None:
    """Those that are not named may be there as well."""
    aws.put("etl-1", always("READY"), DefaultArguments={"--password": "planted", "--other": "x"})

    def program(ran: Ran) -> None:
        session = GlueSession("etl", session_id="etl-1", expect={"default_arguments": {"--password": "planted"}})
        ran.values = {"secret": secret(session.default_arguments), "arguments": session.default_arguments}

    assert {"secret": True, "arguments": {"--password": "planted", "--other": "x"}} == run(program).values


# --- Keywords that are no arguments ---


@pytest.mark.parametrize(
    ("keyword", "sentence"),
    [
        ("wait_fro", "wait_fro: 'wait_fro' is no argument of GlueSession: did you mean wait_for?"),
        ("time_out", "time_out: 'time_out' is no argument of GlueSession: did you mean timeout?"),
        (
            "role",
            "role: 'role' is no argument of GlueSession: use session_id, wait_for, timeout, expect, on_mismatch, logs, aws, opts",
        ),
    ],
)
def test_unknown_keyword_suggests_a_name(aws: GlueEndpoint, keyword: str, sentence: str) -> None:
    """On the resource, as every other mistake, and before anything is waited for."""

    def program(_: Ran) -> None:
        strange: Any = {keyword: "READY"}
        GlueSession("etl", session_id="etl-1", **strange)

    assert [sentence] == run(program).refused
    assert 0 == aws.count()


def test_unknown_keyword_of_get_fails_the_read(aws: GlueEndpoint) -> None:
    ran = run(lambda _: GlueSession.get("etl", "etl-1", wait_fro="READY"))  # type: ignore[arg-type]
    identity, inputs = ran.read["etl"]

    assert "etl-1" == identity
    assert "'wait_fro' is no argument of GlueSession: did you mean wait_for?" in inputs["__observed"]
    assert 0 == aws.count()


def test_unknown_keyword_under_mocks_is_a_type_error() -> None:
    """There is no check that could refuse it, and the mistake is the test's."""
    with pytest.raises(TypeError) as caught:
        mocked({}, lambda: GlueSession("etl", session_id="etl-1", wait_fro="READY").urn)  # type: ignore[arg-type]

    assert "'wait_fro' is no argument of GlueSession: did you mean wait_for?" == str(caught.value)
