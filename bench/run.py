"""Measure what a read-only session costs in a Pulumi run, compared with Pulumi alone and with other ways to read it.

    export PYTHONPATH=tests:tools:bench/contenders
    python bench/run.py [--repetitions 5] [--sizes 1 100] [--contenders floor ours]

Runs the real engine, language host and provider process against a scripted Glue. The contenders take turns in each
repetition, so a busy minute of the machine affects all of them. Each repetition starts with a new stack. Writes all
samples to samples.json, the medians to table.md and a plot to plot.svg. docs/performance.md keeps a summary.

Gates and `terraform plan` come last; `--sizes` without a number measures only them. `terraform init` downloads the
`external` provider. Without a network, set TF_CLI_ARGS_init=-plugin-dir=FOLDER.
"""

from __future__ import annotations

import argparse
import io
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
from collections.abc import Mapping
from importlib import metadata
from itertools import product
from pathlib import Path
from statistics import median

import matplotlib as mpl
from matplotlib.figure import Figure
from record import API_FIELDS

from local_pulumi import environment, get_engine
from support.glue_endpoint import GlueEndpoint, always, then
from support.terraform_project import TerraformProject, find_program

ROOT = Path(__file__).resolve().parents[1]
CONTENDERS = Path(__file__).parent / "contenders"
PROGRAM = """
import os
from {} import declare
for number in range(int(os.environ["BENCH_SESSIONS"])):
    declare(f"session-{{number}}", f"s{{number}}")
"""
GATE_SECONDS = 20
CONTENDER_NAMES = ("floor", "ours", "native", "textbook", "loop")
MOST = {"textbook": 300, "loop": 300}  # more sessions take minutes and change nothing in the comparison
LINES = {
    "textbook": ("a dynamic provider of your own, with one client per session", "#cf222e"),
    "ours": ("pulumi-glue-session", "#4c6ef5"),
    "floor": ("Pulumi alone: as many resources that read nothing", "#8c959f"),
}
"""Contenders in the plot: label and color."""
DATA = 'data "{}" "s" {{\n count = COUNT\n {}\n}}\n'
EXTERNAL = DATA.format("external", 'program = PROGRAM\n query = { session_id = "s${count.index}" }')
PLANS = {
    "alone": 'resource "terraform_data" "s" {\n count = COUNT\n}\n',
    "gluesession": DATA.format("gluesession_session", 'session_id = "s${count.index}"'),
    "no-op": EXTERNAL.replace("PROGRAM", '["sh", "-c", "echo {}"]'),
    "external": EXTERNAL.replace("PROGRAM", '["glue-session", "external"]'),
}
"""Configurations for `terraform plan`: Terraform alone, our data source, and `external` with two programs."""
INK = "#57606a"

Samples = dict[str, list[float]]
"""Samples by "measure | contender | sessions": seconds, CPU seconds or calls."""


class Bench:
    """Runs contenders in a folder and collects samples."""

    def __init__(self, folder: Path, engine: str, glue: GlueEndpoint) -> None:
        """Prepare the environment of the contenders: this venv and the engine first on PATH, and the scripted Glue."""
        self.samples: Samples = {}
        self._filled = 0
        self._project, self._backend, self._glue = folder / "project", folder / "backend", glue
        self._env = environment(
            folder,
            engine,
            PULUMI_BACKEND_URL=self._backend.as_uri(),
            # Write the state once, at the end. By default a folder backend writes it after each step, which takes 45 of
            # 53 seconds of an up with 500 resources and hides all differences.
            PULUMI_EXPERIMENTAL="true",
            PULUMI_SKIP_CHECKPOINTS="true",
            PULUMI_STACK="bench",
            **glue.environment,
        )

    def run(self, contender: str, sessions: int) -> None:
        """Measure one contender once."""
        env = self._env | {"BENCH_SESSIONS": str(sessions)}
        self._fill(sessions)
        if contender == "loop":
            self._time("loop", contender, sessions, [sys.executable, str(CONTENDERS / "loop.py")], env)
            return
        self._new_stack(contender, env)
        self._pulumi("first preview", contender, sessions, env, "preview")
        self._pulumi("up", contender, sessions, env, "up", "--yes", "--skip-preview")
        self._pulumi("preview", contender, sessions, env, "preview")
        self._pulumi("refresh", contender, sessions, env, "refresh", "--yes", "--skip-preview")
        env["BENCH_READ"] = "1"
        self._new_stack(contender, env)
        self._pulumi("preview of .get", contender, sessions, env, "preview")

    def gate(self, contender: str, sessions: int) -> None:
        """Measure an up whose sessions become READY after GATE_SECONDS."""
        env = self._env | {"BENCH_SESSIONS": str(sessions)}
        self._new_stack(contender, env)
        self._fill(sessions, ready_after=GATE_SECONDS)
        self._pulumi(f"up, READY after {GATE_SECONDS} s", contender, sessions, env, "up", "--yes", "--skip-preview")

    def plan(self, program: str, contender: str, sessions: int) -> None:
        """Measure `terraform plan` of a configuration of PLANS, unless its provider cannot be installed."""
        shutil.rmtree(self._project, ignore_errors=True)
        project = TerraformProject(program=program, folder=self._project, environment=dict(self._env))
        name = "main.tf" if contender == "gluesession" else "bench.tf"
        project.write(PLANS[contender].replace("COUNT", str(sessions)), name=name)
        if name == "bench.tf" and project.run("init").code:
            print(f"terraform init failed, so {contender} is not measured")
            return
        self._fill(sessions)
        command = [program, "plan", "-input=false", "-no-color"]
        self._time("terraform plan", contender, sessions, command, project.environment)

    def _fill(self, sessions: int, *, ready_after: float = 0.0) -> None:
        life = then(("PROVISIONING", ready_after), "READY").since_put() if ready_after else always("READY")
        for number in range(sessions):
            self._glue.put(f"s{number}", life, **API_FIELDS)
        for number in range(sessions, self._filled):
            self._glue.remove(f"s{number}")
        self._filled = sessions

    def _new_stack(self, contender: str, env: Mapping[str, str]) -> None:
        for folder in (self._backend, self._project):
            shutil.rmtree(folder, ignore_errors=True)
        self._backend.mkdir()
        shutil.copytree(CONTENDERS, self._project)
        (self._project / "Pulumi.yaml").write_text("name: bench\nruntime: python\n")
        (self._project / "__main__.py").write_text(PROGRAM.format(contender))
        subprocess.run(
            ["pulumi", "stack", "init", "bench"], cwd=self._project, env=env, check=True, stdout=subprocess.DEVNULL
        )

    def _pulumi(self, measure: str, contender: str, sessions: int, env: Mapping[str, str], *arguments: str) -> None:
        calls = self._glue.count()
        self._time(measure, contender, sessions, ["pulumi", "--color=never", *arguments, "--non-interactive"], env)
        self._add(f"{measure} (calls)", contender, sessions, self._glue.count() - calls)

    def _time(self, measure: str, contender: str, sessions: int, command: list[str], env: Mapping[str, str]) -> None:
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        cwd = self._project if self._project.exists() else None
        done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
        seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            sys.exit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        self._add(measure, contender, sessions, seconds)
        self._add(
            f"{measure} (CPU)", contender, sessions, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        )

    def _add(self, measure: str, contender: str, sessions: int, value: float) -> None:
        self.samples.setdefault(f"{measure} | {contender} | {sessions}", []).append(round(value, 4))
        print(f"{measure:30} {contender:10} {sessions:5} {value:8.2f}", flush=True)


def table(samples: Samples, sizes: list[int]) -> str:
    """Medians as a Markdown table, with the ratio to Pulumi alone, and the versions."""

    def cell(name: str, size: int) -> str:
        measure, contender = name.split(" | ")
        value, floor = (samples.get(f"{measure} | {each} | {size}") for each in (contender, "floor"))
        if not value:
            return ""
        ratio = f" ({median(value) / median(floor):.2f})" if floor and contender != "floor" and median(floor) else ""
        return f"{median(value):.2f}{ratio}"

    names = sorted({key.rsplit(" | ", 1)[0] for key in samples})
    versions = [f"{name} {metadata.version(name)}" for name in ("pulumi-glue-session", "pulumi", "boto3")]
    head = ["measure | contender", *map(str, sizes)]
    rows = [[name, *(cell(name, size) for size in sizes)] for name in names]
    lines = [f"| {' | '.join(row)} |" for row in (head, ["---"] * (len(sizes) + 2), *rows)]
    return "\n".join(
        [f"Python {platform.python_version()}, {', '.join(versions)}, {os.cpu_count()} CPUs.", "", *lines, ""]
    )


def draw(samples: Samples, path: Path) -> None:
    """Seconds of `pulumi up` by number of sessions. The text of the SVG follows a light or dark page."""
    mpl.rcParams |= {
        **dict.fromkeys(("axes.edgecolor", "axes.labelcolor", "text.color", "xtick.color", "ytick.color"), INK),
        "axes.spines.right": False,
        "axes.spines.top": False,
        "font.size": 12,
        "svg.fonttype": "none",
        "svg.hashsalt": "pulumi-glue-session",  # the same numbers give the same file
    }
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    for contender, (label, color) in LINES.items():
        keys = [key for key in samples if key.startswith(f"up | {contender} |")]
        points = sorted((int(key.rsplit(" | ", 1)[1]), median(samples[key])) for key in keys)
        if points:
            axes.plot(*zip(*points, strict=True), color=color, marker="o", markersize=4, linewidth=2, label=label)
    axes.set(xlabel="sessions in the stack", ylabel="seconds of pulumi up", xlim=0, ylim=0)
    axes.grid(visible=True, alpha=0.2)
    axes.legend(frameon=False)
    text = io.StringIO()
    figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    style = "<style>svg{--ink:#57606a}@media(prefers-color-scheme:dark){svg{--ink:#b1bac4}}</style>"
    head, tag, body = text.getvalue().replace(INK, "var(--ink)").partition("<defs>")
    path.write_text(f"{head}{style}{tag}{body}", encoding="utf-8")


def main() -> None:
    """Parse the arguments, run the contenders, write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--sizes", type=int, nargs="*", default=[1, 100, 300, 1000])
    parser.add_argument("--contenders", nargs="+", default=CONTENDER_NAMES, choices=CONTENDER_NAMES)
    parser.add_argument("--latency-ms", type=float, default=50)
    parser.add_argument("--out", type=Path, default=ROOT / ".bench")
    options = parser.parse_args()
    # A shell ignores SIGINT for background jobs, and their children inherit that. The engine stops its plugins with
    # SIGINT and would then wait five seconds for each.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    options.out.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, GlueEndpoint(latency=options.latency_ms / 1000) as glue:
        bench = Bench(Path(folder), get_engine(), glue)
        for sessions in options.sizes:
            for _ in range(options.repetitions):
                for contender in options.contenders:
                    if sessions <= MOST.get(contender, sessions):
                        bench.run(contender, sessions)
                (options.out / "samples.json").write_text(json.dumps(bench.samples, indent=1))
        for _ in range(options.repetitions):
            for contender in [name for name in options.contenders if name != "loop"]:
                bench.gate(contender, min(100, max(options.sizes, default=100)))
        terraform = find_program("terraform") or find_program("tofu")
        for sessions, _, contender in product((1, 100), range(options.repetitions), PLANS if terraform else ()):
            bench.plan(str(terraform), contender, sessions)
    (options.out / "samples.json").write_text(json.dumps(bench.samples, indent=1))
    (options.out / "table.md").write_text(table(bench.samples, sorted({1, 100, *options.sizes})))
    draw(bench.samples, options.out / "plot.svg")


if __name__ == "__main__":
    main()
