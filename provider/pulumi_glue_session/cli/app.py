"""`glue-session`: read AWS Glue interactive sessions, and wait for them, without a Pulumi program."""

from __future__ import annotations

import functools
import json
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.cli.exit_codes import ExitCode, exit_code_for
from pulumi_glue_session.cli.mfa import mfa_prompt
from pulumi_glue_session.cli.options import (
    ANY_STATUS,
    HINTS,
    Result,
    aws_options,
    complete_session_id,
    complete_status,
    filter_options,
    option_name,
    output_options,
    parse_expectation,
    parse_status,
    with_options,
)
from pulumi_glue_session.cli.output import (
    OutputFormat,
    print_session,
    print_sessions,
    report_lost_output,
    sessions_table,
    use_utf8,
    write_message,
    write_result,
    write_sentence,
)
from pulumi_glue_session.cli.terraform_install import terraform_app
from pulumi_glue_session.core import parsing
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.errors import GlueSessionError, InvalidInput
from pulumi_glue_session.core.filter import SessionFilter
from pulumi_glue_session.core.messages import sanitize
from pulumi_glue_session.core.query import SessionQuery
from pulumi_glue_session.core.session import session_to_dict
from pulumi_glue_session.core.source import SessionSource
from pulumi_glue_session.core.wait import DEFAULT_TIMEOUT, WaitRequest, WaitResult

_FILTERS = "--tag, --status, --id-prefix or --id-pattern"

_WATCH_SECONDS = 5.0
"""Between two lists of `list --watch`."""

_ClickException: Any = typer.BadParameter.__mro__[2]
"""Base of Click's usage errors. Typer contains a Click of its own since 0.26, and exports only some of its classes."""


class _Group(TyperGroup):
    """Commands whose usage errors have the same prefix as all other errors."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        standalone_mode = kwargs.pop("standalone_mode", True)
        use_utf8()
        try:
            code: Any = super().main(*args, **{**kwargs, "standalone_mode": False})
        except _ClickException as error:
            _print_usage_error(error)
            code = error.exit_code
        except OSError as error:
            # Click writes its texts, such as that of --help, itself. Those of the commands report their own errors.
            code = report_lost_output(error)
        except SystemExit as error:
            # So Click ends if the reader of its text is gone.
            if not isinstance(error.__context__, BrokenPipeError):
                raise
            code = ExitCode.DONE
        if standalone_mode:
            sys.exit(code if isinstance(code, int) else ExitCode.DONE)
        return code


app = typer.Typer(
    name="glue-session",
    cls=_Group,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Read AWS Glue interactive sessions, and wait for them. Creates, stops and changes nothing.",
    epilog="Exit codes: 0 done, 1 will not become ready or is not as expected, 2 usage, 3 not found, 4 denied, "
    "5 timed out, 6 Glue could not be read, 7 result could not be written, 130 interrupted.",
)


def _exit_with_message(command: Callable[..., None]) -> Callable[..., None]:
    """Turn the package's errors into a message and an exit code."""

    @functools.wraps(command)
    def run(*args: object, **kwargs: object) -> None:
        try:
            command(*args, **kwargs)
        except GlueSessionError as error:
            _print_error(error)
            raise typer.Exit(exit_code_for(error)) from None

    return run


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - the signature that Typer calls
    if wanted:
        from importlib.metadata import version

        write_result(version("pulumi-glue-session"))
        raise typer.Exit


@app.callback()
def main(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Entry point of all commands."""


@app.command(
    short_help="Show one session.",
    epilog="""Examples:

\b
  glue-session get analytics-prod
  glue-session get analytics-prod --query role -o json
  glue-session get --tag team=etl --status READY""",
)
@_exit_with_message
@with_options(filter_options, aws_options, output_options)
def get(
    session_id: Annotated[
        str | None, typer.Argument(metavar="SESSION_ID", help="Id of the session.", autocompletion=complete_session_id)
    ] = None,
    *,
    filter_options: dict[str, Any],
    aws_options: dict[str, Any],
    output_options: Result,
) -> None:
    """Show one session, by its id or by a filter that exactly one session matches."""
    if session_id is None and not filter_options:
        raise InvalidInput("", f"give SESSION_ID or at least one of {_FILTERS}")
    sessions = GlueSessions(AwsConfig.parse(aws_options), mfa_prompt=mfa_prompt())
    query = SessionQuery.parse({"session_id": session_id, **filter_options}, exactly_one=True)
    [(found_id, session)] = query.run(sessions).items()
    session = sessions.with_role_arn(session)
    values = session_to_dict(found_id, sessions.region, session, secrets=output_options.show_secrets)
    print_session(values, output_options.output_format, query=output_options.query)


@app.command(
    "list",
    short_help="List sessions.",
    epilog="""Examples:

\b
  glue-session list
  glue-session list --status READY --id-prefix etl- -o name
  glue-session list --watch""",
)
@_exit_with_message
@with_options(filter_options, aws_options, output_options)
def list_(
    *,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="List again every 5 seconds, until Ctrl-C.")] = False,
    filter_options: dict[str, Any],
    aws_options: dict[str, Any],
    output_options: Result,
) -> None:
    """List the sessions that match all filters, newest first. An empty list is not an error."""
    sessions = GlueSessions(AwsConfig.parse(aws_options), mfa_prompt=mfa_prompt())
    query = SessionQuery.parse(filter_options, exactly_one=False)

    def read() -> list[dict[str, Any]]:
        return [
            session_to_dict(each, sessions.region, sessions.with_role_arn(session), secrets=output_options.show_secrets)
            for each, session in query.run(sessions).items()
        ]

    if not watch:
        print_sessions(read(), output_options.output_format, query=output_options.query)
        return
    try:
        _watch(read, output_options)
    except KeyboardInterrupt:
        raise typer.Exit(ExitCode.INTERRUPTED) from None


@app.command(
    short_help="Wait until sessions are READY.",
    epilog="""Examples:

\b
  glue-session wait analytics-prod
  glue-session wait etl-1 etl-2 --timeout 20m --fail-fast
  glue-session wait --tag team=etl --any
  glue-session wait analytics-prod --at-least glue_version=5.0""",
)
@_exit_with_message
@with_options(filter_options, aws_options, output_options)
def wait(
    session_ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="SESSION_ID", help="Ids of the sessions.", autocompletion=complete_session_id),
    ] = None,
    *,
    all_sessions: Annotated[bool, typer.Option("--all", help="Wait for all sessions that exist now.")] = False,
    wait_for: Annotated[
        list[str] | None,
        typer.Option(
            "--for",
            metavar="STATUS",
            help=f"Status to wait for: {ANY_STATUS}. Default: READY.",
            autocompletion=complete_status,
        ),
    ] = None,
    timeout: Annotated[
        str,
        typer.Option(metavar="DURATION", help="Longest wait: seconds (600), or a duration (90s, 1h30m). 0 reads once."),
    ] = DEFAULT_TIMEOUT,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="Stop at the first session that fails.")] = False,
    any_one: Annotated[bool, typer.Option("--any", help="Stop at the first session that is ready.")] = False,
    expect: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Expected value, for instance glue_version=5.0.")
    ] = None,
    at_least: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Minimum of a version or a number.")
    ] = None,
    logs: Annotated[
        bool, typer.Option("--logs", help="Show the last lines of the system logs of a FAILED session.")
    ] = False,
    filter_options: dict[str, Any],
    aws_options: dict[str, Any],
    output_options: Result,
) -> None:
    """Wait until each session has the status that is waited for, and show it."""
    import asyncio

    from pulumi_glue_session.cli.waiting import WaitDisplay, wait_for_sessions

    expectations = [
        *map(parse_expectation, expect or ()),
        *(parse_expectation(each, minimum=True) for each in at_least or ()),
    ]
    condition: dict[str, Any] = {
        "wait_for": [parse_status("wait_for", each) for each in wait_for or ["READY"]],
        "timeout": parsing.parse_text("timeout", timeout),
        "aws": aws_options,
    }
    sessions = GlueSessions(AwsConfig.parse(aws_options), mfa_prompt=mfa_prompt())
    ids = _ids_to_wait_for(session_ids or (), filter_options, sessions, all_sessions=all_sessions)
    requests = [
        WaitRequest.parse({"session_id": each, **condition}).with_expectations(expectations, on_mismatch="fail")
        for each in ids
    ]
    display = WaitDisplay(requests)
    try:
        with display.shown():
            results = asyncio.run(
                wait_for_sessions(requests, sessions, display, logs=logs, fail_fast=fail_fast, any_one=any_one)
            )
    except KeyboardInterrupt:
        pending = ", ".join(f"{sanitize(name)} ({status})" for name, status in display.pending.items())
        write_message(f"Interrupted while waiting for {pending or 'the result'}.")
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    _print_results(results, output_options, sessions)
    errors = [result.error for result in results.values() if result.error]
    succeeded = any_one and len(errors) < len(results)
    raise typer.Exit(exit_code_for(errors[0]) if errors and not succeeded else ExitCode.DONE)


@app.command("external", short_help="Answer Terraform's external data source.")
def external_() -> None:
    """Answer the external data source of Terraform and OpenTofu: JSON objects of strings on stdin and stdout."""
    from pulumi_glue_session.cli import terraform_external

    raise typer.Exit(terraform_external.run())


app.add_typer(terraform_app)


@app.command(
    "sandbox",
    short_help="Run a small local Glue.",
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
def sandbox(context: typer.Context) -> None:
    """Run a small local Glue for tutorials, demos and tests."""
    # Most commands do not need its HTTP server.
    from pulumi_glue_session.sandbox.__main__ import main as run_sandbox

    raise typer.Exit(run_sandbox(context.args))


def _ids_to_wait_for(
    session_ids: Sequence[str], filters: dict[str, Any], sessions: SessionSource, *, all_sessions: bool
) -> list[str]:
    """Ids that were given, or those of the sessions that match now. Raises InvalidInput."""
    if session_ids:
        if filters or all_sessions:
            raise InvalidInput("", "use SESSION_ID or a filter, not both")
        return list(dict.fromkeys(session_ids))
    query = SessionQuery.parse(filters, exactly_one=False)
    # An empty filter, such as that of a variable without a value, does not mean all sessions.
    if query.filter == SessionFilter() and "id_pattern" not in filters and not all_sessions:
        raise InvalidInput("", f"give SESSION_ID, --all or at least one of {_FILTERS}")
    ids = list(query.run(sessions))
    if not ids:
        write_message("No session matches, so there is nothing to wait for.")
        raise typer.Exit(ExitCode.NOT_FOUND)
    return ids


def _print_results(results: dict[str, WaitResult], options: Result, sessions: GlueSessions) -> None:
    """Print the sessions to standard output and the errors to standard error; JSON contains the errors too."""
    in_json = options.query is not None or options.output_format is OutputFormat.JSON
    rows: list[dict[str, Any]] = []
    for session_id, result in results.items():
        row: dict[str, Any] = {"session_id": session_id, "region": result.region}
        if result.session:
            session = sessions.with_role_arn(result.session)
            row = session_to_dict(session_id, result.region, session, secrets=options.show_secrets)
        if result.error and in_json:
            rows.append({**row, "error": {"kind": type(result.error).__name__, **result.error.report(HINTS).to_dict()}})
        elif not result.error:
            rows.append(row)
    if in_json or (len(results) > 1 and rows):
        print_sessions(rows, options.output_format, query=options.query)
    elif rows:
        print_session(rows[0], options.output_format)
    for result in results.values():
        if result.error:
            _print_error(result.error)


def _watch(read: Callable[[], list[dict[str, Any]]], options: Result) -> None:
    """List again and again: one table on a terminal, otherwise each session once and again whenever it changes."""
    if sys.stdout is not None and sys.stdout.isatty() and options.output_format is OutputFormat.TABLE:
        from rich.console import Console
        from rich.constrain import Constrain
        from rich.live import Live

        with Live(console=Console(), auto_refresh=False) as live:
            while True:
                # Two columns are free: the terminal prints ^C there, which must not start a new line.
                columns = live.console.width - 2
                table = sessions_table(read(), now=datetime.now(UTC), columns=columns)
                live.update(Constrain(table, columns), refresh=True)
                time.sleep(_WATCH_SECONDS)
    shown: dict[str, Any] = {}
    while True:
        rows = {each["session_id"]: each for each in read()}
        changed = [row for name, row in rows.items() if _state(row) != shown.get(name)]
        if options.output_format is OutputFormat.JSON:
            for row in changed:
                write_result(json.dumps(row))
        elif changed:
            print_sessions(changed, options.output_format)
        shown = {name: _state(row) for name, row in rows.items()}
        time.sleep(_WATCH_SECONDS)


def _state(row: dict[str, Any]) -> tuple[Any, ...]:
    return (row["status"], row["error_message"], row["completed_on"])


def _print_error(error: GlueSessionError) -> None:
    if isinstance(error, InvalidInput):
        option = f"{option_name(error.input_name)}: " if error.input_name else ""
        write_sentence(f"error: {option}{error.reason(HINTS)}")
    else:
        write_message(f"error: {error.report(HINTS)}")


def _print_usage_error(error: Any) -> None:
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        # Its message is the help of the command.
        write_message(error.format_message())
        return
    if context is not None:
        write_message(f"{context.get_usage()}\nTry '{context.command_path} --help' for help.\n")
    # Typer takes over this prefix of its own validation.
    write_sentence(f"error: {error.format_message().replace('Value error, ', '')}")
