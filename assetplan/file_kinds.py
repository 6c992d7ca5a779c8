"""What a file is, by its first bytes: its name may say anything."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

TEXT, WORKBOOK, PARQUET = "text", "workbook", "Parquet"
"""Kinds that our own readers take."""

LAYERS = ("GPKG", "GeoJSON", "ESRI Shapefile", "FlatGeobuf", "MapInfo File")
"""Kinds that GDAL reads, by the name of the one driver that each needs."""

_WORDS = {
    TEXT: "plain text",
    WORKBOOK: "an Excel workbook",
    PARQUET: "a Parquet file",
    "GPKG": "a GeoPackage",
    "GeoJSON": "JSON, as GeoJSON is",
    "ESRI Shapefile": "a shapefile",
    "FlatGeobuf": "a FlatGeobuf file",
    "MapInfo File": "a MapInfo table",
}
_HEAD = 65536
_MARKS = (
    (b"SQLite format 3\0", "GPKG"),
    (b"PAR1", PARQUET),
    (b"\x00\x00\x27\x0a", "ESRI Shapefile"),
    (b"fgb\x03", "FlatGeobuf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", WORKBOOK),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"II*\0", "a picture"),
    (b"MM\0*", "a picture"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
)
_TEXT_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def file_kind(path: Path) -> str:
    """What a file is.

    Parameters
    ----------
    path : Path
        A file that is there.

    Returns
    -------
    str
        `TEXT`, `WORKBOOK`, `PARQUET`, one of `LAYERS`, or what else it is, in words such as "a PDF".
    """
    if not stat.S_ISREG(path.stat().st_mode):
        return "no regular file"
    with path.open("rb") as file:
        head = file.read(_HEAD)
    kind = next((kind for mark, kind in _MARKS if head.startswith(mark)), "")
    if kind == "GPKG" and b"gpkg_contents" not in head and head[68:72] not in (b"GPKG", b"GP10", b"GP11"):
        return "an SQLite file that is no GeoPackage"
    if kind:
        return kind
    if head.startswith(b"PK\x03\x04"):
        return _zipped(path)
    if head.startswith(_TEXT_MARKS[1:]):
        return TEXT
    start = head.removeprefix(_TEXT_MARKS[0]).lstrip()[:20].lower()
    if start.startswith(b"{"):
        # Text of XML within JSON would be opened as such by some drivers of GDAL.
        return "GeoJSON"
    if start.startswith(b"<"):
        return "XML or HTML"
    if start.startswith(b"!table"):
        # A table of links to others, or one that hides another description, is not opened.
        plain = b"<" not in head and not any(word in head.lower() for word in (b"seamless", b"linked", b"odbc"))
        return "MapInfo File" if plain else "a MapInfo table of links"
    if head.count(b"\0") > len(head) // 50 and not _wide(head):
        return "a binary file of no kind known here"
    return TEXT


def in_words(kind: str) -> str:
    """A kind of file as a noun: "an Excel workbook"."""
    return _WORDS.get(kind, kind)


def _wide(head: bytes) -> bool:
    """Whether bytes are text of two bytes a letter, without a mark: every other byte is zero."""
    even, odd = head[0:4000:2], head[1:4000:2]
    return bool(head) and max(even.count(0), odd.count(0)) > 0.7 * len(odd) > 0 and min(even.count(0), odd.count(0)) < 9


def _zipped(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return "a damaged zip archive or workbook"
    if any(name.startswith("xl/") for name in names) or "content.xml" in names:
        return WORKBOOK
    return "a zip archive: unpack it first"
