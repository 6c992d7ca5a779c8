"""How a council's own table becomes a register: a TOML file of columns, constants, values and factors.

    [file]
    layer = "roads"            # of a file with several layers
    encoding = "cp1252"        # of a text file or shapefile; UTF-8 by default
    delimiter = ";"            # of a text file; a comma by default
    crs = "EPSG:27700"         # where the file itself holds none
    x = "GeoX"                 # columns of coordinates, or
    y = "GeoY"
    wkt = "shape"              # a column of well-known text

    [columns]                  # column of table `assets` = column of the file
    asset_id = "UPRN"
    name = "Name#2"            # the second of two columns with one name

    [constants]                # column of table `assets` = one value for every row
    asset_class = "building"

    [values.road_class]        # value in the file = value of the schema; others pass as they are
    "Principal" = "A"

    [factors]                  # what the file's numbers are multiplied by
    length_m = 1000

    [leave_out]                # rows with one of these values are not read; how many is noted
    Tenure = ["Leasehold"]

    [buildings]                # each row is a building to be split into components
    floor_area_m2 = "GIA"
    storeys = "Floors"

A column of the file that has a schema name is read as that column unless the mapping says otherwise.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping as Keyed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assetplan import schema
from assetplan.errors import Fault, RegisterError

_FILE_KEYS = ("layer", "encoding", "delimiter", "crs", "x", "y", "wkt")
_BUILDING_KEYS = ("floor_area_m2", "storeys")
_SECTIONS = ("file", "columns", "constants", "values", "factors", "leave_out", "buildings")


@dataclass(frozen=True)
class Mapping:
    """A checked mapping; `name` is its file, for the faults."""

    name: str = "mapping"
    file: dict[str, str] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str | float] = field(default_factory=dict)
    translations: dict[str, dict[str, str]] = field(default_factory=dict)
    factors: dict[str, float] = field(default_factory=dict)
    leave_out: dict[str, tuple[str, ...]] = field(default_factory=dict)
    buildings: dict[str, str] = field(default_factory=dict)


def read_mapping(source: str | os.PathLike[str] | Keyed[str, object] | None) -> Mapping:
    """Read and check a mapping.

    Parameters
    ----------
    source : path, mapping or None
        A TOML file, the same as nested dictionaries, or none for a table that has the schema's own names.

    Raises
    ------
    RegisterError
        The file is no TOML, or has a key or value that is not known; every fault is listed.
    FileNotFoundError
        There is no such file.
    """
    if source is None:
        return Mapping()
    if isinstance(source, Keyed):
        return _checked(dict(source), "mapping")
    path = Path(source)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RegisterError([Fault(path.name, 0, "", "", f"is no TOML file: {error}")]) from error
    return _checked(content, path.name)


def _checked(content: dict[str, Any], name: str) -> Mapping:
    faults = [
        Fault(name, 0, key, "", f"is no section of a mapping; there are {', '.join(_SECTIONS)}")
        for key in content
        if key not in _SECTIONS
    ]
    sections: dict[str, dict[str, Any]] = {}
    for key in _SECTIONS:
        section = content.get(key, {})
        if not isinstance(section, Keyed):
            faults.append(Fault(name, 0, key, str(section)[:80], "must be a section, as [" + key + "]"))
            section = {}
        sections[key] = dict(section)
    known = tuple(schema.columns("assets"))
    allowed = {"file": _FILE_KEYS, "buildings": _BUILDING_KEYS}
    for key, section in sections.items():
        if key == "leave_out":
            continue
        names = allowed.get(key, known)
        kind = "a known key" if key in allowed else "a column of a register"
        faults += [Fault(name, 0, f"{key}.{one}", "", f"is not {kind}") for one in section if one not in names]
    for key in ("file", "columns", "buildings"):
        faults += _of_type(name, key, sections[key], (str,), "text")
    faults += _of_type(name, "constants", sections["constants"], (str, int, float), "text or a number")
    faults += _of_type(name, "factors", sections["factors"], (int, float), "a number")
    for key, table in sections["values"].items():
        if isinstance(table, Keyed):
            faults += _of_type(name, f"values.{key}", table, (str, int, float), "text or a number")
        else:
            faults.append(Fault(name, 0, f"values.{key}", str(table)[:80], "must be a section of values"))
    for key, texts in sections["leave_out"].items():
        if not isinstance(texts, (list, tuple)) or not all(isinstance(text, str) for text in texts):
            faults.append(Fault(name, 0, f"leave_out.{key}", str(texts)[:80], "must be a list of texts"))
    both = sorted(set(sections["columns"]) & set(sections["constants"]))
    faults += [Fault(name, 0, f"constants.{one}", "", "is mapped to a column too") for one in both]
    delimiter = sections["file"].get("delimiter", ",")
    if isinstance(delimiter, str) and len(delimiter) != 1:
        faults.append(Fault(name, 0, "file.delimiter", delimiter, "must be one character"))
    if sections["buildings"] and "floor_area_m2" not in sections["buildings"]:
        faults.append(Fault(name, 0, "buildings.floor_area_m2", "", "a value is required"))
    if faults:
        raise RegisterError(faults)
    return Mapping(
        name,
        sections["file"],
        sections["columns"],
        sections["constants"],
        {key: {str(old).strip(): str(new) for old, new in table.items()} for key, table in sections["values"].items()},
        {key: float(factor) for key, factor in sections["factors"].items()},
        {key: tuple(texts) for key, texts in sections["leave_out"].items()},
        sections["buildings"],
    )


def _of_type(name: str, key: str, section: Keyed[str, Any], types: tuple[type, ...], words: str) -> list[Fault]:
    return [
        Fault(name, 0, f"{key}.{one}", str(value)[:80], f"must be {words}")
        for one, value in section.items()
        if not isinstance(value, types) or isinstance(value, bool)
    ]
