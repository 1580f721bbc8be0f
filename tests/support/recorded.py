"""The terminal recordings of docs/recordings, for tests that run the same commands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from recording import LAST_SCREEN, Screen
from recordings import FOLDER, stable

_SVG = "{http://www.w3.org/2000/svg}"


def recordings() -> dict[str, Path]:
    """Recordings by name."""
    return {file.stem: file for file in sorted(FOLDER.glob("*.svg"))}


def program_of(name: str) -> str:
    """Program and version that a recording shows."""
    return _root(name).findtext(f"{_SVG}desc") or ""


def recorded_lines(name: str) -> list[str]:
    """Last screen of a recording, as `stable` returns it."""
    (last,) = (group for group in _root(name).iter(f"{_SVG}g") if group.get("id") == LAST_SCREEN)
    return stable(["".join(text.itertext()) for text in last])


def assert_shows(name: str, screens: Sequence[Screen]) -> None:
    """Compare the last screen with that of the recording, and the progress of a wait with all its lines."""
    texts = ["".join(text.itertext()) for text in _root(name).iter(f"{_SVG}text")]
    waits = {line for screen in screens for line in stable(screen.text.splitlines()) if "PROVISIONING" in line}

    assert recorded_lines(name) == stable(screens[-1].text.splitlines())
    assert waits <= set(stable(texts))


def _root(name: str) -> ET.Element:
    return ET.parse(recordings()[name]).getroot()  # noqa: S314 - our own file
