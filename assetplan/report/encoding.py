"""The compact binary form in which the map's data lies in the page.

A packet is one gzip stream of: length of the header (uint32), the header (JSON, UTF-8), then each column's values.
A column may be delta-coded (each value less the one before, wrapping in its own type), which turns sorted or slowly
changing numbers into runs that gzip removes, and is stored byte plane by byte plane for the same reason.
All numbers are little-endian. `assets/decode.js` reads it in the browser.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assetplan._types import Bytes

TYPES: dict[str, np.dtype[Any]] = {"u1": np.dtype("<u1"), "i2": np.dtype("<i2"), "i4": np.dtype("<i4")}
"""Column types by the name the header gives them."""

DEGREE = 100_000
"""Steps of a stored coordinate to one degree: 1e-5°, about a metre."""

MISSING = 255
"""Stored condition index of an asset whose condition is unknown."""


@dataclass(frozen=True, eq=False)
class PacketColumn:
    """One named column of whole numbers; `delta` stores the differences."""

    name: str
    values: NDArray[Any]
    kind: str
    delta: bool = False


def column(name: str, values: ArrayLike, kind: str, delta: bool = False) -> PacketColumn:
    """Make a column; ValueError, naming it, where a value is too large or too small for `kind`.

    Parameters
    ----------
    name, values, kind, delta : str, array (n,), str, bool; as of `PacketColumn`, the kind a key of `TYPES`
    """
    array = np.asarray(values)
    limits = np.iinfo(TYPES[kind])
    if array.size and (array.min() < limits.min or array.max() > limits.max):
        raise ValueError(f"column {name!r} holds values outside {limits.min} to {limits.max}")
    return PacketColumn(name, array.astype(TYPES[kind]), kind, delta)


def pack(header: Mapping[str, Any], columns: Sequence[PacketColumn]) -> bytes:
    """Return a packet of anything JSON can hold and of columns in order; the same input gives the same bytes."""
    listing = [[item.name, item.kind, len(item.values), int(item.delta)] for item in columns]
    text = json.dumps({**header, "columns": listing}, ensure_ascii=False, separators=(",", ":"))
    head = text.encode("utf-8")
    body = b"".join([len(head).to_bytes(4, "little"), head, *map(_planes, columns)])
    # A higher level takes four times as long for a fiftieth less.
    packed = bytearray(gzip.compress(body, compresslevel=7, mtime=0))
    packed[9] = 255  # the operating system byte differs between interpreters
    return bytes(packed)


def _planes(item: PacketColumn) -> bytes:
    values = item.values
    if item.delta and len(values):
        values = np.diff(values, prepend=values[:1] * 0)
    return values.view(np.uint8).reshape(-1, values.itemsize).T.tobytes()


def condition_bytes(index: ArrayLike) -> Bytes:
    """Return condition indices as whole numbers, shape kept; unknown ones as `MISSING`.

    Rounded down, so that an index never crosses into the band above.
    """
    array = np.asarray(index, dtype=np.float64)
    # The tolerance keeps 60, arrived at as 59.999999999, in the band that the tables put it in.
    whole = np.floor(np.clip(np.nan_to_num(array), 0, 100) + 1e-9)
    return np.where(np.isnan(array), MISSING, whole).astype(np.uint8)


def code_cases(nothing: Bytes, plan: Bytes) -> tuple[Bytes, Bytes]:
    """Code both cases year on year: shapes (n_years, n_assets) in, flat arrays out.

    The plan is coded as its difference from do-nothing, so that an asset without works costs nothing.
    """
    coded = nothing.copy()
    coded[1:] -= nothing[:-1]
    gain = plan - nothing
    change = gain.copy()
    change[1:] -= gain[:-1]
    return coded.ravel(), change.ravel()
