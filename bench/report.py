"""The plot and the tables: what the raw results say, for a reader of docs/performance.md.

    python bench/report.py          # again from bench/results.json

Rules of this module: it measures nothing. What it writes between the markers is all that it touches of the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure
from results import Results
from targets import Target, Targets

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"

ROOT = Path(__file__).resolve().parents[1]

_LINES = (
    ("first preview", [("floor", "recorded", "first preview"), ("ours", "recorded", "first preview"), ("textbook_get", "read", "preview")]),
    ("up", [("floor", "recorded", "up"), ("ours", "recorded", "up"), ("textbook", "recorded", "up")]),
    (".get, preview", [("floor_get", "read", "preview"), ("ours_get", "read", "preview"), ("textbook_get", "read", "preview")]),
    ("refresh", [("floor", "recorded", "refresh"), ("ours", "recorded", "refresh"), ("textbook", "recorded", "refresh")]),
)


def write(results: Results, *, svg: Path, page: Path, profiles: Mapping[int, str] | None = None) -> None:
    """Save the summary, draw the plot and fill the page's tables, if there is such a page."""
    if profiles:
        results.facts["profiles"] = {str(sessions): text for sessions, text in profiles.items()}
    results.save(targets=[each.as_json() for each in Targets(results)])
    draw(results, svg)
    if page.exists():
        before, _, rest = page.read_text().partition(BEGIN)
        _, _, after = rest.partition(END)
        page.write_text(f"{before}{BEGIN}\n\n{tables(results)}\n{END}{after}")


def draw(results: Results, svg: Path) -> None:
    """Seconds by number of sessions, a panel for each command; dashed is what needs no Pulumi."""
    mpl.rcParams["svg.hashsalt"] = "pulumi-glue-session"  # the same numbers give the same file
    figure = Figure(figsize=(10, 7), layout="constrained")
    latency_ms, sizes = float(results.facts["settings"]["latency_ms"]), results.facts["settings"]["sizes"]
    for axes, (title, lines) in zip(figure.subplots(2, 2).flat, _LINES, strict=True):
        for contender, part, measure in [*lines, ("loop", "plain", "all"), ("cli", "plain", "all")]:
            points = [(size, results.median(part, contender, measure, sessions=size, latency_ms=latency_ms)) for size in sizes]
            drawn = [(size, seconds) for size, seconds in points if seconds is not None]
            if drawn:
                style = "--" if part == "plain" else "-"
                axes.plot(*zip(*drawn, strict=True), style, marker="o", markersize=3, label=contender.removesuffix("_get"))
        axes.set(title=title, xlabel="sessions", ylabel="seconds", xscale="symlog", yscale="log")
        axes.grid(visible=True, alpha=0.3)
        if axes.lines:
            axes.legend(fontsize="small")
    figure.savefig(svg, metadata={"Date": None})


def tables(results: Results) -> str:
    """All of the page that is measured, as Markdown."""
    facts = results.facts
    versions = ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
    machine = f"{facts['cpus']} CPUs ({facts['cpu_model']}), {facts['memory_gib']} GiB, load before {facts['load_before'][0]}"
    rows = [
        (each.name, each.sessions or "", f"{each.measured:.2f} {each.unit}", _bound(each.bound, at_least=each.at_least), _verdict(each))
        for each in Targets(results)
    ]
    medians = {
        (key.part, key.contender, key.measure, key.latency_ms, key.sessions): (value, count) for key, value, count in results.medians()
    }
    seconds: dict[tuple[str, str, str, float], dict[int, str]] = {}
    for (part, contender, measure, latency_ms, sessions), (value, count) in medians.items():
        if part in {"recorded", "read", "plain", "function", "gate", "memory"} and "(CPU)" not in measure:
            seconds.setdefault((part, contender, measure, latency_ms), {})[sessions] = f"{value:.2f} ({count})"
    sizes = sorted({sample.sessions for sample in results.samples if sample.sessions})
    measured = [
        (f"{part}: {measure}", contender, f"{latency_ms:g}", *(values.get(size, "") for size in sizes))
        for (part, contender, measure, latency_ms), values in sorted(seconds.items(), key=lambda item: (item[0][0], item[0][2], item[0][3]))
    ]
    imports = [
        (contender, f"{value:.1f}", f"{medians['imports', contender, 'own', latency_ms, 0][0]:.1f}")
        for (part, contender, measure, latency_ms, _), (value, _) in medians.items()
        if part == "imports" and measure == "with what it imports"
    ]
    text = [
        f"Machine: {machine}. Versions: {versions}.",
        "### Targets",
        _table(("target", "sessions", "measured", "bound", ""), rows),
        "### Medians",
        "Seconds, MiB, bytes or calls as the name says; in brackets the number of repetitions.",
        _table(("what", "contender", "latency, ms", *map(str, sizes)), measured),
        "### Import",
        _table(("module", "ms with what it imports", "ms of its own"), imports),
    ]
    for sessions, profile in facts.get("profiles", {}).items():
        text += [f"### Where a preview of {sessions} spends the program's time", f"```text\n{profile}\n```"]
    return "\n\n".join(text) + "\n"


def _bound(bound: float, *, at_least: bool) -> str:
    return f"at {'least' if at_least else 'most'} {bound:g}"


def _verdict(target: Target) -> str:
    return "met" if target.met else f"**missed** by {abs(target.measured - target.bound):.2f} {target.unit}"


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *([str(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    write(Results.load(ROOT / "bench" / "results.json"), svg=ROOT / "bench" / "results.svg", page=ROOT / "docs" / "performance.md")
