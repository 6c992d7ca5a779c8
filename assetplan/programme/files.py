"""The output folder of a programme: writing it, and reading it back with every fault told."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assetplan.errors import Fault, RegisterError
from assetplan.output import repeatable_layers
from assetplan.programme.statements import BOOK, statement_faults, tables_of, write_book
from assetplan.programme.strategies import StrategiesFile
from assetplan.programme.workbook import write_workbook

if TYPE_CHECKING:
    import geopandas as gpd

    from assetplan.programme.result import Programme

FILES = frozenset(
    (
        *("summary.json", "plan.json", "programme.csv", "programme.gpkg", "programme.xlsx", BOOK),
        *("assets.parquet", "strategies.parquet", "report.html"),
    )
)
_NEEDED = ("summary.json", "programme.gpkg", "assets.parquet")
_LAYERS = ("programme", "places", "districts")
_NUMBERS = ("benefit", "bound", "gap", "cost", "assets")
# Lists of the summary and what each of their rows must have.
_ROWS: Mapping[str, tuple[str, ...]] = {
    "spend": ("line", "label", "year", "amount", "limit"),
    "prices": ("limit", "price"),
    "limits": ("limit", "words", "unit", "cap", "floor", "used", "price"),
    "condition": ("asset_class", "band", "year", "quantity", "unit", "case"),
    "residual_life": ("band", "year", "length_km", "case"),
    "forecast": ("measure", "band", "unit", "year", "case", "middle", "low", "high"),
    "baselines": ("name", "benefit", "cost"),
    "kinds": ("kind", "amount"),
    "streams": ("stream", "do_nothing", "plan"),
    "lint": ("check", "message"),
    "notes": ("note", "count"),
}
_FIGURES: Mapping[str, tuple[str, ...]] = {
    "spend": ("year", "amount", "limit"),
    "limits": ("used", "price"),
    "prices": ("price",),
    "condition": ("year", "quantity"),
    "forecast": ("year", "middle", "low", "high"),
}
_MUST = ("spend", "condition", "prices")
_WORKS = (
    *("asset_id", "scheme_id", "asset_class", "name", "road", "road_class", "district", "year", "treatment", "label"),
    *("kind", "line", "quantity", "unit", "length_m", "cost", "benefit", "reason", "committed"),
)
_ASSETS = (
    *("asset_id", "asset_class", "group", "name", "road", "link_id", "chainage_m", "road_class", "district"),
    *("quantity", "unit", "length_m", "strategy", "treatments", "cost", "benefit", "reason"),
)


def write_tables(programme: Programme, folder: Path) -> None:
    """Write everything of a programme but its report into a folder that is there."""
    _write_json(programme.summary, folder / "summary.json")
    if programme.settings is not None:
        _write_json(programme.settings, folder / "plan.json")
    works = programme.works
    table = works.drop(columns="geometry")
    table.to_csv(folder / "programme.csv", index=False, lineterminator="\n")
    programme.assets.to_parquet(folder / "assets.parquet", index=False)
    if programme.strategies is not None:
        programme.strategies.write(programme.assets["asset_id"], folder / "strategies.parquet")
    with repeatable_layers():
        for name, layer in zip(_LAYERS, (works, programme.places, programme.districts), strict=True):
            layer.to_file(folder / "programme.gpkg", layer=name, driver="GPKG")
    write_workbook(programme, table, folder / "programme.xlsx")
    if programme.accounts:
        write_book(programme.accounts, programme.summary["title"], folder / BOOK)


def _write_json(content: dict[str, Any], path: Path) -> None:
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def read_programme(folder: str | Path) -> Programme:
    """Read an output folder.

    Its strategies are read when they are first asked for; a report needs none.

    Raises
    ------
    RegisterError
        The folder lacks a file of a programme, or one of them is damaged; every fault is listed.
    """
    from assetplan.programme.result import Programme

    folder = Path(folder)
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    if missing:
        raise RegisterError(Fault(str(folder), 0, "", name, "is not in this folder of a plan") for name in missing)
    summary = _read_json(folder / "summary.json")
    faults = list(_summary_faults(summary, str(folder / "summary.json")))
    if faults:
        raise RegisterError(faults)
    settings = _read_settings(folder / "plan.json")
    assets = _read_assets(folder / "assets.parquet")
    layers = {name: _read_layer(folder / "programme.gpkg", name) for name in _LAYERS}
    years = [summary["years"][0] - 1, *summary["years"]]
    paths = [f"{case}_{year}" for case in ("do_nothing", "plan") for year in years]
    faults += _lacking(assets, (*_ASSETS, *paths), folder / "assets.parquet")
    faults += _lacking(layers["programme"], _WORKS, folder / "programme.gpkg")
    if faults:
        raise RegisterError(faults)
    kept = folder / "strategies.parquet"
    return Programme(
        summary, assets, layers["programme"], layers["places"], layers["districts"], settings,
        StrategiesFile(kept) if kept.is_file() else None, tables_of(summary),
    )  # fmt: skip


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise RegisterError([Fault(str(path), 0, "", "", f"is not a JSON file that can be read: {error}")]) from error
    if not isinstance(content, dict):
        raise RegisterError([Fault(str(path), 0, "", "", "does not hold what a plan writes")])
    return content


def _read_settings(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    settings = _read_json(path)
    if not all(isinstance(settings.get(key), dict) for key in ("plan", "tables")):
        raise RegisterError([Fault(str(path), 0, "", "", "does not hold a plan and its tables")])
    return settings


def _summary_faults(summary: dict[str, Any], file: str) -> Iterator[Fault]:
    """What a summary lacks, or has of the wrong kind."""
    years = summary.get("years")
    whole = isinstance(years, list) and all(type(year) is int for year in years)
    if not whole or not years or years != list(range(years[0], years[0] + len(years))):
        yield Fault(file, 0, "years", str(years)[:80], "must list the plan's years, one after the other")
    for key in _NUMBERS:
        value = summary.get(key)
        if not _is_number(value):
            yield Fault(file, 0, key, str(value)[:80], "must be a number")
    if not isinstance(summary.get("title"), str):
        yield Fault(file, 0, "title", str(summary.get("title"))[:80], "must be text")
    for key, columns in _ROWS.items():
        rows = summary.get(key, None if key in _MUST else [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) and row.keys() >= set(columns) for row in rows):
            yield Fault(file, 0, key, "", f"must be rows of {', '.join(columns)}")
        else:
            figures = _FIGURES.get(key, ())
            wrong = [row for row in rows if not all(_is_number(row[name]) for name in figures)]
            said = f"must have numbers for {', '.join(figures)}"
            yield from (Fault(file, 0, key, str(row)[:80], said) for row in wrong[:5])
    phasing = summary.get("phasing", {"cases": [], "amounts": [], "note": ""})
    if not isinstance(phasing, dict) or not phasing.keys() >= {"cases", "amounts", "note"}:
        yield Fault(file, 0, "phasing", str(phasing)[:80], "must have cases, amounts and note")
    yield from statement_faults(summary.get("finance", []), file)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _read_assets(path: Path) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import pyarrow as pa

    try:
        return gpd.read_parquet(path)
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        raise RegisterError([_unreadable(path, "", error)]) from error


def _read_layer(path: Path, name: str) -> gpd.GeoDataFrame:
    import geopandas as gpd
    from pyogrio.errors import DataLayerError, DataSourceError

    try:
        layer = gpd.read_file(path, layer=name)
    except (DataLayerError, DataSourceError, OSError, ValueError) as error:
        raise RegisterError([_unreadable(path, name, error)]) from error
    if not isinstance(layer, gpd.GeoDataFrame):
        raise RegisterError([Fault(str(path), 0, "", name, "this layer has no geometry")])
    return layer


def _unreadable(path: Path, part: str, error: Exception) -> Fault:
    said = (str(error).splitlines() or [type(error).__name__])[0][:200]
    return Fault(str(path), 0, "", part, f"cannot be read: {said}")


def _lacking(table: gpd.GeoDataFrame, columns: tuple[str, ...], path: Path) -> list[Fault]:
    return [Fault(str(path), 0, column, "", "this column is missing") for column in columns if column not in table]
