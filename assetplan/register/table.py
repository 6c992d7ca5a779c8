"""Tables of assets, from any files that hold one, into a register by way of a mapping."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping as Keyed
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from assetplan import cells, schema
from assetplan._types import Bools, Shapes
from assetplan.errors import Fault, RegisterError
from assetplan.input_files import regular_file
from assetplan.postgis.address import DatabaseTable
from assetplan.reading.columns import absent, copies, leave_out, mapped, not_read, numbers_of, source_of
from assetplan.reading.layers import STATE_NONE, is_spatial, shapes_of
from assetplan.reading.mapping import DROP, Mapping, read_mapping
from assetplan.reading.scale import SHARE_HINT, SHARE_RULE, are_shares
from assetplan.reading.suggestion import suggest_mapping
from assetplan.reading.tables import Source, SourceTable, read_tables
from assetplan.register.components import building_components, ungrouped
from assetplan.register.fill import fill_and_check
from assetplan.register.misplaced import sift
from assetplan.register.no_map import classes_without_geometry
from assetplan.register.plausible import doubts
from assetplan.register.positions import BRITISH_GRID, crs_name, in_metres, true_to_scale
from assetplan.register.register import Register, RegisterNames, packaged_names
from assetplan.register.shapes import in_parts, pieces, plain_shapes, with_heights
from assetplan.register.validation import check_register, nothing_with

if TYPE_CHECKING:
    import geopandas as gpd

_CRS_HINT = 'has no CRS: add it to the mapping, as [file] crs = "EPSG:27700"'
_PLACES = {"x", "y", "wkt"}
Paths = str | os.PathLike[str]


def asset_mapping(mapping: str | os.PathLike[str] | Keyed[str, object] | None) -> Mapping:
    """A mapping onto the columns of assets, read and checked; see `assetplan.reading.mapping`."""
    return read_mapping(mapping, schema.units("assets"))


def suggest_table_mapping(path: Paths | Sequence[Paths]) -> tuple[str, list[str]]:
    """A first mapping of a table of assets as TOML, and what it is unsure of.

    Parameters
    ----------
    path : path or sequence of path
        As of `import_table`.

    Raises
    ------
    RegisterError
        A file cannot be read.
    FileNotFoundError
        There is no such file.
    """
    sources = [path] if isinstance(path, (str, os.PathLike)) else list(path)
    kinds = {name: kind for name, kind in schema.kinds("assets").items() if name != "assumed"}
    allowed = {name: schema.choices("assets", name) for name, kind in kinds.items() if kind == "choice"}
    return suggest_mapping(sources, kinds, allowed)


# Coordinates beyond any number are faults; the arithmetic that shows it needs no warning.
@np.errstate(over="ignore", invalid="ignore")
def import_table(
    path: Source | Sequence[Source],
    mapping: str | os.PathLike[str] | Keyed[str, object] | None = None,
    fill: bool = False,
    names: RegisterNames | None = None,
) -> Register:
    """Make a register from a table of assets, or from several files of one layout.

    Parameters
    ----------
    path : path or DatabaseTable, or sequence of them
        Text (with coordinates or WKT), Excel workbook, GeoParquet, GeoPackage, shapefile, GeoJSON or FlatGeobuf;
        or a table of PostGIS.
    mapping : path or mapping, optional
        See `assetplan.reading.mapping`; by default the file has the schema's own column names.
    fill : bool
        Fill what the table lacks by the rules of `assetplan.register.fill`.
    names : RegisterNames, optional
        Classes, groups and treatments that assets may have; by default the packaged ones.

    Returns
    -------
    Register
        Validated, in a projected CRS (m), or without geometry where the mapping states that. Its notes count what was
        read and what was not.

    Raises
    ------
    RegisterError
        A file, the mapping or a row breaks its rules; every fault is listed, a row of text by the line it starts
        on, one of a sheet by its row and a feature of a layer by its number (first is 1).
    FileNotFoundError
        There is no such file.
    """
    plan = asset_mapping(mapping)
    table = _rows_of([path] if isinstance(path, (str, os.PathLike, DatabaseTable)) else path, plan)
    assets = mapped(table, plan, schema.kinds("assets"))
    located, used, faults = _located(table, assets, plan)
    if not faults and not plan.without_geometry:
        table, located, faults = _placed(table, located)
    rows = pd.Series(np.arange(1, len(table.frame) + 1))
    if plan.buildings and not faults:
        located, rows = _split(table, located, rows, plan)
    check = fill_and_check if fill else check_register
    clean, more = check(located, table.name, rows, names, _bare(located, plan))
    faults += [*_further(more, faults), *_share_faults(clean, table.name)]
    if faults:
        words = _Words(table, plan)
        raise RegisterError({words.worded(fault) for fault in faults})
    bare = ungrouped(clean, names or packaged_names())
    notes = (*_notes(table, located, plan, used), *bare, *doubts(clean))
    return Register(clean, notes=notes, digest=table.digest, **nothing_with(clean))


def _rows_of(paths: Sequence[Source], plan: Mapping) -> SourceTable:
    """Rows of the files that the mapping does not leave out, of which there must be some."""
    sources = [each if isinstance(each, DatabaseTable) else regular_file(Path(each), RegisterError) for each in paths]
    columns = schema.columns("assets")
    table = read_tables(sources, plan, {*columns, *_PLACES})
    faults = absent(table, plan, columns)
    if faults:
        raise RegisterError(faults)
    table = leave_out(table, plan)
    if not len(table.frame):
        raise RegisterError([Fault(table.name, 0, "", "", "there are no assets in it")])
    return table


def _bare(located: gpd.GeoDataFrame, plan: Mapping) -> Bools:
    """Which assets the mapping states to have no geometry (n,)."""
    if plan.geometry_by_class and {"asset_class", "geometry"} <= set(located.columns):
        return classes_without_geometry(located)
    return np.full(len(located), plan.without_geometry)


def _notes(table: SourceTable, located: gpd.GeoDataFrame, plan: Mapping, used: set[str]) -> tuple[tuple[str, int], ...]:
    """What was read, left out and changed, with counts and the first rows."""
    notes = list(table.notes)
    if plan.buildings:
        notes.append((f"components of {len(table.frame):,} buildings", len(located)))
    else:
        notes.append(("assets read", len(located)))
        shapes = located.geometry.to_numpy()
        for what, some in (
            ("heights (Z) dropped", with_heights(shapes)),
            ("lines in parts that do not meet, which no way runs along", in_parts(shapes)),
        ):
            if some.any():
                notes.append((f"{what} ({table.first_rows(some)})", int(some.sum())))
    left = not_read(table, plan, schema.columns("assets"), used)
    if left:
        notes.append((f"columns not read: {left}", left.count(", ") + 1))
    return tuple(notes)


def _further(faults: list[Fault], before: list[Fault]) -> list[Fault]:
    """Faults that those before do not hold: a geometry that could not be made is one already."""
    without = {fault.row for fault in before}
    return [fault for fault in faults if fault.column != "geometry" or fault.row not in without]


def _share_faults(assets: pd.DataFrame, file: str) -> list[Fault]:
    """A fault for each measure whose values look like shares of one."""
    known = ~assets["assumed"].str.contains(r"\bvalue\b", regex=True)
    groups = assets[known].groupby("measure", sort=True)["value"]
    wrong = [name for name, values in groups if are_shares(values.to_numpy(), str(name))]
    return [Fault(file, 0, "value", str(name), SHARE_RULE, SHARE_HINT) for name in wrong]


@dataclass(frozen=True)
class _Words:
    """Faults of the n-th row in the user's own words; columns are turned to text once, hints made once a kind."""

    table: SourceTable
    plan: Mapping
    texts: dict[str, list[str]] = field(default_factory=dict)
    hints: dict[tuple[str, str], str] = field(default_factory=dict)

    def worded(self, fault: Fault) -> Fault:
        """A fault by file and row, with the cell as it is and what would mend it."""
        kind = schema.kinds("assets").get(fault.column)
        source = source_of(fault.column, self.table, self.plan) if kind else ""
        value, rule = fault.value, fault.rule
        if source and fault.row:
            value = self.cells_of(source)[fault.row - 1][:80]
            short = kind == "year" and (re.fullmatch(r"\d{2}", value) or cells.short_years(pd.Series([value]))[0])
            if short:
                rule = cells.TWO_DIGITS
            elif kind == "year" and rule == "must be a number":
                rule = "must be a year or a date"
        if (fault.column, rule) not in self.hints:
            self.hints[fault.column, rule] = self._hint(fault, value, source)
        hint = fault.hint or self.hints[fault.column, rule]
        return self.table.placed(replace(fault, value=value, rule=rule, hint=hint, asset=self._named(fault)))

    def cells_of(self, source: str) -> list[str]:
        """A column of the file as text."""
        if source not in self.texts:
            self.texts[source] = cells.text_of(self.table.frame[source]).tolist()
        return self.texts[source]

    def _named(self, fault: Fault) -> str:
        """The asset of a fault in a row of a database, where no row has a number to go by."""
        source = source_of("asset_id", self.table, self.plan)
        return self.cells_of(source)[fault.row - 1] if self.table.digest and fault.row and source else fault.asset

    def of_building(self, fault: Fault) -> Fault:
        """A fault of a building, under the file's own column."""
        source = self.plan.buildings.get(fault.column)
        if source is None:
            return self.worded(replace(fault, column=fault.column.replace("building_id", "asset_id")))
        value = self.cells_of(source)[fault.row - 1][:80]
        return self.table.placed(replace(fault, column=source, value=value, hint=f"it is read as {fault.column}"))

    def _hint(self, fault: Fault, value: str, source: str) -> str:
        column = fault.column
        if (column, fault.rule) == ("asset_id", "is there more than once") and (alike := int(copies(self.table).sum())):
            same = "row is a copy" if alike == 1 else "rows are copies"
            return (
                f'{alike:,} {same} of another in every column and shape: [file] duplicates = "{DROP}" leaves them out'
            )
        if fault.rule.startswith("must be one of") and value:
            allowed = fault.rule.removeprefix("must be one of ").partition(";")[0].split(", ")
            meant = next((one for one in allowed if one.lower() == value.lower()), "…")
            return f'say in the mapping what each value means, as [values.{column}] "{value}" = "{meant}"'
        if fault.rule == "this column is missing":
            names = [str(name) for name in self.table.frame.columns if name != "geometry"][:20]
            return f'name it in the mapping, as [columns] {column} = "…"; the file has {", ".join(names)}'
        if fault.rule == "must be a number" and not np.isnan(cells.numbers(pd.Series([value]), ",")[0]):
            return 'say in the mapping which sign stands before decimals, as [file] decimal = ","'
        return f"{column} is read from column {source}" if source and source != column else ""


def _located(table: SourceTable, assets: pd.DataFrame, plan: Mapping) -> tuple[gpd.GeoDataFrame, set[str], list[Fault]]:
    """Assets with their shapes, and the columns of the file that those come from."""
    import geopandas as gpd

    frame = table.frame
    faults: list[Fault] = []
    crs: Any = None
    if plan.without_geometry:
        return gpd.GeoDataFrame(assets, geometry=[None] * len(assets), crs=BRITISH_GRID), set(), []
    if is_spatial(frame):
        geometry = shapes_of(frame)
        shapes, crs, used = geometry.to_numpy(), geometry.crs, {str(geometry.name)}
        if "start" in plan.join:
            shapes, faults = _along(table, plan, shapes)
    elif "wkt" in plan.file or "wkt" in frame.columns:
        used = {plan.file.get("wkt", "wkt")}
        shapes, faults = _from_wkt(frame[plan.file.get("wkt", "wkt")], table.name)
    else:
        x, y = plan.file.get("x", "x"), plan.file.get("y", "y")
        used = {x, y}
        lacking = [name for name in (x, y) if name not in frame.columns]
        if lacking:
            rule = "there is no such column of coordinates; name them in the mapping, as [file] x = … and y = …"
            faults = [Fault(table.name, 0, name, "", rule, STATE_NONE) for name in lacking]
            return gpd.GeoDataFrame(assets), used, faults
        shapes, faults = _from_points(table, x, y, plan.geometry_by_class)
    if "crs" in plan.file:
        crs, more = _crs(plan)
        faults += more
    elif crs is None:
        faults.append(Fault(table.name, 0, "geometry", "", _CRS_HINT))
    return gpd.GeoDataFrame(assets, geometry=shapes, crs=crs), used, faults


def _placed(table: SourceTable, located: gpd.GeoDataFrame) -> tuple[SourceTable, gpd.GeoDataFrame, list[Fault]]:
    """Assets without those that lie where they cannot, named in the notes; faults where those are half of all."""
    names = located["asset_id"].astype("str") if "asset_id" in located.columns else pd.Series("", located.index)
    sifted = sift(located.geometry, names, table.name, table.row)
    notes = [*table.notes, *sifted.notes]
    if sifted.faults:
        return table, located, sifted.faults
    if not true_to_scale(located.geometry) and in_metres(located.crs):
        notes.append(
            (f"assets measured in another CRS, for lengths of {crs_name(located.crs)} are not true there", len(located))
        )
    if not sifted.keep.all():
        table, located = table.where(sifted.keep), located[sifted.keep].reset_index(drop=True)
    return replace(table, notes=tuple(notes)), located, []


def _along(table: SourceTable, plan: Mapping, shapes: Shapes) -> tuple[Shapes, list[Fault]]:
    """The piece of each row's line between its chainages."""
    ends = [numbers_of(table, plan, key, plan.join[key]) for key in ("start", "end")]
    cut = pieces(plain_shapes(shapes), *ends)
    wrong = np.flatnonzero(shapely.is_missing(cut) & ~shapely.is_missing(shapes))
    rule = f"there is no length of its line between {plan.join['start']} and {plan.join['end']}"
    return cut, [Fault(table.name, int(i) + 1, "geometry", "", rule) for i in wrong]


def _crs(plan: Mapping) -> tuple[Any, list[Fault]]:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return CRS.from_user_input(plan.file["crs"]), []
    except CRSError:
        return None, [Fault(plan.name, 0, "file.crs", plan.file["crs"], "is no coordinate reference system")]


def _from_wkt(column: pd.Series, file: str) -> tuple[Shapes, list[Fault]]:
    text = cells.text_of(column).to_numpy(dtype=object)
    shapes = shapely.from_wkt([value or None for value in text], on_invalid="ignore")
    wrong = np.flatnonzero((text != "") & shapely.is_missing(shapes))
    rule = "is no well-known text"
    return shapes, [Fault(file, int(i) + 1, "geometry", str(text[i])[:80], rule) for i in wrong]


def _from_points(table: SourceTable, x: str, y: str, blanks: bool) -> tuple[Shapes, list[Fault]]:
    """Points of two columns; rows where both are blank have none where `blanks` may be, and else are faults."""
    faults: list[Fault] = []
    pairs = []
    texts = [cells.text_of(table.frame[name]).to_numpy(dtype=object) for name in (x, y)]
    blank = (texts[0] == "") & (texts[1] == "") & blanks
    for name, shown in zip((x, y), texts, strict=True):
        values = cells.numbers(table.frame[name], table.decimal)
        for i in np.flatnonzero(~np.isfinite(values) & ~blank):
            faults.append(Fault(table.name, int(i) + 1, name, str(shown[i])[:80], "must be a number"))
        pairs.append(values)
    shapes = np.full(len(table.frame), None, dtype=object)
    good = np.isfinite(pairs[0]) & np.isfinite(pairs[1])
    shapes[good] = shapely.points(pairs[0][good], pairs[1][good])
    return shapes, faults


def _split(
    table: SourceTable, located: gpd.GeoDataFrame, rows: pd.Series, plan: Mapping
) -> tuple[gpd.GeoDataFrame, pd.Series]:
    """Each building into its components, each with its building's row; faults in the columns of the file."""
    buildings = located.rename(columns={"asset_id": "building_id"})
    if "building_id" not in buildings.columns:
        raise RegisterError(
            [_Words(table, plan).worded(Fault(table.name, 0, "asset_id", "", "this column is missing"))]
        )
    for name, source in plan.buildings.items():
        buildings[name] = numbers_of(table, plan, name, source)
    try:
        parts = building_components(buildings, file=table.name, rows=rows)
    except RegisterError as error:
        words = _Words(table, plan)
        raise RegisterError([words.of_building(fault) for fault in error.faults]) from error
    count = len(parts) // max(len(buildings), 1)
    return parts, rows.repeat(count).reset_index(drop=True)
