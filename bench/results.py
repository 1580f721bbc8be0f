"""Raw results: one sample for each thing measured, kept in a file from the first one on, so that an interrupted run keeps what it has."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One measurement of one contender in one repetition."""

    part: str
    contender: str
    measure: str
    value: float
    unit: str = "s"
    sessions: int
    latency_ms: float
    repetition: int


class Results:
    """Samples and the facts about the run, in a JSON file."""

    def __init__(self, path: Path, facts: Mapping[str, Any]) -> None:
        """Start an empty file, with the facts that hold for all samples."""
        self._path, self._facts = path, dict(facts)
        self.samples: list[Sample] = []

    @classmethod
    def load(cls, path: Path) -> Results:
        """What an earlier run left."""
        kept = json.loads(path.read_text())
        results = cls(path, kept["facts"])
        results.samples = [Sample(**sample) for sample in kept["samples"]]
        return results

    @property
    def facts(self) -> dict[str, Any]:
        """Machine, versions and settings of the run."""
        return self._facts

    def add(self, sample: Sample) -> None:
        """Keep a sample, in the file too."""
        self.samples.append(sample)
        print(
            f"{sample.part:9} {sample.sessions:5} {sample.contender:16} {sample.measure:22} {sample.value:10.3f} {sample.unit}", flush=True
        )
        self.save()

    def save(self, **summary: Any) -> None:  # noqa: ANN401 - JSON values
        """Write everything, with medians of all samples."""
        medians = [{**asdict(key), "value": round(value, 4), "repetitions": count} for key, value, count in self.medians()]
        for each in medians:
            del each["repetition"]
        whole = {"facts": self._facts, **summary, "medians": medians, "samples": [asdict(sample) for sample in self.samples]}
        self._path.write_text(json.dumps(whole, indent=1) + "\n")

    def medians(self) -> Iterator[tuple[Sample, float, int]]:
        """Each thing measured (as its first sample), its median and the number of repetitions."""
        groups: dict[tuple[object, ...], list[Sample]] = {}
        for sample in self.samples:
            key = (sample.part, sample.contender, sample.measure, sample.sessions, sample.latency_ms)
            groups.setdefault(key, []).append(sample)
        for group in groups.values():
            yield group[0], median(sample.value for sample in group), len(group)

    def median(self, part: str, contender: str, measure: str, *, sessions: int, latency_ms: float) -> float | None:
        """Median of what was measured; None where it was not."""
        wanted = (part, contender, measure, sessions, latency_ms)
        values = [
            each.value for each in self.samples if (each.part, each.contender, each.measure, each.sessions, each.latency_ms) == wanted
        ]
        return median(values) if values else None
