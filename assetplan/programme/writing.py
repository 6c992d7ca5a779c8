"""Writing the output folder of a programme."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assetplan.delimited import write_csv
from assetplan.finance.statement import Statement
from assetplan.output import repeatable_layers
from assetplan.programme.sheets import add_sheet, new_book
from assetplan.programme.statements import BOOK, add_statements, write_book
from assetplan.programme.strategies import Strategies
from assetplan.programme.summary import Summary

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

SUMMARY, SETTINGS = "summary.json", "plan.json"
REPORT = "report.html"
"""Report of a programme in its folder, which may be written again."""

MANDATORY_WORKS = "mandatory_works.csv"
"""Works of a programme that are paid first, whatever is chosen; a programme without any has no such file."""

LAYERS = ("programme", "places", "districts")
"""Layers of programme.gpkg."""

BIDS = "bids.csv"
"""Bids of a programme in its folder, where it has any."""

_MONEY = dict.fromkeys(("cost", "benefit", "amount", "limit", "later", "receipt", "net"), "#,##0")


def write_tables(
    folder: Path,
    summary: Summary,
    assets: gpd.GeoDataFrame,
    layers: Sequence[gpd.GeoDataFrame],
    settings: Mapping[str, Any] | None,
    strategies: Strategies | None,
    accounts: Sequence[Statement],
    bids: pd.DataFrame | None = None,
    assurance: Sequence[Statement] = (),
) -> None:
    """Write everything of a programme but its report into a folder that is there.

    Parameters
    ----------
    folder : Path; the folder
    summary, assets, settings, strategies, accounts, bids, assurance : those of the programme
    layers : sequence of GeoDataFrame; its works, places and districts
    """
    (folder / SUMMARY).write_text(summary.as_json(), encoding="utf-8")
    if settings is not None:
        text = json.dumps(settings, indent=1, ensure_ascii=False, allow_nan=False)
        (folder / SETTINGS).write_text(text + "\n", encoding="utf-8")
    table = layers[0].drop(columns="geometry")
    write_csv(table, folder / "programme.csv")
    assets.to_parquet(folder / "assets.parquet", index=False)
    if strategies is not None:
        strategies.write(assets["asset_id"], folder / "strategies.parquet")
    with repeatable_layers():
        for name, layer in zip(LAYERS, layers, strict=True):
            layer.to_file(folder / "programme.gpkg", layer=name, driver="GPKG")
    shown = bids if bids is not None and len(bids) else None
    if shown is not None:
        write_csv(shown, folder / BIDS)
    _write_workbook(summary, table, shown, assurance, folder / "programme.xlsx")
    if accounts:
        write_book(accounts, summary.title, folder / BOOK)


def _write_workbook(
    summary: Summary, works: pd.DataFrame, bids: pd.DataFrame | None, assurance: Sequence[Statement], path: Path
) -> None:
    """Programme, spend, condition, bids and tables of risks and indicators as sheets."""
    import pandas as pd

    labels = {row.asset_class: row.label for row in summary.asset_classes}
    works = works.assign(asset_class=works["asset_class"].map(labels))
    with new_book(path, summary.title) as book:
        add_sheet(book, "programme", works, _MONEY)
        add_sheet(book, "spend", pd.DataFrame(summary.spend), _MONEY)
        condition = pd.DataFrame(summary.condition)
        add_sheet(book, "condition", condition.assign(asset_class=condition["asset_class"].map(labels)), _MONEY)
        if bids is not None:
            add_sheet(book, "bids", bids, _MONEY)
        add_statements(book, assurance)
