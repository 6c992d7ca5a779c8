"""The page of two programmes beside each other: a map of what differs, totals by district and division, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from assetplan.answers.causes import cause_words
from assetplan.answers.comparison import CHANGES, Comparison
from assetplan.asset_classes import AssetClasses
from assetplan.finance.statement import real
from assetplan.report.encoding import PacketColumn, column, pack
from assetplan.report.figure import ReportFigure, asset_text
from assetplan.report.layer import PACKET_ID, SCRIPTS, BoardMap, NetworkLayer, packet_text
from assetplan.report.markup import render
from assetplan.report.payload import Dictionary, Drawn, draw_network
from assetplan.report.printed import still_differences
from assetplan.report.symbols import CHANGE_STYLES, change_marks
from assetplan.report.tables import Row, Table
from assetplan.words import capitalised, financial_year, number, plural

if TYPE_CHECKING:
    import geopandas as gpd

    from assetplan.programme import Programme

_BY = {
    "district": "District", "division": "Electoral division", "line": "Budget line", "asset_class": "Class of asset",
    "road_class": "Class of road",
}  # fmt: skip
_PARTS = {
    "before": "Before", "came_in": "Came in", "went_out": "Went out", "moved": "Another year",
    "treatment": "Another treatment", "repriced": "Another cost", "mandatory": "Mandatory works", "after": "After",
}  # fmt: skip


def render_differences(before: Programme, after: Programme, comparison: Comparison, title: str) -> str:
    """Return the page's HTML; the same arguments give the same text.

    Parameters
    ----------
    before, after, comparison, title : as of `write_differences`
    """
    assets = _all_assets(before, after)
    here = [change for change in CHANGES if (comparison.assets["change"] == change).any()]
    classes = {row.asset_class: row for each in (before, after) for row in each.summary.asset_classes}
    drawn = draw_network(after, assets, AssetClasses(tuple(classes.values()))) if here else None
    items, kept, share = comparison.kept
    basis = f"£ thousand, {real(after.summary.price_base)}"
    board_map = None if drawn is None else BoardMap(drawn.bounds)
    changed = assets.merge(comparison.assets[["asset_id", "change"]])
    body = render(
        "differences.html",
        title=title,
        authority=after.summary.authority,
        span=f"{financial_year(comparison.years[0])} to {financial_year(comparison.years[-1])}",
        kept=f"{kept:,} of {plural(items, 'works item')} of the first are in the second too: {share:.1%} of the cost.",
        edited=[*before.edited, *after.edited],
        changes=_change_table(comparison, here, basis),
        drawn=drawn,
        live=board_map,
        still=still_differences(after, changed, here) if drawn is not None else None,
        key=[({"name": name, "label": capitalised(CHANGES[name])}, change_marks(name)) for name in here],
        unplaced=int((changed.geometry.isna() | changed.geometry.is_empty).sum()),
        totals=_totals(comparison, after, basis),
        causes=_cause_table(comparison, after, basis),
    )
    styles = [asset_text("report.css")]
    if drawn is None or board_map is None:
        return ReportFigure(title, body, styles).render()
    scripts = [asset_text(name) for name in ("live.js", *SCRIPTS, "differences.js")]
    packet = _packet(drawn, before, after, comparison, here)
    figure = ReportFigure(title, body, styles, scripts, {PACKET_ID: packet_text(packet)})
    NetworkLayer().add_to(board_map)
    board_map.add_to(figure)
    return figure.render()


def _all_assets(before: Programme, after: Programme) -> gpd.GeoDataFrame:
    """Assets of the second programme, and those that only the first has."""
    gone = before.assets[~before.assets["asset_id"].isin(after.assets["asset_id"])]
    if not len(gone):
        return after.assets
    return pd.concat([after.assets, gone.to_crs(after.assets.crs)], ignore_index=True)


def _packet(drawn: Drawn, before: Programme, after: Programme, comparison: Comparison, here: list[str]) -> bytes:
    """The map's packet: the network, and of what differs both strategies as a reader calls them, costs and cause."""
    ids, differs = drawn.assets["asset_id"], comparison.assets.set_index("asset_id")
    rows = differs.reindex(ids)
    listed = Dictionary()
    labels, same = _line_labels(after), rows["change"].isna().to_numpy()
    why = [
        capitalised(cause_words(cause, what, labels))
        for cause, what in zip(differs["cause"], differs["what"], strict=True)
    ]
    texts = {
        "before": _treatments(before, ids).mask(same, ""),
        "after": _treatments(after, ids).mask(same, ""),
        "why": pd.Series(why, index=differs.index, dtype=object).reindex(ids),
        "division": drawn.assets["division"] if "division" in drawn.assets else pd.Series("", index=ids),
    }
    change = rows["change"].map({name: place for place, name in enumerate(here, 1)}).fillna(0)
    columns: list[PacketColumn] = [column("change", change, "u1")]
    columns += [column(name, listed.codes(values), "i4") for name, values in texts.items()]
    for name in ("cost_before", "cost_after"):
        columns.append(column(name, rows[name].fillna(0).round(), "i4"))
    header = {
        "years": [],
        "changes": [{"name": name, "label": capitalised(CHANGES[name]), **CHANGE_STYLES[name]} for name in here],
        "texts": listed.listing(),
    }
    return pack({**drawn.header, **header}, [*drawn.columns, *columns])


def _treatments(programme: Programme, ids: pd.Series) -> pd.Series:
    """What a programme does to each asset, as a reader calls it."""
    known = programme.assets.set_index("asset_id")["treatments"].fillna("")
    return known.replace("", "Nothing is done").reindex(ids).fillna("Not in the register")


def _line_labels(programme: Programme) -> dict[str, str]:
    return {row["line"]: row["label"] for row in programme.summary.spend}


def _change_table(comparison: Comparison, here: list[str], basis: str) -> Table:
    every = comparison.assets
    rows = [_change_row(capitalised(CHANGES[name]), every[every["change"] == name]) for name in here]
    heads = ("What changed", "Assets", "Cost before", "Cost after")
    return Table("changes", "Assets that differ", heads, [*rows, _change_row("All", every, "total")], basis=basis)


def _change_row(head: str, assets: pd.DataFrame, kind: str = "") -> Row:
    costs = (_thousands(assets[name].sum()) for name in ("cost_before", "cost_after"))
    return Row(head, (number(len(assets)), *costs), kind)


def _totals(comparison: Comparison, after: Programme, basis: str) -> list[Table]:
    """Cost by each of what it is totalled by, and what made the difference; assets that differ where they have it."""
    labels = {
        "line": _line_labels(after),
        "asset_class": {row.asset_class: row.plural for row in after.summary.asset_classes},
    }
    parts = {name: head for name, head in _PARTS.items() if name in comparison.totals}
    out = []
    for by, head in _BY.items():
        rows = comparison.totals[comparison.totals["by"] == by]
        counts = comparison.assets[by].value_counts() if by in comparison.assets else None
        heads = (head, *(["Assets that differ"] if counts is not None else []), *parts.values())
        shown = []
        for row in rows.to_dict("records"):
            name = labels.get(by, {}).get(row["name"], row["name"]) or "None stated"
            differ = [] if counts is None else [number(counts.get(row["name"], 0))]
            shown.append(Row(name, (*differ, *(_thousands(row[part]) for part in parts))))
        if shown:
            out.append(Table(f"by-{by.replace('_', '-')}", f"By {head.lower()}", heads, shown, basis=basis))
    return out


def _cause_table(comparison: Comparison, after: Programme, basis: str) -> Table | None:
    """Assets that differ by cause; None where no cause is known."""
    if not comparison.assets["cause"].any():
        return None
    rows, labels = [], _line_labels(after)
    for row in comparison.causes().to_dict("records"):
        costs = (_thousands(row[name]) for name in ("cost_before", "cost_after"))
        rows.append(Row(capitalised(cause_words(row["cause"], row["what"], labels)), (number(row["assets"]), *costs)))
    return Table("causes", "Causes", ("Cause", "Assets", "Cost before", "Cost after"), rows, basis=basis)


def _thousands(amount: float) -> str:
    return number(amount / 1000, 1)
