"""Names in every user's state. If a test fails here, users need a migration (docs/decisions/0002-frozen-names.md)."""

from __future__ import annotations

import base64
import inspect
import pickle
from typing import Any, NoReturn

import pulumi
import pytest
from pulumi.dynamic import dynamic

from pulumi_glue_session import AwsOptions, GlueSession
from pulumi_glue_session.dynamic import provider
from pulumi_glue_session.dynamic.wire_format import OBSERVED
from pulumi_glue_session.provider import GlueSessionProvider
from support.mocked import under_mocks

PICKLE = "gASVOwAAAAAAAACMHHB1bHVtaV9nbHVlX3Nlc3Npb24ucHJvdmlkZXKUjBNHbHVlU2Vzc2lvblByb3ZpZGVylJOUKYGULg=="

OUTPUTS = [
    "command",
    "completed_on",
    "connections",
    "created_on",
    "default_arguments",
    "description",
    "error_message",
    "glue_version",
    "idle_timeout",
    "max_capacity",
    "number_of_workers",
    "profile_name",
    "region",
    "role",
    "security_configuration",
    "session_id",
    "session_type",
    "status",
    "worker_type",
]


class Mocks(pulumi.runtime.Mocks):
    """Keeps what is registered."""

    def __init__(self) -> None:
        self.registered: list[pulumi.runtime.MockResourceArgs] = []

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        self.registered.append(args)
        return "analytics", args.inputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> NoReturn:
        raise NotImplementedError(args.token)


@pytest.fixture(scope="module")
def registered() -> pulumi.runtime.MockResourceArgs:
    """Registration of a session with every argument."""
    return registered_with(Mocks())


def registered_with(mocks: Mocks) -> pulumi.runtime.MockResourceArgs:
    """Registration of one session as the mocks receive it."""

    def declare() -> pulumi.Output[str]:
        aws = AwsOptions(region="eu-west-1", profile="analysts", endpoint_url="http://localhost:5000")
        return GlueSession("analytics", session_id="analytics-prod", wait_for="READY", timeout=60, aws=aws).urn

    under_mocks(mocks, declare)
    (session,) = mocks.registered
    return session


def test_pickle_is_an_import_path(registered: pulumi.runtime.MockResourceArgs) -> None:
    """States with a moved or renamed class can be neither refreshed nor destroyed."""
    assert PICKLE == registered.inputs["__provider"]
    assert PICKLE == base64.b64encode(pickle.dumps(GlueSessionProvider(), protocol=4)).decode()


def test_pickle_equals_the_sdks(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the default protocol of Python before 3.14."""
    monkeypatch.setattr("pickle.DEFAULT_PROTOCOL", 4)

    assert PICKLE == dynamic.serialize_provider(GlueSessionProvider())


def test_pickler_stays_unpatched() -> None:
    """The SDK wraps it again for each resource, until other dynamic providers cannot be pickled."""
    pickler: Any = pickle._Pickler  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    before = pickler._batch_setitems, pickler.save_dict  # noqa: SLF001
    registered_with(Mocks())

    assert before == (pickler._batch_setitems, pickler.save_dict)  # noqa: SLF001


def test_pickle_has_no_code() -> None:
    """Otherwise each edit of the provider and each upgrade of Python would show as a change."""
    raw = base64.b64decode(PICKLE)

    assert 120 >= len(PICKLE)
    assert [False, False, False] == [word in raw for word in (b"__main__", b"_create_code", b"dill")]


def test_pickle_loads_the_provider() -> None:
    restored = pickle.loads(base64.b64decode(PICKLE))  # noqa: S301 - our own

    assert GlueSessionProvider is type(restored)
    assert {} == vars(restored)


def test_import_path_of_the_provider() -> None:
    assert ("pulumi_glue_session.provider", "GlueSessionProvider") == (
        GlueSessionProvider.__module__,
        GlueSessionProvider.__qualname__,
    )
    assert issubclass(GlueSessionProvider, provider.GlueSessionProvider)


def test_provider_has_no_state() -> None:
    """Attributes would be part of the pickle."""
    assert [] == list(inspect.signature(GlueSessionProvider).parameters)
    assert {} == vars(GlueSessionProvider())


def test_pickle_is_not_encrypted() -> None:
    """Decrypting it would take a call for each resource (pulumi #15538)."""
    assert GlueSessionProvider.serialize_as_secret_always is False


def test_type_token(registered: pulumi.runtime.MockResourceArgs) -> None:
    """A change would delete and create the resource in every stack."""
    assert "pulumi-python:dynamic/glue:Session" == registered.typ


def test_output_names() -> None:
    assert OUTPUTS == sorted(name for name in inspect.get_annotations(GlueSession) if not name.startswith("_"))


def test_input_names(registered: pulumi.runtime.MockResourceArgs) -> None:
    """Of the program. Observed values are inputs too, with the names of the outputs."""
    expected = {
        "session_id": "analytics-prod",
        "region": "eu-west-1",
        "wait_for": ["READY"],
        "aws": {"profile": "analysts", "endpoint_url": "http://localhost:5000"},
        "__provider": PICKLE,
    }

    assert expected == registered.inputs


def test_hidden_input_name() -> None:
    """During an upgrade the program and the provider process can have different versions."""
    assert "__observed" == OBSERVED
