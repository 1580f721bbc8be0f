"""docs/reference/errors.md explains every error."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pulumi_glue_session
from pages import headings
from pulumi_glue_session import GlueSessionError

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "errors.md"


def classes(base: type[GlueSessionError]) -> Iterator[str]:
    for each in base.__subclasses__():
        yield each.__name__
        yield from classes(each)


def test_every_error_class_has_a_heading() -> None:
    public = {name for name in pulumi_glue_session.__all__ if issubclass(type(getattr(pulumi_glue_session, name)), type)}
    exceptions = {name for name in public if issubclass(getattr(pulumi_glue_session, name), Exception)}
    expected = {name for name in {*exceptions, *classes(GlueSessionError)} if not name.startswith("_")}

    assert expected >= {"SessionNotFound", "AccessDenied"}
    assert set() == expected - {title for _, title, _ in headings(PAGE.read_text(encoding="utf-8"))} - {"GlueSessionError", "LookFailed"}
