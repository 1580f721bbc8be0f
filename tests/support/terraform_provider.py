"""Calls the provider for Terraform with the messages that Terraform sends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from pulumi_glue_session.terraform.attributes import FIELDS
from pulumi_glue_session.terraform.protocol import MESSAGES, METHODS
from pulumi_glue_session.terraform.provider import GlueSessionProvider
from pulumi_glue_session.terraform.values import UNKNOWN, decode_value, encode_value

TYPE = "gluesession_session"
ARGUMENTS = {
    "session_id": "analytics",
    "timeouts": None,
    "wait_for": None,
    "expect": None,
    "gate": None,
    "triggers": None,
}


class Terraform:
    """Sends requests to one provider process."""

    def __init__(self, **settings: Any) -> None:
        self.lines: list[str] = []
        self.has_reported = asyncio.Event()
        self.provider = GlueSessionProvider(log=self.log)
        self.settings = settings

    def log(self, _level: str, line: str) -> None:
        """Keep a line of the log."""
        self.lines.append(line)
        self.has_reported.set()

    def call(self, method: str, **fields: Any) -> Any:
        """Answer of one call, after that of ConfigureProvider."""

        async def run() -> Any:
            await self.provider.ConfigureProvider(self.request("ConfigureProvider", config=self.settings))
            return await self.send(method, **fields)

        return asyncio.run(run())

    async def send(self, method: str, **fields: Any) -> Any:
        """Answer of one call."""
        work: Callable[[Any], Awaitable[Any]] = getattr(self.provider, method)
        response = MESSAGES[METHODS[method][1]]
        return response.FromString((await work(self.request(method, **fields))).SerializeToString())

    @staticmethod
    def request(method: str, **fields: Any) -> Any:
        """A request. Mappings and None are encoded as values."""
        encoded = {name: encode_value(each) if isinstance(each, dict | None) else each for name, each in fields.items()}
        kind = MESSAGES[METHODS[method][0]]
        return kind.FromString(kind(**encoded).SerializeToString())

    def read(self, **config: Any) -> Any:
        """Answer of the data source `gluesession_session`."""
        return self.call("ReadDataSource", type_name=TYPE, config=config)

    def create(self, **arguments: Any) -> dict[str, Any]:
        """State of a resource that was applied."""
        planned = {**ARGUMENTS, **arguments, **dict.fromkeys((*FIELDS, "region"), UNKNOWN)}
        answer = self.call("ApplyResourceChange", type_name=TYPE, prior_state=None, planned_state=planned)
        assert [] == list(answer.diagnostics)
        state: dict[str, Any] = decode_value(answer.new_state)
        return state

    def plan(self, prior: dict[str, Any] | None, proposed: dict[str, Any], **fields: Any) -> Any:
        """Answer of PlanResourceChange."""
        return self.call("PlanResourceChange", type_name=TYPE, prior_state=prior, proposed_new_state=proposed, **fields)


def summaries(answer: Any) -> list[tuple[int, str]]:
    return [(each.severity, each.summary) for each in answer.diagnostics]


def path_of(diagnostic: Any) -> list[str | int]:
    return [step.attribute_name or step.element_key_int for step in diagnostic.attribute.steps]
