"""The council's books when a plan is rolled forward: its tax base, treasury and medium-term lines some years later.

What the past years brought, drew and provided is as the programme has it; the council puts in what truly came.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from assetplan._types import Floats
from assetplan.config import Plan
from assetplan.finance import by_draw, horizon, price_of_years, tax_base_income
from assetplan.finance.inflation import cash_levels
from assetplan.finance.treasury import financing_requirement, series_of
from assetplan.programme import Programme

_DIGITS = 6  # of an amount in the envelope's unit
# Keys of the treasury that hold what there is without the plan, and the series of a drawing that is now among it.
_WITH_DRAWN = {"external_debt": "owed", "mrp": "mrp", "interest": "interest", "debt_cost_before": "cost"}


def rolled_tax_base(plan: Plan, past: int) -> dict[str, Any]:
    """`[tax_base]` some years later: its base grown, homes of past years beyond it counted as there.

    Parameters
    ----------
    plan : Plan; with a tax base
    past : int; years that are past
    """
    tax = plan.tax_base
    assert tax is not None
    before = tax_base_income(
        tax.base, tax.growth, tax.homes, tax.band_d, tax.band_d_growth, plan.first_year, tax.confirmed,
        extra_before=tax.extra_before,
    )  # fmt: skip
    known = min(past, len(before))
    bands = before["band_d"].to_numpy(dtype=float)
    left = bands[past : max(len(tax.band_d), past + 1)].tolist()
    if not left:  # no year of the table is left, so that its last rate grows on
        left = [bands[-1] * (1 + tax.band_d_growth) ** (past - len(bands) + 1)]
    homes = [*tax.homes[past:], *tax.homes[-1:] * min(past, len(tax.homes))]
    out = tax.model_dump(by_alias=True, exclude={"printed", "confirmed"}, exclude_defaults=True)
    out |= {
        "base": round(tax.base * (1 + tax.growth) ** past, 4),
        "homes": homes,
        "band_d": [round(rate, 2) for rate in left],
        "extra_before": round(tax.extra_before + float(before["extra"].iloc[:known].sum()), 4),
    }
    if tax.confirmed is not None and tax.confirmed >= plan.first_year + past:
        out["confirmed"] = tax.confirmed
    return out


def rolled_treasury(plan: Plan, programme: Programme, past: int) -> dict[str, Any]:
    """`[treasury]` some years later: what the plan drew in its past years is among the debt without it.

    Parameters
    ----------
    plan, programme : Plan, Programme; the plan, and its programme or that as it turned out
    past : int; years that are past
    """
    treasury, pounds, n = plan.treasury, plan.envelope.pounds, max(horizon(plan), plan.years + past)
    stated = treasury.model_dump(by_alias=True, exclude_defaults=True, exclude_none=True)
    out = {key: _moved(value, past) for key, value in stated.items()}
    drawn = _drawn(plan, programme, past)
    if treasury.cfr:
        requirement = financing_requirement(plan, past)[-1] + _of_drawn(plan, drawn, "unprovided", n)[past - 1]
        out["cfr"] = round(float(requirement) / pounds, _DIGITS)
    if not drawn.any():
        return out
    for key, series in _WITH_DRAWN.items():
        beside = _of_drawn(plan, drawn, series, n, external=series == "interest")
        out[key] = _listed((series_of(plan, getattr(treasury, key), n) + beside)[past:] / pounds, plan.years)
    forgone = _of_drawn(plan, drawn, "cost", n) - _of_drawn(plan, drawn, "mrp", n)
    forgone -= _of_drawn(plan, drawn, "interest", n, external=True)
    if treasury.investment_income and forgone.any():
        earned = np.maximum(series_of(plan, treasury.investment_income, n) - forgone, 0.0)
        out["investment_income"] = _listed(earned[past:] / pounds, plan.years)
    return out


def lends_own_cash(plan: Plan, programme: Programme, past: int) -> bool:
    """Whether the past years drew of the council's own cash, which its investments do not show.

    Parameters
    ----------
    plan, programme, past : Plan, Programme, int; as of `rolled_treasury`
    """
    internal = [facility.type == "internal" for facility in plan.borrowing]
    return bool(_drawn(plan, programme, past)[internal].any())


def rolled_lines(plan: Plan, past: int) -> list[dict[str, Any]]:
    """`[[medium_term]]` some years later: changes of past years are in the base, lines without any other go."""
    out = []
    for line in plan.medium_term:
        row = line.model_dump(by_alias=True, exclude_defaults=True, exclude_none=True)
        gone, left = sum(line.changes[:past]), line.changes[past:]
        if line.inflation:
            level = float(cash_levels(plan, line.inflation, past + 1)[-1])
            row["base_budget"] = round((line.base_budget or 0.0) * level, _DIGITS)
        elif not any(left):
            continue
        else:
            row["changes"] = [*left, *[0.0] * min(past, len(line.changes))]
            # What goes out of the base again came into it before.
            if line.one_off and abs(gone) > 0:
                del row["one_off"]
            if line.type == "S" and line.base_budget is not None:
                row["base_budget"] = round(line.base_budget + min(gone, 0.0), _DIGITS)
        out.append(row)
    return out


def _moved(value: Any, past: int) -> Any:
    """Amounts by year without those that are past; rows and single amounts as they are."""
    if not isinstance(value, tuple):
        return value
    return list(value if isinstance(value[0], dict) else value[past:] or value[-1:])


def _drawn(plan: Plan, programme: Programme, past: int) -> Floats:
    """What each facility drew in each past year, (n_facilities, past) [£, cash]."""
    place = {facility.name: number for number, facility in enumerate(plan.borrowing)}
    price, out = price_of_years(plan), np.zeros((len(plan.borrowing), past))
    for flow in programme.summary.flows:
        year = flow["year"] - plan.first_year
        if flow["kind"] == "drawdown" and flow.get("source") in place and year < past:
            out[place[flow["source"]], year] += flow["amount"] * price[year]
    return out


def _of_drawn(plan: Plan, drawn: Floats, series: str, n_years: int, external: bool = False) -> Floats:
    """What was drawn comes to in each year from the old first, (n_years,) [£, cash]; of loans alone where external."""
    return sum(_each(plan, drawn, series, n_years, external), np.zeros(n_years))


def _each(plan: Plan, drawn: Floats, series: str, n_years: int, external: bool) -> Iterator[Floats]:
    for facility, amounts in zip(plan.borrowing, drawn, strict=True):
        if amounts.any() and not (external and facility.type == "internal"):
            yield by_draw(facility, series, drawn.shape[1], n_years) @ amounts


def _listed(amounts: Floats, years: int) -> list[float]:
    """Amounts by year as a list for the plan's years at the least, without those at the end that repeat."""
    rounded = (amounts.round(_DIGITS) + 0.0).tolist()
    while len(rounded) > years and rounded[-1] == rounded[-2]:
        rounded.pop()
    return rounded
