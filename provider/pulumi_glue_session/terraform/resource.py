"""The resource `gluesession_session`: a recorded session, with a condition that each apply enforces.

Four promises:

- plan: a session that does not meet the condition is planned as an update, with `status` known after apply.
- apply: waits, and fails unless the condition is met. The values of the plan hold, or the apply fails.
- refresh: takes over what changed. A session that is gone leaves the state. A read that fails removes nothing, and
  leaves it to the next apply to read again.
- destroy: removes the record. AWS is not called.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_glue_session.core.drift import describe_drift
from pulumi_glue_session.core.errors import GlueSessionError, InvalidInput, LookFailed, SessionNotFound
from pulumi_glue_session.core.messages import ErrorReport, Hints, sanitize, short_repr
from pulumi_glue_session.core.session import SET_BY_WAITING, STATUSES, validate_session_id
from pulumi_glue_session.core.wait import WaitRequest, WaitState
from pulumi_glue_session.terraform.attributes import (
    EXPECT,
    FIELDS,
    REGION,
    parse_expectations,
    parse_timeout,
    session_attributes,
    session_from_attributes,
    timeouts,
)
from pulumi_glue_session.terraform.data_sources import parse_condition, validate_known
from pulumi_glue_session.terraform.diagnostics import RESOURCE_HINTS, to_diagnostic
from pulumi_glue_session.terraform.polling import SessionPoller
from pulumi_glue_session.terraform.schema import Attribute, Block, string, strings
from pulumi_glue_session.terraform.values import UNKNOWN, is_known

_EVERY_RUN, _ONCE = "every_run", "once"

_COMPUTED = (*FIELDS, "region")
_ARGUMENTS = ("session_id", "wait_for", "expect", "gate", "triggers", "timeouts")
_CONDITION = ("wait_for", "expect", "triggers")
"""Arguments whose change is a reason to check the session again."""

_RECREATED = ("created_on",)
"""Known after apply, besides SET_BY_WAITING, if the session has ended: only a new one with this id can be READY."""


class OtherAccount(GlueSessionError):
    """The session was not found, with credentials of another account than the recorded one."""

    def __init__(self, session_id: str, *, region: str, recorded: str, account: str) -> None:
        self.session_id = session_id
        self.region = region
        self.recorded = recorded
        self.account = account
        super().__init__()

    def report(self, hints: Hints = RESOURCE_HINTS) -> ErrorReport:  # noqa: ARG002 - the same in every face
        """Fact, accounts and next step."""
        return ErrorReport(
            fact=f'Not found, but kept in the state: Glue session "{sanitize(self.session_id)}" ({self.region})',
            details=(("Recorded", f"account {self.recorded}"), ("Credentials", f"account {sanitize(self.account)}")),
            next_step=f"use credentials of account {self.recorded}, or run terraform state rm to forget the session",
        )


class ChangedSincePlan(GlueSessionError):
    """The session has other values than those that the plan shows."""

    def __init__(self, session_id: str, changed: tuple[str, ...]) -> None:
        self.session_id = session_id
        self.changed = changed
        super().__init__()

    def report(self, hints: Hints = RESOURCE_HINTS) -> ErrorReport:  # noqa: ARG002 - the same in every face
        """Fact, changes and next step."""
        return ErrorReport(
            fact=f'Changed since the plan: Glue session "{sanitize(self.session_id)}"',
            details=tuple(("", each) for each in self.changed),
            next_step="plan again",
        )


@dataclass(kw_only=True)
class Refresh:
    """State after a read, None if the session is gone, whether it could be read, and in the recorded account."""

    state: dict[str, Any] | None
    is_read: bool = True
    is_other_account: bool = False
    diagnostics: list[Any] = field(default_factory=list[Any])


@dataclass(kw_only=True)
class Plan:
    """Planned state, attributes that force a replacement, and diagnostics."""

    state: dict[str, Any]
    replaces: tuple[str, ...] = ()
    diagnostics: list[Any] = field(default_factory=list[Any])


class SessionResource:
    """A recorded session."""

    hints: Hints = RESOURCE_HINTS
    block = Block(
        {
            "session_id": string("Id of the session. Another id replaces the record.", "required"),
            "wait_for": strings(
                f"Statuses to wait for: {', '.join(sorted(STATUSES))}. "
                'Default: `["READY"]`. `[]` records the session as it is.'
            ),
            "expect": EXPECT,
            "gate": string(
                f"`{_EVERY_RUN}` (default): every plan checks `wait_for` and `expect`. `{_ONCE}`: only the apply that "
                "records the session does, and a session that ends later is drift."
            ),
            "triggers": Attribute(
                ["map", "string"], "optional", "Any values. If one changes, the next apply checks the session again."
            ),
            **FIELDS,
            "region": REGION,
        },
        "Records a Glue session and enforces a condition in plan and apply. Creates, stops and changes nothing in AWS.",
        {"timeouts": timeouts("create", "update")},
    )

    def validate(self, config: Mapping[str, Any]) -> None:
        """Check the arguments that are known. Raises InvalidInput."""
        if config["session_id"] is not UNKNOWN:
            validate_session_id(config["session_id"])
        validate_known(config)
        if config.get("gate") not in (None, _EVERY_RUN, _ONCE, UNKNOWN):
            found = short_repr(config["gate"])
            raise InvalidInput("gate", f"{found} is not supported: use '{_EVERY_RUN}' or '{_ONCE}'")

    def _request(self, state: Mapping[str, Any], poller: SessionPoller, *, timeout: str = "create") -> WaitRequest:
        wait_for = ["READY"] if state.get("wait_for") is None else state["wait_for"]
        return WaitRequest(
            session_id=state["session_id"],
            condition=parse_condition(wait_for, parse_expectations(state.get("expect"))),
            timeout=parse_timeout(state, timeout),
            aws_config=poller.config,
        )

    async def refresh(self, state: Mapping[str, Any], poller: SessionPoller) -> Refresh:
        """State after a read. Raises GlueSessionError."""
        kept = dict(state)
        try:
            session = await poller.get(state["session_id"])
        except SessionNotFound as error:
            if _is_other_region(state, error.region):
                return Refresh(state=kept)
            return await self._refresh_missing(kept, error, poller)
        except LookFailed as error:
            if state.get("status") is None:
                # An import has nothing that could be kept.
                raise
            # The plan leaves it to the apply to read again. An error here would also prevent a destroy.
            return Refresh(state=kept, is_read=False, diagnostics=[self._warn(error)])
        if _is_other_region(state, poller.sessions.region):
            return Refresh(state=kept)
        recorded, account = _account_of(state), _account_of(session_attributes(session))
        if recorded and account and recorded != account:
            # A session has a role of its own account, so this is another one with the same id.
            return Refresh(state=kept, is_other_account=True)
        return Refresh(state={**kept, **session_attributes(session), "region": poller.sessions.region})

    async def _refresh_missing(self, state: dict[str, Any], error: SessionNotFound, poller: SessionPoller) -> Refresh:
        """Drop the record, unless the credentials are of another account than that of the recorded role.

        With `gate = "once"` the record stays, and one of another account is replaced.
        """
        recorded, is_once = _account_of(state), state.get("gate") == _ONCE
        kept = Refresh(state=state, diagnostics=[self._warn(error)])
        if recorded is None:
            return kept if is_once else Refresh(state=None)
        try:
            account = await poller.account_id()
        except LookFailed as failure:
            if is_once:
                return kept
            return Refresh(state=state, is_read=False, diagnostics=[*kept.diagnostics, self._warn(failure)])
        if account == recorded:
            return kept if is_once else Refresh(state=None)
        other = OtherAccount(error.session_id, region=error.region, recorded=recorded, account=account)
        return Refresh(state=state, is_read=False, is_other_account=is_once, diagnostics=[self._warn(other)])

    def _warn(self, error: GlueSessionError) -> Any:
        return to_diagnostic(error, hints=self.hints, warning=True)

    async def plan(
        self,
        prior: Mapping[str, Any] | None,
        proposed: Mapping[str, Any],
        poller: SessionPoller | None,
        *,
        is_read: bool = True,
        is_other_account: bool = False,
    ) -> Plan:
        """Planned state. `poller` is None while a setting of the provider block is unknown. Raises GlueSessionError.

        An apply plans again and must get the same answer, so the plan of an update depends only on its arguments.
        """
        if prior is None or proposed["session_id"] != prior["session_id"]:
            return await self._plan_create(proposed, poller, replaces=("session_id",) if prior else ())
        if poller is not None and _is_other_region(prior, poller.sessions.region):
            return await self._plan_create(proposed, poller, replaces=("region",))
        if is_other_account:
            return await self._plan_create(proposed, poller, replaces=("role",))
        return self._plan_update(prior, proposed, poller if is_read else None)

    async def _plan_create(
        self, proposed: Mapping[str, Any], poller: SessionPoller | None, *, replaces: tuple[str, ...]
    ) -> Plan:
        """All fields are known after apply: Terraform reports a bug if they change between plan and apply."""
        plan = Plan(state={**proposed, **dict.fromkeys(_COMPUTED, UNKNOWN)}, replaces=replaces)
        if poller is not None and _are_known(proposed):
            result = await poller.read(self._request(proposed, poller))
            if result.error is not None:
                # Not an error, because another resource of the same apply can create the session.
                plan.diagnostics.append(self._warn(result.error))
        return plan

    def _plan_update(self, prior: Mapping[str, Any], proposed: Mapping[str, Any], poller: SessionPoller | None) -> Plan:
        plan = Plan(state={**proposed, **{name: prior.get(name) for name in _COMPUTED}})
        is_once = proposed.get("gate") == _ONCE
        if poller is None or not _are_known(proposed):
            if not is_once:
                plan.state |= dict.fromkeys((*SET_BY_WAITING, *_RECREATED), UNKNOWN)
            return plan
        request = self._request(proposed, poller)
        session = session_from_attributes(prior)
        result = request.condition.evaluate(request.session_id, session, region=prior.get("region") or "")
        if result.error is not None:
            plan.diagnostics.append(self._warn(result.error))
        if is_once:
            return plan
        if result.error is not None:
            plan.state |= dict.fromkeys((*SET_BY_WAITING, *_RECREATED), UNKNOWN)
        elif result.state is WaitState.PENDING or any(prior.get(name) != proposed.get(name) for name in _CONDITION):
            plan.state |= dict.fromkeys(SET_BY_WAITING, UNKNOWN)
        return plan

    async def apply(
        self, prior: Mapping[str, Any] | None, planned: Mapping[str, Any], poller: SessionPoller
    ) -> dict[str, Any]:
        """State after a wait. Raises GlueSessionError."""
        shown = {name: planned[name] for name in _COMPUTED if planned.get(name) is not UNKNOWN}
        if prior is not None and len(shown) == len(_COMPUTED):
            # Only arguments change that need no new check.
            return dict(planned)
        result = await poller.wait(self._request(planned, poller, timeout="update" if prior else "create"))
        if result.error is not None or result.session is None:
            raise result.error or AssertionError
        values = {**session_attributes(result.session), "region": result.region}
        changed = describe_drift(shown, values, fields=shown, hints=self.hints)
        if changed:
            raise ChangedSincePlan(planned["session_id"], changed)
        return {**planned, **values}

    def import_state(self, session_id: str) -> dict[str, Any]:
        """State from which a read completes an import. Raises InvalidInput."""
        validate_session_id(session_id)
        return {"session_id": session_id}


def _are_known(proposed: Mapping[str, Any]) -> bool:
    return all(is_known(proposed.get(name)) for name in _ARGUMENTS)


def _account_of(state: Mapping[str, Any]) -> str | None:
    found = re.match(r"arn:[^:]*:iam::(\d{12}):", state.get("role") or "")
    return found[1] if found else None


def _is_other_region(state: Mapping[str, Any], region: str) -> bool:
    return bool(region and state.get("region") and state["region"] != region)
