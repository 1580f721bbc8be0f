"""Deploy once a session is READY, and show what is waited for: `python deploy.py STACK SESSION_ID`.

In a terminal the last line is always what happens now; in a log each change is a line.
"""

import argparse
import re
import signal
import sys
from pathlib import Path

from pulumi import automation
from pulumi.automation import EngineEvent, OpType


class Display:
    """Shows what the engine tells."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self._passing = sys.stdout.isatty()

    def __call__(self, event: EngineEvent) -> None:
        """Take one event of the engine."""
        told = event.diagnostic_event
        if told and told.severity == "error":
            self.errors.append(_plain(told.message))
        elif told and told.ephemeral:
            self.now(_plain(told.message))
        elif event.res_outputs_event and event.res_outputs_event.metadata.op is not OpType.SAME:
            done = event.res_outputs_event.metadata
            # Providers are the engine's own business.
            if not done.type.startswith("pulumi:providers:"):
                self.now(f"{done.urn.split('::')[-1]}: {done.op.value} done")

    def now(self, what: str) -> None:
        """Show what happens now: over what was shown before, or below it."""
        print(f"\r\x1b[K{what}" if self._passing else what, end="" if self._passing else "\n", flush=True)

    def end(self) -> None:
        """Leave the line."""
        if self._passing:
            print()


def main(stack_name: str, session_id: str) -> int:
    """Deploy, and give the exit code."""
    # With the interpreter that runs this, not with the first one on PATH.
    workspace = automation.LocalWorkspaceOptions(env_vars={"PULUMI_PYTHON_CMD": sys.executable})
    stack = automation.create_or_select_stack(stack_name, work_dir=str(Path(__file__).parent), opts=workspace)
    stack.set_config("session_id", automation.ConfigValue(session_id))
    display = Display()
    # A terminal's Ctrl-C reaches the engine as well, which then ends in order: this only waits for it.
    signal.signal(signal.SIGINT, lambda _signal, _frame: None)
    try:
        result = stack.up(on_event=display)
    except automation.CommandError as failed:
        display.end()
        print("\n".join(display.errors) or failed, file=sys.stderr)
        return 1
    display.end()
    for name, output in result.outputs.items():
        print(f"{name} = {'[secret]' if output.secret else output.value}")
    return 0


def _plain(message: str) -> str:
    """Text of a message of the engine, without its marks of colour."""
    return re.sub(r"<\{%.*?%\}>", "", message).strip()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stack")
    parser.add_argument("session_id")
    given = parser.parse_args()
    sys.exit(main(given.stack, given.session_id))
