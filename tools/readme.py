"""The README as the long description of the package, with links that also work outside the repository.

The address is `Repository` in [project.urls] of pyproject.toml. Without it, links stay relative.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_LINK = re.compile(r"(?P<image>!?)\[(?P<text>[^]]*)\]\((?!\w+:|#)(?P<target>[^)\s]+)\)")


class Readme(MetadataHookInterface):
    """Sets the field `readme` when the package is built."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the text with the links of this version."""
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        address = metadata.get("urls", {}).get("Repository", "")
        metadata["readme"] = {
            "content-type": "text/markdown",
            "text": with_absolute_links(text, address, version=metadata["version"]) if address else text,
        }


def with_absolute_links(text: str, address: str, *, version: str) -> str:
    """Text whose relative links lead to the files of this version at a public address."""

    def absolute(link: re.Match[str]) -> str:
        kind = "raw" if link["image"] else "blob"
        return f"{link['image']}[{link['text']}]({address}/{kind}/v{version}/{link['target']})"

    return _LINK.sub(absolute, text)
