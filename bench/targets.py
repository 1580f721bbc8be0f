"""The targets, each with what was measured, whether it is met and by how much it is missed or beaten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from parts import GATE_SECONDS
from results import Results

RECORDED = ("first preview", "up", "preview")

MANY = 100
"""From so many sessions on, ratios to the floor are promised; for one session, seconds."""

FAR = 500
"""Sessions at which the others are compared with."""

STARTING_SECONDS = 0.6
"""What one session may cost beyond the floor: boto3's start and a look. Also what an unrelated resource may be late by."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """One promise and what became of it."""

    name: str
    sessions: int
    measured: float
    bound: float
    unit: str
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether the promise is kept."""
        return self.measured >= self.bound if self.at_least else self.measured <= self.bound

    def as_json(self) -> dict[str, Any]:
        """Everything about it."""
        return {**asdict(self), "met": self.met, "missed_by": 0 if self.met else round(abs(self.measured - self.bound), 3)}


class Targets:
    """All targets for which a run has numbers, at the latency that the run is about."""

    def __init__(self, results: Results) -> None:
        """Judge nothing yet."""
        self._results = results
        self._latency_ms = float(results.facts["settings"]["latency_ms"])
        self._sizes: list[int] = results.facts["settings"]["sizes"]

    def __iter__(self) -> Iterator[Target]:
        """One after the other, in the order of the promises."""
        for sessions in self._sizes:
            yield from self._beside_floor(sessions)
        yield from self._against_others()
        yield from self._at_other_latencies()
        yield from self._gate()
        yield from self._sizes_and_calls()
        yield from self._imports()

    def _median(self, part: str, contender: str, measure: str, sessions: int) -> float | None:
        return self._results.median(part, contender, measure, sessions=sessions, latency_ms=self._latency_ms)

    def _both(self, part: str, measure: str, sessions: int) -> tuple[float, float] | None:
        kind = "_get" if part == "read" else ""
        floor, ours = (self._median(part, f"{contender}{kind}", measure, sessions) for contender in ("floor", "ours"))
        return (floor, ours) if floor and ours is not None else None

    def _beside_floor(self, sessions: int) -> Iterator[Target]:
        promises = [*(("recorded", command, 1.15) for command in RECORDED), ("recorded", "refresh", 1.3), ("read", "preview", 1.3)]
        for part, command, most in promises:
            name = f".get {command}" if part == "read" else command
            both = self._both(part, command, sessions)
            if both and sessions >= MANY:
                yield Target(name=f"{name} / floor", sessions=sessions, measured=both[1] / both[0], bound=most, unit="x")
            elif both and sessions == 1 and part == "recorded" and command in RECORDED:
                late = both[1] - both[0]
                yield Target(name=f"{name}, beyond floor", sessions=1, measured=late, bound=STARTING_SECONDS, unit="s")

    def _against_others(self) -> Iterator[Target]:
        # A textbook preview of recorded sessions asks nothing. Its preview that sees them is the one that reads them.
        pairs = [
            ("first preview", "textbook_get", "read", "preview", 3.0),
            ("up", "textbook", "recorded", "up", 3.0),
            ("first preview", "loop", "plain", "all", 4.0),
            ("up", "loop", "plain", "all", 4.0),
        ]
        for command, contender, part, measure, least in pairs:
            ours, theirs = self._median("recorded", "ours", command, FAR), self._median(part, contender, measure, FAR)
            if ours and theirs:
                name = f"{contender} / our {command}"
                yield Target(name=name, sessions=FAR, measured=theirs / ours, bound=least, unit="x", at_least=True)

    def _at_other_latencies(self) -> Iterator[Target]:
        """The ordering has to be the same: floor, ours, textbook, however slow Glue is."""
        for latency_ms in sorted({sample.latency_ms for sample in self._results.samples} - {self._latency_ms}):

            def median(part: str, contender: str, measure: str, latency_ms: float = latency_ms) -> float | None:
                return self._results.median(part, contender, measure, sessions=MANY, latency_ms=latency_ms)

            for name, slower, faster in [
                ("first preview / floor", median("recorded", "ours", "first preview"), median("recorded", "floor", "first preview")),
                ("textbook / our .get", median("read", "textbook_get", "preview"), median("read", "ours_get", "preview")),
                ("loop / our first preview", median("plain", "loop", "all"), median("recorded", "ours", "first preview")),
            ]:
                if slower and faster:
                    told = f"{name}, at {latency_ms:g} ms"
                    yield Target(name=told, sessions=MANY, measured=slower / faster, bound=1, unit="x", at_least=True)

    def _gate(self) -> Iterator[Target]:
        for sessions in sorted({sample.sessions for sample in self._results.samples if sample.part == "gate"}):
            up, created = self._both("gate", "up", sessions), self._both("gate", "unrelated is created", sessions)
            if up and created:
                late = up[1] - GATE_SECONDS - up[0]
                yield Target(name="gate: up, beyond T + floor", sessions=sessions, measured=late, bound=2.5, unit="s")
                late = created[1] - created[0]
                name = "gate: unrelated is created, beyond floor"
                yield Target(name=name, sessions=sessions, measured=late, bound=STARTING_SECONDS, unit="s")

    def _sizes_and_calls(self) -> Iterator[Target]:
        sessions = min((size for size in self._sizes if size >= MANY), default=max(self._sizes))
        calls = self._median("recorded", "ours", "calls of up", sessions)
        if calls is not None:
            yield Target(name="calls of an up", sessions=sessions, measured=calls, bound=3, unit="calls")
        pickled = self._median("recorded", "ours", "__provider", sessions)
        if pickled is not None:
            yield Target(name="__provider", sessions=sessions, measured=pickled, bound=120, unit="characters")
        encrypted = self._median("recorded", "ours", "__provider encrypted", sessions)
        if encrypted is not None:
            yield Target(name="__provider encrypted", sessions=sessions, measured=encrypted, bound=0, unit="times")

    def _imports(self) -> Iterator[Target]:
        imported = self._median("imports", "pulumi_glue_session", "with what it imports", 0)
        if imported is not None:
            yield Target(name="import pulumi_glue_session, beyond pulumi", sessions=0, measured=imported, bound=20, unit="ms")
        boto3 = self._median("imports", "boto3", "imported", 0)
        if boto3 is not None:
            yield Target(name="boto3 imported with it", sessions=0, measured=boto3, bound=0, unit="times")
