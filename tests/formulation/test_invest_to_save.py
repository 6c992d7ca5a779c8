"""Invest to save: a bid's confirmed saving pays for debt beside confirmed income, in the years in which it saves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from bid_cases import WORTH, chosen_of, of_bids
from constraint_cases import Case, exact, outcome_at

from assetplan.statements.debt import affordability
from assetplan.statements.ledger import Ledger

CASH = {"prices": "cash", "inflation": 0.02}
LOAN = {"name": "PWLB", "rate": 0.028, "years": 20, "drawn": "end", "method": "annuity", "mrp": "annuity"}
NONE = {"name": "own", "amounts": [0.0, 0.0, 0.0]}
# £30,000 of lighting in the first year saves £2,400 in each year after it: it pays itself back in its 14th.
LED = {
    **WORTH,
    "name": "LED",
    "costs": {"bridges": [30_000.0]},
    "saving": 2_400.0,
    "saving_confirmed": True,
    "latest": 2019,
}


def lighting(**keys: Any) -> Case:
    """A plan without money but a loan, and without income but what lighting saves."""
    tax = {"name": "tax", "amounts": [1.0] * 3, "status": "confirmed"}
    income = [] if keys.get("saving_confirmed", True) else [tax]
    return of_bids([{**LED, **keys}], envelope=CASH, borrowing=[LOAN], sources=[NONE], income=income)


def test_a_confirmed_saving_pays_for_the_debt_of_its_bid_alone() -> None:
    stated = lighting()
    assert chosen_of(stated) == {"LED": ("recommended", 0)}
    assert stated.solve().benefit == pytest.approx(exact(stated.problem), abs=0.01)
    assert stated.inputs.bids[0].payback(30) == 13.5
    # An unconfirmed saving is worth as much, and pays for nothing.
    assert chosen_of(lighting(saving_confirmed=False)) == {}


def test_debt_is_within_what_is_saved_in_every_year() -> None:
    stated = lighting()
    solution = stated.settled()
    drawn = sum(a for f, a in zip(stated.formulation.flows, solution.amounts, strict=True) if f.key.kind == "drawdown")
    assert drawn == pytest.approx(30_000.0)
    rows = [k for k, row in enumerate(stated.formulation.rows) if row.key.kind == "affordability"]
    # Interest of a year by half-yearly payments, and provision by annuity; £2,400 grows by 2 % a year in the plan.
    half = 30_000 * 0.014 / (1 - 1.014**-40)
    debt = 420.0 + (30_000 - (half - 420.0)) * 0.014 + 30_000 * 0.028 / (1.028**20 - 1)
    assert round(debt) == 1_971
    used = {stated.formulation.rows[k].key.year: solution.used[k] for k in rows}
    assert used[2020] == pytest.approx(debt - 2_400 * 1.02, abs=0.1)
    assert max(used.values()) <= 1e-6


@pytest.mark.parametrize(
    ("keys", "done"), [({"saving_from": 1}, True), ({"saving_from": 2}, False), ({"saving_years": 5}, False)]
)
def test_a_saving_that_starts_later_than_the_debt_or_ends_before_it_does_not_pay(
    keys: dict[str, Any], done: bool
) -> None:
    assert bool(chosen_of(lighting(**keys))) is done


def test_no_more_is_drawn_than_savings_bear() -> None:
    dear = lighting(saving=1_500.0)
    assert chosen_of(dear) == {}
    assert not np.any(
        [a for f, a in zip(dear.formulation.flows, dear.settled().amounts, strict=True) if f.key.source == "PWLB"]
    )


def test_the_statement_of_affordability_shows_confirmed_savings_in_its_headroom() -> None:
    stated = lighting()
    ledger = Ledger(outcome_at(stated, stated.settled()), pd.DataFrame())
    rows = next(affordability(ledger)).rows.set_index("year")
    saved, headroom = (rows.loc["2020/21", name] for name in ("confirmed_saving", "headroom"))
    assert (saved, headroom) == (2.4, 0.4)  # £000
