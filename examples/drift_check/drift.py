"""Say as Markdown what is no longer as a stack recorded it: `python drift.py STACK`.

The exit code is 0 without drift, 7 with it and 1 if the check failed. The program is not run, so what a pull request changes in it is no
drift, and no gate stands in the way. Nothing is recorded.
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
    """Check the stack, print what was found, and give the exit code."""
    rows, errors = list[str](), list[str]()

    def listen(event: EngineEvent) -> None:
        if event.res_outputs_event:
            rows.extend(drifted(event.res_outputs_event.metadata))
        if event.diagnostic_event and event.diagnostic_event.severity == "error":
            # Without the engine's marks of colour.
            errors.append(re.sub(r"<\{%.*?%\}>", "", event.diagnostic_event.message).strip())

    # With the interpreter that runs this, not with the first one on PATH.
    workspace = automation.LocalWorkspaceOptions(env_vars={"PULUMI_PYTHON_CMD": sys.executable})
    try:
        stack = automation.select_stack(stack_name, work_dir=str(Path(__file__).parent), opts=workspace)
        stack.preview_refresh(on_event=listen)
    except automation.CommandError as failed:
        print(f"### The drift of stack {stack_name} could not be checked\n")
        print("\n".join(f"- {code(error)}" for error in errors or [str(failed)]))
        return 1
    if not rows:
        print(f"### No drift in stack {stack_name}")
        return 0
    print(f"### Drift in stack {stack_name}\n\n| resource | property | recorded | now |\n|---|---|---|---|")
    print("\n".join(rows))
    return DRIFT


def drifted(step: StepEventMetadata) -> Iterator[str]:
    """Rows of the table for one resource that was looked at."""
    resource = code(step.urn.split("::")[-1])
    if step.op is OpType.DELETE:
        yield f"| {resource} | | | gone |"
    # A path may lead into a property, as `command.python_version` does.
    for name in sorted({re.split(r"[.\[]", path)[0] for path in step.detailed_diff or ()}):
        yield f"| {resource} | {code(name)} | {value(step.old, name)} | {value(step.new, name)} |"


def value(state: StepEventStateMetadata | None, name: str) -> str:
    """Value of a property as JSON. What is secret stays so."""
    found = (state.outputs or {}).get(name) if state else None
    if isinstance(found, Mapping) and "ciphertext" in found:
        return "(secret)"
    return code(json.dumps(found, ensure_ascii=False))


def code(text: str) -> str:
    """Text as code in Markdown, within a table too. Nothing that a session says of itself gets a meaning in the comment."""
    return f"<code>{html.escape(text).replace('|', '&#124;')}</code>"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stack")
    sys.exit(main(parser.parse_args().stack))
