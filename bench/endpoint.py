"""The tests' scripted Glue, run in a worker process so that it does not share an interpreter lock with the runner."""

from __future__ import annotations

from record import API_FIELDS

from support.glue_endpoint import GlueEndpoint, always, then

_started: list[GlueEndpoint] = []
_filled = [0, 0]


def start(latency: float) -> str:
    """Start the endpoint, which delays each answer, and return its URL."""
    _started.append(GlueEndpoint(latency=latency).__enter__())
    return _started[0].url


def fill(sessions: int, ready_after: float) -> None:
    """Replace all sessions by s0, s1 and so on, which become READY after that many seconds."""
    (glue,), (present, _) = _started, _filled
    for number in range(present):
        glue.remove(f"s{number}")
    _filled[:] = sessions, glue.count()
    life = then(("PROVISIONING", ready_after), "READY").since_put() if ready_after else always("READY")
    for number in range(sessions):
        glue.put(f"s{number}", life, **API_FIELDS)


def calls() -> int:
    """Number of calls since the last `fill`."""
    return _started[0].count() - _filled[1]


def stop() -> None:
    """Stop the endpoint."""
    _started.pop().__exit__(None, None, None)
