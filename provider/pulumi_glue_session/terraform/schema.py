"""Schemas of the provider block, the data sources and the resource."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pulumi_glue_session.terraform.protocol import LIST, MARKDOWN, MESSAGES, SINGLE
from pulumi_glue_session.terraform.values import Type

_STRINGS: Type = ["list", "string"]


@dataclass(frozen=True)
class Attribute:
    """One attribute. `mode` tells who sets it."""

    type: Type
    mode: Literal["required", "optional", "computed", "optional or computed"]
    description: str
    sensitive: bool = False

    def to_message(self, name: str) -> Any:
        """Message of the plugin protocol."""
        return MESSAGES["Attribute"](
            name=name,
            type=json.dumps(self.type).encode(),
            description=self.description,
            description_kind=MARKDOWN,
            required=self.mode == "required",
            optional="optional" in self.mode,
            computed="computed" in self.mode,
            sensitive=self.sensitive,
        )


@dataclass(frozen=True)
class Block:
    """Attributes and nested blocks of a configuration block."""

    attributes: Mapping[str, Attribute]
    description: str
    blocks: Mapping[str, NestedBlock] = field(default_factory=dict[str, "NestedBlock"])

    @property
    def type(self) -> Type:
        """Type of the block's value."""
        names = {name: each.type for name, each in self.attributes.items()}
        nested: dict[str, Type] = {name: each.type for name, each in self.blocks.items()}
        return ["object", names | nested]

    def to_message(self) -> Any:
        """Message of the plugin protocol."""
        return MESSAGES["Block"](
            attributes=[each.to_message(name) for name, each in self.attributes.items()],
            block_types=[each.to_message(name) for name, each in self.blocks.items()],
            description=self.description,
            description_kind=MARKDOWN,
        )

    def to_schema(self) -> Any:
        """Message of the whole schema."""
        return MESSAGES["Schema"](block=self.to_message())


@dataclass(frozen=True)
class NestedBlock:
    """A block that can be written at most once, or several times in order."""

    block: Block
    repeated: bool = False

    @property
    def type(self) -> Type:
        """Type of the value."""
        return ["list", self.block.type] if self.repeated else self.block.type

    def to_message(self, name: str) -> Any:
        """Message of the plugin protocol."""
        nesting = LIST if self.repeated else SINGLE
        return MESSAGES["NestedBlock"](type_name=name, block=self.block.to_message(), nesting=nesting)


def string(description: str, mode: Any = "optional", *, sensitive: bool = False) -> Attribute:
    """Attribute of type string."""
    return Attribute("string", mode, description, sensitive)


def strings(description: str, mode: Any = "optional") -> Attribute:
    """Attribute of type list of strings."""
    return Attribute(_STRINGS, mode, description)


def number(description: str, mode: Any = "optional") -> Attribute:
    """Attribute of type number."""
    return Attribute("number", mode, description)


def boolean(description: str, mode: Any = "optional") -> Attribute:
    """Attribute of type bool."""
    return Attribute("bool", mode, description)
