"""Inputs of `GlueSession` in programs: dependencies, awaitables, AWS options and secrets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime.rpc import is_rpc_secret

from pulumi_glue_session import AwsOptions, GlueSession
from support.glue_endpoint import GlueEndpoint, always
from support.program_run import Made, Notebook, Ran, run

ROLE = "arn:aws:iam::123456789012:role/GlueSession"


def test_preview_waits_for_dependencies(aws: GlueEndpoint) -> None:
    def program(_: Ran) -> None:
        made = Made("made")
        after: dict[str, Any] = {
            "one": made,
            "list": [made],
            "output": pulumi.Output.from_input([made]),
            "component": [Notebook("notebook")],
            "unknown": made.id.apply(lambda _: [made]),
        }
        for name, depends_on in after.items():
            GlueSession(name, session_id="analytics-prod", opts=pulumi.ResourceOptions(depends_on=depends_on))
        GlueSession("by-output", session_id=pulumi.Output.all(made.urn).apply(lambda _: "analytics-prod"))

    ran = run(program, preview=True)

    assert {"one", "list", "output", "component", "unknown", "by-output"} == ran.recorded.keys()
    assert {pulumi.UNKNOWN} == {recorded["status"] for recorded in ran.recorded.values()}
    assert 0 == aws.count()


def test_preview_waits_for_the_parent(aws: GlueEndpoint) -> None:
    aws.put("analytics-prod", always("READY"))

    def program(_: Ran) -> None:
        GlueSession("analytics", session_id="analytics-prod", opts=pulumi.ResourceOptions(parent=Made("made")))

    assert pulumi.UNKNOWN is run(program, preview=True).recorded["analytics"]["status"]
    assert 0 == aws.count()
    assert "READY" == run(program).recorded["analytics"]["status"]


def test_nested_components_do_not_deadlock(aws: GlueEndpoint) -> None:
    aws.put("analytics-prod", always("READY"))

    def program(_: Ran) -> None:
        outer = Notebook("outer")
        inner = Made("inner", pulumi.ResourceOptions(parent=outer))
        GlueSession("analytics", session_id="analytics-prod", opts=pulumi.ResourceOptions(depends_on=[outer, inner]))

    assert pulumi.UNKNOWN is run(program, preview=True).recorded["analytics"]["status"]
    assert "READY" == run(program).recorded["analytics"]["status"]
    assert 1 == aws.count()


def test_up_reads_after_dependencies(aws: GlueEndpoint) -> None:
    aws.put("analytics-prod", always("READY"))

    def program(_: Ran) -> None:
        opts = pulumi.ResourceOptions(depends_on=[Made("made"), Notebook("notebook")])
        GlueSession("analytics", session_id="analytics-prod", opts=opts)

    assert "READY" == run(program).recorded["analytics"]["status"]


def test_depending_on_the_own_component_does_not_deadlock(aws: GlueEndpoint) -> None:
    aws.put("analytics-prod", always("READY"))

    def program(_: Ran) -> None:
        outer = Notebook("outer")
        GlueSession("analytics", session_id="analytics-prod", opts=pulumi.ResourceOptions(parent=outer))
        GlueSession("after", session_id="analytics-prod", opts=pulumi.ResourceOptions(depends_on=[outer, outer]))

    assert {"analytics", "after"} == run(program).recorded.keys()


async def later(value: object) -> object:
    return value


def task(value: object) -> asyncio.Future[object]:
    return asyncio.ensure_future(later(value))


@pytest.mark.parametrize("made", [later, task, pulumi.Output.from_input], ids=["coroutine", "future", "output"])
def test_inputs_can_be_awaitables(aws: GlueEndpoint, made: Callable[[object], Any]) -> None:
    """A coroutine can be awaited once, and some inputs are used twice."""
    aws.put("analytics-prod", always("READY"))

    def program(_: Ran) -> None:
        options = AwsOptions(region=made("eu-west-1"), max_retries=made(1))
        inputs: dict[str, Any] = {
            "wait_for": made("READY"),
            "timeout": made(60),
            "expect": made({"glue_version": "5.0"}),
        }
        GlueSession("one", session_id=made("analytics-prod"), aws=options, **inputs)
        GlueSession(
            "several",
            session_id="analytics-prod",
            wait_for=["STOPPED", made("READY")],
            expect={"glue_version": made("5.0")},
        )
        GlueSession.get("read", made("analytics-prod"), wait_for=made(["READY"]))

    ran = run(program)

    assert [] == ran.refused
    assert {"one": ["READY"], "several": ["STOPPED", "READY"]} == {
        name: each["wait_for"] for name, each in ran.recorded.items()
    }
    assert "analytics-prod" == ran.read["read"][0]


def test_aws_options_win_over_stack_configuration(aws: GlueEndpoint) -> None:
    aws.put("analytics-prod", always("READY"))

    def program(_: Ran) -> None:
        GlueSession("by-config", session_id="analytics-prod")
        options = AwsOptions(region=pulumi.Output.from_input("us-east-1"), endpoint_url=aws.url)
        GlueSession("by-argument", session_id="analytics-prod", aws=options)

    ran = run(program, config={"aws:region": "eu-central-1"})

    assert ("eu-central-1", None) == (ran.recorded["by-config"]["region"], ran.recorded["by-config"].get("aws"))
    assert ("us-east-1", {"endpoint_url": aws.url}) == (
        ran.recorded["by-argument"]["region"],
        ran.recorded["by-argument"]["aws"],
    )
    assert {"eu-central-1", "us-east-1"} == {(call.credential or "").split("/")[2] for call in aws.calls}


def test_stack_profile_is_recorded_for_explicit_providers(
    aws: GlueEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine passes the stack's configuration to its default provider only, and a refresh needs the profile."""
    aws.put("analytics-prod", always("READY"))
    (tmp_path / "config").write_text("[profile ci]\naws_access_key_id=CI\naws_secret_access_key=planted\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))

    def program(_: Ran) -> None:
        own = pulumi.ResourceOptions(provider=pulumi.ProviderResource("pulumi-python", "own"))
        GlueSession("default", session_id="analytics-prod")
        GlueSession("own", session_id="analytics-prod", opts=own)
        GlueSession("own-and-options", session_id="analytics-prod", aws=AwsOptions(max_retries=1), opts=own)

    recorded = run(program, config={"aws:profile": "ci"}).recorded

    expected = {"default": None, "own": {"profile": "ci"}, "own-and-options": {"max_retries": 1, "profile": "ci"}}
    assert expected == {name: each.get("aws") for name, each in recorded.items()}
    assert {"CI"} == {(call.credential or "").split("/")[0] for call in aws.calls}


def test_additional_secret_outputs_are_secret_inputs(aws: GlueEndpoint) -> None:
    """Observed values are inputs too, and the engine keeps an input secret only if it arrives as a secret."""
    aws.put("analytics-prod", always("READY"), Role=ROLE)

    def program(_: Ran) -> None:
        secrets = pulumi.ResourceOptions(additional_secret_outputs=["role", "no_output"])
        GlueSession("analytics", session_id="analytics-prod", opts=secrets)

    ran = run(program)

    sent = {
        name: is_rpc_secret(value)
        for name, value in ran.sent["analytics"].items()
        if name in {"role", "no_output", "session_id"}
    }
    assert {"role": True, "session_id": False} == sent
    assert ROLE == ran.recorded["analytics"]["role"]
