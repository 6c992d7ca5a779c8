"""Caps and floors on totals of the works selected: `[[limits]]`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from assetplan._types import Bools, Floats
from assetplan.config import Limit
from assetplan.finance import price_of_years
from assetplan.finance.allowances import ALLOWANCES, allowance_shares
from assetplan.formulation.carbon import carbon_of_energy, carbon_of_works
from assetplan.formulation.constraints import Basis, Constraints, Entries, LimitRow
from assetplan.formulation.mandatory import MandatoryUse
from assetplan.formulation.works import Works
from assetplan.inputs.load import Inputs
from assetplan.limits import PLANNED_SHARE, LimitKey
from assetplan.words import and_list

WITH_ENERGY = "carbon with energy"
"""What a limit counts that holds works and operation together."""
RISK_UNIT = "£ of risk"
"""Unit of limits on risk, which is no money that is spent."""


def limits_on_works(basis: Basis) -> Constraints:
    """Every limit on works; those on sources are those of `funding`, and of a share those of `planned_share`."""
    inputs, works = basis.inputs, basis.works
    rows: list[LimitRow] = []
    entries: list[Entries] = []
    first: list[MandatoryUse] = []
    for number, limit in enumerate(inputs.plan.limits, 1):
        if limit.source is not None or limit.of == PLANNED_SHARE:
            continue
        if limit.of == "risk":
            for row, weight in limit_rows(inputs, limit, number, RISK_UNIT):
                entries.append(_risk(basis, works.where_asset(limit), len(rows), weight))
                rows.append(replace(row, key=replace(row.key, kind="risk")))
            continue
        selected = works.where(limit)
        amount, unit = amounts_of(inputs, limit, works, selected)
        for row, weight in limit_rows(inputs, limit, number, unit):
            counted = weight[works.year]
            entries.append(basis.entries(selected & (counted > 0), len(rows), amount * counted))
            if limit.of == WITH_ENERGY:
                entries.append(_energy(basis, limit, len(rows), weight))
            rows.append(row)
            if limit.of == "cost":
                cost = basis.mandatory.cost * weight[basis.mandatory.year]
                first += basis.mandatory.uses(basis.mandatory.where(limit) & (cost > 0), row.key, cost)
    return Constraints(tuple(rows), Entries.stack(entries), mandatory=tuple(first))


def _energy(basis: Basis, limit: Limit, row: int, years: Floats) -> Entries:
    """What the energy of the assets that a limit means emits, whatever is done to them, in years of some weight."""
    options = basis.options
    emitted = carbon_of_energy(basis.inputs, options, years) * basis.works.where_asset(limit)[options.asset]
    used = np.flatnonzero(emitted)
    return Entries(used, np.full(len(used), row, dtype=np.intp), emitted[used])


def _risk(basis: Basis, assets: Bools, row: int, weight: Floats) -> Entries:
    """What each candidate of some assets (n_assets,) adds to one row: its streams of risk in the years that count."""
    inputs = basis.inputs
    amount = basis.options.stream_apart(inputs.model.rules, inputs.plan.risk.streams)[:, :-1] @ weight
    option = np.flatnonzero(assets[basis.options.asset] & (amount > 0))
    return Entries(option, np.full(len(option), row, dtype=np.intp), amount[option])


def amounts_of(inputs: Inputs, limit: Limit, works: Works, selected: np.ndarray) -> tuple[Floats, str]:
    """What each works item adds to a limit, (n_works,), and its unit.

    Parameters
    ----------
    inputs : Inputs; the plan with its tables
    limit : Limit; a row of `[[limits]]`
    works : Works; works of the candidates
    selected : array (n_works,) of bool; works that the limit means
    """
    if limit.of == "cost":
        return works.cost, "£"
    if limit.of == "design":
        names = zip(works.treatments["treatment"], works.treatments["line"], strict=True)
        shares = np.array([_design(inputs, str(treatment), str(line)) for treatment, line in names])
        return works.cost * shares[works.treatment], "£"
    if limit.of == "number":
        return np.ones(len(works.option)), "works"
    if limit.of in ("carbon", WITH_ENERGY):
        # Works that the limit means have a factor, or the plan would have been refused.
        return np.nan_to_num(carbon_of_works(inputs, works)), "t CO2e"
    column = works.assets[limit.of].fillna(0.0).to_numpy(dtype=float)
    units = works.treatments["unit"].to_numpy()[np.unique(works.treatment[selected])]
    unit = "m" if limit.of == "length_m" else and_list(dict.fromkeys(units))
    return column[works.asset], unit


def _design(inputs: Inputs, treatment: str, line: str) -> float:
    """Share of the cost of a treatment, its allowances in it, that is design and supervision."""
    shares = allowance_shares(inputs.plan, treatment, line)
    return float(shares[list(ALLOWANCES).index("design")] / (1 + shares.sum()))


def limit_rows(
    inputs: Inputs, limit: Limit, number: int, unit: str, side: str = ""
) -> Iterator[tuple[LimitRow, Floats]]:
    """The rows of one limit, each with the weight of every plan year in it; `side` as in their keys.

    A list is a row a year, one amount a row for its years together. Money is in prices of the first year, but a total
    of several years' cash counts each year's works at that year's prices.

    Parameters
    ----------
    inputs : Inputs; the plan
    limit, number : Limit, int; a row of `[[limits]]` and its place, from 1
    unit : str; of what is counted
    side : str, optional; as in the keys of the rows
    """
    plan, envelope = inputs.plan, inputs.plan.envelope
    years = np.array(limit.years or plan.plan_years) - plan.first_year
    words = f'limits[{number}] "{limit.name}" ' + " and ".join(
        bound for bound in ("at_least", "at_most") if getattr(limit, bound) is not None
    )
    spent = limit.of in ("cost", "design")
    pounds = envelope.pounds if spent or limit.of == "risk" else 1.0
    # What £1 of the first year costs in each year.
    cash = envelope.prices == "cash" and spent
    price = price_of_years(plan) if spent else np.ones(plan.years)
    if not isinstance(limit.at_least, tuple) and not isinstance(limit.at_most, tuple):
        weight = np.zeros(plan.years)
        weight[years] = price[years]
        unit = "£ of the day" if cash and envelope.inflation else unit
        bounds = _bounds(limit.at_least, limit.at_most, pounds)
        yield LimitRow(LimitKey("limit", limit.name, side=side), words, unit, *bounds), weight
        return
    for place, year in enumerate(years):
        low, high = (each[place] if isinstance(each, tuple) else None for each in (limit.at_least, limit.at_most))
        bounds = _bounds(low, high, pounds / price[year])
        when = plan.first_year + int(year)
        key = LimitKey("limit", limit.name, year=when, side=side)
        yield LimitRow(key, f"{words} {when}", unit, *bounds), np.eye(plan.years)[year]


def _bounds(low: float | None, high: float | None, scale: float) -> tuple[float, float]:
    """Cap and floor."""
    return (np.inf if high is None else high * scale), (-np.inf if low is None else low * scale)
