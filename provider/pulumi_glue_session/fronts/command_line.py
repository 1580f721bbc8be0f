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

from pulumi_glue_session.caller import Caller
from pulumi_glue_session.demand import Demand
from pulumi_glue_session.errors import GlueSessionError, InvalidInput
from pulumi_glue_session.find import Finder
from pulumi_glue_session.fronts import external, texts
from pulumi_glue_session.fronts.arguments import ANY_STATUS, conditions, expectation, option, result, statuses, taking, who
from pulumi_glue_session.fronts.tables import Form, show, show_all
from pulumi_glue_session.fronts.told import Outcome, outcome_of, values
from pulumi_glue_session.lookout import Lookout
from pulumi_glue_session.progress import Announcer
from pulumi_glue_session.question import Question
from pulumi_glue_session.terms import Terms, speak
from pulumi_glue_session.wait import DEFAULT_TIMEOUT, Seen

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
            raise typer.Exit(outcome_of(error)) from None

    return run


def _version(wanted: bool) -> None:  # noqa: FBT001 - as typer calls it
    if wanted:
        print(version("pulumi-glue-session"))
        raise typer.Exit


@app.callback()
def main(_version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False) -> None:
    """Speak to people in the words of this front."""
    speak(TERMS)


@app.command()
@_told
@taking(conditions, who, result)
def get(
    session_id: Annotated[str | None, typer.Argument(metavar="SESSION_ID", help="Id of the session. With it, no conditions.")] = None,
    *,
    conditions: dict[str, Any],
    who: dict[str, Any],
    result: tuple[Form, bool],
) -> None:
    """Show one session: by its id, or the only one that fits the conditions. In whatever status it is, it was found."""
    finder, (form, secrets) = Finder(Caller.of(who)), result
    [(found_id, session)] = Question.of({"session_id": session_id, **conditions}, only_one=True).ask(finder).items()
    show(values(found_id, finder.region, session, secrets=secrets), form)


@app.command("list")
@_told
@taking(conditions, who, result)
def list_(*, conditions: dict[str, Any], who: dict[str, Any], result: tuple[Form, bool]) -> None:
    """List the sessions that fit all conditions, newest first. None is no error."""
    finder, (form, secrets) = Finder(Caller.of(who)), result
    found = Question.of(conditions, only_one=False).ask(finder)
    show_all([values(each, finder.region, session, secrets=secrets) for each, session in found.items()], form)


@app.command()
@_told
@taking(who, result)
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
    result: tuple[Form, bool],
) -> None:
    """Wait until each session has become what is waited for, and show it."""
    expected = [*map(expectation, expect or ()), *(expectation(each, minimum=True) for each in at_least or ())]
    gate: dict[str, Any] = {"wait_for": wait_for or ["READY"], "timeout": texts.read("timeout", timeout), "aws": who}
    demands = [Demand.of({"session_id": each, **gate}).expecting(expected, on_mismatch="fail") for each in dict.fromkeys(session_ids)]
    try:
        seen = asyncio.run(_wait(demands, logs=logs))
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        raise typer.Exit(_INTERRUPTED) from None
    form, secrets = result
    told = [values(each, one.region, one.session, secrets=secrets) for each, one in seen.items() if one.session and not one.error]
    if len(demands) > 1:
        show_all(told, form)
    elif told:
        show(told[0], form)
    failed = [one.error for one in seen.values() if one.error]
    for each in failed:
        _complain(each)
    raise typer.Exit(outcome_of(failed[0]) if failed else Outcome.DONE)


@app.command("external")
def external_() -> None:
    """Answer Terraform's or OpenTofu's external data source: a JSON object of texts on stdin, another on stdout."""
    raise typer.Exit(external.answer(sys.stdin, sys.stdout, sys.stderr))


async def _wait(demands: Sequence[Demand], *, logs: bool) -> dict[str, Seen]:
    """What is seen of each session in the end."""
    lookout = Lookout(demands[0].caller, progress=Announcer(_say), note=lambda _line: None)
    looks = (lookout.until(each, logs=logs) for each in demands)
    return dict(zip([each.session_id for each in demands], await asyncio.gather(*looks), strict=True))


def _say(line: str, **_: object) -> None:
    print(line, file=sys.stderr, flush=True)


def _complain(error: GlueSessionError) -> None:
    about = f"{option(error.input_name)}: " if isinstance(error, InvalidInput) else ""
    print(f"error: {about}{error}", file=sys.stderr)
