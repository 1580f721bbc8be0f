"""The package schema of the native provider agrees with the Python API, the provider, the Glue API and the examples."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import botocore.session

from pulumi_glue_session import AssumeRole, AssumeRoleWithWebIdentity, AwsOptions, __version__
from pulumi_glue_session.core.session import SECRET, STATUSES, Session
from pulumi_glue_session.native.properties import FUNCTION_ARGUMENTS, RESOURCE_INPUTS, SESSION, WAIT_FOR_SESSION, camel
from pulumi_glue_session.native.server import package_schema

ROOT = Path(__file__).resolve().parents[3]
NATIVE = ROOT / "provider" / "pulumi_glue_session" / "native"
SCHEMA: dict[str, Any] = json.loads((NATIVE / "schema.json").read_text(encoding="utf-8"))
RESOURCE = SCHEMA["resources"][SESSION]
KINDS = {str: "string", int: "integer", float: "number", list: "array", dict: "object"}


def properties() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each property of the schema with its path."""

    def find(path: str, node: Any) -> Iterator[tuple[str, dict[str, Any]]]:
        if not isinstance(node, dict):
            return
        for name, each in node.items():
            if name in ("properties", "inputProperties", "variables"):
                yield from ((f"{path}.{inner}", value) for inner, value in each.items())
            yield from find(f"{path}.{name}", each)

    yield from find("", SCHEMA)


def kind(schema: dict[str, Any]) -> str:
    """Type of a property; that of a relaxed enum is string."""
    return str(schema["oneOf"][0]["type"] if "oneOf" in schema else schema["type"])


def enum(name: str) -> set[str]:
    return {each["value"] for each in SCHEMA["types"][f"glue-session:index:{name}"]["enum"]}


def test_every_property_has_a_description_without_python_names() -> None:
    assert [] == [path for path, each in properties() if not re.search(r"\.`?$", each.get("description", ""))]
    assert [] == [path for path, each in properties() if re.search(r"`[a-z]+_[a-z_]+`", each["description"])]


def test_descriptions_have_paragraphs_and_no_other_line_breaks() -> None:
    """The Registry, editors and `pulumi do` wrap lines themselves."""
    described = [each["description"] for _, each in properties()]
    described += [each["description"] for kind in ("types", "functions") for each in SCHEMA[kind].values()]
    described += [RESOURCE["description"].split("{{% examples %}}")[0].strip()]

    assert [] == [text for text in described if re.search(r"[^\n]\n[^\n]", text)]


def test_resource_has_every_recorded_field_with_its_type() -> None:
    record = Session().to_state()

    assert {"sessionId", "region", "waitFor", "providerOptions", *map(camel, record)} == RESOURCE["properties"].keys()
    assert {camel(name): KINDS[type(value)] for name, value in record.items() if name != "command"} == {
        camel(name): kind(RESOURCE["properties"][camel(name)]) for name in record if name != "command"
    }
    assert [camel(name) for name in SECRET] == [n for n, each in RESOURCE["properties"].items() if each.get("secret")]


def test_resource_has_the_inputs_of_the_provider() -> None:
    assert list(map(camel, RESOURCE_INPUTS)) == list(RESOURCE["inputProperties"])
    assert {"timeout": "10m", "onMismatch": "fail", "logs": False, "gate": "every_run"} == {
        name: each["default"] for name, each in RESOURCE["inputProperties"].items() if "default" in each
    }
    replacing = [name for name, each in RESOURCE["inputProperties"].items() if each.get("willReplaceOnChanges")]
    assert ["sessionId", "region"] == replacing
    assert ["region"] == list(RESOURCE["stateInputs"]["properties"])


def test_functions_have_every_field_and_argument() -> None:
    for token, names in FUNCTION_ARGUMENTS.items():
        assert list(map(camel, names)) == list(SCHEMA["functions"][token]["inputs"]["properties"])
    result = SCHEMA["functions"]["glue-session:index:getSession"]["outputs"]["properties"]
    assert {"sessionId", "region", *map(camel, Session().to_dict())} - set(map(camel, SECRET)) == result.keys()
    assert SCHEMA["types"]["glue-session:index:SessionResult"]["properties"] == result
    command = SCHEMA["types"]["glue-session:index:SessionCommand"]["properties"]
    assert set(map(camel, Session().to_dict()["command"])) == command.keys()
    assert ["sessionId"] == SCHEMA["functions"][WAIT_FOR_SESSION]["inputs"]["required"]
    for function in SCHEMA["functions"].values():
        assert sorted(function["outputs"]["properties"]) == function["outputs"]["required"]


def test_wait_for_session_takes_the_inputs_of_the_resource() -> None:
    """Their types and defaults. Their descriptions differ, and only a resource is replaced."""
    inputs, arguments = (
        {
            name: {key: value for key, value in each.items() if key not in ("description", "willReplaceOnChanges")}
            for name, each in properties.items()
            if name != "gate"
        }
        for properties in (RESOURCE["inputProperties"], SCHEMA["functions"][WAIT_FOR_SESSION]["inputs"]["properties"])
    )

    assert inputs == arguments


def test_arguments_of_functions_do_not_describe_the_resource() -> None:
    arguments = SCHEMA["functions"][WAIT_FOR_SESSION]["inputs"]["properties"]

    assert [] == [n for n, each in arguments.items() if re.search("record|resource", each["description"])]


def test_provider_has_every_aws_option() -> None:
    options = SCHEMA["provider"]["inputProperties"]

    assert {*(camel(each.name) for each in fields(AwsOptions)), "skipWait"} == options.keys()
    assert options == SCHEMA["config"]["variables"]
    for role in (AssumeRole, AssumeRoleWithWebIdentity):
        type_ = SCHEMA["types"][f"glue-session:index:{role.__name__}"]
        assert {camel(each.name) for each in fields(role)} == type_["properties"].keys()
        assert "roleArn" in type_["required"]
    assert SCHEMA["types"]["glue-session:index:AssumeRole"]["properties"]["externalId"]["secret"]


def test_options_have_the_types_of_the_python_api() -> None:
    """A duration (`float | str`) is a string."""
    kinds = {"bool": "boolean", "float": "string", "int": "integer", "str": "string"}
    kinds |= {"Mapping": "object", "Sequence": "array"}
    schemas = {AwsOptions: SCHEMA["provider"]["inputProperties"]} | {
        role: SCHEMA["types"][f"glue-session:index:{role.__name__}"]["properties"]
        for role in (AssumeRole, AssumeRoleWithWebIdentity)
    }
    for options, schema in schemas.items():
        for each in fields(options):
            (name,) = re.findall(r"^(?:pulumi\.Input\[)?(\w+)", str(each.type))
            assert kinds.get(name) == schema[camel(each.name)].get("type"), each.name


def test_page_of_the_registry_describes_every_option() -> None:
    page = (ROOT / "docs" / "installation-configuration.md").read_text(encoding="utf-8")

    assert {name: each["description"] for name, each in SCHEMA["config"]["variables"].items()} == dict(
        re.findall(r"^\| `(\w+)` \| (.*) \|$", page, re.MULTILINE)
    )


def test_enums_have_the_values_of_the_glue_api_and_accept_others() -> None:
    glue: Any = botocore.session.get_session().get_service_model("glue")

    assert enum("SessionStatus") == STATUSES == set(glue.shape_for("SessionStatus").enum)
    assert enum("SessionType") == set(glue.shape_for("SessionType").enum)
    assert enum("WorkerType") >= set(glue.shape_for("WorkerType").enum)
    text = json.dumps(SCHEMA)
    for name in ("SessionStatus", "OnMismatch"):
        reference = f'{{"$ref": "#/types/glue-session:index:{name}"}}'
        assert 0 < text.count(reference) == text.count(f'[{{"type": "string"}}, {reference}]')
    assert {"string"} == {RESOURCE["properties"][name]["type"] for name in ("status", "sessionType", "workerType")}


def test_the_description_of_the_resource_has_the_example_programs() -> None:
    shown = re.findall(r"```(\w+)\n(.*?)```", RESOURCE["description"], flags=re.DOTALL)
    examples = ROOT / "examples" / "generated_sdks"

    assert {folder.name for folder in examples.iterdir() if folder.is_dir()} == {language for language, _ in shown}
    for language, program in shown:
        assert program in [file.read_text(encoding="utf-8") for file in (examples / language).iterdir()]


def test_the_address_of_the_repository_is_everywhere_or_nowhere() -> None:
    """Without an address in pyproject.toml nothing public is invented. With one, the schema needs these fields."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    address = project.get("urls", {}).get("Repository", "")
    path = address.removeprefix("https://github.com/")
    published = {
        "publisher": path.split("/")[0],
        "namespace": path.split("/")[0],
        "homepage": address,
        "repository": address,
        "logoUrl": f"https://raw.githubusercontent.com/{path}/main/docs/logo.png",
        "pluginDownloadURL": f"github://api.github.com/{path}",
    }

    assert (published if address else {}) == {name: SCHEMA[name] for name in published if name in SCHEMA}
    go_module = f"github.com/{path}/sdk/go/gluesession" if address else "pulumi-glue-session/sdk/go/gluesession"
    assert go_module == SCHEMA["language"]["go"]["importBasePath"]
    assert (ROOT / "docs" / "logo.png").is_file()


def test_names_in_the_sdks_do_not_depend_on_the_owner_of_the_repository() -> None:
    """The generators derive the ones that are missing from the namespace."""
    names = {"csharp": "rootNamespace", "java": "basePackage", "nodejs": "packageName", "python": "packageName"}

    assert ["Pulumi", "com.pulumi", "pulumi-glue-session", "pulumi_glue_session_plugin"] == [
        SCHEMA["language"][language][setting] for language, setting in names.items()
    ]


def test_served_schema_has_the_version_of_the_package() -> None:
    assert {**SCHEMA, "version": __version__} == json.loads(package_schema())
