"""The scripted Glue of the tests in a process of its own, so that it shares no interpreter lock with whoever is measured.

    with Glue(latency_ms=50) as glue:
        glue.fill(100)                       # s0 .. s99, READY
        ...                                  # ask boto3, with endpoint_url=glue.url
        assert glue.calls() == {"ListSessions": 1}

Rules of this module: one JSON value a line each way over the pipes of the process, and nothing of Glue is imitated here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Self

TESTS = Path(__file__).resolve().parents[1] / "tests"


class Glue:
    """The scripted Glue at `url`, while the `with` block lasts."""

    def __init__(self, *, latency_ms: float) -> None:
        """Start it; each answer comes `latency_ms` late."""
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(latency_ms / 1000)],
            env=os.environ | {"PYTHONPATH": str(TESTS)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self.url: str = self._ask({"do": "url"})

    def __enter__(self) -> Self:
        """Nothing more to do: it answers already."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self._process.communicate()

    def fill(self, sessions: int, *, ready_after: float = 0) -> None:
        """Put so many sessions in place of all others: READY at once, or PROVISIONING for so many seconds from now."""
        self._ask({"do": "fill", "sessions": sessions, "ready_after": ready_after})

    def calls(self) -> dict[str, int]:
        """Calls since the last `fill`, by operation."""
        counts: dict[str, int] = self._ask({"do": "calls"})
        return counts

    def _ask(self, request: dict[str, Any]) -> Any:  # noqa: ANN401 - whatever the request is answered with
        if not self._process.stdin or not self._process.stdout:
            raise RuntimeError("the endpoint's process has no pipes")
        self._process.stdin.write(json.dumps(request) + "\n")
        return json.loads(self._process.stdout.readline())


def _serve(latency: float) -> None:
    from support.glue_endpoint import GlueEndpoint, always, then

    present = before = 0
    with GlueEndpoint(latency=latency) as glue:
        for line in sys.stdin:
            request = json.loads(line)
            answer: object = None
            if request["do"] == "url":
                answer = glue.url
            elif request["do"] == "calls":
                answer = Counter(call.operation for call in glue.calls[before:])
            else:
                for number in range(present):
                    glue.remove(f"s{number}")
                present, before, seconds = request["sessions"], glue.count(), request["ready_after"]
                life = then(("PROVISIONING", seconds), "READY").since_put() if seconds else always("READY")
                for number in range(present):
                    glue.put(f"s{number}", life)
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    _serve(float(sys.argv[1]))
