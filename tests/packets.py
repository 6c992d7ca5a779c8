"""Reading the packet of the map, as the browser does."""

from __future__ import annotations

import gzip
import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assetplan._types import Bytes
from assetplan.report.encoding import TYPES


def unpack(packet: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return the header and the columns of a packet."""
    body = gzip.decompress(packet)
    start = 4 + int.from_bytes(body[:4], "little")
    header: dict[str, Any] = json.loads(body[4:start])
    columns: dict[str, NDArray[Any]] = {}
    for name, kind, length, delta in header.pop("columns"):
        dtype = TYPES[kind]
        end = start + length * dtype.itemsize
        planes = np.frombuffer(body[start:end], dtype=np.uint8).reshape(dtype.itemsize, length)
        values = np.ascontiguousarray(planes.T).view(dtype).reshape(length)
        columns[name] = np.cumsum(values, dtype=dtype) if delta else values
        start = end
    return header, columns


def decode_cases(coded: Bytes, change: Bytes, years: int) -> tuple[Bytes, Bytes]:
    """Undo `code_cases`: flat arrays in, shapes (n_years, n_assets) out."""
    nothing = np.cumsum(coded.reshape(years, -1), axis=0, dtype=np.uint8)
    gain = np.cumsum(change.reshape(years, -1), axis=0, dtype=np.uint8)
    return nothing, nothing + gain
