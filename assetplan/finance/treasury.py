"""What the council can bear: confirmed income, its debt without the plan, and the limits on both with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from assetplan._types import Floats
from assetplan.config import Plan
from assetplan.config.base import Amounts
from assetplan.finance.tax_base import tax_base_income

Series = Literal["cost", "owed", "unprovided"]


DEBT_COST = "debt cost"  # name of the limit on what the council's confirmed income bears


@dataclass(frozen=True, eq=False)
class IncomeByYear:
    """Income that may pay for debt, arrays (n_years,) [cash £].

    Attributes
    ----------
    confirmed : array; what is sure
    forecast : array; what is hoped for beside it; nothing is borrowed against it
    """

    confirmed: Floats
    forecast: Floats


@dataclass(frozen=True, eq=False)
class Ceiling:
    """A limit on what the plan's own borrowing may come to in each year.

    Attributes
    ----------
    name, words : str; what people call it, and its key in the plan file
    of : str; what is limited: the yearly cost, what is owed to lenders, or what is not provided for
    room : array (n_years,); most of it [cash £]: the limit less what there is without the plan
    internal : bool; whether it limits internal borrowing alone
    """

    name: str
    words: str
    of: Series
    room: Floats
    internal: bool = False


def horizon(plan: Plan) -> int:
    """Years from the plan's first in which its borrowing costs anything."""
    return plan.years + max((facility.years_of_cost for facility in plan.borrowing), default=0)


def income_by_year(plan: Plan, n_years: int) -> IncomeByYear:
    """Confirmed and forecast income in each year, kept apart.

    Parameters
    ----------
    plan : Plan; its `tax_base` and `income`
    n_years : int; years from the plan's first; those after the plan have what its last year has
    """
    total = {"confirmed": np.zeros(n_years), "forecast": np.zeros(n_years)}
    tax = plan.tax_base
    if tax is not None:
        table = tax_base_income(
            tax.base, tax.growth, tax.homes, tax.band_d, tax.band_d_growth, plan.first_year, tax.confirmed
        )
        for status, known in total.items():
            known += _held(table[f"{status}_income"].to_numpy(dtype=float), n_years) * tax.share
    for row in plan.income:
        amounts = _held(np.asarray(row.amounts, dtype=np.float64), n_years) * plan.envelope.pounds
        if row.until is not None:
            amounts[max(row.until - plan.first_year + 1, 0) :] = 0.0
        total[row.status] += amounts
    return IncomeByYear(**total)


def series_of(plan: Plan, amounts: Amounts, n_years: int) -> Floats:
    """Cash by year (n_years,) [£].

    Parameters
    ----------
    plan : Plan; its envelope has the unit
    amounts : float or tuple of float; one amount, or one a year of which the last goes on [the envelope's unit]
    n_years : int; years from the plan's first
    """
    known = np.asarray(amounts if isinstance(amounts, tuple) else (amounts,), dtype=np.float64)
    return _held(known, n_years) * plan.envelope.pounds


def external_debt(plan: Plan, n_years: int) -> Floats:
    """Loans and other long-term liabilities at the end of each year without the plan's own borrowing [cash £]."""
    treasury = plan.treasury
    return series_of(plan, treasury.external_debt, n_years) + series_of(plan, treasury.other_liabilities, n_years)


def financing_requirement(plan: Plan, n_years: int) -> Floats:
    """Capital financing requirement at the end of each year without the plan's own borrowing [cash £].

    CFR_t = CFR_(t−1) + spend financed by borrowing − provision.
    """
    treasury = plan.treasury
    moved = series_of(plan, treasury.unfinanced_capital, n_years) - series_of(plan, treasury.mrp, n_years)
    return treasury.cfr * plan.envelope.pounds + np.cumsum(moved)


def financing_cost(plan: Plan, n_years: int) -> Floats:
    """Interest and provision less investment income in each year without the plan's own borrowing [cash £]."""
    treasury = plan.treasury
    parts = (treasury.interest, treasury.mrp, treasury.investment_income)
    interest, mrp, earned = (series_of(plan, part, n_years) for part in parts)
    return interest + mrp - earned


def ceilings(plan: Plan, n_years: int) -> list[Ceiling]:
    """Every limit that a plan sets on its borrowing, each with the room that is left in each year."""
    treasury = plan.treasury
    out: list[Ceiling] = []

    def add(name: str, key: str, of: Series, room: Floats, internal: bool = False) -> None:
        out.append(Ceiling(name, f"treasury.{key}", of, room, internal))

    def known(amounts: Amounts) -> Floats:
        return series_of(plan, amounts, n_years)

    if treasury.within_income:
        # A tax base that grows by less than was counted on pays for no debt, and asks for none.
        add(DEBT_COST, "within_income", "cost", np.maximum(income_by_year(plan, n_years).confirmed, 0.0))
    if treasury.operational_boundary is not None:
        room = known(treasury.operational_boundary) - external_debt(plan, n_years)
        add("operational boundary", "operational_boundary", "owed", room)
    if treasury.authorised_limit is not None:
        room = known(treasury.authorised_limit) - external_debt(plan, n_years)
        add("authorised limit", "authorised_limit", "owed", room)
    if treasury.cfr_limit is not None:
        room = known(treasury.cfr_limit) - financing_requirement(plan, n_years)
        add("capital financing requirement", "cfr_limit", "unprovided", room)
    if treasury.financing_ratio is not None and treasury.net_revenue is not None:
        most = treasury.financing_ratio * known(treasury.net_revenue)
        add("financing ratio", "financing_ratio", "cost", most - financing_cost(plan, n_years))
    if treasury.internal_share is not None and treasury.investments is not None:
        room = treasury.internal_share * known(treasury.investments)
        add("internal borrowing", "internal_share", "unprovided", room, internal=True)
    return out


def _held(known: Floats, n_years: int) -> Floats:
    """The first years as they are known, and the last of them from then on."""
    return np.concatenate([known, np.full(max(n_years - len(known), 0), known[-1])])[:n_years]
