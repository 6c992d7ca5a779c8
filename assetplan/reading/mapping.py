"""How a council's own table becomes one with known columns: a TOML file of columns, constants, values and units.

    [file]
    layer = "roads"            # of a file with several layers
    sheet = "Bridges"          # of a workbook with several sheets
    header_row = 3             # row of the names; recognised by default, what stands above it is passed over
    encoding = "cp1252"        # of a text file or shapefile; UTF-8, or what its byte order mark says, by default
    delimiter = ";"            # of a text file; recognised by default
    decimal = ","              # decimal sign of numbers kept as text; recognised by default where ; or a tab delimits
    date_format = "%d/%m/%Y"   # or "day first", "month first"; by default the column decides
    duplicates = "drop"        # of rows alike in every column and shape the first is read; by default they are faults
    crs = "EPSG:27700"         # where the file itself holds none
    x = "GeoX"                 # columns of coordinates, or
    y = "GeoY"
    wkt = "shape"              # a column of well-known text, or
    geometry = "none"          # where it holds none, and is planned without a map; "by class" where classes hold none

    [columns]                  # column of the register = column of the file
    asset_id = "UPRN"
    name = "Name#2"            # the second of two columns with one name

    [year_of]                  # column of the register = column of dates, of which the year is taken
    surveyed_year = "Inspected"

    [constants]                # column of the register = one value for every row
    asset_class = "building"

    [values.road_class]        # value in the file = value of the register; others pass as they are
    "Principal" = "A"
    4 = "U"

    [units]                    # unit of the file's numbers, of reference/units.csv
    length_m = "ft"

    [factors]                  # or what they are multiplied by
    width_m = 0.01

    [leave_out]                # rows with one of these values are not read; how many is noted
    Tenure = ["Leasehold", 7]

    [join]                     # a second table, whose columns are then there too
    file = "surveys.xlsx"      # beside the mapping; sheet, layer, header_row, encoding, delimiter, decimal as of [file]
    key = "Section"            # column of the first table
    to = "Section ref"         # column of the second that holds the same; by default of that name
    start = "From"             # columns of chainage [m] between which a row lies on the line of the second table
    end = "To"
    latest = "Date"            # of several rows of a key the last one by this column; else several are a fault

    [buildings]                # each row is a building to be split into components
    floor_area_m2 = "GIA"
    storeys = "Floors"

A column of the file that has a name of the register is read as that column unless the mapping says otherwise. A
constant `measure`, `surveyed_year` or `confidence` holds where a row has a value: a row without one has no condition.
"""

from __future__ import annotations

import os
from collections.abc import Mapping as Keyed
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from assetplan.cells import DAY_FIRST, MONTH_FIRST
from assetplan.errors import Fault, RegisterError
from assetplan.input_files import read_toml, value_faults
from assetplan.reference import load_table

DROP = "drop"
"""What a mapping says of duplicates to have the copies of a row left out."""

_LAYOUT = ("layer", "sheet", "header_row", "encoding", "delimiter", "decimal")
_KEYS = {
    "file": (*_LAYOUT, "date_format", "duplicates", "crs", "x", "y", "wkt", "geometry"),
    "join": (*_LAYOUT, "file", "key", "to", "latest", "start", "end"),
    "buildings": ("floor_area_m2", "storeys"),
}
_SECTIONS = (
    "file",
    "columns",
    "year_of",
    "constants",
    "values",
    "units",
    "factors",
    "leave_out",
    "join",
    "buildings",
)
_BUILDING_UNITS = {"floor_area_m2": "m2", "storeys": "number"}
_ANY = "group's unit"
_NONE, _BY_CLASS = "none", "by class"
_PLACES = {"file": ("crs", "x", "y", "wkt"), "join": ("start", "end")}


@dataclass(frozen=True)
class Mapping:
    """A checked mapping.

    Attributes
    ----------
    name : str; its file, for the faults
    folder : Path; where the files that it names lie
    file : dict; how the table is laid out
    columns, year_of, constants, translations, leave_out, join, buildings : dict; sections of those names
    factors : dict of str → float; of `[units]` and `[factors]`
    """

    name: str = "mapping"
    folder: Path = Path()
    file: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    year_of: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str | float] = field(default_factory=dict)
    translations: dict[str, dict[str, str]] = field(default_factory=dict)
    factors: dict[str, float] = field(default_factory=dict)
    leave_out: dict[str, tuple[str, ...]] = field(default_factory=dict)
    join: dict[str, Any] = field(default_factory=dict)
    buildings: dict[str, str] = field(default_factory=dict)

    @property
    def without_geometry(self) -> bool:
        """Whether it states that the table has no geometry."""
        return self.file.get("geometry") == _NONE

    @property
    def geometry_by_class(self) -> bool:
        """Whether it states that classes none of whose rows has a geometry have none."""
        return self.file.get("geometry") == _BY_CLASS

    def sources(self) -> list[tuple[str, str]]:
        """Each place of the mapping that names a column of the file, with that name."""
        out = [(f"columns.{key}", name) for key, name in self.columns.items()]
        out += [(f"year_of.{key}", name) for key, name in self.year_of.items()]
        out += [(f"leave_out.{name}", name) for name in self.leave_out]
        out += [(f"buildings.{key}", name) for key, name in self.buildings.items()]
        out += [(f"join.{key}", self.join[key]) for key in ("start", "end") if key in self.join]
        return out + [(f"file.{key}", self.file[key]) for key in ("x", "y", "wkt") if key in self.file]


def tidy_name(name: str) -> str:
    """A column's name as headers are read: blanks and line breaks made one space, none at its ends."""
    return " ".join(name.split())


def plain(value: object) -> str:
    """A value of a mapping as the text of a cell: 2 and 2.0 are the same."""
    return f"{value:.15g}" if isinstance(value, float) else tidy_name(str(value))


def read_mapping(
    source: str | os.PathLike[str] | Keyed[str, object] | None, units: Keyed[str, str] | None = None
) -> Mapping:
    """Read and check a mapping.

    Parameters
    ----------
    source : path, mapping or None
        A TOML file, the same as nested dictionaries, or none for a table that has the register's own names.
    units : mapping of str → str, optional
        Columns that the mapping may give, each with its unit, "" where it has none; by default any.

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
        return _checked(dict(source), "mapping", Path(), units)
    path = Path(source)
    content = read_toml(path, RegisterError)
    if faults := value_faults(content, path.name):
        raise RegisterError(faults)
    return _checked(content, path.name, path.parent, units)


def _checked(content: dict[str, Any], name: str, folder: Path, units: Keyed[str, str] | None) -> Mapping:
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
    faults += _key_faults(name, sections, units)
    faults += _type_faults(name, sections)
    faults += _layout_faults(name, sections)
    factors, more = _factors(name, sections, units)
    faults += more
    for key, other in combinations(("columns", "year_of", "constants"), 2):
        both = sorted(set(sections[key]) & set(sections[other]))
        faults += [Fault(name, 0, f"{other}.{one}", "", f"is mapped in [{key}] too") for one in both]
    if faults:
        raise RegisterError(faults)
    named = {
        key: {one: tidy_name(each) for one, each in sections[key].items()}
        for key in ("columns", "year_of", "buildings")
    }
    for key in ("file", "join"):
        for one in ("x", "y", "wkt", "key", "to", "latest", "start", "end"):
            if one in sections[key]:
                sections[key][one] = tidy_name(sections[key][one])
    return Mapping(
        name,
        folder,
        sections["file"],
        named["columns"],
        named["year_of"],
        sections["constants"],
        {key: {plain(old): str(new) for old, new in table.items()} for key, table in sections["values"].items()},
        factors,
        {tidy_name(key): tuple(map(plain, values)) for key, values in sections["leave_out"].items()},
        sections["join"],
        named["buildings"],
    )


def _key_faults(name: str, sections: dict[str, dict[str, Any]], units: Keyed[str, str] | None) -> list[Fault]:
    """Keys that are not known."""
    faults = []
    for key, section in sections.items():
        if key == "leave_out" or (units is None and key not in _KEYS):
            continue
        names: Any = _KEYS.get(key, units)
        if key in ("units", "factors"):
            names = (*names, *_BUILDING_UNITS)
        kind = "a known key" if key in _KEYS else "a column of a register"
        faults += [Fault(name, 0, f"{key}.{one}", "", f"is not {kind}") for one in section if one not in names]
    return faults


def _type_faults(name: str, sections: dict[str, dict[str, Any]]) -> list[Fault]:
    """Values of the wrong type."""
    faults: list[Fault] = []
    for key in ("file", "join"):
        texts = {one: value for one, value in sections[key].items() if one != "header_row"}
        faults += _of_type(name, key, texts, (str,), "text")
        rows = {one: value for one, value in sections[key].items() if one == "header_row"}
        faults += _of_type(name, key, rows, (int,), "the number of a row")
    for key in ("columns", "year_of", "units", "buildings"):
        faults += _of_type(name, key, sections[key], (str,), "text")
    faults += _of_type(name, "constants", sections["constants"], (str, int, float), "text or a number")
    faults += _of_type(name, "factors", sections["factors"], (int, float), "a number")
    for key, table in sections["values"].items():
        if isinstance(table, Keyed):
            faults += _of_type(name, f"values.{key}", table, (str, int, float), "text or a number")
        else:
            faults.append(Fault(name, 0, f"values.{key}", str(table)[:80], "must be a section of values"))
    for key, values in sections["leave_out"].items():
        good = isinstance(values, (list, tuple)) and all(
            isinstance(value, (str, int, float)) and not isinstance(value, bool) for value in values
        )
        if not good:
            rule = "must be a list of texts or numbers"
            faults.append(Fault(name, 0, f"leave_out.{key}", str(values)[:80], rule))
    return faults


def _layout_faults(name: str, sections: dict[str, dict[str, Any]]) -> list[Fault]:
    """Values that their key does not take."""
    faults = []
    for key in ("file", "join"):
        section = sections[key]
        delimiter = section.get("delimiter", ",")
        if isinstance(delimiter, str) and len(delimiter) != 1:
            faults.append(Fault(name, 0, f"{key}.delimiter", delimiter, "must be one character"))
        if section.get("decimal", ".") not in (".", ","):
            faults.append(Fault(name, 0, f"{key}.decimal", str(section["decimal"])[:80], 'must be "." or ","'))
        row = section.get("header_row", 1)
        if isinstance(row, int) and row < 1:
            faults.append(Fault(name, 0, f"{key}.header_row", str(row), "must be at least 1"))
    form = sections["file"].get("date_format", DAY_FIRST)
    if isinstance(form, str) and form not in (DAY_FIRST, MONTH_FIRST) and "%" not in form:
        rule = f'must be "{DAY_FIRST}", "{MONTH_FIRST}" or a format such as "%d/%m/%Y"'
        faults.append(Fault(name, 0, "file.date_format", form, rule))
    if (asked := sections["file"].get("duplicates", DROP)) != DROP:
        faults.append(Fault(name, 0, "file.duplicates", str(asked)[:80], f'must be "{DROP}"'))
    chain = ("start", "end") if {"start", "end"} & set(sections["join"]) else ()
    for key, needed in (("buildings", ("floor_area_m2",)), ("join", ("file", "key", *chain))):
        if sections[key]:
            faults += [
                Fault(name, 0, f"{key}.{one}", "", "a value is required") for one in needed if one not in sections[key]
            ]
    return faults + _geometry_faults(name, sections)


def _geometry_faults(name: str, sections: dict[str, dict[str, Any]]) -> list[Fault]:
    """What is stated of geometry, against what says where assets lie."""
    stated = sections["file"].get("geometry", _BY_CLASS)
    if stated not in (_NONE, _BY_CLASS):
        rule = f'must be "{_NONE}", or "{_BY_CLASS}" where some classes have none'
        return [Fault(name, 0, "file.geometry", str(stated)[:80], rule)]
    places = _PLACES if stated == _NONE else {}
    both = [f"{key}.{one}" for key, names in places.items() for one in names if one in sections[key]]
    rule = "says where assets lie, and file.geometry that the table has no geometry: leave one of them away"
    return [Fault(name, 0, one, "", rule) for one in both]


def _factors(
    name: str, sections: dict[str, dict[str, Any]], units: Keyed[str, str] | None
) -> tuple[dict[str, float], list[Fault]]:
    """What numbers of each column are multiplied by, by its factor or unit."""
    table = load_table("units").set_index("unit")
    factors = {key: float(value) for key, value in sections["factors"].items() if isinstance(value, (int, float))}
    faults = []
    for key, unit in sections["units"].items():
        own = {**(units or {}), **_BUILDING_UNITS}.get(key, _ANY)
        fit = table if own == _ANY else table[table["of"] == (own if own in set(table["of"]) else "number")]
        if key in factors:
            faults.append(Fault(name, 0, f"units.{key}", "", "is multiplied in [factors] too"))
        elif unit in fit.index:
            factors[key] = float(fit.loc[unit, "factor"])
        elif isinstance(unit, str):
            faults.append(Fault(name, 0, f"units.{key}", unit[:80], f"must be one of {', '.join(fit.index)}"))
    return factors, faults


def _of_type(name: str, key: str, section: Keyed[str, Any], types: tuple[type, ...], words: str) -> list[Fault]:
    return [
        Fault(name, 0, f"{key}.{one}", str(value)[:80], f"must be {words}")
        for one, value in section.items()
        if not isinstance(value, types) or isinstance(value, bool)
    ]
