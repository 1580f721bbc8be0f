"""Deploy once a session is READY, and show the progress of the wait: `python deploy.py STACK SESSION_ID`.

In a terminal, the last line shows the current step. In a log, each step is a line.
"""

import argparse
import re
import signal
import sys
from pathlib import Path

from pulumi import automation
from pulumi.automation import EngineEvent, OpType


class Display:
    """Prints the events of the engine."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self._is_terminal = sys.stdout.isatty()

    def __call__(self, event: EngineEvent) -> None:
        """Handle one event of the engine."""
        diagnostic = event.diagnostic_event
        if diagnostic and diagnostic.severity == "error":
            self.errors.append(_plain(diagnostic.message))
        elif diagnostic and diagnostic.ephemeral:
            name = (diagnostic.urn or "").split("::")[-1]
            self.show(f"{name}: {_plain(diagnostic.message)}")
        elif event.res_outputs_event and event.res_outputs_event.metadata.op is not OpType.SAME:
            step = event.res_outputs_event.metadata
            # Default providers are an implementation detail of the engine.
            if not step.type.startswith("pulumi:providers:"):
                self.show(f"{step.urn.split('::')[-1]}: {step.op.value} done")

    def show(self, line: str) -> None:
        """Show the current step. In a terminal it replaces the previous one."""
        print(f"\r\x1b[K{line}" if self._is_terminal else line, end="" if self._is_terminal else "\n", flush=True)

    def close(self) -> None:
        """End the line of the current step."""
        if self._is_terminal:
            print()


def main(stack_name: str, session_id: str) -> int:
    """Deploy, and return the exit code."""
    # Run the program with this interpreter and not with the first one on PATH.
    workspace = automation.LocalWorkspaceOptions(env_vars={"PULUMI_PYTHON_CMD": sys.executable})
    stack = automation.create_or_select_stack(stack_name, work_dir=str(Path(__file__).parent), opts=workspace)
    stack.set_config("session_id", automation.ConfigValue(session_id))
    display = Display()
    # In a terminal, Ctrl-C also reaches the engine, which cancels the update. Wait for it here.
    signal.signal(signal.SIGINT, lambda _signal, _frame: None)
    try:
        result = stack.up(on_event=display)
    except automation.CommandError as error:
        display.close()
        print("\n".join(display.errors) or error, file=sys.stderr)
        return 1
    display.close()
    for name, output in result.outputs.items():
        print(f"{name} = {'[secret]' if output.secret else output.value}")
    return 0


def _plain(message: str) -> str:
    """Remove the engine's color codes from a message."""
    return re.sub(r"<\{%.*?%\}>", "", message).strip()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stack")
    parser.add_argument("session_id")
    args = parser.parse_args()
    sys.exit(main(args.stack, args.session_id))
