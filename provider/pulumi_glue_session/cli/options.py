"""Options that several commands share.

`with_options` adds the parameters of a function to a command, which receives its result.
"""

from __future__ import annotations

import contextlib
import difflib
import functools
import inspect
import json
import re
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple, cast

import typer

from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.cli.output import OutputFormat
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.concurrency import Deadline
from pulumi_glue_session.core.errors import GlueSessionError, InvalidInput
from pulumi_glue_session.core.expectation import AT_LEAST, EXPECTABLE, Expectation
from pulumi_glue_session.core.filter import SessionFilter
from pulumi_glue_session.core.messages import Hints, short_repr
from pulumi_glue_session.core.session import STATUSES, Session

_OPTIONS = {
    "session_id": "SESSION_ID",
    "tags": "--tag",
    "statuses": "--status",
    "wait_for": "--for",
    "id_prefix": "--id-prefix",
    "id_pattern": "--id-pattern",
    "expect": "--expect",
    "at_least": "--at-least",
    "timeout": "--timeout",
    "query": "--query",
}
"""Option or argument for each input name of the core that appears in messages."""

HINTS = Hints(
    region="AWS_REGION or --region",
    profile="AWS_PROFILE or --profile",
    allowed_accounts="--allowed-account-id",
    role="the role that runs this command",
    skip_wait="use glue-session get",
    list_sessions="glue-session list",
    spell=lambda name: _OPTIONS.get(name, name),
)

ANY_STATUS = f"{', '.join(sorted(STATUSES))}. Repeat it to accept several"
"""End of the help of options that take a status."""


_COMPLETION_SECONDS = 2.0
"""Time to find the ids that complete a word: a shell accepts no input meanwhile."""

_PLAIN_WORD = re.compile(r"[A-Za-z0-9_./+@%][A-Za-z0-9_./+@%=:,-]*")


class Result(NamedTuple):
    """How to print a result."""

    output_format: OutputFormat
    show_secrets: bool
    query: str | None


def complete_status(incomplete: str) -> list[str]:
    """Statuses that start with what was typed, in any case."""
    return [status for status in sorted(STATUSES) if status.startswith(incomplete.upper())]


def complete_session_id(ctx: typer.Context, incomplete: str) -> list[str]:
    """Ids of sessions that start with what was typed; none if Glue cannot be read soon.

    An id that a shell would not take as one plain word is left out: a session's creator could run commands with it.
    """
    given = {name: ctx.params.get(name) for name in inspect.signature(aws_options).parameters}

    def read() -> list[str]:
        sessions = GlueSessions(AwsConfig.parse({**aws_options(**given), "max_retries": 0}))
        return list(sessions.list(SessionFilter(id_prefix=incomplete)))

    with contextlib.suppress(GlueSessionError, TimeoutError):
        return [each for each in Deadline.after(_COMPLETION_SECONDS).run(read) if _PLAIN_WORD.fullmatch(each)]
    return []


def aws_options(
    *,
    region: Annotated[
        str | None,
        typer.Option(metavar="REGION", help="Region of the session. Default: AWS_REGION, then the profile's."),
    ] = None,
    profile: Annotated[
        str | None, typer.Option(metavar="NAME", help="Profile of the shared AWS configuration. Default: AWS_PROFILE.")
    ] = None,
    assume_role: Annotated[
        list[str] | None, typer.Option(metavar="ARN", help="Role to assume. Repeat it to assume one role with another.")
    ] = None,
    endpoint_url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Endpoint of Glue. Default: AWS_ENDPOINT_URL_GLUE, then AWS_ENDPOINT_URL."),
    ] = None,
    allowed_account_id: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Allowed AWS account. Repeat it to allow several.")
    ] = None,
    max_retries: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="Retries of a failed request. Default: 3.")
    ] = None,
) -> dict[str, Any]:
    """Values for `AwsConfig.parse`."""
    return {
        "region": region,
        "profile": profile,
        "assume_roles": [{"role_arn": arn} for arn in assume_role or ()],
        "endpoint_url": endpoint_url,
        "allowed_account_ids": allowed_account_id or [],
        "max_retries": max_retries,
    }


def filter_options(
    *,
    tag: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Tag of the session. Repeat it to require several.")
    ] = None,
    status: Annotated[
        list[str] | None,
        typer.Option(metavar="STATUS", help=f"Status of the session: {ANY_STATUS}.", autocompletion=complete_status),
    ] = None,
    id_prefix: Annotated[str | None, typer.Option(metavar="TEXT", help="Start of the id.")] = None,
    id_pattern: Annotated[
        str | None, typer.Option(metavar="PATTERN", help="Pattern of the id: * matches any text, ? one character.")
    ] = None,
) -> dict[str, Any]:
    """Values for `SessionQuery.parse`, without those that were not given. Raises InvalidInput."""
    tags: dict[str, str] = {}
    for each in tag or ():
        name, value = _split_pair("tags", each)
        if name in tags and tags[name] != value:
            raise InvalidInput("tags", f"{short_repr(name)} has two values: a session has at most one")
        tags[name] = value
    given = {
        "tags": tags or None,
        "statuses": [parse_status("statuses", each) for each in status or ()] or None,
        "id_prefix": id_prefix,
        "id_pattern": id_pattern,
    }
    return {name: value for name, value in given.items() if value is not None}


def output_options(
    *,
    output: Annotated[OutputFormat, typer.Option("--output", "-o", help="Output format.")] = OutputFormat.TABLE,
    query: Annotated[
        str | None, typer.Option(metavar="JMESPATH", help="Part of the JSON result to print, as in the AWS CLI.")
    ] = None,
    show_secrets: Annotated[
        bool, typer.Option("--show-secrets", help="Print the session's arguments too, which often contain passwords.")
    ] = False,
) -> Result:
    """How to print the result."""
    return Result(output, show_secrets, query)


def with_options(*readers: Callable[..., Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add the parameters of each reader to a command, which receives the reader's result under the reader's name."""
    read = {reader.__name__: inspect.signature(reader, eval_str=True).parameters for reader in readers}

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = [each for each in inspect.signature(command, eval_str=True).parameters.values() if each.name not in read]
        shared = [each for parameters in read.values() for each in parameters.values()]
        options = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in (*own, *shared)]

        @functools.wraps(command)
        def run(**values: object) -> None:
            results = {
                reader.__name__: reader(**{name: values.pop(name) for name in read[reader.__name__]})
                for reader in readers
            }
            command(**values, **results)

        # Typer reads the signature and the annotations.
        readable = cast("Any", run)
        readable.__signature__ = inspect.Signature(options)
        readable.__annotations__ = {each.name: each.annotation for each in options}
        return run

    return decorate


def parse_status(name: str, text: str) -> str:
    """Status in capitals. Raises InvalidInput, with a suggestion for a misspelled one."""
    status = text.upper()
    if status not in STATUSES:
        close = difflib.get_close_matches(status, sorted(STATUSES), n=1)
        advice = f"did you mean {close[0]}?" if close else f"use one or several of {', '.join(sorted(STATUSES))}"
        raise InvalidInput(name, f"{short_repr(text)} is not a status of a Glue session: {advice}")
    return status


def parse_expectation(text: str, *, minimum: bool = False) -> Expectation:
    """Expectation of `NAME=VALUE`. Raises InvalidInput."""
    option = "at_least" if minimum else "expect"
    name, value = _split_pair(option, text)
    if name not in EXPECTABLE and (close := difflib.get_close_matches(name, EXPECTABLE, n=1)):
        raise InvalidInput(option, f"{short_repr(name)} cannot be expected: did you mean {close[0]}?")
    expected: Any = value
    if name in EXPECTABLE and not isinstance(Session().to_state()[name], str):
        # Numbers and mappings are JSON; a list may also be names with commas. The core refuses any other text by the
        # field's type.
        with contextlib.suppress(ValueError, RecursionError):
            expected = json.loads(value)
        if isinstance(expected, str) and isinstance(Session().to_state()[name], list):
            expected = [each.strip() for each in value.split(",")]
    try:
        return Expectation.parse(name, {AT_LEAST: expected} if minimum else expected)
    except InvalidInput as error:
        raise InvalidInput(option, error.reason) from None


def option_name(name: str) -> str:
    """Option of the command line that the core's input `name` comes from."""
    core = name.removeprefix("aws.").partition("[")[0]
    return _OPTIONS.get(core, f"--{core.removesuffix('s') if '[' in name else core}".replace("_", "-"))


def _split_pair(name: str, text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not (key and equals):
        raise InvalidInput(name, f"{short_repr(text)} is not NAME=VALUE")
    return key, value
