"""The map section's HTML: controls, legend and details around the live map, and the still map for paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assetplan.condition import BANDS
from assetplan.report.critical import legend, most_critical
from assetplan.report.facts import Facts
from assetplan.report.tables import Row, table
from assetplan.report.wording import (
    KIND_COLOURS,
    class_label,
    escape,
    financial_year,
    number,
    sentence,
)

if TYPE_CHECKING:
    from assetplan.report.payload import Payload

SHOWN_FIRST = ("carriageway", "bridge")
"""Layers that are on when the page opens: the rest would hide the roads at the scale of a county."""

HINT = (
    "Point at or tap a road, bridge or building. With the keyboard: move the map with the arrow keys and press "
    "Enter for what lies in its middle, or find a road and step along it."
)

_SYMBOLS = {
    "carriageway": '<path d="M1 8h14" stroke="#444" stroke-width="3"/>',
    "footway": '<path d="M1 8h14" stroke="#444" stroke-width="1.3"/>',
    "bridge": '<path d="M3 3h10v10H3z" fill="#444"/>',
    "building": '<path d="M8 1l7 7-7 7-7-7z" fill="#444"/>',
    "signal": '<path d="M8 2l6.5 11.5h-13z" fill="#444"/>',
}
_OTHER_SYMBOL = '<circle cx="8" cy="8" r="5.5" fill="#444"/>'


def symbol(asset_class: str) -> str:
    """Return the mark of an asset class on the map, as a small SVG."""
    body = _SYMBOLS.get(asset_class, _OTHER_SYMBOL)
    return f'<svg class="symbol" viewBox="0 0 16 16" aria-hidden="true">{body}</svg>'


def before_map(facts: Facts, payload: Payload, still: str) -> str:
    """Return the HTML from the section's heading up to the map itself.

    Parameters
    ----------
    facts : Facts
        The programme's figures.
    payload : Payload
        What the map shows.
    still : str
        The still map as base64 PNG.
    """
    last = financial_year(facts.last)
    alternative = (
        f"Two maps of the county's roads: condition at the end of {last} with the plan, and all works of the "
        "programme. The table after the map gives the lengths in each band."
    )
    return (
        '<section aria-labelledby="map-heading"><h2 id="map-heading">Map</h2>'
        f'<img class="still" alt="{escape(alternative)}" src="data:image/png;base64,{still}">'
        '<div class="map-panel">'
        f"{_toolbar(facts, payload)}"
        '<div class="map-body"><div class="map-frame">'
    )


def no_map(facts: Facts) -> str:
    """Return the section where nothing can be drawn: it says so, and gives the figures."""
    return (
        '<section aria-labelledby="map-heading"><h2 id="map-heading">Map</h2>'
        f"<p>No asset of the programme has a location, so there is no map.</p>{band_table(facts)}{most_critical(facts)}"
        "</section>"
    )


def _toolbar(facts: Facts, payload: Payload) -> str:
    steps = len(facts.years)
    views = [
        ("plan", "Condition with the plan"),
        ("nothing", "Condition if nothing is done"),
        ("works", "Works that year"),
    ]
    if payload.critical:
        views.append(("critical", "Cost of closing the road"))
    radios = "".join(
        f'<label><input type="radio" name="view" value="{value}"{" checked" if value == "plan" else ""}>'
        f"<span>{label}</span></label>"
        for value, label in views
    )
    return (
        '<div class="toolbar">'
        f'<fieldset class="views"><legend>Show</legend>{radios}</fieldset>'
        '<div class="years"><label for="map-year">Year</label>'
        '<button type="button" id="year-back" aria-label="Year before">‹</button>'
        f'<input type="range" id="map-year" min="0" max="{steps}" step="1" value="{steps}" autocomplete="off">'
        '<button type="button" id="year-on" aria-label="Year after">›</button>'
        f'<output id="map-year-label" for="map-year">{financial_year(facts.last)}</output></div>'
        '<form id="find" class="find"><label for="road">Find a road</label>'
        '<input type="text" id="road" list="roads" autocomplete="off" spellcheck="false">'
        '<datalist id="roads"></datalist><button type="submit">Find</button></form></div>'
    )


def after_map(facts: Facts, payload: Payload) -> str:
    """Return the HTML from the map's end to the end of its section: details, layers, legend and the table."""
    return (
        f'</div><div class="side">{_details()}{_layers(payload)}{_legend(payload)}</div></div>'
        '<p id="map-status" class="status" role="status">The map is being drawn.</p></div>'
        f"{_left_out(payload)}{band_table(facts)}{most_critical(facts)}</section>"
    )


def _details() -> str:
    return (
        '<section class="box" aria-labelledby="details-heading"><h3 id="details-heading">Details</h3>'
        f'<div id="details" aria-live="polite" data-hint="{escape(HINT)}"><p>{escape(HINT)}</p></div>'
        '<div id="walk" class="walk" hidden><button type="button" id="walk-back">Previous</button>'
        '<button type="button" id="walk-on">Next</button>'
        '<button type="button" id="walk-clear">Clear</button></div></section>'
    )


def _layers(payload: Payload) -> str:
    boxes = "".join(
        f'<label><input type="checkbox" name="layer" value="{escape(name)}" autocomplete="off"'
        f"{' checked' if name in SHOWN_FIRST else ''}>{symbol(name)}<span>{escape(class_label(name))}</span></label>"
        for name in payload.classes
    )
    return f'<fieldset class="box layers"><legend>Layers</legend>{boxes}</fieldset>'


def _legend(payload: Payload) -> str:
    ends = ("80–100", "60–79", "40–59", "20–39", "0–19")
    bands = "".join(
        f'<li><span class="band band-{index}" aria-hidden="true"></span>{sentence(name)} <small>({span})</small></li>'
        for index, (name, span) in enumerate(zip(BANDS, ends, strict=True))
    )
    known = {"preventative": "Preventative works", "major": "Major works"}
    kinds = "".join(
        f'<li><span class="kind kind-{index if name in KIND_COLOURS else "other"}" aria-hidden="true"></span>'
        f"{escape(known.get(name, sentence(name) + ' works'))}</li>"
        for index, name in enumerate(payload.kinds)
        if name
    )
    return (
        '<section class="box" aria-labelledby="legend-heading"><h3 id="legend-heading">Key</h3>'
        f'<ul id="legend-condition" class="legend"><li class="of">Condition index</li>{bands}</ul>'
        f'<ul id="legend-works" class="legend" hidden><li class="of">Works in the year shown</li>{kinds}</ul>'
        f"{legend() if payload.critical else ''}"
        '<p class="small" data-views="plan nothing works">Wider lines are higher classes of road. Where several assets '
        "stand in one place, the one in the worst condition is on top.</p>"
        '<p class="small" data-views="critical" hidden>'
        "Wider lines cost more. Bridges, footways, drains and signals take the cost of their road; buildings have "
        "none.</p></section>"
    )


def _left_out(payload: Payload) -> str:
    if not payload.unplaced:
        return ""
    plural = "asset has" if payload.unplaced == 1 else "assets have"
    return f'<p class="small">{number(payload.unplaced)} {plural} no location and cannot be shown on the map.</p>'


def band_table(facts: Facts) -> str:
    """Return the table that says in figures what the map shows."""
    if not facts.has_roads:
        return ""
    cases = [
        ("Today", facts.base, "plan"),
        (f"End of {financial_year(facts.last)}, with the plan", facts.last, "plan"),
        (f"End of {financial_year(facts.last)}, if nothing is done", facts.last, "do-nothing"),
    ]
    rows = []
    for label, year, case in cases:
        km = facts.road_bands(year, case)
        decimals = 1 if facts.road_km.sum() < 100 else 0
        cells = [number(value, decimals) for value in (*km, km[3:].sum())]
        rows.append(Row(label, tuple(cells)))
    heads = ("Case", *(sentence(band) for band in BANDS), "Poor or very poor")
    return table(
        "road-bands", "Length of road in each condition band, km (what the map shows, in figures)", heads, rows
    )
