"""Runs a command in a pseudo-terminal and converts its screens to an animated SVG without scripts.

A recording has at most one screen per half second. Its colors are CSS variables and follow a light or dark page.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pyte

_SECONDS_PER_SCREEN = 0.5
_LAST_SCREEN_SECONDS = 8.0
_GRAY = 40
"""Difference of the channels of a color up to which it counts as gray."""

_LINE_HEIGHT, _CHARACTER_WIDTH, _MARGIN = 18, 8.4, 12

LAST_SCREEN = "last"
"""Id of the group with the lines of the last screen."""

_STYLE = """
svg{--back:#f6f8fa;--edge:#d0d7de;--text:#24292f;--red:#b42318;--green:#1a7f37;--brown:#8a6100;--blue:#0757ba;--magenta:#8250df;--cyan:#0f6e84}
@media(prefers-color-scheme:dark){svg{--back:#16181d;--edge:#3d444d;--text:#e6e8eb;--red:#ff7b72;--green:#56d364;--brown:#e3b341;
--blue:#79b8ff;--magenta:#d2a8ff;--cyan:#76d9e6}}
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:var(--text);white-space:pre}
.r{fill:var(--red)}.g{fill:var(--green)}.y{fill:var(--brown)}.b{fill:var(--blue)}.m{fill:var(--magenta)}.c{fill:var(--cyan)}.o{font-weight:600}
g{visibility:hidden}#last{visibility:visible}@media(prefers-reduced-motion:reduce){g{animation:none!important}}
"""

_CLASSES = {"red": "r", "green": "g", "brown": "y", "yellow": "y", "blue": "b", "magenta": "m", "cyan": "c"}


@dataclass(frozen=True)
class Screen:
    """What a terminal shows from `at` seconds on: its lines, each as runs of text with CSS classes."""

    at: float
    lines: tuple[tuple[tuple[str, str], ...], ...]

    @property
    def text(self) -> str:
        """The lines without style."""
        return "\n".join("".join(text for text, _ in line).rstrip() for line in self.lines).rstrip()


def run_in_terminal(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str], columns: int, rows: int
) -> Iterator[bytes]:
    """Run a command in a pseudo-terminal of this size. Yields what it prints, and nothing if it pauses."""
    outer, inner = os.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
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
        while True:
            has_ended = process.poll() is not None
            if select.select([outer], [], [], 0 if has_ended else _SECONDS_PER_SCREEN)[0]:
                yield os.read(outer, 65_536)
            elif has_ended:
                break
            else:
                yield b""
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        os.close(outer)
        os.close(inner)


def record(
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    columns: int = 80,
    rows: int = 30,
    shown_as: str = "",
) -> list[Screen]:
    """Run a command in a pseudo-terminal of this size. Returns its screens, which start with a prompt.

    The time before the first output is shortened.
    """
    terminal = pyte.Screen(columns, rows)
    stream = pyte.ByteStream(terminal)
    stream.feed(f"$ {shown_as or ' '.join(command)}\r\n".encode())
    screens, started = [Screen(0.0, _lines(terminal))], time.monotonic()
    for received in run_in_terminal(command, cwd=cwd, env=env, columns=columns, rows=rows):
        stream.feed(received)
        now = time.monotonic() - started
        if now - screens[-1].at >= _SECONDS_PER_SCREEN and _lines(terminal) != screens[-1].lines:
            screens.append(Screen(now, _lines(terminal)))
    screens.append(Screen(time.monotonic() - started, _lines(terminal)))
    delay = max(0.0, screens[1].at - _SECONDS_PER_SCREEN)
    return [screens[0], *(Screen(each.at - delay, each.lines) for each in screens[1:])]


def to_svg(screens: Sequence[Screen], *, title: str, description: str) -> str:
    """Animated SVG of the screens, which starts again at the end. Without motion it is the last screen."""
    end = screens[-1].at + _LAST_SCREEN_SECONDS
    rows = max(index + 1 for screen in screens for index, line in enumerate(screen.lines) if line)
    columns = max(sum(len(text) for text, _ in line) for screen in screens for line in screen.lines)
    width, height = columns * _CHARACTER_WIDTH + 2 * _MARGIN, rows * _LINE_HEIGHT + 2 * _MARGIN
    css, shown = [_STYLE.strip().replace("\n", "")], []
    starts = [100 * screen.at / end for screen in screens]
    for number, (screen, first, last) in enumerate(zip(screens, starts, [*starts[1:], 100.0], strict=True)):
        css.append(f"@keyframes t{number}{{0%{{visibility:hidden}}{first:.2f}%{{visibility:visible}}")
        css.append(f"{last:.2f}%{{visibility:hidden}}}}.t{number}{{animation:t{number} {end:.1f}s step-end infinite}}")
        shown.append(f'<g class="t{number}" id="{LAST_SCREEN if screen is screens[-1] else number}">')
        for row, line in enumerate(screen.lines):
            runs = "".join(
                f'<tspan class="{style}">{escape(text)}</tspan>' if style else escape(text) for text, style in line
            )
            shown.append(f'<text x="{_MARGIN}" y="{_MARGIN + 14 + row * _LINE_HEIGHT}">{runs}</text>' if runs else "")
        shown.append("</g>")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" '
        f'height="{height}" xml:space="preserve" role="img">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc><style>{''.join(css)}</style>"
        '<rect x=".5" y=".5" width="99.9%" height="99.7%" rx="6" style="fill:var(--back);stroke:var(--edge)"/>'
        f"{''.join(shown)}</svg>\n"
    )


def _lines(terminal: pyte.Screen) -> tuple[tuple[tuple[str, str], ...], ...]:
    return tuple(
        _runs([terminal.buffer[row][column] for column in range(terminal.columns)]) for row in range(terminal.lines)
    )


def _runs(cells: Sequence[Any]) -> tuple[tuple[str, str], ...]:
    """Neighboring cells of one style as one text, without the blanks at the end."""
    runs: list[tuple[str, str]] = []
    for cell in cells:
        style = " ".join(filter(None, (_color_class(cell.fg), "o" if cell.bold else "")))
        if runs and runs[-1][1] == style:
            runs[-1] = (runs[-1][0] + cell.data, style)
        else:
            runs.append((cell.data, style))
    while runs and not runs[-1][0].strip():
        runs.pop()
    if runs:
        runs[-1] = (runs[-1][0].rstrip(), runs[-1][1])
    return tuple(runs)


def _color_class(color: str) -> str:
    """CSS class of a color name or, for the 256-color palette, of the named color nearest to the hexadecimal value."""
    if not re.fullmatch("[0-9a-f]{6}", color):
        return _CLASSES.get(color.removeprefix("bright"), "")
    red, green, blue = (int(color[index : index + 2], 16) for index in (0, 2, 4))
    brightest = max(red, green, blue)
    if brightest - min(red, green, blue) < _GRAY:
        return ""
    lit = "".join(letter for letter, part in zip("rgb", (red, green, blue), strict=True) if part > brightest * 0.7)
    return {"r": "r", "g": "g", "b": "b", "rg": "y", "rb": "m", "gb": "c"}.get(lit, "")
