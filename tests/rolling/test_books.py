"""Books of a plan rolled forward: what may be borrowed in later years is what the old plan had left in them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from constraint_cases import small_plan

from assetplan.config import Plan
from assetplan.finance import by_draw, ceilings, horizon, price_of_years
from assetplan.finance.treasury import income_by_year
from assetplan.inputs.medium_term import load_medium_term
from assetplan.rolling.books import lends_own_cash, rolled_lines, rolled_tax_base, rolled_treasury

CASH = {"prices": "cash", "inflation": 0.02}
TAX = {"base": 246_841, "growth": 0.02, "homes": [5239, 6169, 5954], "band_d": [1468.84, 1498.07, 1527.89]}
TREASURY = {
    "external_debt": [3e6, 2.9e6, 2.8e6], "authorised_limit": 4e6, "cfr": 3.5e6, "cfr_limit": 5e6,
    "mrp": [8e4, 7e4, 6e4], "interest": 9e4, "investment_income": 5e4, "unfinanced_capital": 1e4,
}  # fmt: skip
PWLB = {"name": "PWLB", "rate": 0.028, "years": 10, "method": "eip", "cash_rate": 0.013}
OWN = {"name": "own", "type": "internal", "rate": 0.013, "years": 8}


def plan_of(**keys: Any) -> Plan:
    return small_plan(CASH, **keys)


def programme_of(*drawn: tuple[str, int, float]) -> Any:
    """A programme that drew so much of each facility in a year, prices of the first."""
    flows = [{"kind": "drawdown", "source": name, "year": year, "amount": amount} for name, year, amount in drawn]
    return SimpleNamespace(summary=SimpleNamespace(flows=flows))


@pytest.mark.parametrize("past", [1, 2])
@pytest.mark.parametrize("known", [1, 2, 3])
def test_the_tax_base_brings_in_later_years_what_it_would_have_brought(past: int, known: int) -> None:
    old = plan_of(tax_base=TAX | {"band_d": TAX["band_d"][:known], "band_d_growth": 0.0199, "confirmed": 2021})
    tax = rolled_tax_base(old, past)
    new = plan_of(first_year=2019 + past, tax_base=tax)
    before, after = (income_by_year(each, 3).confirmed for each in (old, new))
    left = 3 - past
    assert after[:left] == pytest.approx(before[past:], rel=1e-5)
    assert len(tax["homes"]) == 3


def test_homes_of_past_years_are_there_whether_or_not_they_were_confirmed() -> None:
    old = plan_of(tax_base=TAX | {"confirmed": 2019})
    tax = rolled_tax_base(old, 2)
    assert "confirmed" not in tax
    income = income_by_year(plan_of(first_year=2021, tax_base=tax), 3)
    extra = 5239 - 0.02 * 246_841 + 6169 - 0.02 * 246_841 * 1.02
    assert tax["extra_before"] == pytest.approx(extra, abs=1e-3)
    assert income.confirmed == pytest.approx([extra * 1527.89] * 3, rel=1e-5)
    assert income.forecast[0] == pytest.approx((5954 - 0.02 * 246_841 * 1.02**2) * 1527.89, rel=1e-5)


@pytest.mark.parametrize("past", [1, 2])
def test_every_limit_on_borrowing_has_the_room_that_the_old_plan_had_left(past: int) -> None:
    income = [{"name": "rents", "amounts": [4e5, 4e5, 4e5], "status": "confirmed"}]
    old = plan_of(borrowing=[PWLB, OWN], treasury=TREASURY, income=income)
    drawn = [("PWLB", 2019, 6e5), ("own", 2019, 1e5), ("PWLB", 2020, 2e5)][: past + 1]
    programme = programme_of(*drawn, ("PWLB", 2021, 9e9))
    treasury = rolled_treasury(old, programme, past)
    new = plan_of(first_year=2019 + past, borrowing=[PWLB, OWN], treasury=treasury, income=income)
    n, price = horizon(old), price_of_years(old)
    amounts = np.zeros((2, 3))
    for name, year, amount in drawn:
        amounts[["PWLB", "own"].index(name), year - 2019] += amount * price[year - 2019]
    rooms = {each.name: each.room for each in ceilings(new, n - past)}
    for ceiling in ceilings(old, n):
        used = sum(
            by_draw(facility, ceiling.of, 3, n) @ mine for facility, mine in zip(old.borrowing, amounts, strict=True)
        )
        assert rooms[ceiling.name] == pytest.approx((ceiling.room - used)[past:], abs=0.1), ceiling.name
    assert lends_own_cash(old, programme, past)


def test_a_treasury_without_drawing_loses_its_past_years_alone() -> None:
    old = plan_of(
        borrowing=[PWLB], treasury=TREASURY, income=[{"name": "r", "amounts": [1.0] * 3, "status": "confirmed"}]
    )
    treasury = rolled_treasury(old, programme_of(), 1)
    assert treasury == {
        **TREASURY, "external_debt": [2.9e6, 2.8e6], "mrp": [7e4, 6e4], "cfr": 3.5e6 + 1e4 - 8e4,
    }  # fmt: skip
    assert not lends_own_cash(old, programme_of(), 1)


LINES = [
    {"reference": "ONCE", "type": "P", "detail": "d", "changes": [500.0, 0.0, -500.0], "one_off": True},
    {"reference": "DONE", "type": "P", "detail": "d", "changes": [200.0, 0.0, 0.0]},
    {
        "reference": "CUT", "type": "S", "detail": "d", "changes": [-100.0, -50.0, 0.0], "stage": "in delivery",
        "base_budget": 400.0,
    },
    {"reference": "PAY", "type": "P", "detail": "d", "inflation": "pay", "base_budget": 1000.0},
]  # fmt: skip
PAY = {"pay": {"rate": [0.03, 0.02]}}


def test_lines_of_the_medium_term_plan_change_the_base_in_later_years_as_before() -> None:
    old = plan_of(medium_term=LINES, inflation=PAY)
    rows = rolled_lines(old, 1)
    new = plan_of(first_year=2020, medium_term=rows, inflation={"pay": {"rate": 0.02}})
    before, after = ({line.reference: line.changes for line in load_medium_term(each).lines} for each in (old, new))
    assert list(after) == ["ONCE", "CUT", "PAY"], "what has no change left is in the base"
    for name in ("ONCE", "CUT"):
        assert after[name] == (*before[name][1:], 0.0)
    assert [row.get("base_budget") for row in rows] == [None, 300.0, 1030.0]
    assert after["PAY"] == pytest.approx((0.0, *np.diff(1030.0 * 1.02 ** np.arange(3))))
