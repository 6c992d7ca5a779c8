"""Invest to save by a treatment: what works are confirmed to save of energy pays for debt, from its first year on."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from constraint_cases import Case, case_of, county_register, exact, outcome_at, small_plan

from assetplan import schema
from assetplan.errors import ConfigError
from assetplan.finance import by_draw
from assetplan.statements.debt import affordability
from assetplan.statements.ledger import Ledger

LOAN = {"name": "PWLB", "rate": 0.028, "years": 8, "drawn": "end", "method": "annuity", "mrp": "annuity"}
CASH = {"prices": "cash", "inflation": 0.02, "lines": {"property": [2e6] * 3}}
KWH, SHARE, YEARS = np.array([2e6, 4e5]), 0.4, 12
CONFIRMED = {"treatment": "component_renewal"}


def heated(tmp_path: Path, price: float = 0.5, confirmed: dict[str, Any] | None = None, **keys: Any) -> Case:
    """Two heating systems whose renewal saves gas, and no money but a loan that only the saving may pay for."""
    assets = county_register().assets
    part = assets[assets["parent_id"].isin(["P001", "P002"]) & (assets["group"] == "heating")].reset_index(drop=True)
    part = part.assign(value=4.0, measure="grade", surveyed_year=2018.0, retention="retain", committed_treatment="")
    frame = pd.DataFrame({"block_id": ["P001", "P002"], "premises_id": "X", "gas_kwh": KWH})
    (tmp_path / "saves.csv").write_text(
        f"treatment,group,fuel,share_saved,source,verified\ncomponent_renewal,heating,gas,{SHARE},a,no\n",
        encoding="utf-8",
    )
    rows = {"confirmed": [CONFIRMED if confirmed is None else confirmed]}
    energy = {"prices": {"gas": price}, "growth": {"gas": 0.01}} | rows
    stated = {"energy": energy, "borrowing": [LOAN], "sources": [{"name": "own", "amounts": [0.0] * 3}]} | keys
    plan = small_plan(CASH, tables={"energy_savings": str(tmp_path / "saves.csv")}, **stated)
    register = replace(county_register(), assets=part, blocks=schema.conform(frame, "blocks", "blocks")[0])
    return case_of(plan, register=register)


def saved_by_hand(made: Case, option: int, price: float, starts_after: int, share: float = 1.0) -> np.ndarray:
    """What a strategy saves in each year, cash: prices rise by 2 % and 1 % in the plan, and stay as they are then."""
    life = round(next(t.life for t in made.inputs.model.catalogue.own("heating") if t.name == "component_renewal"))
    level = (1.02 * 1.01) ** np.minimum(np.arange(YEARS), 2)
    out = np.zeros(YEARS)
    for year, name in made.works(option):
        if name == "component_renewal":
            during = (np.arange(YEARS) >= year + starts_after) & (np.arange(YEARS) < year + life)
            out += during * level * KWH[made.formulation.options.asset[option]] * SHARE * price * share
    return out


def best_of_all(made: Case, price: float, starts_after: int, share: float = 1.0) -> float:
    """The most of any two strategies whose debt is within what they save in every year, every pair tried."""
    starts, options = made.problem.starts, made.formulation.options
    debt = by_draw(made.inputs.plan.borrowing[0], "cost", 3, YEARS)
    best = -np.inf
    for pair in product(*(range(starts[a], starts[a + 1]) for a in range(2))):
        drawn = options.cost[list(pair)].sum(axis=0) * 1.02 ** np.arange(3)
        saved = sum(saved_by_hand(made, option, price, starts_after, share) for option in pair)
        if (debt @ drawn <= saved + 1e-6).all():
            best = max(best, float(made.problem.benefit[list(pair)].sum()))
    return best


@pytest.mark.slow  # a dozen small plans
@pytest.mark.parametrize("price", [0.15, 0.17, 0.25])
@pytest.mark.parametrize(("starts_after", "share"), [(1, 1.0), (2, 1.0), (1, 0.6), (0, 1.0)])
def test_the_plan_is_the_best_of_every_pair_whose_savings_bear_their_debt(
    price: float, starts_after: int, share: float, tmp_path: Path
) -> None:
    made = heated(tmp_path, price, CONFIRMED | {"starts_after": starts_after, "share": share})
    best = best_of_all(made, price, starts_after, share)
    assert made.solve().benefit == pytest.approx(best, abs=0.01)
    assert exact(made.problem) == pytest.approx(best, abs=0.01)


def renewed(made: Case) -> list[str]:
    return [made.strategy(option) for option in made.solve().chosen]


def test_a_saving_that_starts_after_the_debt_or_is_confirmed_in_part_pays_for_none(tmp_path: Path) -> None:
    assert renewed(heated(tmp_path)) == ["component_renewal@2019"] * 2
    for changed in ({"starts_after": 2}, {"share": 0.2}, {"treatment": "component_repair"}):
        assert renewed(heated(tmp_path, confirmed=CONFIRMED | changed)) == ["do-nothing"] * 2


def test_income_and_savings_together_bear_the_debt(tmp_path: Path) -> None:
    income = [{"name": "tax", "amounts": [100_000.0] * 3, "status": "confirmed"}]
    assert renewed(heated(tmp_path, 0.08)) == ["do-nothing"] * 2
    assert renewed(heated(tmp_path, 0.08, income=income)) == ["component_renewal@2019"] * 2


def test_the_statement_of_affordability_shows_what_works_save(tmp_path: Path) -> None:
    made = heated(tmp_path, 0.3)
    solution = made.settled()
    rows = next(affordability(Ledger(outcome_at(made, solution), pd.DataFrame()))).rows
    saved = sum(saved_by_hand(made, int(option), 0.3, 1) for option in solution.chosen)
    assert rows["confirmed_saving"].tolist() == pytest.approx((saved[: len(rows)] / 1000).round(1))
    debt = (
        by_draw(made.inputs.plan.borrowing[0], "cost", 3, len(rows))[:, 0]
        * made.formulation.options.cost[solution.chosen].sum()
    )
    assert rows["headroom"].tolist() == pytest.approx((saved[: len(rows)] - debt) / 1000, abs=0.1)


def test_a_saving_that_is_not_confirmed_pays_for_no_debt(tmp_path: Path) -> None:
    tax = [{"name": "tax", "amounts": [1.0] * 3, "status": "confirmed"}]
    made = heated(tmp_path, energy={"prices": {"gas": 0.5}}, income=tax)
    assert renewed(made) == ["do-nothing"] * 2


@pytest.mark.parametrize(
    ("energy", "column", "rule"),
    [
        ({"confirmed": [CONFIRMED]}, "energy.confirmed", "needs energy.prices, and energy among benefit.streams"),
        ({"confirmed": [{"treatment": "gilding"}]}, "energy.confirmed[1].treatment", "there is none"),
        ({"confirmed": [{"line": "gold"}]}, "energy.confirmed[1].line", "the envelope has no such line"),
        (
            {"confirmed": [CONFIRMED | {"starts_after": -1}]},
            "energy.confirmed[1].starts_after",
            "greater than or equal",
        ),
        ({"confirmed": [CONFIRMED | {"share": 1.5}]}, "energy.confirmed[1].share", "less than or equal to 1"),
    ],
)
def test_a_confirmed_saving_of_no_works_or_no_worth_is_refused(
    energy: dict[str, Any], column: str, rule: str, tmp_path: Path
) -> None:
    prices = {} if rule.startswith("needs") else {"prices": {"gas": 0.5}}
    with pytest.raises(ConfigError) as caught:
        heated(tmp_path, energy=prices | energy)
    faults = {fault.column: fault.rule for fault in caught.value.faults}
    assert rule in faults[column]
