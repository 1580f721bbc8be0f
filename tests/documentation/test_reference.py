"""The tables in docs/reference have exactly the inputs, outputs and options of the code."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

import pulumi_glue_session
from pulumi_glue_session import (
    AssumeRole,
    AssumeRoleWithWebIdentity,
    AwsOptions,
    GetSessionResult,
    GetSessionsResult,
    GlueSession,
    SessionCommand,
)
from pulumi_glue_session.dynamic.stack_config import HONORED, REFUSED, WITHOUT_EFFECT

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"
PAGES = {page.stem: page.read_text(encoding="utf-8") for page in REFERENCE.glob("*.md")}
PROPERTIES = {"progress", "execution_time", "dpu_seconds", "role_arn", "role_name"}
FRAME = {"self", "resource_name", "unknown"}


def rows(page: str, heading: str) -> set[str]:
    """Names in the first column of the table below a heading."""
    section = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", PAGES[page], flags=re.DOTALL | re.MULTILINE)
    assert section
    return set(re.findall(r"^\| `(\w+)`", section[1], flags=re.MULTILINE))


def test_inputs() -> None:
    constructor, read = inspect.signature(GlueSession.__init__), inspect.signature(GlueSession.get)

    assert set(constructor.parameters) - FRAME == rows("glue-session", "Inputs")
    assert set(read.parameters) - FRAME == rows("glue-session", "Inputs") - {"gate"}


def test_outputs() -> None:
    assert set(GlueSession.__annotations__) | PROPERTIES == rows("glue-session", "Outputs")
    assert set(GetSessionResult.__annotations__) == rows("glue-session", "Outputs")


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        ("aws-options", AwsOptions),
        ("aws-options", AssumeRole),
        ("aws-options", AssumeRoleWithWebIdentity),
        ("functions", GetSessionsResult),
        ("glue-session", SessionCommand),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_members_of_a_class(page: str, kind: Any) -> None:
    assert set(kind.__annotations__) == rows(page, kind.__name__)


def test_everything_public_has_a_heading() -> None:
    text = "\n".join(PAGES.values())
    found = set(re.findall(r"^(?:#+ |::: pulumi_glue_session\.)(\w+)$", text, flags=re.MULTILINE))

    assert set() == set(pulumi_glue_session.__all__) - found


def test_stack_configuration() -> None:
    page = (REFERENCE.parent / "credentials.md").read_text(encoding="utf-8")
    section = page.partition("\n## The stack's aws: configuration\n")[2].partition("\n## ")[0]
    honored, _, others = section.partition("\nThis key is rejected")
    rejected, _, without_effect = others.partition("\nThese keys do not matter")

    assert set(re.findall(r"`(\w+)`", honored)) - {"pulumi_aws", "glue", "sts"} == HONORED
    assert set(re.findall(r"`(\w+)`", rejected)) - {"customCaBundle"} == REFUSED
    assert set(re.findall(r"`(\w+)`", without_effect)) == WITHOUT_EFFECT
