"""The native provider's package schema: made from the Python API's own definitions, whole, and described."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import package_schema
from pulumi_glue_session.core.aws_config import AssumeRole, AssumeRoleWithWebIdentity, AwsConfig
from pulumi_glue_session.core.session import SECRET, Session
from pulumi_glue_session.native.properties import FUNCTION_ARGUMENTS, RESOURCE_INPUTS, SESSION, camel
from pulumi_glue_session.native.server import package_schema as served

SCHEMA: dict[str, Any] = json.loads(package_schema.SCHEMA.read_text(encoding="utf-8"))
KINDS = {str: "string", int: "integer", float: "number", list: "array", dict: "object"}


def properties() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each property of the schema, by where it stands."""

    def within(where: str, node: Any) -> Iterator[tuple[str, dict[str, Any]]]:  # noqa: ANN401 - JSON
        if not isinstance(node, dict):
            return
        for name, each in node.items():
            if name in ("properties", "inputProperties", "variables"):
                yield from ((f"{where}.{inner}", value) for inner, value in each.items())
            yield from within(f"{where}.{name}", each)

    yield from within("", SCHEMA)


def test_the_file_is_what_the_definitions_give() -> None:
    """`make schema` writes it."""
    assert package_schema.written() == package_schema.SCHEMA.read_text(encoding="utf-8")


def test_every_property_is_described_by_a_sentence() -> None:
    assert [] == [where for where, each in properties() if not each.get("description", "").endswith((".", "`."))]


def test_no_description_names_anything_as_python_has_it() -> None:
    strange = [(where, each["description"]) for where, each in properties() if "_" in each["description"].replace("_OTHER", "")]

    assert [] == [each for each in strange if "AWS_" not in each[1] and "PULUMI_" not in each[1] and "SPARK_CONNECT" not in each[1]]


def test_the_resource_has_every_recorded_field_in_its_type() -> None:
    outputs = SCHEMA["resources"][SESSION]["properties"]
    record = Session().to_state()

    assert {"sessionId", "region", "waitFor", *map(camel, record)} == outputs.keys()
    assert {camel(name): KINDS[type(value)] for name, value in record.items() if name != "command"} == {
        camel(name): outputs[camel(name)]["type"] for name in record if name != "command"
    }
    assert [camel(name) for name in SECRET] == [name for name, each in outputs.items() if each.get("secret")]


def test_functions_have_every_field_and_every_argument() -> None:
    for token, names in FUNCTION_ARGUMENTS.items():
        assert list(map(camel, names)) == list(SCHEMA["functions"][token]["inputs"]["properties"])
    one = SCHEMA["functions"]["glue-session:index:getSession"]["outputs"]["properties"]
    assert {"sessionId", "region", *map(camel, Session().to_dict())} - set(map(camel, SECRET)) == one.keys()
    assert one == SCHEMA["types"]["glue-session:index:SessionResult"]["properties"]


def test_the_resource_takes_what_the_provider_reads() -> None:
    assert list(map(camel, RESOURCE_INPUTS)) == list(SCHEMA["resources"][SESSION]["inputProperties"])


def test_the_provider_takes_every_option_of_a_caller() -> None:
    options = SCHEMA["provider"]["inputProperties"]

    assert {*(camel(each.name) for each in fields(AwsConfig)), "skipWait"} == options.keys()
    assert options == SCHEMA["config"]["variables"]
    for kind, name in ((AssumeRole, "AssumeRole"), (AssumeRoleWithWebIdentity, "AssumeRoleWithWebIdentity")):
        of_role = SCHEMA["types"][f"glue-session:index:{name}"]
        assert {camel(each.name) for each in fields(kind)} == of_role["properties"].keys()
        assert "roleArn" in of_role["required"]
    assert SCHEMA["types"]["glue-session:index:AssumeRole"]["properties"]["externalId"]["secret"]


def test_the_schema_that_is_served_has_the_packages_version() -> None:
    from pulumi_glue_session import __version__

    assert {**SCHEMA, "version": __version__} == json.loads(served())
