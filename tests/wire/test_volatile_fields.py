"""Fields of the resource that are read in each run and never recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from pulumi_glue_session import (
    GlueSession,
    SessionNotFound,
)
from support.function_calls import calls, known, mocked
from support.glue_endpoint import GlueEndpoint, always, looks, step
from support.program_run import Made, Ran, run

pytestmark = pytest.mark.usefixtures("single_attempt", "quiet_loops")


@pytest.fixture
def busy(aws: GlueEndpoint) -> GlueEndpoint:
    """A session that runs code."""
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
    assert ["GetSession"] == calls(busy)


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
    assert [] == calls(busy)
    assert LIVE == run(using, preview=preview).values
    assert ["GetSession"] == calls(busy)


def test_failed_read_of_a_volatile_field(aws: GlueEndpoint) -> None:
    with pytest.raises(pulumi.RunError) as failure:
        run(lambda _: GlueSession.get("gone", "gone", wait_for=None).progress)

    assert str(SessionNotFound("gone", region="eu-west-1")) == str(failure.value)
    assert 1 == aws.count()


@pytest.mark.parametrize(
    "declare",
    [lambda: GlueSession("late", session_id="late"), lambda: GlueSession.get("late", "late")],
    ids=["record", "get"],
)
def test_volatile_fields_are_unknown_while_pending(aws: GlueEndpoint, declare: Callable[[], GlueSession]) -> None:
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
