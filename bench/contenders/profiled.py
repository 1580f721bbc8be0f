"""Imported before a program, it writes where the program's time went, from here to its end, to the file named by BENCH_PROFILE."""

from __future__ import annotations

import atexit
import os
from pathlib import Path

from pyinstrument import Profiler

_profiler = Profiler(interval=0.001, async_mode="disabled")


def _end() -> None:
    _profiler.stop()
    Path(os.environ["BENCH_PROFILE"]).write_text(_profiler.output_text(unicode=False, color=False, show_all=True))


atexit.register(_end)
_profiler.start()
