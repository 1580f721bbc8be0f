"""Options that commands of the command line have in common, each named once, and what they mean to the core.

Rules of this module: a reader is a function whose parameters are options. `taking` gives these to a command, which gets what the reader
makes of them by the reader's name. What a value may be the core judges.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any, cast

import typer

from pulumi_glue_session.cli.output import OutputFormat
from pulumi_glue_session.core import parsing
from pulumi_glue_session.core.errors import InvalidInput
from pulumi_glue_session.core.expectation import AT_LEAST, EXPECTABLE, Expectation
from pulumi_glue_session.core.messages import short_repr
from pulumi_glue_session.core.session import STATUSES, Session

ANY_STATUS = f"{', '.join(sorted(STATUSES))}. May be given again, for any of several"
"""Of an option that takes statuses."""

_OPTIONS = {"session_id": "SESSION_ID", "tags": "--tag", "statuses": "--status", "wait_for": "--for"}


def statuses() -> list[str]:
    """What a shell completes a status with."""
    return sorted(STATUSES)


def aws_options(
    *,
    region: Annotated[
        str | None, typer.Option(metavar="REGION", help="Region of the session. Default: AWS_REGION, then the profile's.")
    ] = None,
    profile: Annotated[
        str | None, typer.Option(metavar="NAME", help="Profile of the shared AWS configuration. Default: AWS_PROFILE.")
    ] = None,
    assume_role: Annotated[list[str] | None, typer.Option(metavar="ARN", help="Role to assume. Again: one after another.")] = None,
    endpoint_url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="URL to ask instead of Glue's own. Default: AWS_ENDPOINT_URL_GLUE, AWS_ENDPOINT_URL."),
    ] = None,
    allowed_account_id: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Account that may be asked. May be given again.")
    ] = None,
    max_retries: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="Times that a failed request is tried again. Default: 3.")
    ] = None,
) -> dict[str, Any]:
    """Who asks, and where: what `Caller.of` takes."""
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
    tag: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="Tag that the session has. May be given again.")] = None,
    status: Annotated[
        list[str] | None,
        typer.Option(metavar="STATUS", help=f"Status that the session has: {ANY_STATUS}.", autocompletion=statuses),
    ] = None,
    id_prefix: Annotated[str | None, typer.Option(metavar="TEXT", help="Text that the id begins with.")] = None,
    id_pattern: Annotated[
        str | None, typer.Option(metavar="PATTERN", help="Pattern that the id fits: * stands for any text, ? for one character.")
    ] = None,
) -> dict[str, Any]:
    """Which sessions are meant: what `Question.of` takes. Raises InvalidInput."""
    pairs = dict(_pair("tags", each) for each in tag or ())
    return {"tags": pairs or None, "statuses": status or None, "id_prefix": id_prefix, "id_pattern": id_pattern}


def output_options(
    *,
    output: Annotated[OutputFormat, typer.Option("--output", "-o", help="Form of the result.")] = OutputFormat.TABLE,
    show_secrets: Annotated[
        bool, typer.Option("--show-secrets", help="Show the session's arguments too: they often carry passwords.")
    ] = False,
) -> tuple[OutputFormat, bool]:
    """Form of the result, and whether secrets are shown."""
    return output, show_secrets


def with_options(*readers: Callable[..., Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of `readers`."""
    read = {reader.__name__: inspect.signature(reader, eval_str=True).parameters for reader in readers}

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = [each for each in inspect.signature(command, eval_str=True).parameters.values() if each.name not in read]
        theirs = [each for parameters in read.values() for each in parameters.values()]
        options = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in (*own, *theirs)]

        @functools.wraps(command)
        def run(**values: object) -> None:
            made = {reader.__name__: reader(**{name: values.pop(name) for name in read[reader.__name__]}) for reader in readers}
            command(**values, **made)

        # What typer reads.
        readable = cast("Any", run)
        readable.__signature__ = inspect.Signature(options)
        readable.__annotations__ = {each.name: each.annotation for each in options}
        return run

    return decorate


def parse_expectation(text: str, *, minimum: bool = False) -> Expectation:
    """Expectation of `NAME=VALUE`; what is no text in a session is given as JSON. Raises InvalidInput."""
    name, value = _pair("expect", text)
    wanted: Any = value
    if name in EXPECTABLE and not isinstance(Session().to_state()[name], str):
        wanted = parsing.parse_json("expect", value)
    return Expectation.parse(name, {AT_LEAST: wanted} if minimum else wanted)


def option_name(name: str) -> str:
    """Option of the command line that an input of the core comes from."""
    core = name.removeprefix("aws.").partition("[")[0]
    return _OPTIONS.get(core, f"--{core.removesuffix('s') if '[' in name else core}".replace("_", "-"))


def _pair(name: str, text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise InvalidInput(name, f"{short_repr(text)} is no NAME=VALUE")
    return key, value
