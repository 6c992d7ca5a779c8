"""A first mapping from the names and contents of a table, with what it is unsure of."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping as Keyed
from collections.abc import Sequence

import numpy as np

from assetplan import cells
from assetplan.reading.layers import is_spatial
from assetplan.reading.mapping import Mapping
from assetplan.reading.tables import SourceTable, read_tables
from assetplan.reference import load_table
from assetplan.words import plural

_SIDES = {"x": {"x", "easting", "eastings", "longitude", "long", "lon", "geox", "xcoord"}}
_SIDES["y"] = {"y", "northing", "northings", "latitude", "lat", "geoy", "ycoord"}
_WKT = {"wkt", "geometry", "geom", "shape", "wktgeometry"}
_MANY = 20  # values of a column up to which each is listed


def suggest_mapping(
    paths: Sequence[str | os.PathLike[str]], kinds: Keyed[str, str], allowed: Keyed[str, Sequence[str]]
) -> tuple[str, list[str]]:
    """Write a first mapping for a table.

    Parameters
    ----------
    paths : sequence of path
        Files of one layout.
    kinds : mapping of str → str
        Columns that are wanted, each with its type, as of `columns.mapped`.
    allowed : mapping of str → sequence of str
        What those that are choices may hold.

    Returns
    -------
    (str, list of str)
        The mapping as TOML, and what it is unsure of.

    Raises
    ------
    RegisterError, FileNotFoundError
        As of `read_tables`.
    """
    names = load_table("column_names")
    known = {*kinds, *(each for side in _SIDES.values() for each in side)}
    table = read_tables(paths, Mapping(), known)
    unsure: list[str] = []
    matched = _matched(table, kinds, dict(zip(names["column"], names["names"].str.split(), strict=True)), unsure)
    places = _file(table, unsure)
    parts = [
        _section("file", places),
        _section("columns", [f"{wanted} = {_quoted(name)}" for wanted, name in matched.items()]),
        _section("constants", _constants(table, matched, kinds, allowed, unsure)),
        *_values(table, matched, allowed, unsure),
        _section("units", _units(matched, unsure)),
    ]
    taken = {*matched.values(), "geometry"} | {line.partition(" = ")[2].strip('"') for line in places}
    left = [str(name) for name in table.frame.columns if name not in taken]
    head = [f"# A first mapping of {table.name}, made from its names and contents: check every line."]
    head += [f"# unsure: {each}" for each in unsure]
    head += [f"# not mapped: {', '.join(left)}"] if left else []
    return "\n\n".join(["\n".join(head), *filter(None, parts)]) + "\n", unsure


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in escaped) + '"'


def _section(name: str, lines: Sequence[str]) -> str:
    return "\n".join([f"[{name}]", *lines]) if lines else ""


def _matched(
    table: SourceTable, kinds: Keyed[str, str], others: Keyed[str, Sequence[str]], unsure: list[str]
) -> dict[str, str]:
    """Column of the file for each wanted one: of the same name, else of one of its other names, the likeliest first."""
    free = [str(name) for name in table.frame.columns if name != "geometry"]
    out: dict[str, str] = {}
    for wanted in kinds:
        if wanted in free:
            out[wanted] = wanted
            free.remove(wanted)
    for wanted, kind in kinds.items():
        if wanted in out:
            continue
        likely = [_plain(wanted), *others.get(wanted, ())]
        fits = [(likely.index(_plain(name)), name) for name in free if _plain(name) in likely]
        fits = [fit for fit in fits if _holds(table, fit[1], kind)]
        if fits:
            name = min(fits, key=lambda fit: fit[0])[1]
            out[wanted] = name
            free.remove(name)
            unsure.append(f"{wanted} is taken from {name}")
    return out


def _holds(table: SourceTable, name: str, kind: str) -> bool:
    """Whether most of what a column holds is of a kind."""
    values = table.frame[name]
    filled = ~cells.missing(cells.text_of(values))
    if kind in ("text", "choice") or not filled.any():
        return True
    read = cells.years(values) if kind == "year" else cells.numbers(values, table.decimal)
    return bool((~np.isnan(read[filled])).mean() > 0.8)


def _file(table: SourceTable, unsure: list[str]) -> list[str]:
    """Where the shapes are and in which CRS, where the file does not say."""
    if is_spatial(table.frame):
        return []
    by_name = {_plain(str(name)): str(name) for name in table.frame.columns}
    lines = ['decimal = ","'] if table.decimal == "," else []
    wkt = next((by_name[one] for one in by_name if one in _WKT), "")
    if wkt:
        unsure.append("the CRS of the well-known text: EPSG:27700 is the National Grid, EPSG:4326 degrees")
        return [*lines, f"wkt = {_quoted(wkt)}", 'crs = "EPSG:27700"']
    places = {side: next((by_name[one] for one in by_name if one in words), "") for side, words in _SIDES.items()}
    if not all(places.values()):
        unsure.append(
            'no columns of coordinates were recognised: name them as [file] x and y, or wkt, or state geometry = "none"'
        )
        return lines
    x, y = (cells.numbers(table.frame[places[side]], table.decimal) for side in "xy")
    degrees = bool(np.nanmax(np.abs(x), initial=0) <= 180 and np.nanmax(np.abs(y), initial=0) <= 90)
    unsure.append("the CRS, guessed from the size of the coordinates")
    crs = "EPSG:4326" if degrees else "EPSG:27700"
    return [*lines, *(f"{side} = {_quoted(name)}" for side, name in places.items()), f'crs = "{crs}"']


def _constants(
    table: SourceTable,
    matched: Keyed[str, str],
    kinds: Keyed[str, str],
    allowed: Keyed[str, Sequence[str]],
    unsure: list[str],
) -> list[str]:
    lines = []
    stem = table.name.lower()
    if "asset_class" in kinds and "asset_class" not in matched:
        guess = next((one for one in allowed["asset_class"] if one in stem), allowed["asset_class"][0])
        unsure.append(f"every row is taken for a {guess}")
        lines.append(f'asset_class = "{guess}"')
    if "value" in matched and "measure" not in matched and "measure" in kinds:
        named = _plain(matched["value"])
        guess = next((one for one in allowed["measure"] if one in named), "index")
        unsure.append(f"the condition is taken for a measure {guess}")
        lines.append(f'measure = "{guess}"')
    return lines


def _values(
    table: SourceTable, matched: Keyed[str, str], allowed: Keyed[str, Sequence[str]], unsure: list[str]
) -> list[str]:
    """A section for each choice whose values are not those of a register, with what each may mean."""
    parts = []
    for wanted, name in matched.items():
        if wanted not in allowed:
            continue
        text = cells.text_of(table.frame[name])
        odd = text[~text.isin(allowed[wanted]) & ~cells.missing(text)].value_counts()
        if not len(odd):
            continue
        lines = [_meaning(str(value), int(count), allowed[wanted]) for value, count in list(odd.items())[:_MANY]]
        unsure.append(f"what {plural(len(odd), 'value')} of {name} mean: {wanted} is {', '.join(allowed[wanted])}")
        parts.append(_section(f"values.{wanted}", lines))
    return parts


def _meaning(value: str, count: int, allowed: Sequence[str]) -> str:
    same = [one for one in allowed if one.lower() == value.lower()]
    begins = [one for one in allowed if one.lower()[:1] == value.lower()[:1]]
    line = f"{_quoted(value)} = {_quoted((same or begins or list(allowed))[0])}  # {plural(count, 'row')}"
    return line if same or begins else f"# {line}"


def _units(matched: Keyed[str, str], unsure: list[str]) -> list[str]:
    """Units that the names of columns end in, other than the register's own."""
    table = load_table("units")
    odd = {str(unit): str(unit) for unit, factor in zip(table["unit"], table["factor"], strict=True) if factor != 1}
    odd |= {"feet": "ft", "miles": "mi", "yards": "yd", "sqft": "ft2", "sqyd": "yd2", "000": "£000"}
    lines = []
    for wanted, name in matched.items():
        last = re.split(r"[ _(\[]+", name.lower().rstrip(")] "))[-1]
        if last in odd and wanted in ("length_m", "width_m", "chainage_m", "quantity", "replacement_value"):
            unsure.append(f"{name} is in {odd[last]} by its name")
            lines.append(f'{wanted} = "{odd[last]}"')
    return lines
