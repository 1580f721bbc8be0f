"""Print the drift of a stack as Markdown: `python drift.py STACK`.

The exit code is 0 without drift, 7 with drift, and 1 if the check failed. The check does not run the program, so
changes to the program do not count as drift, and nothing waits. It does not record anything.
"""

import argparse
import html
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from pulumi import automation
from pulumi.automation import EngineEvent, OpType, StepEventMetadata, StepEventStateMetadata

DRIFT = 7


def main(stack_name: str) -> int:
    """Check the stack, print the result, and return the exit code."""
    rows, errors = list[str](), list[str]()

    def listen(event: EngineEvent) -> None:
        if event.res_outputs_event:
            rows.extend(drifted(event.res_outputs_event.metadata))
        if event.diagnostic_event and event.diagnostic_event.severity == "error":
            # Remove the engine's color codes.
            errors.append(re.sub(r"<\{%.*?%\}>", "", event.diagnostic_event.message).strip())

    # Run with this interpreter and not with the first one on PATH.
    workspace = automation.LocalWorkspaceOptions(env_vars={"PULUMI_PYTHON_CMD": sys.executable})
    try:
        stack = automation.select_stack(stack_name, work_dir=str(Path(__file__).parent), opts=workspace)
        stack.preview_refresh(on_event=listen)
    except automation.CommandError as error:
        print(f"### The drift of stack {stack_name} could not be checked\n")
        print("\n".join(f"- {code(message)}" for message in errors or [str(error)]))
        return 1
    if not rows:
        print(f"### No drift in stack {stack_name}")
        return 0
    print(f"### Drift in stack {stack_name}\n\n| resource | property | recorded | now |\n|---|---|---|---|")
    print("\n".join(rows))
    return DRIFT


def drifted(step: StepEventMetadata) -> Iterator[str]:
    """Yield the table rows for one resource."""
    resource = code(step.urn.split("::")[-1])
    if step.op is OpType.DELETE:
        yield f"| {resource} | | | gone |"
    # A path can point into a property, for example `command.python_version`.
    for name in sorted({re.split(r"[.\[]", path)[0] for path in step.detailed_diff or ()}):
        yield f"| {resource} | {code(name)} | {value(step.old, name)} | {value(step.new, name)} |"


def value(state: StepEventStateMetadata | None, name: str) -> str:
    """Format a property as JSON. Secrets stay hidden."""
    found = (state.outputs or {}).get(name) if state else None
    if isinstance(found, Mapping) and "ciphertext" in found:
        return "(secret)"
    return code(json.dumps(found, ensure_ascii=False))


def code(text: str) -> str:
    """Format text as code, also inside a table. Escapes all markup, because values come from the session."""
    return f"<code>{html.escape(text).replace('|', '&#124;')}</code>"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stack")
    sys.exit(main(parser.parse_args().stack))
