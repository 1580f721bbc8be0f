"""Ctrl-C while sessions are waited for."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable


class SigintGuard:
    """Ignores the first Ctrl-C while sessions are waited for.

    A terminal sends SIGINT to the engine too, which then ends this process. Python's own handler would print a
    traceback first. After the first Ctrl-C that handler is back, so that a second one ends the program in any case.
    """

    def __init__(self) -> None:
        self._waits = 0

    def __enter__(self) -> None:
        """Begin a wait."""
        if _in_main_thread():
            self._waits += 1
            self._replace_handler(signal.default_int_handler, self._ignore_once)

    def __exit__(self, *_: object) -> None:
        """End a wait. The last one restores Python's handler."""
        if _in_main_thread():
            self._waits -= 1
            if not self._waits:
                self._replace_handler(self._ignore_once, signal.default_int_handler)

    def _ignore_once(self, _signal: int, _frame: object) -> None:
        self._replace_handler(self._ignore_once, signal.default_int_handler)

    @staticmethod
    def _replace_handler(old: Callable[..., object], new: Callable[..., object]) -> None:
        # A handler that the program has set stays.
        if signal.getsignal(signal.SIGINT) == old:
            signal.signal(signal.SIGINT, new)


def _in_main_thread() -> bool:
    """Whether signal handlers may be set: an inline program of the Automation API runs in another thread."""
    return threading.current_thread() is threading.main_thread()


SIGINT_GUARD = SigintGuard()
