"""Work beside the program's event loop, and Ctrl-C while it goes on.

Rules of this module: threads are daemons, so that an interrupted program ends at once. It knows neither Pulumi nor Glue.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable


class SigintGuard:
    """Lets a first Ctrl-C pass while any session is waited for.

    A terminal sends it to the engine too, which then ends this process at once, in order. Python's own handler would be a little faster,
    with a traceback. A second Ctrl-C finds that handler in place again.
    """

    def __init__(self) -> None:
        self._waits = 0

    def __enter__(self) -> None:
        """One more wait begins."""
        if _in_main_thread():
            self._waits += 1
            self._exchange(signal.default_int_handler, self._pass)

    def __exit__(self, *_: object) -> None:
        """One wait is over; with the last of them Python's handler is back."""
        if _in_main_thread():
            self._waits -= 1
            if not self._waits:
                self._exchange(self._pass, signal.default_int_handler)

    def _pass(self, _signal: int, _frame: object) -> None:
        self._exchange(self._pass, signal.default_int_handler)

    @staticmethod
    def _exchange(old: Callable[..., object], new: Callable[..., object]) -> None:
        # A handler that somebody else has set is theirs.
        if signal.getsignal(signal.SIGINT) == old:
            signal.signal(signal.SIGINT, new)


def _in_main_thread() -> bool:
    """Whether signal handlers may be set: an inline program of the Automation API runs in another thread, and in somebody's process."""
    return threading.current_thread() is threading.main_thread()


SIGINT_GUARD = SigintGuard()
"""Those of this process."""
