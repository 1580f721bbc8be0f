"""Messages and methods of Terraform's plugin protocol 6, as far as this provider uses them.

Built at import, so they work with every version of protobuf that Pulumi's SDK accepts: generated code is bound to one
major version. Enumerations are plain numbers and maps are repeated entries, which have the same wire format.
Field numbers: https://developer.hashicorp.com/terraform/plugin/terraform-plugin-protocol.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

MAGIC_COOKIE = ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2")
"""Environment variable by which Terraform and OpenTofu tell a plugin that they started it."""

VERSION = 6

ERROR, WARNING = 1, 2
"""Severities of a Diagnostic."""

MARKDOWN = 1
"""StringKind of a description."""

SINGLE, LIST = 1, 2
"""Nesting modes of a block."""

_PACKAGE = "tfplugin6"

_MESSAGES: Mapping[str, Mapping[str, tuple[int, str]]] = {
    "Empty": {},
    "DynamicValue": {"msgpack": (1, "bytes"), "json": (2, "bytes")},
    "PathStep": {
        "attribute_name": (1, "string"),
        "element_key_string": (2, "string"),
        "element_key_int": (3, "optional int64"),
    },
    "AttributePath": {"steps": (1, "repeated PathStep")},
    "Diagnostic": {
        "severity": (1, "int32"),
        "summary": (2, "string"),
        "detail": (3, "string"),
        "attribute": (4, "AttributePath"),
    },
    "Attribute": {
        "name": (1, "string"),
        "type": (2, "bytes"),
        "description": (3, "string"),
        "required": (4, "bool"),
        "optional": (5, "bool"),
        "computed": (6, "bool"),
        "sensitive": (7, "bool"),
        "description_kind": (8, "int32"),
    },
    "NestedBlock": {
        "type_name": (1, "string"),
        "block": (2, "Block"),
        "nesting": (3, "int32"),
        "max_items": (5, "int64"),
    },
    "Block": {
        "version": (1, "int64"),
        "attributes": (2, "repeated Attribute"),
        "block_types": (3, "repeated NestedBlock"),
        "description": (4, "string"),
        "description_kind": (5, "int32"),
    },
    "Schema": {"version": (1, "int64"), "block": (2, "Block")},
    "SchemaEntry": {"key": (1, "string"), "value": (2, "Schema")},
    "RawState": {"json": (1, "bytes")},
    "GetProviderSchemaResponse": {
        "provider": (1, "Schema"),
        "resource_schemas": (2, "repeated SchemaEntry"),
        "data_source_schemas": (3, "repeated SchemaEntry"),
        "provider_meta": (5, "Schema"),
    },
    "ValidateProviderConfigRequest": {"config": (1, "DynamicValue")},
    "ValidateProviderConfigResponse": {"diagnostics": (2, "repeated Diagnostic")},
    "ConfigureProviderRequest": {"terraform_version": (1, "string"), "config": (2, "DynamicValue")},
    "ConfigureProviderResponse": {"diagnostics": (1, "repeated Diagnostic")},
    "ValidateConfigRequest": {"type_name": (1, "string"), "config": (2, "DynamicValue")},
    "ValidateConfigResponse": {"diagnostics": (1, "repeated Diagnostic")},
    "UpgradeResourceStateRequest": {"type_name": (1, "string"), "version": (2, "int64"), "raw_state": (3, "RawState")},
    "UpgradeResourceStateResponse": {"upgraded_state": (1, "DynamicValue"), "diagnostics": (2, "repeated Diagnostic")},
    "ReadResourceRequest": {"type_name": (1, "string"), "current_state": (2, "DynamicValue")},
    "ReadResourceResponse": {
        "new_state": (1, "DynamicValue"),
        "diagnostics": (2, "repeated Diagnostic"),
        "private": (3, "bytes"),
    },
    "PlanResourceChangeRequest": {
        "type_name": (1, "string"),
        "prior_state": (2, "DynamicValue"),
        "proposed_new_state": (3, "DynamicValue"),
        "config": (4, "DynamicValue"),
        "prior_private": (5, "bytes"),
    },
    "PlanResourceChangeResponse": {
        "planned_state": (1, "DynamicValue"),
        "requires_replace": (2, "repeated AttributePath"),
        "diagnostics": (4, "repeated Diagnostic"),
    },
    "ApplyResourceChangeRequest": {
        "type_name": (1, "string"),
        "prior_state": (2, "DynamicValue"),
        "planned_state": (3, "DynamicValue"),
        "config": (4, "DynamicValue"),
    },
    "ApplyResourceChangeResponse": {"new_state": (1, "DynamicValue"), "diagnostics": (3, "repeated Diagnostic")},
    "ImportResourceStateRequest": {"type_name": (1, "string"), "id": (2, "string")},
    "ImportedResource": {"type_name": (1, "string"), "state": (2, "DynamicValue")},
    "ImportResourceStateResponse": {
        "imported_resources": (1, "repeated ImportedResource"),
        "diagnostics": (2, "repeated Diagnostic"),
    },
    "ReadDataSourceRequest": {"type_name": (1, "string"), "config": (2, "DynamicValue")},
    "ReadDataSourceResponse": {"state": (1, "DynamicValue"), "diagnostics": (2, "repeated Diagnostic")},
    "StopProviderResponse": {"error": (1, "string")},
}
"""Number and type of each field, by message. Unknown fields of requests, such as client capabilities, are ignored."""

METHODS: Mapping[str, tuple[str, str]] = {
    "GetProviderSchema": ("Empty", "GetProviderSchemaResponse"),
    "ValidateProviderConfig": ("ValidateProviderConfigRequest", "ValidateProviderConfigResponse"),
    "ConfigureProvider": ("ConfigureProviderRequest", "ConfigureProviderResponse"),
    "ValidateResourceConfig": ("ValidateConfigRequest", "ValidateConfigResponse"),
    "ValidateDataResourceConfig": ("ValidateConfigRequest", "ValidateConfigResponse"),
    "UpgradeResourceState": ("UpgradeResourceStateRequest", "UpgradeResourceStateResponse"),
    "ReadResource": ("ReadResourceRequest", "ReadResourceResponse"),
    "PlanResourceChange": ("PlanResourceChangeRequest", "PlanResourceChangeResponse"),
    "ApplyResourceChange": ("ApplyResourceChangeRequest", "ApplyResourceChangeResponse"),
    "ImportResourceState": ("ImportResourceStateRequest", "ImportResourceStateResponse"),
    "ReadDataSource": ("ReadDataSourceRequest", "ReadDataSourceResponse"),
    "StopProvider": ("Empty", "StopProviderResponse"),
}
"""Request and response of each method."""

SERVICE = f"{_PACKAGE}.Provider"

_FIELD = descriptor_pb2.FieldDescriptorProto
_SCALARS = {
    "bool": _FIELD.TYPE_BOOL,
    "bytes": _FIELD.TYPE_BYTES,
    "int32": _FIELD.TYPE_INT32,
    "int64": _FIELD.TYPE_INT64,
    "string": _FIELD.TYPE_STRING,
}


def _build_messages() -> dict[str, Any]:
    """Class of each message."""
    file = descriptor_pb2.FileDescriptorProto(name="plugin.proto", package=_PACKAGE, syntax="proto3")
    for name, members in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for member, (number, kind) in members.items():
            *labels, type_name = kind.split()
            field = message.field.add(name=member, number=number, label=_FIELD.LABEL_OPTIONAL)
            if type_name in _SCALARS:
                field.type = _SCALARS[type_name]
            else:
                field.type, field.type_name = _FIELD.TYPE_MESSAGE, f".{_PACKAGE}.{type_name}"
            if labels == ["repeated"]:
                field.label = _FIELD.LABEL_REPEATED
            elif labels == ["optional"]:
                # Without explicit presence the index 0 would not be sent.
                field.proto3_optional = True
                field.oneof_index = len(message.oneof_decl)
                message.oneof_decl.add(name=f"_{member}")
    # A pool of its own, so that no other package's messages of these names are in the way.
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}")) for name in _MESSAGES
    }


MESSAGES: Mapping[str, Any] = _build_messages()
"""Class of each message."""
