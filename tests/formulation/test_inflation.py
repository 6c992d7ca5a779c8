"""Inflation by kind of cost, line and year: what works, bids, savings and lines of the medium-term plan cost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bid_cases import WORTH, chosen_of, of_bids
from constraint_cases import LINES, Case, case, exact, small_plan, street

from assetplan.config import make_plan
from assetplan.errors import ConfigError
from assetplan.finance import price_of_years
from assetplan.finance.inflation import cash_levels, rises_by_kind
from assetplan.formulation.bids import NOT
from assetplan.formulation.works import Works
from assetplan.inputs.medium_term import load_medium_term

# All prices 2 % a year, contracts 4 % and then 3 %: beside all prices 1.96 % and 0.98 %.
CASH = {"prices": "cash", "inflation": 0.02, "lines": LINES}
RATES = [0.04, 0.03]
BESIDE = [1.0, 1.04 / 1.02, 1.04 * 1.03 / 1.02**2]


def contracts(*of: str, **more: Any) -> dict[str, Any]:
    return {"contracts": {"rate": RATES, "of": list(of), **more}}


def test_a_rate_in_cash_is_what_prices_rise_beside_all_prices() -> None:
    plan = small_plan(CASH | {"inflation": [0.02, 0.05]}, inflation=contracts("works"))
    assert rises_by_kind(plan)["contracts"] == pytest.approx((1.04 / 1.02 - 1, 1.03 / 1.05 - 1))
    assert price_of_years(plan) == pytest.approx([1.0, 1.02, 1.02 * 1.05])
    # Beside all prices and times them, it is the rate that was stated.
    beside = np.cumprod([1.0, *(1 + rise for rise in rises_by_kind(plan)["contracts"])])
    assert beside * price_of_years(plan) == pytest.approx(cash_levels(plan, "contracts", 3))
    assert cash_levels(plan, "contracts", 4) == pytest.approx([1.0, 1.04, 1.04 * 1.03, 1.04 * 1.03**2])
    real = small_plan({"lines": LINES}, inflation={"contracts": {"above": 0.01, "of": ["works"]}})
    assert rises_by_kind(real)["contracts"] == (0.01,)


def test_works_cost_what_their_line_or_treatment_does_in_the_year_they_are_charged() -> None:
    kinds = contracts("works") | {"steel": {"above": -0.01, "of": ["bridges"]}}
    few = street([62.0, 70.0, 20.0], 30.0)
    plain, risen = case(CASH, few), case(CASH, few, inflation=kinds)
    before, after = (
        Works.of(each.inputs.register.assets, each.inputs.model, each.formulation.options) for each in (plain, risen)
    )
    line = before.treatments["line"].to_numpy()[before.treatment]
    price = np.where(line == "bridges", 0.99**before.year, np.array(BESIDE)[before.year])
    assert set(line) > {"bridges"}
    assert np.array_equal(before.option, after.option)
    assert after.cost == pytest.approx(before.cost * price)


def test_no_kind_and_a_rate_as_of_all_prices_are_the_same_to_the_bit() -> None:
    few = street([62.0, 70.0, 20.0], 30.0)
    plain, same = case(CASH, few), case(CASH, few, inflation={"contracts": {"above": 0.0, "of": ["works", "bids"]}})
    for name in ("benefit", "caps"):
        assert np.array_equal(getattr(plain.problem, name), getattr(same.problem, name))
    assert (plain.problem.usage != same.problem.usage).nnz == 0


SCHOOL = {
    **WORTH,
    "name": "School",
    "costs": {"bridges": [9_000.0, 4_000.0]},
    "benefit": 30_000.0,
    "grants": [5_000.0],
    "saving": 500.0,
}


def costs_by_start(stated: Case) -> dict[int, list[float]]:
    """What the lines pay in each plan year, by start."""
    options = stated.formulation.bids
    return {
        int(options.start[row]): options.cost[row].sum(axis=0).tolist()
        for row in range(len(options.bid))
        if options.start[row] != NOT
    }


@pytest.mark.parametrize("name", ["School", "bridges", "bids"])
def test_a_bid_costs_the_prices_of_the_years_it_falls_in_and_its_grant_is_a_fixed_sum(name: str) -> None:
    stated = of_bids([SCHOOL], envelope=CASH, inflation=contracts(name))
    assert costs_by_start(stated) == {
        0: pytest.approx([4_000.0, 4_000 * BESIDE[1], 0.0]),
        1: pytest.approx([0.0, 9_000 * BESIDE[1] - 5_000, 4_000 * BESIDE[2]]),
    }
    assert costs_by_start(of_bids([SCHOOL], envelope=CASH))[1] == [0.0, 4_000.0, 4_000.0]


def test_a_bid_takes_its_own_kind_before_its_lines_and_that_before_all_bids() -> None:
    kinds = {
        "one": {"above": 0.01, "of": ["bids"]},
        "two": {"above": 0.02, "of": ["bridges"]},
        "three": {"above": 0.03, "of": ["Hall"]},
    }
    hall = {**SCHOOL, "name": "Hall", "costs": {"bridges": [9_000.0], "footways": [1_000.0]}}
    path = {**SCHOOL, "name": "Path", "costs": {"footways": [9_000.0]}}
    rises = {bid.name: bid.growth for bid in of_bids([SCHOOL, hall, path], envelope=CASH, inflation=kinds).inputs.bids}
    assert rises == {
        "School": {"bridges": (0.02,)},
        "Hall": {"bridges": (0.03,), "footways": (0.03,)},
        "Path": {"footways": (0.01,)},
    }


def test_what_a_bid_is_worth_has_its_costs_and_savings_at_their_own_prices() -> None:
    kinds = contracts("bids") | {"energy": {"above": 0.05, "revenue_of": ["School"]}}
    stated = of_bids([SCHOOL | {"saving_years": 2}], envelope=CASH, inflation=kinds)
    factor = stated.inputs.model.rules.discount
    saved = sum(500 * 1.05**k * np.sqrt(factor[k] * factor[k + 1]) for k in (2, 3))
    paid = 4_000 + 4_000 * BESIDE[1] * factor[1]
    options = stated.formulation.bids
    (row,) = np.flatnonzero(options.start == 0)
    assert options.benefit[row] == pytest.approx(30_000 + saved - paid)
    assert options.stated[0].saved(4).tolist() == pytest.approx([0.0, 0.0, 500 * 1.05**2, 500 * 1.05**3])
    # 4,000 + 4,078 is paid back by 551 in the third year and 579 in the fourth, or not at all.
    assert np.isnan(options.stated[0].payback(30))


def test_dearer_works_put_a_bid_in_an_earlier_year() -> None:
    whole = {**SCHOOL, "grants": [], "costs": {"bridges": [9_000.0]}, "benefit": 9_350.0}
    assert chosen_of(of_bids([whole], envelope=CASH))["School"][1] == 0
    falling = {"steel": {"above": -0.1, "of": ["School"]}}
    stated = of_bids([whole], envelope=CASH, inflation=falling)
    assert chosen_of(stated)["School"][1] == 2, "waiting costs 3.5 % a year of its benefit and saves 10 % of its cost"
    assert stated.solve().benefit == pytest.approx(exact(stated.problem), abs=0.01)


def test_confirmed_savings_keep_the_prices_of_the_plans_last_year_after_it() -> None:
    kinds = {"energy": {"rate": 0.05, "revenue_of": ["bids"]}}
    stated = of_bids([SCHOOL | {"saving_confirmed": True, "latest": 2019}], envelope=CASH, inflation=kinds)
    options = stated.formulation.bids
    level = (1.05 / 1.02) ** 2
    assert options.confirmed_saving(5)[-1] == pytest.approx([0, 0, 500 * level, 500 * level, 500 * level])


def lines_of(folder: Path, text: str = "", **keys: Any) -> Any:
    (folder / "lines.csv").write_text(text or "reference,type,detail,2019/20\n", encoding="utf-8")
    stated = {"name": "p", "register": "r", "first_year": 2019, "years": 3, "envelope": {**CASH, "unit": "£m"}}
    tables = {"tables": {"medium_term": "lines.csv"}} if text else {}
    return make_plan(stated | tables | keys, folder / "plan.toml")


PAY = {"reference": "PAY", "type": "P", "detail": "Pay award", "inflation": "pay", "base_budget": 10.0}
RISES = {"pay": {"rate": [0.03, 0.02]}, "energy": {"above": 0.01}}


def test_a_pressure_of_the_medium_term_plan_is_what_its_base_budget_rises_by(tmp_path: Path) -> None:
    head = "reference,type,detail,2019/20,2020/21,2021/22,2022/23,inflation,base_budget\n"
    plan = lines_of(tmp_path, f"{head}POWER,P,Energy,,,,,energy,1000\n", medium_term=[PAY], inflation=RISES)
    pay, power = load_medium_term(plan).lines
    assert pay.changes == pytest.approx((0.0, 300_000.0, 206_000.0, 210_120.0))
    levels = 1e6 * (1.02 * 1.01) ** np.arange(4)
    assert power.changes == pytest.approx((0.0, *np.diff(levels)))


@pytest.mark.parametrize(
    ("line", "column", "rule"),
    [
        (PAY | {"inflation": "pai"}, "inflation", "must be a kind of cost of [inflation]; there are pay, energy"),
        (PAY | {"changes": [0.0, 0.3, 0.2]}, "changes", "follow from inflation: state one of the two"),
        (PAY | {"base_budget": None}, "base_budget", "needs today's base budget that bears it"),
        (PAY | {"one_off": True}, "one_off", "inflation stays in the base"),
        (PAY | {"inflation": ""}, "changes", "needs its changes by year"),
        ({**PAY, "type": "S"}, "inflation", "belongs to a pressure"),
    ],
)
def test_a_pressure_without_its_kind_or_budget_is_refused(
    line: dict[str, Any], column: str, rule: str, tmp_path: Path
) -> None:
    stated = {key: value for key, value in line.items() if value is not None}
    with pytest.raises(ConfigError) as caught:
        lines_of(tmp_path, medium_term=[stated], inflation=RISES)
    faults = {fault.column: fault.rule for fault in caught.value.faults}
    assert rule in faults[f"medium_term[1].{column}"]


@pytest.mark.parametrize(
    ("kinds", "column", "rule"),
    [
        ({"pay": {"of": ["works"]}}, "inflation.pay", "needs either rate or above"),
        ({"pay": {"rate": 0.02, "above": 0.01, "of": ["works"]}}, "inflation.pay", "needs either rate or above"),
        ({"pay": {"rate": 0.02}}, "inflation.pay", "is of nothing"),
        ({"pay": {"rate": [], "of": ["works"]}}, "inflation.pay.rate", "at least 1"),
        ({"pay": {"rate": [0.02, 1.5], "of": ["works"]}}, "inflation.pay.rate[2]", "less than or equal to 1"),
        (contracts("works") | {"pay": {"above": 0.01, "of": ["works"]}}, "inflation.pay.of", "of the kind contracts"),
    ],
)
def test_kinds_that_contradict_themselves_or_each_other_are_refused(
    kinds: dict[str, Any], column: str, rule: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        small_plan(CASH, inflation=kinds)
    assert rule in {fault.column: fault.rule for fault in caught.value.faults}[column]


def test_a_rate_in_cash_needs_an_envelope_in_cash() -> None:
    with pytest.raises(ConfigError, match="is of cash, and the envelope is in real prices: state above"):
        small_plan({"lines": LINES}, inflation=contracts("works"))


def test_names_of_nothing_in_the_plan_are_refused() -> None:
    kinds = contracts("gilding", "School", revenue_of=["Hall"])
    with pytest.raises(ConfigError) as caught:
        of_bids([SCHOOL], envelope=CASH, inflation=kinds)
    assert [(fault.column, fault.value) for fault in caught.value.faults] == [
        ("inflation.contracts.of", "gilding"),
        ("inflation.contracts.revenue_of", "Hall"),
    ]


def test_the_old_key_is_refused_with_the_new() -> None:
    with pytest.raises(ConfigError, match=r"this key is now called inflation, by kind of cost: \[inflation.KIND\]"):
        small_plan({"lines": LINES}, price_growth={"default": 0.01})
