"""Runs a command in a pseudo-terminal and converts its screens to an animated SVG without scripts.

A recording has at most one screen per half second. Its colors are CSS variables and follow a light or dark page.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

import pyte
from pyte.graphics import FG_BG_256

_SECONDS_PER_SCREEN = 0.5
_LAST_SCREEN_SECONDS = 8.0
_LINE_HEIGHT, _CHARACTER_WIDTH, _MARGIN = 18, 8.4, 12

LAST_SCREEN = "last"
"""Id of the group with the lines of the last screen."""

_STYLE = """
svg{--back:#f6f8fa;--edge:#d0d7de;--text:#24292f;--red:#b42318;--green:#1a7f37;--brown:#8a6100;--blue:#0757ba;--magenta:#8250df;--cyan:#0f6e84}
@media(prefers-color-scheme:dark){svg{--back:#16181d;--edge:#3d444d;--text:#e6e8eb;--red:#ff7b72;--green:#56d364;--brown:#e3b341;
--blue:#79b8ff;--magenta:#d2a8ff;--cyan:#76d9e6}}
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:var(--text);white-space:pre}
.red{fill:var(--red)}.green{fill:var(--green)}.brown{fill:var(--brown)}.blue{fill:var(--blue)}.magenta{fill:var(--magenta)}.cyan{fill:var(--cyan)}
.bold{font-weight:600}
g{visibility:hidden}#last{visibility:visible}@media(prefers-reduced-motion:reduce){g{animation:none!important}}
"""

_COLORS = {
    color: name
    for number, name in enumerate(("red", "green", "brown", "blue", "magenta", "cyan"), start=1)
    for color in (name, f"bright{name}", FG_BG_256[number], FG_BG_256[number + 8])
}
"""CSS classes of colors, by the names and the codes of the palette that the emulator has for them."""


@dataclass(frozen=True)
class Screen:
    """What a terminal shows from `at` seconds on: as plain text, and as lines of SVG."""

    at: float
    text: str
    lines: tuple[str, ...]


def run_in_terminal(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str], columns: int, rows: int
) -> Iterator[bytes]:
    """Run a command in a pseudo-terminal of this size. Yields what it prints, and nothing if it pauses."""
    outer, inner = os.openpty()
    termios.tcsetwinsize(inner, (rows, columns))
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env={**env, "TERM": "xterm-256color"},
        stdin=inner,
        stdout=inner,
        stderr=inner,
        start_new_session=True,
    )
    try:
        # A sandbox can outlive the shell that started it, so the end of the command counts, not that of the terminal.
        while process.poll() is None or select.select([outer], [], [], 0)[0]:
            has_output = select.select([outer], [], [], _SECONDS_PER_SCREEN)[0]
            yield os.read(outer, 65_536) if has_output else b""
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        os.close(outer)
        os.close(inner)


def record(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str], columns: int = 80, rows: int = 30, shown_as: str = ""
) -> list[Screen]:
    """Run a command in a pseudo-terminal of this size. Returns its screens, which start with a prompt.

    The time before the first output is shortened.
    """
    terminal = pyte.Screen(columns, rows)
    stream = pyte.ByteStream(terminal)
    stream.feed(f"$ {shown_as or ' '.join(command)}\r\n".encode())
    screens, started = [_screen(terminal, 0.0)], time.monotonic()
    for received in run_in_terminal(command, cwd=cwd, env=env, columns=columns, rows=rows):
        stream.feed(received)
        screen = _screen(terminal, time.monotonic() - started)
        if screen.at - screens[-1].at >= _SECONDS_PER_SCREEN and screen.lines != screens[-1].lines:
            screens.append(screen)
    screens.append(_screen(terminal, time.monotonic() - started))
    delay = max(0.0, screens[1].at - _SECONDS_PER_SCREEN)
    return [screens[0], *(replace(screen, at=screen.at - delay) for screen in screens[1:])]


def to_svg(screens: Sequence[Screen], *, title: str, description: str) -> str:
    """Animated SVG of the screens, which starts again at the end. Without motion it is the last screen."""
    end = screens[-1].at + _LAST_SCREEN_SECONDS
    texts = [screen.text.splitlines() for screen in screens]
    width = max(len(line) for text in texts for line in text) * _CHARACTER_WIDTH + 2 * _MARGIN
    height = max(map(len, texts)) * _LINE_HEIGHT + 2 * _MARGIN
    css, groups = [_STYLE.strip().replace("\n", "")], []
    starts = [100 * screen.at / end for screen in screens]
    for number, (screen, first, last) in enumerate(zip(screens, starts, [*starts[1:], 100.0], strict=True)):
        css.append(f"@keyframes t{number}{{0%{{visibility:hidden}}{first:.2f}%{{visibility:visible}}")
        css.append(f"{last:.2f}%{{visibility:hidden}}}}.t{number}{{animation:t{number} {end:.1f}s step-end infinite}}")
        groups.append(f'<g class="t{number}" id="{LAST_SCREEN if screen is screens[-1] else number}">')
        for row, line in enumerate(screen.lines):
            groups.append(f'<text x="{_MARGIN}" y="{_MARGIN + 14 + row * _LINE_HEIGHT}">{line}</text>' if line else "")
        groups.append("</g>")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" '
        f'height="{height}" xml:space="preserve" role="img">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc><style>{''.join(css)}</style>"
        '<rect x=".5" y=".5" width="99.9%" height="99.7%" rx="6" style="fill:var(--back);stroke:var(--edge)"/>'
        f"{''.join(groups)}</svg>\n"
    )


def _screen(terminal: pyte.Screen, at: float) -> Screen:
    texts = [line.rstrip() for line in terminal.display]
    rows = [[terminal.buffer[row][column] for column in range(len(text))] for row, text in enumerate(texts)]
    lines = tuple("".join(_span(style, cells) for style, cells in groupby(row, _style)) for row in rows)
    return Screen(at, "\n".join(texts).rstrip(), lines)


def _style(cell: Any) -> str:
    return " ".join(filter(None, (_COLORS.get(cell.fg, ""), "bold" if cell.bold else "")))


def _span(style: str, cells: Iterator[Any]) -> str:
    text = escape("".join(cell.data for cell in cells))
    return f'<tspan class="{style}">{text}</tspan>' if style else text
