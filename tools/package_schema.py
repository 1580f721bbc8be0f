"""Write the package schema of the native provider.

    python tools/package_schema.py

Names, types and descriptions of properties come from the Python API (`GlueSession`, the functions and `AwsOptions`),
read with griffe. The tables below have what differs in other languages: enums, defaults, language settings, examples.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import griffe

from pulumi_glue_session.native.properties import (
    FUNCTION_ARGUMENTS,
    GET_SESSION,
    GET_SESSIONS,
    RESOURCE_INPUTS,
    SESSION,
    WAIT_FOR_SESSION,
    camel,
)

ROOT = Path(__file__).resolve().parents[1]
PROVIDER = ROOT / "provider"
SCHEMA = PROVIDER / "pulumi_glue_session" / "native" / "schema.json"
EXAMPLES = ROOT / "examples" / "generated_sdks"


TYPES = "glue-session:index:"

GO_MODULE = "pulumi-glue-session/sdk/go/gluesession"
"""Import path of the Go SDK until the repository has a public address. Projects map it to the folder of the SDK."""

# Values as in the Glue API reference. Inputs are relaxed: a value of a newer API version is accepted as a string.
# Outputs are strings, to compare with the enums: generated Python cannot read a function's result with a relaxed enum.
ENUMS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "SessionStatus": (
        "Status of a session.",
        {
            "PROVISIONING": "The session is being created.",
            "READY": "The session can run statements.",
            "FAILED": "The session failed. See `errorMessage`.",
            "TIMEOUT": "The session timed out.",
            "STOPPING": "The session is being stopped.",
            "STOPPED": "The session was stopped.",
        },
    ),
    "SessionType": ("Type of a session.", {"LIVY": "Apache Livy.", "SPARK_CONNECT": "Spark Connect."}),
    "WorkerType": (
        "Type of the workers of a session.",
        {
            "Standard": "4 vCPUs and 16 GB of memory, with 2 executors. Only in old versions of Glue.",
            "G.1X": "1 DPU: 4 vCPUs and 16 GB of memory.",
            "G.2X": "2 DPU: 8 vCPUs and 32 GB of memory.",
            "G.4X": "4 DPU: 16 vCPUs and 64 GB of memory.",
            "G.8X": "8 DPU: 32 vCPUs and 128 GB of memory.",
            "G.12X": "12 DPU: 48 vCPUs and 192 GB of memory.",
            "G.16X": "16 DPU: 64 vCPUs and 256 GB of memory.",
            "G.025X": "0.25 DPU: 2 vCPUs and 4 GB of memory.",
            "R.1X": "1 M-DPU: 4 vCPUs and 32 GB of memory.",
            "R.2X": "2 M-DPU: 8 vCPUs and 64 GB of memory.",
            "R.4X": "4 M-DPU: 16 vCPUs and 128 GB of memory.",
            "R.8X": "8 M-DPU: 32 vCPUs and 256 GB of memory.",
            "Z.2X": "2 M-DPU for Ray: 8 vCPUs and 64 GB of memory.",
        },
    ),
    "OnMismatch": (
        "What to do if the session does not have an expected value.",
        {"fail": "Preview and up fail.", "warn": "Preview and up show a warning and continue."},
    ),
    "Gate": (
        "Runs that wait for the session and compare it with `expect`.",
        {
            "every_run": "Each preview and up.",
            "once": "Those that record the session first, or another session. Later changes are shown as drift.",
        },
    ),
}


def relaxed(enum: str) -> dict[str, Any]:
    """Type of a property whose value is of an enum or any other string."""
    return {"oneOf": [{"type": "string"}, {"$ref": f"#/types/{TYPES}{enum}"}]}


REGION = "Region of the session. Default: the provider's region, then AWS_REGION and the profile's region."

INPUTS: Mapping[str, Mapping[str, Any]] = {
    "sessionId": {"willReplaceOnChanges": True},
    "region": {"type": "string", "description": REGION, "willReplaceOnChanges": True},
    "waitFor": {
        "type": "array",
        "items": relaxed("SessionStatus"),
        "description": "Statuses to wait for. `up` waits until the session has one of them, `preview` only reads.\n\n"
        'Default: `["READY"]`. With an empty list the session is recorded in any status.',
    },
    "timeout": {
        "type": "string",
        "default": "10m",
        "description": 'Maximum time that an `up` waits, such as `"90s"`, `"10m"` or `"1h30m"`. `"0"` reads once.\n\n'
        "The resource option `customTimeouts` takes precedence.",
    },
    "expect": {
        "type": "object",
        "additionalProperties": {"$ref": "pulumi.json#/Any"},
        "description": 'Values that outputs must have, by name, such as `{"glueVersion": {"atLeast": "5.0"}}`. '
        "Versions and numbers can have a minimum.\n\n"
        "The session is checked before the wait. A value that is unknown in a preview is checked in the up.",
    },
    "onMismatch": {**relaxed("OnMismatch"), "default": "fail"},
    "logs": {"type": "boolean", "default": False},
    "gate": {
        **relaxed("Gate"),
        "default": "every_run",
        "description": '`"every_run"` checks `waitFor` and `expect` in each run. `"once"` checks them until the '
        "session is recorded, and again if its id, region or provider options change.\n\n"
        "Afterwards a session that ended, does not exist or does not match is shown as drift with a warning, and "
        "dependents keep their values.",
    },
    "statuses": {
        "type": "array",
        "items": relaxed("SessionStatus"),
        "description": "Statuses. The session has one of them.",
    },
}
"""What differs from the Python API in inputs of the resource and arguments of the functions."""

WAIT_ARGUMENTS: Mapping[str, str] = {
    "waitFor": "Statuses to wait for. `up` waits until the session has one of them, `preview` only reads.\n\n"
    'Default: `["READY"]`. With an empty list the session is returned in any status.',
    "timeout": 'Maximum time that an `up` waits, such as `"90s"`, `"10m"` or `"1h30m"`. `"0"` reads once.',
}
"""Descriptions of the arguments of `waitForSession` that differ from those of the inputs."""

OPTIONS: Mapping[str, Mapping[str, Any]] = {
    # The engine passes a plugin only the configuration of its own namespace.
    "region": {
        "description": "Region of the sessions, such as `eu-west-1`. Default: AWS_REGION, then the profile's region."
    },
    "profile": {"description": "Named profile of the shared AWS configuration. Default: AWS_PROFILE."},
    "skipWait": {
        "type": "boolean",
        "description": "Whether to record every session without waiting. "
        "The environment variable PULUMI_GLUE_SESSION_SKIP_WAIT takes precedence.",
    },
}

PROVIDER_OPTIONS: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": {"$ref": "pulumi.json#/Any"},
    "description": "Provider options that decide which session the id refers to, such as `profile` and `endpointUrl`. "
    "A change replaces the record.",
}

WAIT = """\
Wait until a session has one of the statuses in `waitFor`, without recording it. In a preview the session is read once.

Functions do not count as parallel operations of the engine, so any number of sessions can be waited for."""

RESOURCE = """\
An AWS Glue interactive session that is managed elsewhere: read, waited for and recorded, never created or changed.

Dependents are deployed once the session has one of the statuses in `waitFor`. A later preview shows each output that
differs from its recorded value. A field that Glue leaves out is an empty string, 0 or an empty list."""

FENCES = {
    "typescript": "index.ts",
    "python": "__main__.py",
    "go": "main.go",
    "csharp": "Program.cs",
    "java": "App.java",
    "yaml": "Pulumi.yaml",
}


def public_address() -> str:
    """Address of the repository, from pyproject.toml. Empty as long as there is none."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project.get("urls", {}).get("Repository", ""))


def published(address: str) -> dict[str, Any]:
    """Fields of the schema that need a public address (https://github.com/OWNER/NAME)."""
    if not address:
        return {}
    owner, name = address.removeprefix("https://github.com/").split("/")
    return {
        "publisher": owner,
        "namespace": owner,
        "homepage": address,
        "repository": address,
        "logoUrl": f"https://raw.githubusercontent.com/{owner}/{name}/main/docs/logo.png",
        "pluginDownloadURL": f"github://api.github.com/{owner}/{name}",
    }


def languages(address: str) -> dict[str, Any]:
    """Settings of the SDK generators."""
    go_module = f"{address.removeprefix('https://')}/sdk/go/gluesession" if address else GO_MODULE
    return {
        "csharp": {
            "namespaces": {"glue-session": "GlueSession"},
            "rootNamespace": "Pulumi",  # also if the package has a namespace
            "packageReferences": {"Pulumi": "3.*"},
            "respectSchemaVersion": True,
        },
        "go": {"importBasePath": go_module, "generateResourceContainerTypes": True, "respectSchemaVersion": True},
        "java": {
            "basePackage": "com.pulumi",
            # com.pulumi:pulumi has jsr305 only at run time, and the SDK does not compile without it.
            "dependencies": {"com.google.code.findbugs:jsr305": "3.0.2", "com.pulumi:pulumi": "1.0.0"},
        },
        "nodejs": {"packageName": "pulumi-glue-session", "respectSchemaVersion": True},
        "python": {
            # pulumi_glue_session is the Python package with the dynamic provider.
            "packageName": "pulumi_glue_session_plugin",
            "pyproject": {"enabled": True},
            "inputTypes": "classes-and-dicts",
            "respectSchemaVersion": True,
        },
    }


def schema(address: str) -> dict[str, Any]:
    """Package schema without a version, which the plugin adds."""
    package: Any = griffe.load("pulumi_glue_session", search_paths=[str(PROVIDER)], docstring_parser="sphinx")[
        "dynamic"
    ]
    resource, results, options, functions = (
        package[name] for name in ("resource", "results", "aws_options", "functions")
    )
    outputs = _attributes(resource["GlueSession"], {})
    result = {name: each for name, each in _attributes(results["GetSessionResult"], {}).items() if "secret" not in each}
    results_ = _attributes(results["GetSessionsResult"], {})
    configuration = _attributes(options["AwsOptions"], OPTIONS) | {"skipWait": dict(OPTIONS["skipWait"])}
    inputs = _parameters(resource["GlueSession"]["__init__"], RESOURCE_INPUTS)
    required = sorted(outputs)
    outputs["waitFor"] = inputs["waitFor"]
    outputs["providerOptions"] = PROVIDER_OPTIONS
    return {
        "name": "glue-session",
        "displayName": "AWS Glue interactive sessions",
        "version": "",
        "description": _paragraphs(package.parent, first_only=True),
        "keywords": ["pulumi", "aws", "glue", "spark", "interactive session", "category/cloud", "kind/native"],
        "license": "Apache-2.0",
        **published(address),
        "meta": {"moduleFormat": "(.*)"},
        "language": languages(address),
        "config": {"variables": configuration},
        "provider": {
            "description": "Credentials, region and roles for the calls of the Glue API.",
            "inputProperties": configuration,
        },
        "types": {
            **{f"{TYPES}{name}": _enum(description, values) for name, (description, values) in ENUMS.items()},
            f"{TYPES}SessionCommand": _object(results["SessionCommand"], all_required=True),
            f"{TYPES}SessionResult": {
                "type": "object",
                "description": _paragraphs(results["GetSessionResult"]),
                "properties": result,
                "required": sorted(result),
            },
            f"{TYPES}AssumeRole": _object(options["AssumeRole"]),
            f"{TYPES}AssumeRoleWithWebIdentity": _object(options["AssumeRoleWithWebIdentity"]),
        },
        "resources": {
            SESSION: {
                "description": f"{_camel_names(RESOURCE)}\n\n{examples()}",
                "properties": outputs,
                "required": required,
                "inputProperties": inputs,
                "requiredInputs": ["sessionId"],
                "stateInputs": {"type": "object", "properties": {"region": {"type": "string", "description": REGION}}},
            }
        },
        "functions": {
            GET_SESSION: _function(functions["get_session"], functions["get_session"], GET_SESSION, result),
            GET_SESSIONS: _function(functions["get_sessions"], functions["get_session"], GET_SESSIONS, results_),
            WAIT_FOR_SESSION: _wait_for_session(
                _function(functions["get_session"], resource["GlueSession"]["__init__"], WAIT_FOR_SESSION, result)
            ),
        },
    }


def examples() -> str:
    """The example programs, in the form of the Pulumi Registry."""
    fences = [f"```{language}\n{_program(language, name)}```" for language, name in FENCES.items()]
    body = "\n".join(fences)
    return (
        "{{% examples %}}\n## Example Usage\n{{% example %}}\n### Wait for a session\n\n"
        + body
        + "\n{{% /example %}}\n{{% /examples %}}"
    )


def _program(language: str, name: str) -> str:
    return (EXAMPLES / language / name).read_text(encoding="utf-8")


def _enum(description: str, values: Mapping[str, str]) -> dict[str, Any]:
    members = [
        {"value": value, "description": text} | ({"name": value.replace(".", "_")} if "." in value else {})
        for value, text in values.items()
    ]
    return {"type": "string", "description": description, "enum": members}


def _function(function: Any, described: Any, token: str, outputs: Mapping[str, Any]) -> dict[str, Any]:
    inputs = _parameters(described, FUNCTION_ARGUMENTS[token])
    for each in inputs.values():
        each.pop("willReplaceOnChanges", None)
    return {
        "description": _paragraphs(function, first_only=True),
        "inputs": {"type": "object", "properties": inputs},
        "outputs": {"type": "object", "properties": dict(outputs), "required": sorted(outputs)},
    }


def _wait_for_session(function: dict[str, Any]) -> dict[str, Any]:
    arguments = function["inputs"]["properties"]
    for name, description in WAIT_ARGUMENTS.items():
        arguments[name] = {**arguments[name], "description": description}
    function["inputs"]["required"] = ["sessionId"]
    return {**function, "description": WAIT}


def _object(kind: Any, *, all_required: bool = False) -> dict[str, Any]:
    required = [camel(each.name) for each in _documented(kind) if all_required or each.value is None]
    properties = _attributes(kind, {})
    return {"type": "object", "description": _paragraphs(kind), "properties": properties, "required": sorted(required)}


def _documented(kind: Any) -> Iterable[Any]:
    return [
        each
        for each in kind.attributes.values()
        if each.docstring and each.annotation and not each.name.startswith("_") and "property" not in each.labels
    ]


def _attributes(kind: Any, differing: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Properties for the documented attributes of a class."""
    properties: dict[str, Any] = {}
    for each in _documented(kind):
        own = _type(str(each.annotation)) | {"description": _paragraphs(each)}
        if each.name in ("default_arguments", "external_id"):
            own["secret"] = True
        properties[camel(each.name)] = _merge(own, differing.get(camel(each.name), {}))
    return properties


def _parameters(function: Any, names: Iterable[str]) -> dict[str, Any]:
    """Properties for parameters of a function."""
    sections = [each for each in function.docstring.parsed if each.kind is griffe.DocstringSectionKind.parameters]
    descriptions = {each.name: each.description for section in sections for each in section.value}
    annotations = {each.name: str(each.annotation) for each in function.parameters}
    properties: dict[str, Any] = {}
    for name in names:
        differing = INPUTS.get(camel(name), {})
        own = {"description": _camel_names(descriptions[name])} if name in descriptions else {}
        if "type" not in differing and "oneOf" not in differing:
            own |= _type(annotations[name])
        properties[camel(name)] = _merge(own, differing)
    return properties


def _merge(own: Mapping[str, Any], differing: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in own.items() if not ("oneOf" in differing and name == "type")}
    return {**kept, **differing}


_PRIMITIVES = {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}


def _type(annotation: str) -> dict[str, Any]:
    """Type of a property, from its annotation in Python."""
    text = re.sub(r"\s*\|\s*None$", "", annotation)
    while wrapper := re.fullmatch(r"(?:pulumi\.)?(?:Input|Output)\[(.*)\]", text):
        text = re.sub(r"\s*\|\s*None$", "", wrapper[1])
    if text in _PRIMITIVES:
        return {"type": _PRIMITIVES[text]}
    if items := re.fullmatch(r"Sequence\[(.*)\]", text):
        return {"type": "array", "items": _type(items[1])}
    if values := re.fullmatch(r"Mapping\[str, (.*)\]", text):
        return {"type": "object", "additionalProperties": _type(values[1])}
    if text == "float | str":  # a duration
        return {"type": "string"}
    return {"$ref": f"#/types/{TYPES}{'SessionResult' if text == 'GetSessionResult' else text}"}


def _paragraphs(documented: Any, *, first_only: bool = False) -> str:
    text = _camel_names(str(documented.docstring.value))
    return text.split("\n\n", maxsplit=1)[0] if first_only else text


def _camel_names(text: str) -> str:
    """Text with the names of other languages. Lines of a paragraph are joined."""
    paragraphs = [re.sub(r"\s+", " ", each).strip() for each in text.split("\n\n")]
    return re.sub(r"`([a-z]+(?:_[a-z]+)+)`", lambda name: f"`{camel(name[1])}`", "\n\n".join(paragraphs))


def render(address: str) -> str:
    """Content of the file."""
    return json.dumps(schema(address), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA.write_text(render(public_address()), encoding="utf-8")
