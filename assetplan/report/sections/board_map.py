"""The map: the live one with its controls, key and details, the still one for paper, and what they show in figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from assetplan.asset_classes import SALE, AssetClasses
from assetplan.condition import BANDS, band_names
from assetplan.network import network_rules
from assetplan.report.critical import SCALE, is_known
from assetplan.report.facts import Facts
from assetplan.report.layer import make_map
from assetplan.report.payload import Payload
from assetplan.report.placed_bids import CLASSES
from assetplan.report.printed import still_map
from assetplan.report.sections.section import Section
from assetplan.report.symbols import key_mark
from assetplan.report.tables import Row, Table
from assetplan.report.wording import KIND_COLOURS
from assetplan.words import capitalised, financial_year, number

MOST = 10
"""Rows of the table of roads that cost most to close."""

_BAND_ENDS = ("80–100", "60–79", "40–59", "20–39", "0–19")
Views = Sequence[tuple[str, str]]
VIEWS: Views = (
    ("plan", "Condition with the plan"),
    ("nothing", "Condition if nothing is done"),
    ("works", "Works that year"),
)
_CLOSING = ("critical", "Cost of closing the road")


def _data(facts: Facts) -> dict[str, Any] | None:
    payload = facts.payload
    if payload is None:
        return None
    tables = {
        "bands": _band_table(facts),
        "critical": _most_critical(facts),
        "charged_km": network_rules()["severed_km"],
    }
    views = (*VIEWS, _CLOSING) if payload.critical else VIEWS
    panel = map_panel(payload, facts.classes, views, len(facts.years), financial_year(facts.last))
    return {**tables, **panel, "facts": facts, "still": still_map(facts.programme)}


def map_panel(
    payload: Payload, known: AssetClasses, views: Views, steps: int, shown: str, at: int | None = None
) -> dict[str, Any]:
    """What the template `map_panel.html` shows: a map with its controls, its key and its details.

    Parameters
    ----------
    payload, known : Payload, AssetClasses; what is drawn, and the classes that it may be of
    views : sequence of (str, str); what the map may show, the first when it opens, and what it is called
    steps, shown, at : int, str, int
        Years after the first; the one that is shown when the map opens, and which step it is: by default the last.
    """
    classes = AssetClasses((*known.rows, *CLASSES))
    kinds = {"preventative": "Preventative works", "major": "Major works", "bid": "Bids", SALE: "Premises sold"}
    return {
        "payload": payload,
        "live": make_map(payload),
        "views": views,
        "steps": steps,
        "at": steps if at is None else at,
        "shown": shown,
        "layers": [(row, key_mark(row.symbol)) for row in map(classes.__getitem__, payload.classes)],
        "band_key": [(capitalised(name), ends) for name, ends in zip(BANDS, _BAND_ENDS, strict=True)],
        "kind_key": [
            (place if name in KIND_COLOURS else "other", kinds.get(name, f"{capitalised(name)} works"))
            for place, name in enumerate(payload.kinds)
            if name
        ],
        "critical_key": [capitalised(name) for name in band_names(SCALE)],
    }


def _band_table(facts: Facts) -> Table | None:
    """What the map shows, in figures."""
    if not facts.has_roads:
        return None
    rows = []
    for label, year, case in facts.cases:
        km = facts.road_bands(year, case)
        head = label if year == facts.base else f"End of {label}"
        rows.append(Row(head, tuple(number(value, facts.road_decimals) for value in (*km, km[3:].sum()))))
    heads = ("Case", *(capitalised(band) for band in BANDS), "Poor or very poor")
    caption = "Length of road in each condition band, km (what the map shows, in figures)"
    return Table("road-bands", caption, heads, rows)


def _most_critical(facts: Facts) -> Table | None:
    """The links that cost most to close, each by its section in the worst condition today."""
    links = _links(facts)
    if links.empty:
        return None
    rows = [
        Row(
            str(row["road"]) or "Road without a name",
            (
                str(row["asset_id"]),
                *(number(row[name]) for name in ("aadt", "pounds", f"plan_{facts.base}", f"plan_{facts.last}")),
                capitalised(row["treatments"]) or "None",
            ),
        )
        for row in links.to_dict("records")
    ]
    last = f"Condition {financial_year(facts.last)}"
    heads = ("Road", "Section", "Vehicles a day", "£ a day closed", "Condition today", last, "Works")
    return Table("most-critical", "Lengths of road that cost most to close", heads, rows, (0, 5))


def _links(facts: Facts) -> pd.DataFrame:
    """The worst section of each of the dearest links; links with one way round and one traffic are listed once."""
    assets = facts.programme.assets
    if not is_known(assets):
        return pd.DataFrame()
    roads = facts.roads[facts.roads["criticality"] > 0].sort_values("asset_id", kind="stable")
    roads = roads.assign(road=roads["road"].fillna("").astype(str), pounds=roads["criticality"].round())
    roads = roads.sort_values(["pounds", f"plan_{facts.base}"], ascending=[False, True], kind="stable")
    named = roads["link_id"].fillna("").astype(str)
    roads = roads.assign(link=named.where(named != "", roads["asset_id"].astype(str)))
    return roads.drop_duplicates("link").drop_duplicates(["road", "pounds"]).head(MOST)


SECTION = Section("map", "Map", "map.html", _data)
