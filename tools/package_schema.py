"""Write the native provider's package schema: names, types and descriptions are those of the Python API.

    python tools/package_schema.py      # writes provider/pulumi_glue_session/fronts/schema.json

Rules of this tool:

* Every property comes from a definition of the package, read by griffe without importing it: `GlueSession`, the results of functions,
  `AwsOptions`, and the parameters' own descriptions. A field that is added there is in the schema at the next run; a test sees what isn't.
* What is said otherwise here is what a program in another language writes otherwise, and why is said beside it.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import griffe

ROOT = Path(__file__).resolve().parents[1]
PROVIDER = ROOT / "provider"
SCHEMA = PROVIDER / "pulumi_glue_session" / "fronts" / "schema.json"

sys.path.insert(0, str(PROVIDER))

from pulumi_glue_session.native.properties import FUNCTION_ARGUMENTS, GET_SESSION, GET_SESSIONS, RESOURCE_INPUTS, SESSION, camel

_PLAIN = {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}
_TYPES = "glue-session:index:"
_REGION = "Region of the session. Default: the provider's, then AWS_REGION and the profile's region."

OTHERWISE: Mapping[str, Mapping[str, Any]] = {
    # No None that could mean "as it is", and no parameter that is a text or a list.
    "waitFor": {
        "type": "array",
        "items": {"type": "string"},
        "description": "Statuses of which the session must have one before dependants go on. `up` waits for it, `preview` only looks. "
        '`["READY"]` by default; an empty list takes the session as it is.',
    },
    "timeout": {
        "type": "string",
        "description": 'How long an `up` waits at most, as `"90s"`, `"10m"` or `"1h30m"`. `"0"` looks once. Ten minutes by default. '
        "The resource option `customTimeouts` comes before it.",
    },
    "expect": {
        "type": "object",
        "additionalProperties": {"$ref": "pulumi.json#/Any"},
        "description": 'Values that outputs should have, by name, as `{"glueVersion": {"atLeast": "5.0"}}`. Versions and numbers may have '
        "a minimum. Judged before anything is waited for; a value that a preview doesn't know is judged in the up.",
    },
    # Here the provider says who asks, and the resource only where.
    "region": {"type": "string", "description": _REGION},
    "statuses": {
        "type": "array",
        "items": {"type": "string"},
        "description": "Statuses of which the session has one.",
    },
}
"""Inputs whose form differs from the Python API's."""

_PROVIDER_OTHERWISE: Mapping[str, str] = {
    # Pulumi gives a plugin only the configuration of its own name.
    "region": "Region of the sessions, as `eu-west-1`. Default: AWS_REGION, then the profile's region.",
    "profile": "Named profile of the shared AWS configuration. Default: AWS_PROFILE.",
}

_SKIP_WAIT = "Whether every session is taken as it is. PULUMI_GLUE_SESSION_SKIP_WAIT does the same."


def schema() -> dict[str, Any]:
    """Package schema, without a version: the plugin says its own."""
    package: Any = griffe.load("pulumi_glue_session", search_paths=[str(PROVIDER)], docstring_parser="sphinx")
    resource, results, options, functions = (package[name] for name in ("resource", "results", "options", "functions"))
    outputs = _attributes(resource["GlueSession"])
    # One secret would make the whole answer of a function a secret to the SDKs; the resource has it.
    one = {name: each for name, each in _attributes(results["GetSessionResult"]).items() if not each.get("secret")}
    several = _attributes(results["GetSessionsResult"])
    of_provider = {name: each | _described(_PROVIDER_OTHERWISE.get(name)) for name, each in _attributes(options["AwsOptions"]).items()}
    of_provider |= {"skipWait": {"type": "boolean", "description": _SKIP_WAIT}}
    inputs = _parameters(resource["GlueSession"]["__init__"], RESOURCE_INPUTS)
    recorded = {name: inputs[name] for name in ("waitFor",)}
    return {
        "name": "glue-session",
        "displayName": "AWS Glue interactive sessions",
        "version": "",
        "description": _summary(package),
        "keywords": ["pulumi", "aws", "glue", "category/cloud", "kind/native"],
        "license": "Apache-2.0",
        "meta": {"moduleFormat": "(.*)"},
        "language": {
            # The Python package itself has the name that a generated one would get.
            "python": {"packageName": "pulumi_glue_session_plugin", "respectSchemaVersion": True},
            "nodejs": {"respectSchemaVersion": True},
        },
        "config": {"variables": of_provider},
        "provider": {"description": "Who asks Glue, and where.", "inputProperties": of_provider},
        "types": {
            f"{_TYPES}SessionCommand": _object(results["SessionCommand"], required=True),
            f"{_TYPES}SessionResult": {
                "type": "object",
                "description": _summary(results["GetSessionResult"]),
                "properties": one,
                "required": sorted(one),
            },
            f"{_TYPES}AssumeRole": _object(options["AssumeRole"]),
            f"{_TYPES}AssumeRoleWithWebIdentity": _object(options["AssumeRoleWithWebIdentity"]),
        },
        "resources": {
            SESSION: {
                "description": resource["GlueSession"].docstring.value.replace("\n", " ").replace("`wait_for`", "`waitFor`"),
                "properties": outputs | recorded,
                "required": sorted(outputs | recorded),
                "inputProperties": inputs,
                "requiredInputs": ["sessionId"],
            }
        },
        "functions": {
            GET_SESSION: _function(functions["get_session"], functions["get_session"], GET_SESSION, one),
            GET_SESSIONS: _function(functions["get_sessions"], functions["get_session"], GET_SESSIONS, several),
        },
    }


def _function(function: Any, described: Any, token: str, outputs: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - of griffe's
    return {
        "description": _summary(function),
        "inputs": {"type": "object", "properties": _parameters(described, FUNCTION_ARGUMENTS[token])},
        "outputs": {"type": "object", "properties": dict(outputs), "required": sorted(outputs)},
    }


def _object(kind: Any, *, required: bool = False) -> dict[str, Any]:  # noqa: ANN401 - as above
    properties = _attributes(kind)
    needed = [camel(each.name) for each in _attributes_of(kind) if required or each.value is None]
    return {"type": "object", "description": _summary(kind), "properties": properties, "required": sorted(needed)}


def _attributes_of(kind: Any) -> Iterable[Any]:  # noqa: ANN401 - as above
    return [each for each in kind.attributes.values() if each.docstring and not each.name.startswith("_") and each.annotation]


def _attributes(kind: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    """Properties for the attributes of a class that have a description."""
    found = {}
    for each in _attributes_of(kind):
        if "property" in each.labels:
            continue
        found[camel(each.name)] = _typed(str(each.annotation)) | _described(each.docstring.value) | _secret(each.name)
    return found


def _parameters(function: Any, names: Iterable[str]) -> dict[str, Any]:  # noqa: ANN401 - as above
    """Properties for parameters of a function, as its docstring describes them."""
    sections = [section for section in function.docstring.parsed if section.kind is griffe.DocstringSectionKind.parameters]
    described = {each.name: each.description for section in sections for each in section.value}
    annotations = {each.name: str(each.annotation) for each in function.parameters}
    found = {}
    for name in names:
        otherwise = OTHERWISE.get(camel(name))
        found[camel(name)] = dict(otherwise) if otherwise else _typed(annotations[name]) | _described(described[name])
    return found


def _typed(annotation: str) -> dict[str, Any]:
    """Type of a property, by how Python has it."""
    text = re.sub(r"\s*\|\s*None$", "", annotation)
    while wrapper := re.fullmatch(r"(?:pulumi\.)?(?:Input|Output)\[(.*)\]", text):
        text = re.sub(r"\s*\|\s*None$", "", wrapper[1])
    if text in _PLAIN:
        return {"type": _PLAIN[text]}
    if several := re.fullmatch(r"Sequence\[(.*)\]", text):
        return {"type": "array", "items": _typed(several[1])}
    if by_name := re.fullmatch(r"Mapping\[str, (.*)\]", text):
        return {"type": "object", "additionalProperties": _typed(by_name[1])}
    if text.startswith("Literal["):
        return {"type": "string"}
    if text == "float | str":
        # A lifetime: in a schema as a duration alone.
        return {"type": "string"}
    names = {"GetSessionResult": "SessionResult"}
    return {"$ref": f"#/types/{_TYPES}{names.get(text, text)}"}


def _described(text: str | None) -> dict[str, str]:
    """Description with names as they are outside of Python."""
    if text is None:
        return {}
    one_line = re.sub(r"\s+", " ", text)
    return {"description": re.sub(r"`([a-z]+(?:_[a-z]+)+)`", lambda name: f"`{camel(name[1])}`", one_line)}


def _secret(name: str) -> dict[str, bool]:
    return {"secret": True} if name in ("default_arguments", "external_id") else {}


def _summary(thing: Any) -> str:  # noqa: ANN401 - as above
    return re.sub(r"\s+", " ", str(thing.docstring.value).split("\n\n", maxsplit=1)[0])


def written() -> str:
    """The file as it should be."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA.write_text(written(), encoding="utf-8")
