"""What is owed, what it costs, and what the council can bear."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd

from assetplan._types import Floats
from assetplan.finance import (
    CASH,
    Statement,
    by_draw,
    check_printed,
    horizon,
    income_by_year,
    printed_tax_base,
    tax_base_income,
    tax_base_table,
    vintages,
)
from assetplan.finance.maturity import due_without, falls_due
from assetplan.finance.rounding import in_steps, printed
from assetplan.finance.statement import declared
from assetplan.finance.treasury import DEBT_COST, external_debt, financing_cost, financing_requirement, series_of
from assetplan.limits import LimitKey
from assetplan.statements.ledger import Ledger
from assetplan.words import financial_year

_UNIT = "£000"
_YES = {True: "yes", False: "no"}
_RANGE = 1e-6  # of a share; what a solver may leave
_INDICATORS = 10  # years, as the Prudential Code's readers ask for


def tax_base(ledger: Ledger) -> Iterator[Statement]:
    """Growth of the tax base and what it brings."""
    tax = ledger.plan.tax_base
    if tax is not None:
        income = tax_base_income(
            tax.base, tax.growth, tax.homes, tax.band_d, tax.band_d_growth, ledger.plan.first_year, tax.confirmed,
            tax.sensitivity, tax.extra_before,
        )  # fmt: skip
        table = tax_base_table(income, _UNIT)
        part = "" if tax.share == 1 else f" {tax.share:.0%} of the income is set aside for this plan."
        yield replace(table, note=table.note + part)
        if tax.printed:
            yield printed_tax_base(income, tax.printed)


def printed_debt(ledger: Ledger) -> Iterator[Statement]:
    """What papers print of debt, beside the arithmetic."""
    pounds = ledger.plan.envelope.pounds
    rows = [
        {
            "principal": row.principal * pounds,
            "rate": row.rate,
            "years": row.years,
            "mean_a_year": row.mean * pounds,
            "mean_to": _last_place(row.mean) * pounds,
            "total": row.total * pounds,
            "total_to": _last_place(row.total) * pounds,
        }
        for row in ledger.plan.printed
    ]
    if rows:
        yield check_printed(pd.DataFrame(rows))


def _last_place(printed: float) -> float:
    """Worth of the last digit of a figure as it is written: 0.1 of 14.4, 1 of 171."""
    exponent = Decimal(f"{printed:.12g}").normalize().as_tuple().exponent
    return 10.0 ** min(int(exponent), 0)


def loans(ledger: Ledger) -> Iterator[Statement]:
    """Every drawdown, followed to its end."""
    plan = ledger.plan
    followed = [
        vintages(facility, ledger.used("drawdown", facility.name), plan.first_year, horizon(plan))
        for facility in plan.borrowing
    ]
    rows = pd.concat([part for part in followed if len(part)] or [pd.DataFrame()], ignore_index=True)
    if not len(rows):
        return
    for name in ("drawn_in", "year"):
        rows[name] = rows[name].map(financial_year)
    for name in ("drawn", "interest", "mrp", "forgone", "repaid", "owed", "unprovided"):
        rows[name] = _shown(rows[name])
    note = (
        "A charge to revenue is interest and minimum revenue provision (MRP), not what is repaid. Unprovided is what "
        "stays in the capital financing requirement; of internal borrowing interest is what the cash would have earned."
    )
    if any(facility.cash_rate is not None for facility in plan.borrowing):
        note += " Forgone: what cash would have earned that repaid a loan before it was provided for; a charge too."
    else:
        rows = rows.drop(columns="forgone")
    yield declared("loans").table(rows, CASH, note)


def affordability(ledger: Ledger) -> Iterator[Statement]:
    """Debt cost of every year beside the income that may bear it, and what more of it would buy."""
    plan = ledger.plan
    if not plan.borrowing:
        return
    n_years = horizon(plan)
    cost, income = ledger.borrowed("cost", n_years), income_by_year(plan, n_years)
    price = np.zeros(n_years)
    for place in range(n_years):
        row = ledger.outcome.formulation.place.get(LimitKey("affordability", DEBT_COST, year=plan.first_year + place))
        price[place] = 0.0 if row is None else np.nan_to_num(ledger.outcome.solution.prices[row])
    rows = pd.DataFrame({"year": [financial_year(plan.first_year + place) for place in range(n_years)]})
    rows["debt_cost"], rows["confirmed_income"] = _shown(cost), _shown(income.confirmed)
    saved = ledger.confirmed_saving(n_years)
    if saved.any():
        rows["confirmed_saving"] = _shown(saved)
    before = series_of(plan, plan.treasury.debt_cost_before, n_years)
    if before.any():
        rows["debt_cost_before"] = _shown(before)
    rows["headroom"] = rows["confirmed_income"] + _shown(saved) - rows["debt_cost"] - _shown(before)
    rows["headroom"] = rows["headroom"].round(1) + 0.0
    rows["forecast_income"] = _shown(income.forecast)
    if plan.treasury.within_income and not np.isnan(ledger.outcome.solution.prices).any():
        rows["buys"] = price.round(4)
        rows["buys_from_then_on"] = price[::-1].cumsum()[::-1].round(4)
    note = (
        "Debt cost is interest and provision. Nothing is borrowed against forecast income. Buys: "
        f"what £1 more confirmed income in that year alone, and in it and all later ones, would add to what the plan "
        f"seeks ({plan.objective.sought.unit})."
        if plan.treasury.within_income
        else "Debt cost is interest and provision; this plan does not keep it within confirmed income."
    )
    yield declared("affordability").table(rows, CASH, note)


def prudential(ledger: Ledger) -> Iterator[Statement]:
    """The council's prudential indicators over ten years."""
    plan, treasury, n = ledger.plan, ledger.plan.treasury, _INDICATORS
    if ledger.prices != CASH:
        return
    spend = np.zeros(n)
    spend[: plan.years] = ledger.spent.sum(axis=0).to_numpy(dtype=float)[:n]
    drawn = ledger.borrowed("drawn", n)
    cost, owed = ledger.borrowed("cost", n), ledger.borrowed("owed", n)
    debt = external_debt(plan, n) + owed
    requirement = financing_requirement(plan, n) + ledger.borrowed("unprovided", n)
    financing = financing_cost(plan, n) + cost
    rows = pd.DataFrame({"year": [financial_year(plan.first_year + place) for place in range(n)]})
    rows["capital_spend"], rows["borrowed"] = _shown(spend), _shown(drawn)
    rows["capital_financing_requirement"], rows["external_debt"] = _shown(requirement), _shown(debt)
    for name in ("operational_boundary", "authorised_limit", "cfr_limit"):
        limit = getattr(treasury, name)
        rows[name] = None if limit is None else _shown(series_of(plan, limit, n))
    if treasury.cfr:
        # Debt may run ahead of the requirement by no more than two years.
        ahead = np.array([requirement[place : place + 3].max() for place in range(n)])
        before = np.append(treasury.cfr * plan.envelope.pounds, requirement[:-1])
        rows["debt_within_requirement"] = np.where(debt <= np.maximum(before, ahead) + 0.5, "yes", "no")
    rows["financing_cost"], rows["debt_cost_of_plan"] = _shown(financing), _shown(cost)
    if treasury.net_revenue is not None:
        revenue = series_of(plan, treasury.net_revenue, n)
        rows["net_revenue_stream"] = _shown(revenue)
        rows["financing_ratio"] = np.divide(financing, revenue, out=np.zeros(n), where=revenue > 0).round(5)
    rows["confirmed_income"] = _shown(income_by_year(plan, n).confirmed)
    note = (
        "Financing cost is interest and provision less investment income, with and of this plan's borrowing. Of years "
        "after the last that the plan file gives, figures without this plan stay as they are in it."
    )
    yield declared("prudential").table(rows.dropna(axis=1, how="all"), CASH, note)


def core_cash(ledger: Ledger) -> Iterator[Statement]:
    """What is left of the investment portfolio by year, when the plan has borrowed from it and taken reserves."""
    plan, n = ledger.plan, _INDICATORS
    if ledger.prices != CASH or plan.treasury.investments is None:
        return
    own, ahead, taken = np.zeros(n), np.zeros(n), np.zeros(n)
    for facility in plan.borrowing:
        unprovided, owed = (by_draw(facility, name, plan.years, n) for name in ("unprovided", "owed"))
        of = own if facility.type == "internal" else ahead
        of += (unprovided - owed) @ ledger.used("drawdown", facility.name)
    for source in plan.sources:
        if source.type == "reserve":
            used = ledger.used("source", source.name).cumsum()[:n]
            taken += np.append(used, np.full(n - len(used), used[-1]))
    rows = pd.DataFrame({"year": [financial_year(plan.first_year + place) for place in range(n)]})
    rows["investments"] = _shown(series_of(plan, plan.treasury.investments, n))
    rows["internal_borrowing"], rows["repaid_ahead"], rows["reserves_used"] = map(_shown, (own, ahead, taken))
    spent = rows["internal_borrowing"] + rows["repaid_ahead"] + rows["reserves_used"]
    rows["core_cash"] = (rows["investments"] - spent).round(1) + 0.0
    note = (
        "Investments are those without this plan. Repaid ahead: what loans have repaid and is not provided for "
        "yet; below zero where provision is ahead, and cash is gathered. Reserves: what the plan has used."
    )
    yield declared("core_cash").table(rows, CASH, note)


def maturity(ledger: Ledger) -> Iterator[Statement]:
    """What of all debt falls due in each band at the end of each plan year, beside the council's own range."""
    plan, bands = ledger.plan, ledger.plan.treasury.maturity
    if not bands or not plan.borrowing:
        return
    due = np.repeat(due_without(plan)[:, None], plan.years, axis=1)
    for facility in plan.borrowing:
        due = due + falls_due(facility, bands, plan.years, plan.years) @ ledger.used("drawdown", facility.name)
    total = due.sum(axis=0)
    share = np.divide(due, total, out=np.zeros(due.shape), where=total > 0)
    rows = [
        {
            "year": year,
            "falls_due": band.words,
            "debt": float(_shown(due[number, place])),
            "share": round(float(share[number, place]), 4),
            "at_least": band.at_least,
            "at_most": band.at_most,
            "within": _YES[
                bool(total[place] == 0 or band.at_least - _RANGE <= share[number, place] <= band.at_most + _RANGE)
            ],
        }
        for place, year in enumerate(ledger.years)
        for number, band in enumerate(bands)
    ]
    of_all = bands[0].debt is not None
    note = "Of all loans; those without this plan as they stand." if of_all else "Of what this plan borrows alone."
    if not plan.treasury.maturity_binds:
        note += " The ranges are shown, and bind nothing."
    yield declared("maturity").table(pd.DataFrame(rows), CASH, note)


def _shown(pounds: Floats | pd.Series) -> np.ndarray:
    return np.asarray(printed(in_steps(pounds, _UNIT), _UNIT))


STATEMENTS = (affordability, tax_base, loans, prudential, core_cash, maturity, printed_debt)
