"""The SDK's way to pickle dynamic providers, kept from piling up in a process.

For each dynamic resource the SDK lays a function that sorts dictionaries over Python's own pickler, and takes none away
(`pulumi.dynamic.dynamic.serialize_provider`). After some hundred of them, in one program or in many runs of one process, whatever that
pickler is given that has a dictionary in it fails with RecursionError: another dynamic provider of the program, say.

Rules of this module: it knows nothing of sessions, and leaves alone what is not the SDK's.
"""

from __future__ import annotations

import pickle
from typing import Any

from pulumi import dynamic

__all__ = ["keep_one_layer"]

_PICKLER: Any = pickle._Pickler  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]


def keep_one_layer() -> None:
    """Take away each of the SDK's layers that lies on another one."""
    layer: Any = getattr(_PICKLER, "_batch_setitems", None)
    while _is_layer(layer) and (under := _under(layer)):
        _PICKLER._batch_setitems = layer = under  # noqa: SLF001


def _is_layer(method: Any) -> bool:  # noqa: ANN401 - whatever it is
    return getattr(method, "__module__", None) == dynamic.ResourceProvider.__module__


def _under(layer: Any) -> Any:  # noqa: ANN401 - as above
    """The layer under a layer, which only the layer itself still knows; None under the last one."""
    known = [cell.cell_contents for cell in getattr(layer, "__closure__", None) or ()]
    return next(filter(_is_layer, known), None)
