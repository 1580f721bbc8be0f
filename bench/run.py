"""Measure what a read-only session costs in a Pulumi run, compared with Pulumi alone and with other ways to read it.

    PYTHONPATH=tests:tools python bench/run.py [--repetitions 5] [--sizes 1 100] [--contenders floor ours]

Runs the real engine, language host and provider process against a scripted Glue. The contenders take turns in each
repetition, so a busy minute of the machine affects all of them. Each repetition starts with a new stack. Writes all
samples to .bench/samples.json and their medians to .bench/table.md. docs/performance.md keeps a summary.

Gates and `terraform plan` come last; `--sizes` without a number measures only them. `terraform init` downloads the
`external` provider. Without a network, set TF_CLI_ARGS_init=-plugin-dir=FOLDER.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping
from importlib import metadata
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

from local_pulumi import ROOT, environment, get_engine
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.sandbox.server import DEFAULTS
from support.glue_endpoint import GlueEndpoint, always, then
from support.terraform_project import TerraformProject, find_program

CONTENDERS = ROOT / "bench" / "contenders"
PROGRAM = """
import os
from {} import declare
for number in range(int(os.environ["BENCH_SESSIONS"])):
    declare(f"session-{{number}}", f"s{{number}}")
"""
NAMES = ("floor", "ours", "native", "textbook")
TEXTBOOK_SESSIONS = 300  # more take minutes and change nothing in the comparison

SESSION: dict[str, Any] = {
    "Connections": {"Connections": ["warehouse", "events"]},
    "DefaultArguments": {f"--argument-{number}": "a value of forty characters, more or less" for number in range(6)},
    "Description": "dbt run of the nightly marts, started by the pipeline",
}
"""A session with arguments, connections and a description, as notebooks and dbt create them."""
TAGS = {"owner": "data-platform", "project": "marts"}
RECORD = Session.from_api({**DEFAULTS, **SESSION, "Status": "READY"}).to_state() | {"region": "eu-west-1"}

LATENCY, GATE_SECONDS = 0.05, 20

DATA = 'data "{}" "s" {{\n count = COUNT\n {}\n}}\n'
EXTERNAL = DATA.format("external", 'program = PROGRAM\n query = { session_id = "s${count.index}" }')
PLANS = {
    "alone": 'resource "terraform_data" "s" {\n count = COUNT\n}\n',
    "gluesession": DATA.format("gluesession_session", 'session_id = "s${count.index}"'),
    "no-op": EXTERNAL.replace("PROGRAM", '["sh", "-c", "echo {}"]'),
    "external": EXTERNAL.replace("PROGRAM", '["glue-session", "external"]'),
}
"""Configurations for `terraform plan`: Terraform alone, our data source, and `external` with two programs."""


class Bench:
    """Runs contenders in a folder and collects samples."""

    def __init__(self, folder: Path, engine: str, glue: GlueEndpoint) -> None:
        """Prepare the environment of the contenders: this venv and the engine first on PATH, and the scripted Glue."""
        self.samples: defaultdict[tuple[str, int, str], list[float]] = defaultdict(list)
        """Seconds, CPU seconds or calls by measure, number of sessions and contender."""
        self._project, self._backend, self._glue = folder / "project", folder / "backend", glue
        self._env = environment(
            folder,
            engine,
            BENCH_RECORD=json.dumps(RECORD),
            PULUMI_BACKEND_URL=self._backend.as_uri(),
            # Write the state once, at the end. By default a folder backend writes it after each step, which takes 45 of
            # 53 seconds of an up with 500 resources and hides all differences.
            PULUMI_EXPERIMENTAL="true",
            PULUMI_SKIP_CHECKPOINTS="true",
            PULUMI_STACK="bench",
            **glue.environment,
        )

    def commands(self, contender: str, sessions: int) -> None:
        """Measure the commands of Pulumi on sessions that are READY."""
        self._start(contender, sessions)
        self._pulumi("first preview", contender, sessions, "preview")
        self._pulumi("up", contender, sessions, "up", "--yes", "--skip-preview")
        self._pulumi("preview", contender, sessions, "preview")
        self._pulumi("refresh", contender, sessions, "refresh", "--yes", "--skip-preview")
        self._start(contender, sessions)
        self._pulumi("preview of .get", contender, sessions, "preview", BENCH_READ="1")

    def gate(self, contender: str, sessions: int) -> None:
        """Measure an up whose sessions become READY after GATE_SECONDS."""
        self._start(contender, sessions, ready_after=GATE_SECONDS)
        self._pulumi(f"up, READY after {GATE_SECONDS} s", contender, sessions, "up", "--yes", "--skip-preview")

    def plan(self, contender: str, sessions: int, *, program: str) -> None:
        """Measure `terraform plan` of a configuration of PLANS, unless its provider cannot be installed."""
        shutil.rmtree(self._project, ignore_errors=True)
        project = TerraformProject(program=program, folder=self._project, environment=dict(self._env))
        name = "main.tf" if contender == "gluesession" else "bench.tf"
        project.write(PLANS[contender].replace("COUNT", str(sessions)), name=name)
        if name == "bench.tf" and project.run("init").code:
            print(f"terraform init failed, so {contender} is not measured")
            return
        self._put(sessions)
        command = [program, "plan", "-input=false", "-no-color"]
        self._time("terraform plan", contender, sessions, command, project.environment)

    def _start(self, contender: str, sessions: int, *, ready_after: float = 0.0) -> None:
        for folder in (self._backend, self._project):
            shutil.rmtree(folder, ignore_errors=True)
        self._backend.mkdir()
        shutil.copytree(CONTENDERS, self._project)
        (self._project / "Pulumi.yaml").write_text("name: bench\nruntime: python\n")
        (self._project / "__main__.py").write_text(PROGRAM.format(contender))
        init = ["pulumi", "stack", "init", "bench"]
        subprocess.run(init, cwd=self._project, env=self._env, check=True, stdout=subprocess.DEVNULL)
        self._put(sessions, ready_after=ready_after)

    def _put(self, sessions: int, *, ready_after: float = 0.0) -> None:
        for session_id in self._glue.session_ids:
            self._glue.remove(session_id)
        life = then(("PROVISIONING", ready_after), "READY").since_put() if ready_after else always("READY")
        for number in range(sessions):
            self._glue.put(f"s{number}", life, Tags=TAGS, **SESSION)

    def _pulumi(self, measure: str, contender: str, sessions: int, *arguments: str, **settings: str) -> None:
        calls, env = self._glue.count(), {**self._env, "BENCH_SESSIONS": str(sessions), **settings}
        self._time(measure, contender, sessions, ["pulumi", "--color=never", *arguments, "--non-interactive"], env)
        self._add(f"{measure} (calls)", contender, sessions, self._glue.count() - calls)

    def _time(self, measure: str, contender: str, sessions: int, command: list[str], env: Mapping[str, str]) -> None:
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(command, cwd=self._project, env=env, capture_output=True, text=True, check=False)
        seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            sys.exit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self._add(measure, contender, sessions, seconds)
        self._add(f"{measure} (CPU)", contender, sessions, cpu)

    def _add(self, measure: str, contender: str, sessions: int, value: float) -> None:
        self.samples[measure, sessions, contender].append(round(value, 4))
        print(f"{measure:30} {sessions:5} {contender:12} {value:8.2f}", flush=True)

    def write(self, folder: Path) -> None:
        """Write the samples, and their medians with the ratio to Pulumi alone as a Markdown table."""
        versions = [f"{name} {metadata.version(name)}" for name in ("pulumi-glue-session", "pulumi", "boto3")]
        lines = [f"Python {platform.python_version()}, {', '.join(versions)}, {os.cpu_count()} CPUs.", ""]
        lines += ["| measure | sessions | contender | median | ratio |", "|---|---|---|---|---|"]
        for (measure, sessions, contender), values in sorted(self.samples.items()):
            floor = median(self.samples.get((measure, sessions, "floor"), [0]))
            ratio = f"{median(values) / floor:.2f}" if floor else ""
            lines.append(f"| {measure} | {sessions} | {contender} | {median(values):.2f} | {ratio} |")
        folder.mkdir(exist_ok=True)
        (folder / "table.md").write_text("\n".join([*lines, ""]))
        (folder / "samples.json").write_text(
            json.dumps([[*key, *each] for key, each in self.samples.items()], indent=1)
        )


def main() -> None:
    """Run the contenders and write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--sizes", type=int, nargs="*", default=[1, 100, 300, 1000])
    parser.add_argument("--contenders", nargs="+", default=NAMES, choices=NAMES)
    options = parser.parse_args()
    # A shell ignores SIGINT for background jobs, and their children inherit that. The engine stops its plugins with
    # SIGINT and would then wait five seconds for each.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with tempfile.TemporaryDirectory() as folder, GlueEndpoint(latency=LATENCY) as glue:
        bench, repetitions = Bench(Path(folder), get_engine(), glue), range(options.repetitions)
        try:
            for sessions, _, contender in product(options.sizes, repetitions, options.contenders):
                if contender != "textbook" or sessions <= TEXTBOOK_SESSIONS:
                    bench.commands(contender, sessions)
            for _, contender in product(repetitions, options.contenders):
                bench.gate(contender, min(100, max(options.sizes, default=100)))
            terraform = find_program("terraform") or find_program("tofu")
            for sessions, _, contender in product((1, 100), repetitions, PLANS if terraform else ()):
                bench.plan(contender, sessions, program=str(terraform))
        finally:
            bench.write(ROOT / ".bench")


if __name__ == "__main__":
    main()
