"""Inputs of functions: dependencies, unknown values and secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pulumi
import pytest

from pulumi_glue_session import (
    AssumeRole,
    AwsOptions,
    get_session,
    get_session_output,
    get_sessions,
    get_sessions_output,
)
from support.function_calls import ROLE, got, known, secret
from support.glue_endpoint import GlueEndpoint, always
from support.program_run import Made, Notebook, Ran, run
from support.sts_endpoint import StsEndpoint

pytestmark = pytest.mark.usefixtures("single_attempt", "quiet_loops")


WAITING: dict[str, Callable[[Made], dict[str, Any]]] = {
    "a condition": lambda made: {"id_prefix": made.id},
    "a tag": lambda made: {"tags": {"team": made.id}},
    "an option": lambda made: {"aws": AwsOptions(profile=made.id)},
    "a dependency": lambda made: {"opts": pulumi.InvokeOutputOptions(depends_on=[made])},
    "a dependency alone": lambda made: {"opts": pulumi.InvokeOutputOptions(depends_on=made)},
    "an output of dependencies": lambda made: {
        "opts": pulumi.InvokeOutputOptions(depends_on=pulumi.Output.from_input([made]))
    },
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
    """Including a session that the same up creates."""

    def program(ran: Ran) -> None:
        made = Made("made")

        def created(_: object) -> list[pulumi.Resource]:
            aws.put("id-of-made", always("READY"))
            return [made]

        opts = pulumi.InvokeOutputOptions(depends_on=made.id.apply(created))
        ran.values = {
            "one": get_session_output(made.id, opts=opts).status,
            "several": get_sessions_output(opts=opts).ids,
            "after a component": get_sessions_output(
                opts=pulumi.InvokeOutputOptions(depends_on=[Notebook("notebook"), made])
            ).region,
        }

    assert {"one": "READY", "several": ["id-of-made"], "after a component": "eu-west-1"} == run(program).values


ARGUMENTS = {"--enable-glue-datacatalog": "true"}


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
            "values": pulumi.Output.all(
                plain.default_arguments, listed.default_arguments, output.default_arguments, several
            ),
        }

    found = run(program).values

    assert [ARGUMENTS] * 4 == found.pop("values")
    assert {"plain": True, "listed": True, "output": True, "several": True, "status": False, "whole": False} == found
    assert 4 == team.count()


def test_secret_argument_makes_the_result_secret(team: GlueEndpoint) -> None:
    """The result contains the argument."""

    def program(ran: Ran) -> None:
        by_id = get_session_output(pulumi.Output.secret("etl-1"))
        by_tag = get_sessions_output(tags={"team": pulumi.Output.secret("ops")})
        ran.values = {"id": secret(by_id), "status": secret(by_id.status), "tag": secret(by_tag.ids), "ids": by_tag.ids}

    assert {"id": True, "status": True, "tag": True, "ids": ["ops-1"]} == run(program).values
    assert 2 == team.count()


@pytest.fixture
def sts(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> Iterator[StsEndpoint]:
    """STS in addition to the Glue endpoint of `aws`."""
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
