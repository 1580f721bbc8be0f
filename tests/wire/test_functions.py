"""Results of `get_session` and `get_sessions`.

Programs run in this process with a small engine and call Glue over HTTP.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pulumi
import pytest

from pulumi_glue_session import (
    AwsOptions,
    GetSessionResult,
    GetSessionsResult,
    GlueSession,
    SessionNotFound,
    get_session,
    get_session_output,
    get_sessions,
    get_sessions_output,
)
from pulumi_glue_session.aws.boto3_session import create_session
from pulumi_glue_session.core.aws_config import AwsConfig
from support.function_calls import FORMS, LISTS, ROLE, calls, got, one, several
from support.glue_endpoint import GlueEndpoint
from support.program_run import Ran, run

pytestmark = pytest.mark.usefixtures("single_attempt", "quiet_loops")


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


def test_result_can_be_awaited(team: GlueEndpoint) -> None:

    async def program(ran: Ran) -> None:
        ran.values["one"] = (await get_session("etl-1")).status
        ran.values["several"] = (await get_sessions(id_prefix="etl-")).ids

    assert {"one": "READY", "several": ["etl-1", "etl-2"]} == run(program).values
    assert ["GetSession", "ListSessions"] == calls(team)


def test_output_fields_are_outputs(team: GlueEndpoint) -> None:
    def program(ran: Ran) -> None:
        session = get_session_output("etl-1")
        ran.values = {
            "role": session.role,
            "python": session.command.python_version,
            "arguments": session.default_arguments,
        }

    assert {"role": ROLE, "python": "3", "arguments": {"--enable-glue-datacatalog": "true"}} == run(program).values
    assert 1 == team.count()


def test_functions_work_in_threads(aws: GlueEndpoint) -> None:
    """Without an event loop there is no shared client."""

    def program(ran: Ran) -> None:
        with ThreadPoolExecutor(1) as threads:
            ran.values["one"] = str(threads.submit(get_session, "gone").exception())
            ran.values["several"] = threads.submit(get_sessions).result().ids

    assert {"one": str(SessionNotFound("gone", region="eu-west-1")), "several": []} == run(program).values
    assert ["GetSession", "ListSessions"] == calls(aws)


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
        found = get_sessions_output(
            tags={"team": of("etl")}, statuses=[of("READY"), "STOPPED"], id_prefix=of("etl"), id_pattern=of("*")
        )
        again = get_sessions_output(
            tags=of({"team": "etl"}), statuses=of("READY"), aws=AwsOptions(region=of("ap-south-1"))
        )
        ran.values = {"ids": found.ids, "again": again.ids, "region": again.region}

    assert {"ids": ["etl-1", "etl-2"], "again": ["etl-1"], "region": "ap-south-1"} == run(program).values
    assert 2 == team.count("ListSessions")


@pytest.mark.parametrize(
    "form", [*FORMS.values(), *LISTS.values()], ids=["one, plain", "one, output", "several, plain", "several, output"]
)
def test_aws_options_win_over_stack_configuration(team: GlueEndpoint, form: Callable[..., Any]) -> None:
    arguments = ["etl-1"] if form in FORMS.values() else []

    def program(ran: Ran) -> None:
        ran.values["default"] = form(*arguments)
        ran.values["option"] = form(*arguments, aws=AwsOptions(region="us-east-1"))

    found = run(program, config={"aws:region": "ap-south-1"}).values

    assert ("ap-south-1", "us-east-1") == (found["default"].region, found["option"].region)
    assert ["ap-south-1", "us-east-1"] == sorted(str(call.credential).split("/")[2] for call in team.calls)


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
    """Creating a client takes a quarter of a second."""
    created = list[AwsConfig]()

    def create(config: AwsConfig, **options: Any) -> Any:
        created.append(config)
        return create_session(config, **options)

    monkeypatch.setattr("pulumi_glue_session.aws.connection.create_session", create)

    def program(ran: Ran) -> None:
        plain = [get_session("etl-1").status, *get_sessions().ids]
        ran.values = {"plain": plain, "output": get_session_output("etl-1").status, "list": get_sessions_output().ids}

    run(program)

    assert 1 == len(created)
    assert 4 == team.count()
