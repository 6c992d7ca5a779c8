"""Indicators that a programme feeds: its figures year by year, against target and floor."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from assetplan.assurance.indicators import LOWER, Indicators, figure_of
from assetplan.assurance.rag import rag
from assetplan.condition import BANDS, band_names
from assetplan.config.base import POUNDS
from assetplan.programme.summary import Summary
from assetplan.programme.summary_ahead import PLAN

if TYPE_CHECKING:
    from assetplan.programme import Programme

_NOTHING = "do-nothing"
_POOR = BANDS[BANDS.index("poor") :]
_Keys = dict[tuple[str, int], float]
"""Case and year → figure."""


def indicator_forecast(indicators: Indicators, programme: Programme) -> pd.DataFrame:
    """What a programme makes of the indicators that name a figure of it, year by year.

    Parameters
    ----------
    indicators : Indicators; from `read_indicators`
    programme : Programme; the plan's

    Returns
    -------
    DataFrame
        One row an indicator and plan year: indicator, name, unit, year; value and rag with the plan, do_nothing and
        do_nothing_rag without; target and floor, those of the whole year. A figure that the programme has not is NaN.
    """
    defined = indicators.definitions[indicators.definitions["from"] != ""]
    years = programme.years
    rows = defined.loc[defined.index.repeat(len(years)), ["indicator", "name", "unit", "target", "floor"]]
    both = [
        _in_unit(programme, *figure_of(name), unit) for name, unit in zip(defined["from"], defined["unit"], strict=True)
    ]
    value, nothing = (
        np.array([each.get((case, year), np.nan) for each in both for year in years], dtype=float)
        for case in (PLAN, _NOTHING)
    )
    target, floor = rows["target"].to_numpy(), rows["floor"].to_numpy()
    lower = (defined["polarity"] == LOWER).to_numpy().repeat(len(years))
    out = rows[["indicator", "name", "unit"]].assign(
        year=np.tile(years, len(defined)),
        value=value.round(4),
        rag=rag(value, target, floor, lower),
        do_nothing=nothing.round(4),
        do_nothing_rag=rag(nothing, target, floor, lower),
        target=target,
        floor=floor,
    )
    return out.reset_index(drop=True)


def _in_unit(programme: Programme, figure: str, of: str, unit: str) -> _Keys:
    """A figure by case and year in an indicator's unit, which is that of the figure or another unit of money."""
    scale = POUNDS.get(unit, 1.0)
    return {key: value / scale for key, value in FIGURES[figure](programme, of).items()}


def _roads(programme: Programme, of: str) -> _Keys:
    band = band_names("residual_life")
    under = band[-1]  # best first
    rows = (
        (row["case"], row["year"], row["band"] == under, row["length_km"]) for row in programme.summary.residual_life
    )
    return _share(rows)


def _poor(programme: Programme, of: str) -> _Keys:
    rows = (
        (row["case"], row["year"], row["band"] in _POOR, row["quantity"])
        for row in programme.summary.condition
        if row["asset_class"] == of
    )
    return _share(rows)


def _share(rows: Iterable[tuple[str, int, bool, float]]) -> _Keys:
    """Share of the quantity that counts, by case and year [%], from rows case, year, whether it counts, quantity."""
    parts: _Keys = {}
    wholes: _Keys = {}
    for case, year, counts, quantity in rows:
        parts[case, year] = parts.get((case, year), 0.0) + counts * quantity
        wholes[case, year] = wholes.get((case, year), 0.0) + quantity
    return {key: 100 * parts[key] / whole for key, whole in wholes.items() if whole > 0}


def _ahead(measure: str) -> Callable[[Programme, str], _Keys]:
    """A measure of the forecasts: the middle of its futures."""

    def read(programme: Programme, of: str) -> _Keys:
        rows = programme.summary.forecast
        return {(row["case"], row["year"]): row["middle"] for row in rows if row["measure"] == measure}

    return read


def _stream(programme: Programme, of: str) -> _Keys:
    return {(row["case"], row["year"]): row["amount"] for row in programme.summary.yearly if row["stream"] == of}


def _weight_limits(programme: Programme, of: str) -> _Keys:
    return {(row["case"], row["year"]): float(row["restricted"]) for row in programme.summary.restrictions["years"]}


def _preventative(programme: Programme, of: str) -> _Keys:
    works = programme.works
    rows = zip(works["year"], works["kind"] == "preventative", works["cost"], strict=True)
    return _share((PLAN, int(year), bool(counts), float(cost)) for year, counts, cost in rows)


def _planned(programme: Programme, of: str) -> _Keys:
    summary: Summary = programme.summary
    cost = programme.works.groupby("year")["cost"].sum()
    works = [(PLAN, int(year), True, float(amount)) for year, amount in cost.items()]
    reactive = [
        (PLAN, row["year"], False, row["amount"])
        for row in summary.yearly
        if row["stream"] == "reactive" and row["case"] == PLAN
    ]
    return _share([*works, *reactive])


def _planned_property(programme: Programme, of: str) -> _Keys:
    """The statement's shares: a programme keeps reactive repairs of all classes together."""
    rows = next((each.rows for each in programme.accounts if each.name == "property_maintenance"), None)
    if rows is None:
        return {}
    return {(PLAN, year): float(share) for year, share in zip(programme.years, rows["planned_share"], strict=False)}


FIGURES: dict[str, Callable[[Programme, str], _Keys]] = {
    "roads_under_5": _roads,
    "poor_share": _poor,
    "backlog": _ahead("backlog"),
    "potholes": _ahead("potholes"),
    "claims": _ahead("claims"),
    "stream": _stream,
    "weight_limits": _weight_limits,
    "preventative_share": _preventative,
    "planned_share": _planned,
    "planned_property": _planned_property,
}
"""How each figure of `indicator_figures.csv` is read from a programme: (programme, of what) → by case and year."""
