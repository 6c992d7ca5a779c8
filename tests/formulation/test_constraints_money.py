"""The envelope's limits bind, do what they state, and have the price that a little more of them is worth."""

from __future__ import annotations

import numpy as np
import pytest
from constraint_cases import LINES, Case, case, check, exact
from hypothesis import given, settings
from hypothesis import strategies as st

from assetplan.errors import ConfigError


def spend(stated: Case, chosen: np.ndarray, line: str) -> np.ndarray:
    """Works of one line by year, summed from the strategies."""
    assets, model = stated.inputs.register.assets, stated.inputs.model
    total = np.zeros(stated.inputs.plan.years)
    for option in chosen:
        group = assets["group"][stated.formulation.options.asset[option]]
        for year, code in enumerate(stated.formulation.options.schedule[option]):
            if code >= 0 and model.catalogue.treatments[group][code].line == line:
                total[year] += stated.formulation.options.cost[option, year]
    return total


def test_a_line_binds_and_comes_first() -> None:
    stated = case()
    assert stated.names_of_limits[:3] == tuple(f"carriageway_preventative {year}" for year in (2019, 2020, 2021))
    assert stated.formulation.rows[0].words == "envelope.lines.carriageway_preventative 2019"
    solution = check(stated, "carriageway_major 2019", 500.0)
    for line in LINES:
        mine = [stated.row(f"{line} {year}") for year in (2019, 2020, 2021)]
        np.testing.assert_allclose(solution.used[mine], spend(stated, solution.chosen, line), atol=1e-6)


def test_floor_of_a_line() -> None:
    stated = case({"floors": {"footways": [0.0, 10_800.0, 0.0]}})
    solution = check(stated, "footways 2020 at least", 100.0, -1)
    assert spend(stated, solution.chosen, "footways")[1] >= 10_800
    assert stated.formulation.rows[-1].words == "envelope.floors.footways 2020"


def test_carried_money_is_no_spend_for_a_floor() -> None:
    """A floor that could be met by carrying money on instead of spending it would be no floor."""
    stated = case({"floors": {"footways": [11_000.0, 0.0, 0.0]}, "carry_over": {"footways": 1.0}})
    assert spend(stated, stated.solve().chosen, "footways")[0] >= 11_000


def test_carry_over_moves_money_on_within_its_share() -> None:
    lines = {**LINES, "carriageway_major": [60_000.0, 5_000.0, 5_000.0]}
    kept, carried = case({"lines": lines}), case({"lines": lines, "carry_over": {"carriageway_major": 0.5}})
    flows = carried.formulation.flows
    assert [(f.key.kind, f.key.year, f.key.to_year, f.high) for f in flows] == [
        ("carry-over", 2019, 2020, 30_000.0),
        ("carry-over", 2020, 2021, 2_500.0),
    ]
    solution = check(carried, "carriageway_major 2020", 500.0)
    assert solution.benefit > kept.solve().benefit
    spent = spend(carried, solution.chosen, "carriageway_major")
    amounts = solution.amounts
    had, moved = np.array(lines["carriageway_major"]), np.array([-amounts[0], amounts[0] - amounts[1], amounts[1]])
    assert spent[1] > 5_000
    assert (spent <= had + moved + 1e-6).all()
    np.testing.assert_allclose(
        carried.formulation.caps_with(amounts)[[carried.row(f"carriageway_major {y}") for y in (2019, 2020, 2021)]],
        had + moved,
    )


def test_carried_cash_loses_what_prices_rise() -> None:
    """£100 of cash kept a year at 10 % inflation buys what £100/1.1 buys now."""
    money = {"prices": "cash", "inflation": 0.1, "carry_over": {"default": 1.0}}
    stated = case(money)
    flow = stated.formulation.flows[0]
    assert dict(flow.uses) == {flow.uses[0][0]: 1.0, flow.uses[1][0]: pytest.approx(-1 / 1.1)}
    # A cash £20,000 of the second year is worth £18,182 of the first's, and all of it may be carried.
    assert stated.formulation.flows[1].high == pytest.approx(20_000 / 1.1)


def test_virement_moves_money_between_lines_within_a_share() -> None:
    share = {"bridges": 0.2, "footways": 0.1}
    stated = case({"virement": share})
    assert {f.key.line for f in stated.formulation.flows if f.key.direction == "out"} == set(share)
    assert {f.key.line for f in stated.formulation.flows if f.key.direction == "in"} == set(LINES)
    solution = check(stated, "virement 2019", 200.0)
    assert solution.benefit > case().solve().benefit
    flows = [(f.key.line, f.key.year, f.key.direction) for f in stated.formulation.flows]
    for year in (2019, 2020, 2021):
        moved = {
            way: sum(a for (_, y, d), a in zip(flows, solution.amounts, strict=True) if (y, d) == (year, way))
            for way in ("in", "out")
        }
        assert moved["in"] <= moved["out"] + 1e-6
        assert moved["out"] <= 0.2 * 60_000 + 0.1 * 12_000 + 1e-6


def test_a_share_of_its_own_beats_the_default() -> None:
    stated = case({"virement": {"default": 0.2, "bridges": 0.0}})
    assert "bridges" not in {f.key.line for f in stated.formulation.flows if f.key.direction == "out"}


@pytest.mark.parametrize(("key", "share", "sign"), [("min", 0.8, -1), ("max", 0.05, 1)])
def test_preventative_share_over_the_plan(key: str, share: float, sign: int) -> None:
    stated = case({"preventative": {key: share}})
    name = "preventative share at least" if key == "min" else "preventative share at most"
    solution = check(stated, name, 200.0, sign)
    total = sum(spend(stated, solution.chosen, line) for line in LINES).sum()
    works = stated.formulation.options.schedule[solution.chosen] >= 0
    assets, model = stated.inputs.register.assets, stated.inputs.model
    preventative = sum(
        stated.formulation.options.cost[option, year]
        for option, row in zip(solution.chosen, works, strict=True)
        for year in np.flatnonzero(row)
        if model.catalogue.treatments[assets["group"][stated.formulation.options.asset[option]]][
            stated.formulation.options.schedule[option, year]
        ].kind
        == "preventative"
    )
    assert (preventative / total >= share - 1e-9) if key == "min" else (preventative / total <= share + 1e-9)


def test_preventative_share_of_each_year_and_of_one_class() -> None:
    stated = case({"preventative": {"min": 0.9, "each_year": True, "asset_class": "carriageway"}})
    assert stated.names_of_limits[-3:] == tuple(f"preventative share at least {y}" for y in (2019, 2020, 2021))
    check(stated, "preventative share at least 2020", 200.0, -1)


def test_a_plan_without_more_is_what_it_was() -> None:
    stated = case()
    assert len(stated.formulation.rows) == 3 * len(LINES)
    assert stated.formulation.options is stated.candidates or len(stated.problem.benefit) == len(
        stated.candidates.asset
    )
    assert stated.problem.group is None
    assert not stated.formulation.flows


@pytest.mark.slow
@settings(max_examples=5)
@given(carry=st.floats(0.0, 1.0), move=st.floats(0.0, 0.5), least=st.floats(0.0, 0.6), cut=st.floats(0.3, 1.0))
def test_all_together_equal_the_exact_model(carry: float, move: float, least: float, cut: float) -> None:
    lines = {line: [amount * cut for amount in amounts] for line, amounts in LINES.items()}
    money = {"lines": lines, "carry_over": {"default": carry}, "virement": {"default": move}}
    stated = case({**money, "preventative": {"min": least}})
    assert stated.solve().benefit == pytest.approx(exact(stated.problem), abs=0.01)


def test_two_limits_of_one_name_are_refused() -> None:
    with pytest.raises(ConfigError, match="is the name of two limits"):
        case({"virement": {"default": 0.1}}, limits=[{"name": "virement 2019", "at_most": 5.0}])
