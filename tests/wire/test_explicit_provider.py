"""An explicit `aws.Provider` serves sessions too: the signature shows whose credentials were used."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pulumi
import pytest

from pulumi_glue_session import AwsOptions, GlueSession, get_session, get_session_output
from support.assumed_roles import ROLE, access_keys, sts_calls
from support.glue_endpoint import GlueEndpoint
from support.program_run import Ran, run
from support.sts_endpoint import StsEndpoint

CONFIG: dict[str, Any] = {
    "region": "eu-north-1",
    "access_key": "PROVIDERKEY",
    "secret_key": "planted-secret",
    "token": "",
    "assume_role": [{"role_arn": ROLE, "external_id": "planted-id", "tags": {"Cost_center": "etl"}}],
    "endpoints": [],
    "skip_region_validation": True,
}


@pytest.fixture(autouse=True)
def _stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "stand_ins")


def aws_provider(name: str) -> Any:
    return import_module("pulumi_aws").Provider(name)


class Component(pulumi.ComponentResource):
    def __init__(self, provider: pulumi.ProviderResource) -> None:
        super().__init__("test:index:Component", "component", None, pulumi.ResourceOptions(providers={"aws": provider}))


def region_of(glue: GlueEndpoint) -> set[str]:
    return {str(call.credential).split("/")[2] for call in glue.calls}


@pytest.mark.parametrize("how", ["provider", "list", "mapping", "parent", "get", "function", "function of a parent"])
def test_provider_serves_sessions(aws: GlueEndpoint, sts: StsEndpoint, how: str) -> None:
    def program(ran: Ran) -> None:
        ran.provider_config = CONFIG
        provider = aws_provider("explicit")
        options = {
            "provider": pulumi.ResourceOptions(provider=provider),
            "list": pulumi.ResourceOptions(providers=[provider]),
            "mapping": pulumi.ResourceOptions(providers={"aws": provider}),
            "parent": pulumi.ResourceOptions(parent=Component(provider)) if how == "parent" else None,
        }
        if how == "function":
            output = get_session_output("analytics", opts=pulumi.InvokeOptions(provider=provider))
            ran.values["status"] = output.status
        elif how == "function of a parent":
            opts = pulumi.InvokeOutputOptions(parent=Component(provider))
            ran.values["status"] = get_session_output("analytics", opts=opts).status
        elif how == "get":
            GlueSession.get("analytics", "analytics", opts=pulumi.ResourceOptions(provider=provider))
        else:
            GlueSession("analytics", session_id="analytics", opts=options[how])

    ran = run(program)

    assert [] == ran.refused
    assert ("AssumeRole", "PROVIDERKEY") in sts_calls(sts)
    assert {"ASIA0000000000000001"} == set(access_keys(aws))
    assert {"eu-north-1"} == region_of(aws)
    assert "planted-secret" not in json.dumps([ran.recorded, ran.read, ran.said], default=str)


def test_record_has_roles_and_no_credentials(sts: StsEndpoint) -> None:
    """A refresh assumes the same role."""
    del sts

    def program(ran: Ran) -> None:
        ran.provider_config = CONFIG
        opts = pulumi.ResourceOptions(provider=aws_provider("explicit"))
        GlueSession("analytics", session_id="analytics", aws=AwsOptions(max_retries=0), opts=opts)

    recorded = run(program).recorded["analytics"]

    assert {"assume_roles", "max_retries"} == recorded["aws"].keys()
    assert "eu-north-1" == recorded["region"]


@pytest.mark.usefixtures("sts")
def test_options_come_before_the_provider(aws: GlueEndpoint) -> None:
    def program(ran: Ran) -> None:
        ran.provider_config = {**CONFIG, "assume_role": None}
        opts = pulumi.ResourceOptions(provider=aws_provider("explicit"))
        GlueSession("analytics", session_id="analytics", aws=AwsOptions(region="us-east-1"), opts=opts)

    run(program, config={"aws:region": "eu-central-1", "aws:accessKey": "STACK", "aws:secretKey": "planted"})

    assert ({"us-east-1"}, {"PROVIDERKEY"}) == (region_of(aws), set(access_keys(aws)))


@pytest.mark.usefixtures("sts")
def test_what_cannot_be_taken_over_is_named(aws: GlueEndpoint) -> None:
    def program(ran: Ran) -> None:
        ran.provider_config = {**CONFIG, "insecure": True}
        opts = pulumi.ResourceOptions(provider=aws_provider("explicit"))
        GlueSession("analytics", session_id="analytics", opts=opts)

    (refused,) = run(program).refused

    assert "opts.provider.insecure: Not supported" in " ".join(refused.split())
    assert [] == aws.calls


def test_provider_of_an_older_pulumi_aws_is_refused(aws: GlueEndpoint) -> None:
    def program(_: Ran) -> None:
        opts = pulumi.ResourceOptions(provider=pulumi.ProviderResource("aws", "explicit"))
        GlueSession("analytics", session_id="analytics", opts=opts)

    (refused,) = run(program).refused

    assert "upgrade pulumi-aws to 7, or use aws=AwsOptions(...)" in " ".join(refused.split())
    assert [] == aws.calls


def test_provider_of_a_transformation_is_refused(aws: GlueEndpoint) -> None:
    """Its configuration would be ignored."""

    def program(ran: Ran) -> None:
        ran.provider_config = CONFIG
        provider = aws_provider("explicit")

        def transform(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
            opts = pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(provider=provider))
            return pulumi.ResourceTransformationResult(args.props, opts)

        opts = pulumi.ResourceOptions(transformations=[transform])
        GlueSession("analytics", session_id="analytics", opts=opts)

    (refused,) = run(program).refused

    assert "opts.provider: a transformation set the aws.Provider" in " ".join(refused.split())
    assert [] == aws.calls


def test_plain_function_refuses_a_provider(aws: GlueEndpoint) -> None:
    def program(ran: Ran) -> None:
        ran.provider_config = CONFIG
        with pytest.raises(pulumi.RunError, match=r"the function that\s+ends in"):
            get_session("analytics", opts=pulumi.InvokeOptions(provider=aws_provider("explicit")))

    run(program)

    assert [] == aws.calls


def test_argument_of_pulumi_aws_names_the_option(aws: GlueEndpoint) -> None:
    def program(_: Ran) -> None:
        GlueSession("analytics", session_id="analytics", region="eu-west-1")  # type: ignore[arg-type]

    (refused,) = run(program).refused

    assert "region: not an argument of GlueSession: use aws=AwsOptions(region=...)" in " ".join(refused.split())
    assert [] == aws.calls


@pytest.mark.parametrize(
    ("name", "advice"), [("regoin", "did you mean region?"), ("access_key", "use region, profile, assume_roles")]
)
def test_unknown_option_ends_the_program_with_a_sentence(name: str, advice: str) -> None:
    with pytest.raises(pulumi.RunError) as caught:
        AwsOptions(**{name: "x"})  # type: ignore[arg-type]

    assert f"AwsOptions({name}=...): unknown option, {advice}" in str(caught.value)
