"""What closing a road would cost its traffic: a view of the map, and the table of the roads where that is most."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from assetplan.condition import band_names
from assetplan.network import network_rules
from assetplan.reference import load_table
from assetplan.report.encoding import Column, column
from assetplan.report.facts import Facts
from assetplan.report.tables import Row, table
from assetplan.report.wording import escape, financial_year, number, sentence

SCALE = "closing_cost"
"""Bands of criticality in reference/bands.csv."""

COLOURS = ("#868c94", "#c27c00", "#b0352b", "#7f2a86", "#150832")
"""Least to most; told apart by readers with any common colour blindness, and drawn wider as well."""

MOST = 10
"""Rows of the table."""


def is_known(assets: pd.DataFrame) -> bool:
    """Whether the programme says of any asset what closing its road would cost."""
    return "criticality" in assets and bool(assets["criticality"].notna().any())


def critical_columns(assets: pd.DataFrame) -> tuple[dict[str, Any], list[Column]]:
    """Return what the map's packet needs: in the header the bands and colours, and one column (none where unknown).

    `closing` is whole pounds a day, rounded down so that none crosses into the band above; −1 where not known.
    """
    if not is_known(assets):
        return {}, []
    cost = assets["criticality"].to_numpy(dtype=np.float64)
    pounds = np.where(np.isnan(cost), -1, np.floor(np.nan_to_num(cost))).astype(np.int64)
    bands = load_table("bands")
    lows = bands[bands["scale"] == SCALE].sort_values("rank")["low"]
    header = {"critical": {"palette": list(COLOURS), "from": [int(low) for low in lows]}}
    return header, [column("closing", pounds, "i4")]


def legend() -> str:
    """Return the key of the view."""
    rows = "".join(
        f'<li><span class="band critical-{index}" aria-hidden="true"></span>{escape(sentence(name))}</li>'
        for index, name in enumerate(band_names(SCALE))
    )
    return (
        '<ul id="legend-critical" class="legend" hidden><li class="of">What closing the road would cost the traffic '
        f"on it, £ a day</li>{rows}</ul>"
    )


def most_critical(facts: Facts) -> str:
    """Return the table of the links that cost most to close, each by its section in the worst condition today."""
    links = _links(facts)
    if links.empty:
        return ""
    last = financial_year(facts.last)
    rows = [Row(str(row["road"]) or "Road without a name", _cells(row, facts)) for row in links.to_dict("records")]
    heads = ("Road", "Section", "Vehicles a day", "£ a day closed", "Condition today", f"Condition {last}", "Works")
    listing = table("most-critical", "Lengths of road that cost most to close", heads, rows, text_columns=(0, 5))
    charged = number(network_rules()["severed_km"])
    return (
        "<h3>Roads that cost most to close</h3><p>While a road is closed its traffic drives the shortest way round; "
        f"where the register has none, {charged} km are charged. Of each length between two junctions the table shows "
        f"the section in the worst condition today, and what the plan does to it.</p>{listing}"
    )


def _links(facts: Facts) -> pd.DataFrame:
    """The worst section of each of the dearest links; links with one way round and one traffic are told once."""
    assets = facts.programme.assets
    if not is_known(assets):
        return pd.DataFrame()
    roads = pd.DataFrame(assets[assets["asset_class"] == "carriageway"].drop(columns="geometry"))
    roads = roads[roads["criticality"] > 0].sort_values("asset_id", kind="stable")
    roads = roads.assign(road=roads["road"].fillna("").astype(str), pounds=roads["criticality"].round())
    roads = roads.sort_values(["pounds", f"plan_{facts.base}"], ascending=[False, True], kind="stable")
    named = roads["link_id"].fillna("").astype(str)
    roads = roads.assign(link=named.where(named != "", roads["asset_id"].astype(str)))
    return roads.drop_duplicates("link").drop_duplicates(["road", "pounds"]).head(MOST)


def _cells(row: dict[Any, Any], facts: Facts) -> tuple[str, ...]:
    return (
        str(row["asset_id"]),
        number(row["aadt"]),
        number(row["pounds"]),
        number(row[f"plan_{facts.base}"]),
        number(row[f"plan_{facts.last}"]),
        sentence(row["treatments"]) or "None",
    )
