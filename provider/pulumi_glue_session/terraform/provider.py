"""Methods of the plugin protocol: decode the request, call the data source or resource, encode the answer."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from typing import Any

from pulumi_glue_session.core.errors import GlueSessionError
from pulumi_glue_session.core.messages import Hints
from pulumi_glue_session.core.wait import SKIP_WAIT_VARIABLE, parse_skip_wait
from pulumi_glue_session.terraform.aws_settings import PROVIDER_BLOCK, parse_provider_block
from pulumi_glue_session.terraform.data_sources import DataSource, SessionDataSource, SessionsDataSource
from pulumi_glue_session.terraform.diagnostics import HINTS, attribute_path, diagnostic, to_diagnostic
from pulumi_glue_session.terraform.polling import Interrupter, Log, SessionPoller
from pulumi_glue_session.terraform.protocol import MESSAGES
from pulumi_glue_session.terraform.resource import SessionResource
from pulumi_glue_session.terraform.schema import Block
from pulumi_glue_session.terraform.values import conform_to_type, decode_value, encode_value, is_known

RESOURCE_TYPE = "gluesession_session"

UNREAD = b"unread"
"""Private data of a resource whose last read failed. Terraform keeps it in the state and in plan files."""

OTHER_ACCOUNT = b"other account"
"""Private data of a resource whose session the credentials of another account were used to read."""

_UNKNOWN_SETTINGS = diagnostic(
    "The provider block has values that are known after apply",
    "A read needs the whole provider block. Use values that are known in the plan, apply the resources that they come "
    "from first (-target), or let the data source depend on them (depends_on).",
)


_SKIPPED = diagnostic(
    "Waiting is skipped",
    f"{SKIP_WAIT_VARIABLE} is set, so every session is taken in its current status.",
    warning=True,
)


class GlueSessionProvider:
    """One provider process: Terraform starts one for each provider block."""

    def __init__(self, *, log: Log) -> None:
        self._log = log
        self._interrupter = Interrupter()
        self._poller: SessionPoller | None = None
        self._resource = SessionResource()
        self._data_sources: dict[str, DataSource] = {
            RESOURCE_TYPE: SessionDataSource(),
            "gluesession_sessions": SessionsDataSource(),
        }

    async def GetProviderSchema(self, _request: Any) -> Any:  # noqa: N802 - names of the protocol
        """Schemas of everything."""
        data_sources = {name: each.block for name, each in self._data_sources.items()}
        return MESSAGES["GetProviderSchemaResponse"](
            provider=PROVIDER_BLOCK.to_schema(),
            resource_schemas=_entries({RESOURCE_TYPE: self._resource.block}),
            data_source_schemas=_entries(data_sources),
            provider_meta=Block({}, "").to_schema(),
        )

    async def ValidateProviderConfig(self, request: Any) -> Any:  # noqa: N802
        """Check the provider block."""
        config = decode_value(request.config)
        found = _check(lambda: parse_provider_block(config), HINTS)
        return MESSAGES["ValidateProviderConfigResponse"](diagnostics=found)

    async def ConfigureProvider(self, request: Any) -> Any:  # noqa: N802
        """Take over the provider block. Nothing is read yet."""
        config = decode_value(request.config)
        response = MESSAGES["ConfigureProviderResponse"]
        try:
            if is_known(config):
                settings = parse_provider_block(config)
                self._poller = SessionPoller(settings, interrupter=self._interrupter, log=self._log)
            skips_waits = parse_skip_wait(os.environ)
        except GlueSessionError as error:
            return response(diagnostics=[to_diagnostic(error, hints=HINTS)])
        return response(diagnostics=[_SKIPPED] if skips_waits else [])

    async def ValidateResourceConfig(self, request: Any) -> Any:  # noqa: N802
        """Check the arguments of a resource."""
        found = _check(lambda: self._resource.validate(decode_value(request.config)), self._resource.hints)
        return MESSAGES["ValidateConfigResponse"](diagnostics=found)

    async def ValidateDataResourceConfig(self, request: Any) -> Any:  # noqa: N802
        """Check the arguments of a data source."""
        source = self._data_sources[request.type_name]
        found = _check(lambda: source.validate(decode_value(request.config)), source.hints)
        return MESSAGES["ValidateConfigResponse"](diagnostics=found)

    async def UpgradeResourceState(self, request: Any) -> Any:  # noqa: N802
        """State that another version of this provider has recorded: attributes that are new are null."""
        state = conform_to_type(json.loads(request.raw_state.json), self._resource.block.type)
        return MESSAGES["UpgradeResourceStateResponse"](upgraded_state=encode_value(state))

    async def ReadResource(self, request: Any) -> Any:  # noqa: N802
        """Refresh a resource."""
        state = decode_value(request.current_state, self._resource.block.type)
        response = MESSAGES["ReadResourceResponse"]
        if self._poller is None:
            return response(new_state=request.current_state, private=UNREAD)
        try:
            result = await self._resource.refresh(state, self._poller)
        except GlueSessionError as error:
            found = [to_diagnostic(error, hints=self._resource.hints)]
            return response(new_state=request.current_state, diagnostics=found)
        return response(
            new_state=encode_value(conform_to_type(result.state, self._resource.block.type)),
            private=OTHER_ACCOUNT if result.is_other_account else b"" if result.is_read else UNREAD,
            diagnostics=result.diagnostics,
        )

    async def PlanResourceChange(self, request: Any) -> Any:  # noqa: N802
        """Plan a creation or an update. Terraform plans removals by itself."""
        prior, proposed = self._decode_states(request.prior_state, request.proposed_new_state)
        response = MESSAGES["PlanResourceChangeResponse"]
        if proposed is None:
            return response(planned_state=request.proposed_new_state)
        try:
            refreshed = request.prior_private
            plan = await self._resource.plan(
                prior,
                proposed,
                self._poller,
                is_read=refreshed != UNREAD,
                is_other_account=refreshed == OTHER_ACCOUNT,
            )
        except GlueSessionError as error:
            found = [to_diagnostic(error, hints=self._resource.hints)]
            return response(planned_state=request.proposed_new_state, diagnostics=found)
        return response(
            planned_state=encode_value(conform_to_type(plan.state, self._resource.block.type)),
            requires_replace=[attribute_path((name,)) for name in plan.replaces],
            diagnostics=plan.diagnostics,
        )

    async def ApplyResourceChange(self, request: Any) -> Any:  # noqa: N802
        """Wait for a session and record it, or remove a record."""
        prior, planned = self._decode_states(request.prior_state, request.planned_state)
        response = MESSAGES["ApplyResourceChangeResponse"]
        if planned is None:
            return response(new_state=request.planned_state)
        if self._poller is None:
            return response(new_state=request.prior_state, diagnostics=[_UNKNOWN_SETTINGS])
        try:
            state = await self._resource.apply(prior, planned, self._poller)
        except GlueSessionError as error:
            # The record stays as it was, so the next plan tries again.
            found = [to_diagnostic(error, hints=self._resource.hints)]
            return response(new_state=request.prior_state, diagnostics=found)
        return response(new_state=encode_value(conform_to_type(state, self._resource.block.type)))

    async def ImportResourceState(self, request: Any) -> Any:  # noqa: N802
        """Begin an import. Terraform refreshes the resource next."""
        response = MESSAGES["ImportResourceStateResponse"]
        try:
            state = self._resource.import_state(request.id)
        except GlueSessionError as error:
            return response(diagnostics=[to_diagnostic(error, hints=self._resource.hints)])
        imported = {
            "type_name": RESOURCE_TYPE,
            "state": encode_value(conform_to_type(state, self._resource.block.type)),
        }
        return response(imported_resources=[MESSAGES["ImportedResource"](**imported)])

    async def ReadDataSource(self, request: Any) -> Any:  # noqa: N802
        """Read a data source."""
        source, config = self._data_sources[request.type_name], decode_value(request.config)
        response = MESSAGES["ReadDataSourceResponse"]
        if self._poller is None:
            return response(state=request.config, diagnostics=[_UNKNOWN_SETTINGS])
        try:
            state = await source.read(config, self._poller)
        except GlueSessionError as error:
            return response(state=request.config, diagnostics=[to_diagnostic(error, hints=source.hints)])
        return response(state=encode_value(conform_to_type(state, source.block.type)))

    def _decode_states(self, *states: Any) -> list[Any]:
        return [decode_value(each, self._resource.block.type) for each in states]

    async def StopProvider(self, _request: Any) -> Any:  # noqa: N802
        """Ctrl-C: end all reads and waits."""
        self.stop()
        return MESSAGES["StopProviderResponse"]()

    def stop(self) -> None:
        """End all reads and waits, and fail later ones at once."""
        self._interrupter.stop()


def _entries(blocks: Mapping[str, Block]) -> list[Any]:
    return [MESSAGES["SchemaEntry"](key=name, value=each.to_schema()) for name, each in blocks.items()]


def _check(work: Callable[[], object], hints: Hints) -> list[Any]:
    """Diagnostics of a check."""
    try:
        work()
    except GlueSessionError as error:
        return [to_diagnostic(error, hints=hints)]
    return []
