"""OpenStreetMap files: known by their first bytes, unpacked where they are packed, and the day they are of.

XML and PBF are read, each also packed by gzip or bzip2, whatever the file is called. The day is the one that the file
states: the replication time of a PBF header, `osm_base` or `timestamp` at the head of XML.
"""

from __future__ import annotations

import bz2
import gzip
import re
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from assetplan.errors import Fault, RegisterError
from assetplan.file_kinds import file_kind, in_words

_HEAD = 65536
_PBF = b"\n\tOSMHeader"
_XML = re.compile(rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>)?\s*(?:<!--.*?-->\s*)*<(\w+)([^>]*)>", re.DOTALL)
_DAY = re.compile(rb"(?:osm_base|timestamp)=[\"'](\d{4}-\d\d-\d\d)")
_OTHER_KINDS = {b"osmChange": "a file of changes", b"osmAugmentedDiff": "a file of changes"}
_MAKE = "make it an extract as .osm.pbf, as `osmium cat` does"
# Fields of the PBF format: of a blob's header, a blob and the header block.
_SIZE, _RAW, _ZLIB, _REPLICATED = 3, 1, 3, 32
_PACKED = ((b"\x1f\x8b", gzip.GzipFile), (b"BZh", bz2.BZ2File))
_DAMAGED = (OSError, EOFError, zlib.error)


@dataclass(frozen=True)
class OsmFile:
    """A file that GDAL can read.

    Attributes
    ----------
    path : Path; XML or PBF, unpacked
    day : str; the day that it states, as 2026-04-01; "" for none
    """

    path: Path
    day: str


@contextmanager
def opened(path: Path) -> Iterator[OsmFile]:
    """A file of OpenStreetMap, unpacked for as long as it is read.

    Raises
    ------
    RegisterError
        It is no such file, or is packed and damaged.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    unpack = next((how for mark, how in _PACKED if head.startswith(mark)), None)
    if unpack is None:
        yield OsmFile(path, _day(path, head))
        return
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / path.name.removesuffix(".gz").removesuffix(".bz2")
        try:
            with unpack(path) as source, plain.open("wb") as target:
                head = source.read(_HEAD)
                day = _day(path, head)
                target.write(head)
                shutil.copyfileobj(source, target, 1 << 20)
        except _DAMAGED as error:
            if getattr(error, "errno", None):  # the disk, and not the file
                raise
            raise RegisterError([Fault(path.name, 0, "", "", f"is damaged and cannot be unpacked: {error}")]) from error
        yield OsmFile(plain, day)


def _day(path: Path, head: bytes) -> str:
    """The day that a file states; a fault where its first bytes are no extract's."""
    if head[4 : 4 + len(_PBF)] == _PBF:
        return _day_of_pbf(head)
    first = _XML.match(head)
    rule = ""
    if head.startswith(b"\xff\xe0\x04o5"):
        rule = f"is an OpenStreetMap file in the form o5m, which is not read: {_MAKE}"
    elif first is None or first[1] != b"osm" or b"<OGRVRT" in head:
        kind = _OTHER_KINDS.get(first[1], "") if first else ""
        rule = f"is no OpenStreetMap file: it is {kind or in_words(file_kind(path))}"
    if rule:
        raise RegisterError([Fault(path.name, 0, "", "", rule)])
    stated = _DAY.search(head[: head.find(b"<node") if b"<node" in head else _HEAD])
    return stated[1].decode() if stated else ""


def _day_of_pbf(head: bytes) -> str:
    """Day of the replication time in a header block; "" where there is none or it cannot be read."""
    try:
        start = 4 + int.from_bytes(head[:4], "big")
        size = cast(int, dict(_fields(head[4:start]))[_SIZE])
        blob = dict(_fields(head[start : start + size]))
        block = zlib.decompress(cast(bytes, blob[_ZLIB])) if _ZLIB in blob else cast(bytes, blob[_RAW])
        seconds = cast(int, dict(_fields(block))[_REPLICATED])
        return datetime.fromtimestamp(seconds, UTC).date().isoformat()
    except (KeyError, IndexError, ValueError, OverflowError, OSError, TypeError, zlib.error):
        return ""


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Numbered fields of a protocol buffer that are whole numbers or bytes."""
    at = 0
    while at < len(message):
        key, at = _whole(message, at)
        value, at = _whole(message, at)
        if key & 7 == 2:
            yield key >> 3, message[at : at + value]
            at += value
        elif key & 7 == 0:
            yield key >> 3, value
        else:
            raise ValueError("a field of a type that header blocks do not have")


def _whole(message: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where it ends."""
    value = shift = 0
    while True:
        value |= (message[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if message[at - 1] < 128:
            return value, at
