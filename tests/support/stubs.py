"""Functions in place of methods of a boto3 client, and errors of botocore."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

EXCEPTIONS: Any = import_module("botocore.exceptions")


def raising(error: Exception) -> Callable[..., object]:
    """A function that raises the error."""

    def fail(**_arguments: object) -> object:
        raise error

    return fail


def giving(answer: object) -> Callable[..., object]:
    """A function that returns the answer."""
    return lambda **_arguments: answer


def botocore_error(name: str, **facts: object) -> Exception:
    """An error of botocore."""
    error: Exception = getattr(EXCEPTIONS, name)(**facts)
    return error
