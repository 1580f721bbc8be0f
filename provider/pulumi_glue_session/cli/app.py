"""`glue-session`: sessions for pipelines that are no Pulumi program. `aws glue wait` knows none.

Rules of this module: results go to stdout, all else to stderr. The exit code is an `Outcome`; of several sessions, that of the first that
failed, in the order in which they were named.
"""

from __future__ import annotations

import asyncio
import functools
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Annotated, Any

import typer

from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.cli import terraform_external
from pulumi_glue_session.cli.exit_codes import ExitCode, exit_code_for
from pulumi_glue_session.cli.options import (
    ANY_STATUS,
    aws_options,
    filter_options,
    option_name,
    output_options,
    parse_expectation,
    statuses,
    with_options,
)
from pulumi_glue_session.cli.output import OutputFormat, print_session, print_sessions
from pulumi_glue_session.core import parsing
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.errors import GlueSessionError, InvalidInput
from pulumi_glue_session.core.messages import Hints
from pulumi_glue_session.core.poller import Waiter
from pulumi_glue_session.core.progress import ProgressReporter
from pulumi_glue_session.core.query import SessionQuery
from pulumi_glue_session.core.session import session_to_dict
from pulumi_glue_session.core.wait import DEFAULT_TIMEOUT, WaitRequest, WaitResult

HINTS = Hints(
    region="AWS_REGION or --region",
    profile="AWS_PROFILE or --profile",
    allowed_accounts="--allowed-account-id",
    role="the role that asks",
    skip_wait="use glue-session get",
    list_sessions="glue-session list",
)

_INTERRUPTED = 130
"""128 and the number of SIGINT, as shells have it."""

app = typer.Typer(
    name="glue-session",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Look at AWS Glue interactive sessions, and wait for them. Nothing is created, stopped or changed.",
    epilog="Exit codes: 0 done, 1 can't become what it should be, 2 wrong use, 3 not found, 4 denied, 5 not in time, 6 Glue was not seen.",
)


def _told(command: Callable[..., None]) -> Callable[..., None]:
    """The command, whose errors end it with a sentence and an exit code."""

    @functools.wraps(command)
    def run(*given: object, **named: object) -> None:
        try:
            command(*given, **named)
        except GlueSessionError as error:
            _complain(error)
            raise typer.Exit(exit_code_for(error)) from None

    return run


def _version(wanted: bool) -> None:  # noqa: FBT001 - as typer calls it
    if wanted:
        print(version("pulumi-glue-session"))
        raise typer.Exit


@app.callback()
def main(_version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False) -> None:
    """Speak to people in the words of this front."""


@app.command()
@_told
@with_options(filter_options, aws_options, output_options)
def get(
    session_id: Annotated[str | None, typer.Argument(metavar="SESSION_ID", help="Id of the session. With it, no conditions.")] = None,
    *,
    conditions: dict[str, Any],
    who: dict[str, Any],
    result: tuple[OutputFormat, bool],
) -> None:
    """Show one session: by its id, or the only one that fits the conditions. In whatever status it is, it was found."""
    finder, (form, secrets) = GlueSessions(AwsConfig.parse(who)), result
    [(found_id, session)] = SessionQuery.parse({"session_id": session_id, **conditions}, exactly_one=True).run(finder).items()
    print_session(session_to_dict(found_id, finder.region, session, secrets=secrets), form)


@app.command("list")
@_told
@with_options(filter_options, aws_options, output_options)
def list_(*, conditions: dict[str, Any], who: dict[str, Any], result: tuple[OutputFormat, bool]) -> None:
    """List the sessions that fit all conditions, newest first. None is no error."""
    finder, (form, secrets) = GlueSessions(AwsConfig.parse(who)), result
    found = SessionQuery.parse(conditions, exactly_one=False).run(finder)
    print_sessions([session_to_dict(each, finder.region, session, secrets=secrets) for each, session in found.items()], form)


@app.command()
@_told
@with_options(aws_options, output_options)
def wait(
    session_ids: Annotated[list[str], typer.Argument(metavar="SESSION_ID", help="Ids of the sessions.")],
    *,
    wait_for: Annotated[
        list[str] | None,
        typer.Option("--for", metavar="STATUS", help=f"Status to wait for: {ANY_STATUS}. Default: READY.", autocompletion=statuses),
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
    who: dict[str, Any],
    result: tuple[OutputFormat, bool],
) -> None:
    """Wait until each session has become what is waited for, and show it."""
    expected = [*map(parse_expectation, expect or ()), *(parse_expectation(each, minimum=True) for each in at_least or ())]
    gate: dict[str, Any] = {"wait_for": wait_for or ["READY"], "timeout": parsing.parse_text("timeout", timeout), "aws": who}
    demands = [
        WaitRequest.parse({"session_id": each, **gate}).with_expectations(expected, on_mismatch="fail")
        for each in dict.fromkeys(session_ids)
    ]
    try:
        seen = asyncio.run(_wait(demands, logs=logs))
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        raise typer.Exit(_INTERRUPTED) from None
    form, secrets = result
    told = [session_to_dict(each, one.region, one.session, secrets=secrets) for each, one in seen.items() if one.session and not one.error]
    if len(demands) > 1:
        print_sessions(told, form)
    elif told:
        print_session(told[0], form)
    failed = [one.error for one in seen.values() if one.error]
    for each in failed:
        _complain(each)
    raise typer.Exit(exit_code_for(failed[0]) if failed else ExitCode.DONE)


@app.command("external")
def external_() -> None:
    """Answer Terraform's or OpenTofu's external data source: a JSON object of texts on stdin, another on stdout."""
    raise typer.Exit(terraform_external.answer(sys.stdin, sys.stdout, sys.stderr))


async def _wait(demands: Sequence[WaitRequest], *, logs: bool) -> dict[str, WaitResult]:
    """What is seen of each session in the end."""
    lookout = Waiter(GlueSessions(demands[0].aws_config), progress=ProgressReporter(_say), note=lambda _line: None)
    looks = (lookout.wait(each, logs=logs) for each in demands)
    return dict(zip([each.session_id for each in demands], await asyncio.gather(*looks), strict=True))


def _say(line: str, **_: object) -> None:
    print(line, file=sys.stderr, flush=True)


def _complain(error: GlueSessionError) -> None:
    text = f"{option_name(error.input_name)}: {error.reason(HINTS)}" if isinstance(error, InvalidInput) else error.report(HINTS)
    print(f"error: {text}", file=sys.stderr)
