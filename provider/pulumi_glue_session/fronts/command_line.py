"""`glue-session`: sessions for pipelines that are no Pulumi program. `aws glue wait` knows none.

Rules of this module: results go to stdout, all else to stderr. A session's texts are shown so that they steer no terminal. The exit code is
an `Outcome`; of several sessions, that of the first that failed, in the order in which they were named.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from importlib.metadata import version
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pulumi_glue_session.caller import Caller
from pulumi_glue_session.demand import Demand
from pulumi_glue_session.errors import GlueSessionError, InvalidInput
from pulumi_glue_session.expect import AT_LEAST, EXPECTABLE, Expectation
from pulumi_glue_session.find import Finder
from pulumi_glue_session.fronts import external, texts
from pulumi_glue_session.fronts.told import Outcome, outcome_of, values
from pulumi_glue_session.lookout import Lookout
from pulumi_glue_session.progress import Announcer
from pulumi_glue_session.question import Question
from pulumi_glue_session.session import STATUSES, Session
from pulumi_glue_session.terms import Terms, speak
from pulumi_glue_session.wait import DEFAULT_TIMEOUT, Seen
from pulumi_glue_session.words import given, printable

__all__ = ["TERMS", "app", "external_", "get", "list_", "main", "wait"]

TERMS = Terms(
    region="AWS_REGION or --region",
    profile="AWS_PROFILE or --profile",
    accounts="--allowed-account-id",
    role="the role that asks",
    as_it_is="use glue-session get",
    several="glue-session list",
)

_INTERRUPTED = 130
"""128 and the number of SIGINT, as shells have it."""

_ANY_STATUS = f"{', '.join(sorted(STATUSES))}. May be given again, for any of several"
"""Of an option that takes statuses."""


class _Output(StrEnum):
    """Form of the result."""

    TABLE = "table"
    JSON = "json"


app = typer.Typer(
    name="glue-session",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Look at AWS Glue interactive sessions, and wait for them. Nothing is created, stopped or changed.",
    epilog="Exit codes: 0 done, 1 can't become what it should be, 2 wrong use, 3 not found, 4 denied, 5 not in time, 6 Glue was not seen.",
)

_SessionId = Annotated[str | None, typer.Argument(metavar="SESSION_ID", help="Id of the session. With it, no conditions.")]
_SessionIds = Annotated[list[str], typer.Argument(metavar="SESSION_ID", help="Ids of the sessions.")]
_Tags = Annotated[list[str] | None, typer.Option("--tag", metavar="NAME=VALUE", help="Tag that the session has. May be given again.")]
_Statuses = Annotated[
    list[str] | None,
    typer.Option(
        "--status", metavar="STATUS", help=f"Status that the session has: {_ANY_STATUS}.", autocompletion=lambda: sorted(STATUSES)
    ),
]
_IdPrefix = Annotated[str | None, typer.Option(metavar="TEXT", help="Text that the id begins with.")]
_IdPattern = Annotated[
    str | None, typer.Option(metavar="PATTERN", help="Pattern that the id fits: * stands for any text, ? for one character.")
]
_Region = Annotated[str | None, typer.Option(metavar="REGION", help="Region of the session. Default: AWS_REGION, then the profile's.")]
_Profile = Annotated[str | None, typer.Option(metavar="NAME", help="Profile of the shared AWS configuration. Default: AWS_PROFILE.")]
_AssumeRoles = Annotated[list[str] | None, typer.Option("--assume-role", metavar="ARN", help="Role to assume. Again: one after another.")]
_EndpointUrl = Annotated[
    str | None, typer.Option(metavar="URL", help="URL to ask instead of Glue's own. Default: AWS_ENDPOINT_URL_GLUE, AWS_ENDPOINT_URL.")
]
_AccountIds = Annotated[
    list[str] | None, typer.Option("--allowed-account-id", metavar="ID", help="Account that may be asked. May be given again.")
]
_MaxRetries = Annotated[int | None, typer.Option(metavar="NUMBER", help="Times that a failed request is tried again. Default: 3.")]
_Form = Annotated[_Output, typer.Option("--output", "-o", help="Form of the result.")]
_ShowSecrets = Annotated[bool, typer.Option("--show-secrets", help="Show the session's arguments too: they often carry passwords.")]


def _version(wanted: bool) -> None:  # noqa: FBT001 - as typer calls it
    if wanted:
        print(version("pulumi-glue-session"))
        raise typer.Exit


@app.callback()
def main(_version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False) -> None:
    """Speak to people in the words of this front."""
    speak(TERMS)


@app.command()
def get(
    session_id: _SessionId = None,
    *,
    tag: _Tags = None,
    status: _Statuses = None,
    id_prefix: _IdPrefix = None,
    id_pattern: _IdPattern = None,
    region: _Region = None,
    profile: _Profile = None,
    assume_role: _AssumeRoles = None,
    endpoint_url: _EndpointUrl = None,
    allowed_account_id: _AccountIds = None,
    max_retries: _MaxRetries = None,
    output: _Form = _Output.TABLE,
    show_secrets: _ShowSecrets = False,
) -> None:
    """Show one session: by its id, or the only one that fits the conditions. In whatever status it is, it was found."""
    try:
        caller = _caller(region, profile, assume_role, endpoint_url, allowed_account_id, max_retries)
        asked = {"session_id": session_id, **_conditions(tag, status, id_prefix, id_pattern)}
        finder = Finder(caller)
        [(found_id, session)] = Question.of(asked, only_one=True).ask(finder).items()
    except GlueSessionError as error:
        _fail(error)
    _show_one(values(found_id, finder.region, session, secrets=show_secrets), output)


@app.command("list")
def list_(
    *,
    tag: _Tags = None,
    status: _Statuses = None,
    id_prefix: _IdPrefix = None,
    id_pattern: _IdPattern = None,
    region: _Region = None,
    profile: _Profile = None,
    assume_role: _AssumeRoles = None,
    endpoint_url: _EndpointUrl = None,
    allowed_account_id: _AccountIds = None,
    max_retries: _MaxRetries = None,
    output: _Form = _Output.TABLE,
    show_secrets: _ShowSecrets = False,
) -> None:
    """List the sessions that fit all conditions, newest first. None is no error."""
    try:
        caller = _caller(region, profile, assume_role, endpoint_url, allowed_account_id, max_retries)
        finder = Finder(caller)
        found = Question.of(_conditions(tag, status, id_prefix, id_pattern), only_one=False).ask(finder)
    except GlueSessionError as error:
        _fail(error)
    _show_all([values(each, finder.region, session, secrets=show_secrets) for each, session in found.items()], output)


@app.command()
def wait(
    session_ids: _SessionIds,
    *,
    wait_for: Annotated[
        list[str] | None,
        typer.Option(
            "--for", metavar="STATUS", help=f"Status to wait for: {_ANY_STATUS}. Default: READY.", autocompletion=lambda: sorted(STATUSES)
        ),
    ] = None,
    timeout: Annotated[
        str, typer.Option(metavar="DURATION", help="Seconds, or a duration as 90s or 1h30m. 0 looks once.")
    ] = DEFAULT_TIMEOUT,
    expect: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Value that the session should have, as glue_version=5.0.")
    ] = None,
    at_least: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Version or number that it should have at least.")
    ] = None,
    logs: Annotated[bool, typer.Option("--logs", help="Show the last lines of the system logs of a session that FAILED.")] = False,
    region: _Region = None,
    profile: _Profile = None,
    assume_role: _AssumeRoles = None,
    endpoint_url: _EndpointUrl = None,
    allowed_account_id: _AccountIds = None,
    max_retries: _MaxRetries = None,
    output: _Form = _Output.TABLE,
    show_secrets: _ShowSecrets = False,
) -> None:
    """Wait until each session has become what is waited for, and show it."""
    try:
        caller = _caller(region, profile, assume_role, endpoint_url, allowed_account_id, max_retries)
        expected = [*map(_expected, expect or ()), *(_expected(each, minimum=True) for each in at_least or ())]
        gate: dict[str, Any] = {"wait_for": wait_for or ["READY"], "timeout": texts.read("timeout", timeout), "aws": {}}
        demands = [Demand.of({"session_id": each, **gate}).expecting(expected, on_mismatch="fail") for each in dict.fromkeys(session_ids)]
    except GlueSessionError as error:
        _fail(error)
    try:
        seen = asyncio.run(_wait(caller, demands, logs=logs))
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        raise typer.Exit(_INTERRUPTED) from None
    passed = {each: one for each, one in seen.items() if one.error is None and one.session is not None}
    told = [values(each, one.region, one.session, secrets=show_secrets) for each, one in passed.items() if one.session]
    if told or len(session_ids) > 1:
        _show_one(told[0], output) if len(demands) == 1 else _show_all(told, output)
    failed = [one.error for one in seen.values() if one.error]
    for each in failed:
        _complain(each)
    raise typer.Exit(outcome_of(failed[0]) if failed else Outcome.DONE)


@app.command("external")
def external_() -> None:
    """Answer Terraform's or OpenTofu's external data source: a JSON object of texts on stdin, another on stdout."""
    raise typer.Exit(external.answer(sys.stdin, sys.stdout, sys.stderr))


async def _wait(caller: Caller, demands: Sequence[Demand], *, logs: bool) -> dict[str, Seen]:
    """What is seen of each session in the end."""
    lookout = Lookout(caller, progress=Announcer(_say), note=lambda _line: None)
    looks = (lookout.until(each, logs=logs) for each in demands)
    return dict(zip([each.session_id for each in demands], await asyncio.gather(*looks), strict=True))


def _say(line: str, **_: object) -> None:
    print(line, file=sys.stderr, flush=True)


def _caller(
    region: str | None,
    profile: str | None,
    assume_roles: list[str] | None,
    endpoint_url: str | None,
    allowed_account_ids: list[str] | None,
    max_retries: int | None,
) -> Caller:
    return Caller.of(
        {
            "region": region,
            "profile": profile,
            "assume_roles": [{"role_arn": arn} for arn in assume_roles or ()],
            "endpoint_url": endpoint_url,
            "allowed_account_ids": allowed_account_ids or [],
            "max_retries": max_retries,
        }
    )


def _conditions(tags: list[str] | None, statuses: list[str] | None, prefix: str | None, pattern: str | None) -> dict[str, Any]:
    pairs = dict(_pair("tags", each) for each in tags or ())
    return {"tags": pairs or None, "statuses": statuses or None, "id_prefix": prefix, "id_pattern": pattern}


def _pair(name: str, text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise InvalidInput(name, f"{given(text)} is no NAME=VALUE")
    return key, value


def _expected(text: str, *, minimum: bool = False) -> Expectation:
    """Expectation of `NAME=VALUE`; what is no text in a session is given as JSON."""
    name, value = _pair("expect", text)
    wanted: Any = value
    if name in EXPECTABLE and not isinstance(Session().record()[name], str):
        wanted = texts.from_json("expect", value)
    return Expectation.of(name, {AT_LEAST: wanted} if minimum else wanted)


def _show_one(told: Mapping[str, Any], output: _Output) -> None:
    if output is _Output.JSON:
        print(json.dumps(told, indent=2))
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in told.items():
        table.add_row(Text(name), _cell(value))
    _console().print(table)


_COLUMNS = ("session_id", "status", "glue_version", "created_on", "role")
"""Of a list: what a terminal has room for. JSON has all."""


def _show_all(told: Sequence[Mapping[str, Any]], output: _Output) -> None:
    if output is _Output.JSON:
        print(json.dumps(told, indent=2))
        return
    table = Table(box=None, pad_edge=False)
    for name in _COLUMNS:
        # A role's ARN is as long as all else together; who reads lines by a program has them whole.
        table.add_column(name, overflow="fold", no_wrap=name not in ("session_id", "role"))
    for each in told:
        table.add_row(*(_cell(each[name]) for name in _COLUMNS))
    _console().print(table)


def _cell(value: object) -> Text:
    """Value as text without markup, fit for a terminal."""
    return Text(printable(value if isinstance(value, str) else json.dumps(value)))


def _console() -> Console:
    """The terminal; where it is none, lines as long as they are, for the next command to read."""
    return Console() if sys.stdout.isatty() else Console(width=10_000, soft_wrap=True)


def _complain(error: GlueSessionError) -> None:
    about = f"{_option(error.input_name)}: " if isinstance(error, InvalidInput) else ""
    print(f"error: {about}{error}", file=sys.stderr)


def _fail(error: GlueSessionError) -> NoReturn:
    _complain(error)
    raise typer.Exit(outcome_of(error)) from None


_OPTIONS = {"session_id": "SESSION_ID", "tags": "--tag", "statuses": "--status", "wait_for": "--for"}


def _option(name: str) -> str:
    """Option of the command line that an input of the core comes from."""
    core = name.removeprefix("aws.").partition("[")[0]
    return _OPTIONS.get(core, f"--{core.removesuffix('s') if '[' in name else core}".replace("_", "-"))
