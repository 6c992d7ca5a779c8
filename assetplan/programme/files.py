"""Reading the output folder of a programme; every fault of a file is listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assetplan.delimited import TextColumns, csv_table
from assetplan.errors import Fault, RegisterError
from assetplan.output import edited
from assetplan.programme.result import Programme
from assetplan.programme.statements import tables_of
from assetplan.programme.strategies import StrategiesFile
from assetplan.programme.summary_file import read_json, read_summary
from assetplan.programme.writing import BIDS, LAYERS, MANDATORY_WORKS, REPORT, SETTINGS, SUMMARY

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

_NEEDED = (SUMMARY, "programme.gpkg", "assets.parquet")
_WORKS = (
    *("asset_id", "scheme_id", "asset_class", "name", "road", "road_class", "district", "year", "treatment", "label"),
    *("kind", "line", "quantity", "unit", "length_m", "cost", "benefit", "reason", "committed", "status"),
)
_BID_NUMBERS = ("start", "stated", "gross", "funded", "payback", "cost", "later", "receipt", "benefit", "net")
_BLANK = ("start", "payback")
_BIDS = (
    *("bid", "kind", "variant", "option", "mandatory", "district", "division", "promoter", "stage", "gate"),
    *("criteria", "needs", "excludes", "follows", "treatment", "instead_of", "costs", "own_funding", "revenue"),
    *("streams", "receipts_stage"),
    *("chosen", "reason", "source"),
    *_BID_NUMBERS,
)
_MANDATORY = ("reference", "what", "name", "line", "year", "number", "cost")
_ASSETS = (
    *("asset_id", "asset_class", "group", "name", "road", "link_id", "chainage_m", "road_class", "district"),
    *("quantity", "unit", "length_m", "strategy", "treatments", "cost", "benefit", "reason"),
)


def read_programme(folder: str | Path, trust_edits: bool = False) -> Programme:
    """Read an output folder.

    Its strategies are read when they are first asked for; a report needs none.

    Parameters
    ----------
    folder : path
        Folder that a plan was written to.
    trust_edits : bool
        Whether to go on where a file is not as it was written; the programme then names those files.

    Raises
    ------
    RegisterError
        The folder lacks a file of a programme, or one of them is damaged or, unless edits are trusted, not as it was
        written; every fault is listed.
    """
    folder = Path(folder)
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    if missing:
        raise RegisterError(Fault(str(folder), 0, "", name, "is not in this folder of a plan") for name in missing)
    changed = tuple(name for name in edited(folder) if name != REPORT)
    if changed and not trust_edits:
        rule = "is not as it was written with its programme: plan again, or trust the edits with --trust-edits"
        raise RegisterError(Fault(str(folder / name), 0, "", "", rule) for name in changed)
    summary = read_summary(folder / SUMMARY)
    settings = read_settings(folder / SETTINGS)
    assets = _read_table(folder / "assets.parquet")
    layers = {name: _read_table(folder / "programme.gpkg", name) for name in LAYERS}
    years = [summary.years[0] - 1, *summary.years]
    paths = [f"{case}_{year}" for case in ("do_nothing", "plan") for year in years]
    faults = _lacking(assets, (*_ASSETS, *paths), folder / "assets.parquet")
    faults += _lacking(layers["programme"], _WORKS, folder / "programme.gpkg")
    if faults:
        raise RegisterError(faults)
    kept = folder / "strategies.parquet"
    return Programme(
        summary, assets, layers["programme"], layers["places"], layers["districts"], settings,
        StrategiesFile(kept) if kept.is_file() else None, tables_of(summary.finance), changed,
        _read_bids(folder / BIDS), _read_mandatory(folder / MANDATORY_WORKS),
    )  # fmt: skip


def read_settings(path: Path) -> dict[str, Any] | None:
    """The plan and its tables as a folder keeps them; None where it keeps none.

    Raises
    ------
    RegisterError
        The file is not JSON, or holds something else.
    """
    if not path.is_file():
        return None
    settings = read_json(path)
    if not all(isinstance(settings.get(key), dict) for key in ("plan", "tables")):
        raise RegisterError([Fault(str(path), 0, "", "", "does not hold a plan and its tables")])
    return settings


def _read_bids(path: Path) -> pd.DataFrame | None:
    """Bids of a programme; None where it has none. Errors as `_read_numbers`."""
    table = _read_numbers(path, _BIDS, dict.fromkeys(_BID_NUMBERS, (-1e15, 1e15)), blank=_BLANK)
    return None if table is None else table.assign(chosen=table["chosen"] == "True")


def _read_mandatory(path: Path) -> pd.DataFrame | None:
    """Works that are paid first; None where a folder has none. Errors as `_read_numbers`."""
    table = _read_numbers(path, _MANDATORY, dict.fromkeys(("year", "number", "cost"), (0.0, 1e12)))
    return None if table is None else table.astype({"year": "int64", "number": "int64"})


def _read_numbers(
    path: Path, columns: Sequence[str], ranges: Mapping[str, tuple[float, float]], blank: Sequence[str] = ()
) -> pd.DataFrame | None:
    """A table of a folder as text and numbers; None where the folder has none.

    Names may begin as comments do. Of the numbers, those of columns `blank` may be left out.

    Raises
    ------
    RegisterError
        The file is no such table; every fault is listed.
    """
    if not path.is_file():
        return None
    read = TextColumns(str(path), csv_table(path, RegisterError, columns, comments=False))
    numbers = {name: read.numbers(name, *ends, needed=name not in blank) for name, ends in ranges.items()}
    if "chosen" in columns:
        read.refuse(~read.text["chosen"].isin(["True", "False"]), "chosen", "must be True or False")
    if read.faults:
        raise RegisterError(read.faults)
    return read.text.assign(**numbers).reset_index(drop=True)


def _read_table(path: Path, layer: str = "") -> gpd.GeoDataFrame:
    """A layer of a GeoPackage, or a GeoParquet file."""
    import geopandas as gpd
    import pyarrow as pa
    from pyogrio.errors import DataLayerError, DataSourceError

    known = (pa.ArrowException, DataLayerError, DataSourceError, OSError, ValueError, KeyError, TypeError)
    try:
        table = gpd.read_file(path, layer=layer) if layer else gpd.read_parquet(path)
    except known as error:
        message = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise RegisterError([Fault(str(path), 0, "", layer, f"cannot be read: {message}")]) from error
    if not isinstance(table, gpd.GeoDataFrame):
        raise RegisterError([Fault(str(path), 0, "", layer, "this layer has no geometry")])
    return table


def _lacking(table: gpd.GeoDataFrame, columns: tuple[str, ...], path: Path) -> list[Fault]:
    return [Fault(str(path), 0, column, "", "this column is missing") for column in columns if column not in table]
