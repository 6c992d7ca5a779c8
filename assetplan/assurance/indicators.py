"""Performance indicators: definitions and values as rows, checked, and the dashboard that follows from them."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from assetplan._types import Floats
from assetplan.assurance.periods import Period, period_of
from assetplan.assurance.rag import direction, in_range, quarterly_steps, rag
from assetplan.assurance.tables import by_row, faults_where, read_own
from assetplan.display import Shown
from assetplan.errors import ConfigError, Fault
from assetplan.reference import load_table

ACTIVITY, RECEIPTS, SNAPSHOT = "activity", "receipts", "snapshot"
HIGHER, LOWER = "higher", "lower"
STEPS, STATED = "equal steps", "stated"
QUARTERS = ("q1", "q2", "q3", "q4")
_MONEY = ("£", "£000", "£m")


@dataclass(frozen=True, eq=False, repr=False)
class Indicators(Shown):
    """Indicators of a council.

    Attributes
    ----------
    definitions : DataFrame
        Table `indicators` of the schema in its own order, with t1 to t4, the target of each quarter.
    reported : DataFrame
        Table `indicator_values`, with `when`, the `Period`; sorted by indicator, as they are defined, and period. The
        value of receipts is what is banked and exchanged.
    """

    definitions: pd.DataFrame
    reported: pd.DataFrame


def read_indicators(definitions: Path, values: Path | None = None) -> Indicators:
    """Read indicators and check them against each other.

    Parameters
    ----------
    definitions : path; a CSV with the columns of table `indicators`
    values : path, optional; a CSV with those of `indicator_values`; by default nothing was reported yet

    Raises
    ------
    ConfigError
        A floor beyond its target against the polarity, a target better than possible, an identifier that is not
        defined, a period that is none, a value that is there twice, or any other broken rule; every fault is listed.
    FileNotFoundError
        There is no such file.
    """
    defined, faults = read_own("indicators", definitions)
    if not faults:
        faults = list(_definition_faults(defined))
    defined = _with_targets(defined.reset_index(drop=True))
    if values is None:
        reported = pd.DataFrame(columns=["indicator", "period", "value", "weight", "banked", "exchanged", "when"])
    else:
        reported, more = read_own("indicator_values", values)
        reported, wrong = _reported(reported, defined)
        faults += more or wrong
    if faults:
        raise ConfigError(faults)
    return Indicators(defined, reported)


def figure_of(name: str) -> tuple[str, str]:
    """A figure's name and what it is of: ("poor_share", "bridge") of "poor_share:bridge"."""
    figure, _, of = name.partition(":")
    return figure.strip(), of.strip()


def unit_bounds() -> dict[str, tuple[float, float]]:
    """Least and most that is possible in each unit that has bounds."""
    table = load_table("indicator_units").fillna({"low": -np.inf, "high": np.inf})
    return {
        str(unit): (float(low), float(high))
        for unit, low, high in zip(table["unit"], table["low"], table["high"], strict=True)
    }


def _definition_faults(table: pd.DataFrame) -> Iterator[Fault]:
    activity, receipts = table["kind"] == ACTIVITY, table["kind"] == RECEIPTS
    judged = ~activity
    yield from faults_where(table, "polarity", judged & (table["polarity"] == ""), "must be higher or lower")
    for name in ("target", "floor"):
        yield from faults_where(table, name, judged & table[name].isna(), "a value is required")
        rule = "activity has an expected range, low and high, and no target or floor"
        yield from faults_where(table, name, activity & table[name].notna(), rule)
    for name in ("low", "high"):
        yield from faults_where(table, name, activity & table[name].isna(), "activity needs its expected range")
        rule = "is of activity: other kinds have target and floor"
        yield from faults_where(table, name, judged & table[name].notna(), rule)
    yield from faults_where(table, "low", table["low"] > table["high"], lambda row: f"is above high, {row['high']:g}")
    yield from _receipt_faults(table, receipts)
    yield from _phasing_faults(table, activity)
    yield from _floor_faults(table)
    for name in ("target", "floor", "low", "high", "previous", "original", *QUARTERS):
        yield from _impossible(table, name)
    yield from _figure_faults(table)


def _receipt_faults(table: pd.DataFrame, receipts: pd.Series) -> Iterator[Fault]:
    yield from faults_where(table, "polarity", receipts & (table["polarity"] == LOWER), "of receipts, higher is better")
    yield from faults_where(table, "unit", receipts & ~table["unit"].isin(_MONEY), f"must be {', '.join(_MONEY)}")
    for name in ("target", "original"):
        yield from faults_where(table, name, receipts & (table[name] <= 0), "must be above 0")
    yield from faults_where(table, "original", ~receipts & table["original"].notna(), "is of receipts alone")


def _phasing_faults(table: pd.DataFrame, activity: pd.Series) -> Iterator[Fault]:
    steps, stated = table["phasing"] == STEPS, table["phasing"] == STATED
    yield from faults_where(table, "phasing", activity & (steps | stated), "activity has no target to phase")
    rule = f'equal steps begin from it: state the target of the year before, or phasing "{STATED}"'
    yield from faults_where(table, "previous", steps & table["previous"].isna(), rule)
    yield from faults_where(table, "previous", ~steps & table["previous"].notna(), f'goes with phasing "{STEPS}"')
    for name in QUARTERS:
        yield from faults_where(table, name, stated & table[name].isna(), "stated phasing needs every quarter")
        yield from faults_where(table, name, ~stated & table[name].notna(), f'goes with phasing "{STATED}"')
    wrong = stated & table["q4"].notna() & (table["q4"] != table["target"])
    yield from faults_where(table, "q4", wrong, lambda row: f"must be the target of the year, {row['target']:g}")


def _floor_faults(table: pd.DataFrame) -> Iterator[Fault]:
    """Floors that are better than the target of the year or of a quarter."""
    sign = np.where(table["polarity"] == LOWER, -1.0, 1.0)
    stepped = _with_targets(table)
    every = stepped[["t1", "t2", "t3", "t4"]].mul(sign, axis=0)
    floor = table["floor"] * sign
    beyond = floor > table["target"] * sign

    def rule(row: dict[Hashable, Any]) -> str:
        return f"is beyond the target, {row['target']:g}, against the polarity: {row['polarity']} is better"

    yield from faults_where(table, "floor", beyond, rule)
    early = every.gt(-np.inf) & every.lt(floor, axis=0)
    first = early.to_numpy().argmax(axis=1)
    text = [
        f"is beyond the target of quarter {k + 1}, {row[k]:g}: give a floor that holds all year"
        for k, row in zip(first, stepped[["t1", "t2", "t3", "t4"]].to_numpy(), strict=True)
    ]
    rules = dict(zip(table["row"], text, strict=True))
    yield from faults_where(table, "floor", early.any(axis=1) & ~beyond, by_row(rules))


def _impossible(table: pd.DataFrame, column: str) -> Iterator[Fault]:
    """Figures that no value can reach in their unit."""
    bounds, unit = unit_bounds(), table["unit"]
    low = unit.map(lambda name: bounds.get(name, (-np.inf, np.inf))[0])
    high = unit.map(lambda name: bounds.get(name, (-np.inf, np.inf))[1])
    for wrong, word, end in ((table[column] < low, "less", low), (table[column] > high, "more", high)):
        rules = {
            row: f"no {word} than {at:g} is possible in {name}"
            for row, at, name in zip(table["row"], end, unit, strict=True)
        }
        yield from faults_where(table, column, wrong, by_row(rules))


def _figure_faults(table: pd.DataFrame) -> Iterator[Fault]:
    """Figures of a programme that there are not, or in another unit."""
    known = load_table("indicator_figures").fillna("").set_index("figure")
    named = table["from"].map(lambda text: figure_of(text)[0])
    stated, there = table["from"] != "", named.isin(known.index)
    yield from faults_where(table, "from", stated & ~there, f"must be one of {', '.join(known.index)}")
    part = table[stated & there]
    of = part["from"].map(lambda text: figure_of(text)[1])
    needs = named[part.index].map(known["of"])
    lacking, more = (needs != "") & (of == ""), (needs == "") & (of != "")
    yield from faults_where(part, "from", lacking, lambda row: f"of which? as {row['from']}:NAME")
    yield from faults_where(part, "from", more, "this figure is of the whole programme: nothing follows it")
    unit = named[part.index].map(known["unit"])
    same = (part["unit"] == unit) | (part["unit"].isin(_MONEY) & unit.isin(_MONEY))
    units = dict(zip(part["row"], unit, strict=True))
    rule = "is not the unit of the figure that forecasts it"
    yield from faults_where(part, "unit", ~same, lambda row: f"{rule}, {units[row['row']]}")


def _with_targets(table: pd.DataFrame) -> pd.DataFrame:
    """The table with the target of each quarter, t1 to t4."""
    target, phasing = table["target"].to_numpy(), table["phasing"].to_numpy()
    steps = quarterly_steps(table["previous"].to_numpy(), target)
    stated = table[list(QUARTERS)].to_numpy()
    each = np.where((phasing == STEPS)[:, None], steps, np.where((phasing == STATED)[:, None], stated, target[:, None]))
    return table.assign(**{f"t{k + 1}": each[:, k] for k in range(4)})


def _reported(table: pd.DataFrame, defined: pd.DataFrame) -> tuple[pd.DataFrame, list[Fault]]:
    """Values with their periods, in order, and what is wrong with them."""
    own = defined.drop_duplicates("indicator").set_index("indicator")
    known = table["indicator"].isin(own.index)
    faults = [*faults_where(table, "indicator", ~known & (table["indicator"] != ""), "is no indicator that is defined")]
    kind, frequency, unit = (table["indicator"].map(own[name]).fillna("") for name in ("kind", "frequency", "unit"))
    when: list[Any] = [period_of(text, each) for text, each in zip(table["period"], frequency, strict=True)]
    table = table.assign(unit=unit, when=pd.Series(when, table.index, dtype=object))
    frequencies = dict(zip(table["row"], frequency, strict=True))
    faults += faults_where(
        table,
        "period",
        known & table["when"].isna() & (table["period"] != ""),
        lambda row: f"is no period of {frequencies[row['row']]} reports, as {_LIKE.get(frequencies[row['row']], '')}",
    )
    twice = known & table["when"].notna() & table.duplicated(["indicator", "when"])
    faults += faults_where(table, "period", twice, lambda row: f"has a value of {row['indicator']} already")
    receipts = kind == RECEIPTS
    faults += faults_where(table, "value", known & ~receipts & table["value"].isna(), "a value is required")
    faults += faults_where(table, "value", receipts & table["value"].notna(), "receipts are banked and exchanged")
    for name in ("banked", "exchanged"):
        faults += faults_where(table, name, receipts & table[name].isna(), "a value is required")
        faults += faults_where(table, name, known & ~receipts & table[name].notna(), "is of receipts alone")
    faults += _impossible(table, "value")
    table = table.assign(value=np.where(receipts, table["banked"] + table["exchanged"], table["value"]))
    if not faults:
        faults += _weight_faults(table)
        order = {name: place for place, name in enumerate(defined["indicator"])}
        keys = table["indicator"].map(order), table["when"].map(lambda when: (when.year, when.part))
        table = table.assign(_place=keys[0], _when=keys[1]).sort_values(["_place", "_when"], kind="stable")
    return table.drop(columns=["_place", "_when"], errors="ignore").reset_index(drop=True), faults


_LIKE = {"annual": "2026/27", "quarterly": "2026/27 Q2", "monthly": "2026-06"}


def _weight_faults(table: pd.DataFrame) -> Iterator[Fault]:
    """Values without the weight that others of their year have."""
    year = table["when"].map(lambda when: when.year)
    weighted = table.groupby(["indicator", year])["weight"].transform("count") > 0
    rule = "is blank, and other periods of the year have a weight: give all or none of them one"
    yield from faults_where(table, "weight", weighted & table["weight"].isna(), rule)


def dashboard(indicators: Indicators, until: Period | None = None) -> pd.DataFrame:
    """What each indicator shows, in the order of the definitions.

    Parameters
    ----------
    indicators : Indicators; from `read_indicators`
    until : Period, optional; the last that counts: values of a later financial year or quarter are left out

    Returns
    -------
    DataFrame
        indicator, name, owner, kind, polarity, unit; period, value and before (the value before it); target (that of
        the period), floor and rag; direction; year_to_date and to_date_rag; low, high and in_range; of_target and
        of_original, receipts as a share of either target [%]. What an indicator has not is "" or NaN.
    """
    defined, values = indicators.definitions, indicators.reported
    if until is not None:
        last = (until.year, until.quarter)
        values = values[[(when.year, when.quarter) <= last for when in values["when"]]]
    by = values.groupby("indicator", sort=False)
    latest = by.tail(1).set_index("indicator").reindex(defined["indicator"])
    before = by.nth(-2).set_index("indicator")["value"].reindex(defined["indicator"]).to_numpy(dtype=float)
    value = latest["value"].to_numpy(dtype=float)
    quarter = np.array([4 if pd.isna(when) else when.quarter for when in latest["when"]], dtype=np.intp)
    target = defined[["t1", "t2", "t3", "t4"]].to_numpy()[np.arange(len(defined)), quarter - 1]
    floor, lower = defined["floor"].to_numpy(), (defined["polarity"] == LOWER).to_numpy()
    judged, receipts = (defined["polarity"] != "").to_numpy(), (defined["kind"] == RECEIPTS).to_numpy()
    to_date = _to_date(values, latest, defined)
    out = defined[["indicator", "name", "owner", "kind", "polarity", "unit"]].copy()
    return out.assign(
        period=[_shown(when) for when in latest["when"]],
        value=value,
        before=before,
        target=target,
        floor=floor,
        rag=rag(value, target, floor, lower),
        direction=np.where(judged, direction(value, before, lower), ""),
        year_to_date=to_date,
        to_date_rag=rag(to_date, target, floor, lower),
        low=defined["low"],
        high=defined["high"],
        in_range=in_range(value, defined["low"].to_numpy(), defined["high"].to_numpy()),
        of_target=100 * value / np.where(receipts, target, np.nan),
        of_original=100 * value / defined["original"].to_numpy(),
    )


def _shown(when: Period | float | None) -> str:
    return str(when) if isinstance(when, Period) else ""


def _to_date(values: pd.DataFrame, latest: pd.DataFrame, defined: pd.DataFrame) -> Floats:
    """Year to date of each indicator (n,): mean of a measure, sum of activity, receipts to date; none of a snapshot."""
    year = values["when"].map(lambda when: when.year)
    ends = latest["when"].map(lambda when: when.year if isinstance(when, Period) else -1)
    mine = values[year.to_numpy() == values["indicator"].map(ends).to_numpy()]
    weight = mine["weight"].fillna(1.0).astype(float)
    by = mine.assign(weight=weight, product=weight * mine["value"].astype(float)).groupby("indicator")
    sums = by[["value", "weight", "product"]].sum().reindex(defined["indicator"])
    kind = defined["kind"].to_numpy()
    mean = (sums["product"] / sums["weight"].where(sums["weight"] > 0)).to_numpy(dtype=float)
    cases = [kind == SNAPSHOT, kind == RECEIPTS, kind == ACTIVITY]
    choices = [np.nan, latest["value"].to_numpy(dtype=float), sums["value"].to_numpy(dtype=float)]
    return np.select(cases, choices, mean).astype(float)
