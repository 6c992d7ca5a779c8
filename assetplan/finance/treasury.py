"""What the council can bear: confirmed income, its debt without the plan, and the limits on both with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from assetplan._types import Floats
from assetplan.config import Plan
from assetplan.config.base import Amounts
from assetplan.finance.tax_base import tax_base_income

Series = Literal["cost", "owed", "unprovided", "lent"]

DEBT_COST = "debt cost"  # name of the limit on what the council's confirmed income bears
_NAMES = {"cfr_limit": "capital financing requirement", "internal_share": "internal borrowing"}


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
    of : str; what is limited: the yearly cost, what is owed to lenders, not provided for, or lent by the council's cash
    room : array (n_years,); most of it [cash £]: the limit less what there is without the plan
    internal : bool; whether it limits internal borrowing alone, and loans of which cash repays a part ahead
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
            tax.base, tax.growth, tax.homes, tax.band_d, tax.band_d_growth, plan.first_year, tax.confirmed,
            extra_before=tax.extra_before,
        )  # fmt: skip
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
    if treasury.within_income:
        # A tax base that grows by less than was counted on pays for no debt, and asks for none.
        confirmed = np.maximum(income_by_year(plan, n_years).confirmed, 0.0)
        confirmed = np.maximum(confirmed - series_of(plan, treasury.debt_cost_before, n_years), 0.0)
        out.append(Ceiling(DEBT_COST, "treasury.within_income", "cost", confirmed))
    # Key, what it limits, the amount that it is a share of, and what there is of it without the plan.
    limits: tuple[tuple[str, Series, str, Callable[[Plan, int], Floats] | None], ...] = (
        ("operational_boundary", "owed", "", external_debt),
        ("authorised_limit", "owed", "", external_debt),
        ("cfr_limit", "unprovided", "", financing_requirement),
        ("financing_ratio", "cost", "net_revenue", financing_cost),
        ("internal_share", "lent", "investments", None),
    )
    for key, of, whole, before in limits:
        limit, amounts = getattr(treasury, key), getattr(treasury, whole or key)
        if limit is not None and amounts is not None:
            most = series_of(plan, amounts, n_years) * (limit if whole else 1.0)
            room = most if before is None else most - before(plan, n_years)
            out.append(Ceiling(_NAMES.get(key, key.replace("_", " ")), f"treasury.{key}", of, room, before is None))
    return out


def _held(known: Floats, n_years: int) -> Floats:
    """The first years as they are known, and the last of them from then on."""
    return np.concatenate([known, np.full(max(n_years - len(known), 0), known[-1])])[:n_years]
