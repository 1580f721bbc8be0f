"""What the package shows to a program, and to a type checker."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module, resources
from types import ModuleType

import pytest

import pulumi_glue_session

MODULES = [
    pulumi_glue_session,
    *(import_module(each.name) for each in pkgutil.walk_packages(pulumi_glue_session.__path__, "pulumi_glue_session.") if not each.ispkg),
]
MODULES.remove(import_module("pulumi_glue_session.__main__"))


def public_things() -> Iterator[tuple[str, object]]:
    """Each module, what it exports, and the public methods of that."""
    for module in MODULES:
        yield module.__name__, module
        for name in module.__all__:
            thing = getattr(module, name)
            if inspect.isclass(thing) or inspect.isfunction(thing):
                yield f"{module.__name__}.{name}", thing
            for member, method in inspect.getmembers(thing, callable) if inspect.isclass(thing) else ():
                if getattr(method, "__module__", "") == module.__name__ and not member.startswith("_"):
                    yield f"{module.__name__}.{name}.{member}", method


def test_the_package_exports_these() -> None:
    expected = [
        "AccessDenied",
        "AssumeRole",
        "AssumeRoleWithWebIdentity",
        "AwaitableGetSessionResult",
        "AwaitableGetSessionsResult",
        "AwsOptions",
        "BadCredentials",
        "GetSessionResult",
        "GetSessionsResult",
        "GlueSession",
        "GlueSessionError",
        "InvalidInput",
        "LookFailed",
        "Misconfigured",
        "NoRegion",
        "NotOneSession",
        "Refused",
        "ServiceFault",
        "SessionCommand",
        "SessionNotFound",
        "Throttled",
        "Unreachable",
        "WrongAccount",
        "get_session",
        "get_session_output",
        "get_sessions",
        "get_sessions_output",
    ]

    assert expected == pulumi_glue_session.__all__


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_module_exports_in_order_what_it_has(module: ModuleType) -> None:
    assert sorted(module.__all__, key=lambda name: (not name.isupper(), not name[0].isupper(), name)) == module.__all__
    assert [] == [name for name in module.__all__ if not hasattr(module, name)]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_everything_public_that_a_module_makes_is_exported(module: ModuleType) -> None:
    made = {name for name, thing in vars(module).items() if getattr(thing, "__module__", "") == module.__name__ and name[0] != "_"}

    assert set() == made - set(module.__all__)


def test_every_public_thing_has_a_docstring() -> None:
    assert [] == [name for name, thing in public_things() if not (thing.__doc__ or "").strip()]


def test_the_package_says_that_it_is_typed() -> None:
    """PEP 561: without this file every user's type checker sees nothing but Any."""
    assert resources.files(pulumi_glue_session).joinpath("py.typed").is_file()
