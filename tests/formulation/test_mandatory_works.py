"""Statutory works are paid first: what is left is chosen as if the money had been less from the start."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from constraint_cases import LINES, Case, case_of, exact, small_plan
from statutory_cases import case_with, plan_with, school_register

from assetplan.errors import ConfigError, InfeasibleError
from assetplan.statements.options import current_spend

HEAD = "block_id,asset_id,regime,last,remedial_cost,remedial_year,remedial_line,remedial_funding,price_base\n"
ROOF = HEAD + "K1,,asbestos,2018-10-01,30000,2020,carriageway_major,,2019\n"
BRIDGE_MONEY = {"lines": {"bridges": [90_000.0] * 2}}


def used(stated: Case, name: str) -> float:
    """What mandatory works use of a limit."""
    return float(stated.formulation.mandatory_use[stated.row(name)])


def test_what_is_left_is_chosen_as_if_the_money_had_been_less(tmp_path: Path) -> None:
    stated = case_with(tmp_path, ROOF)
    less = {**LINES, "property": [50_000.0] * 3, "carriageway_major": [60_000.0, 30_000.0, 60_000.0]}
    other = case_of(small_plan({"lines": less}), register=school_register())
    solution, same = stated.settled(), other.settled()
    assert solution.benefit == pytest.approx(same.benefit, abs=0.01)
    assert solution.benefit == pytest.approx(exact(stated.problem), abs=0.01)
    assert (
        solution.benefit
        < case_of(small_plan({"lines": {**less, **LINES}}), register=school_register()).settled().benefit
    )
    row = stated.row("carriageway_major 2020")
    assert solution.used[row] == pytest.approx(same.used[other.row("carriageway_major 2020")] + 30_000)
    assert solution.used[row] <= stated.problem.caps[row] + 1e-6


def test_every_choice_of_a_few_bridges_tried_one_by_one_does_no_better(tmp_path: Path) -> None:
    assets = school_register().assets
    bridges = assets[assets["asset_class"] == "bridge"].head(3).reset_index(drop=True)
    register = school_register()
    rows = HEAD + "K1,,asbestos,2018-10-01,40000.55,2019,bridges,,2019\n"
    plan = plan_with(tmp_path, rows, envelope=BRIDGE_MONEY, years=2)
    stated = case_of(plan, register=replace(register, assets=bridges))
    problem, starts = stated.problem, stated.problem.starts
    caps = [stated.row(f"bridges {year}") for year in (2019, 2020)]
    money = np.array([90_000 - 40_000.55, 90_000])
    best = -np.inf
    for chosen in product(*(range(starts[k], starts[k + 1]) for k in range(3))):
        spent = problem.usage[list(chosen)][:, caps].sum(axis=0)
        if (np.asarray(spent).ravel() <= money + 1e-9).all():
            best = max(best, float(problem.benefit[list(chosen)].sum()))
    assert stated.settled().benefit == pytest.approx(best, abs=0.01)


def test_a_plan_that_cannot_pay_them_says_which_line_and_year_and_how_much_it_lacks(tmp_path: Path) -> None:
    rows = HEAD + "K1,,asbestos,2018-10-01,80000,2020,property,,2019\n"
    stated = case_with(tmp_path, rows)
    with pytest.raises(InfeasibleError) as error:
        stated.solve()
    named = stated.formulation.in_plan_words(error.value)
    text = str(named)
    assert "cap of property 2020 (at most 50,000; at least 80,000 whatever is chosen)" in text
    assert "cap of property 2020 80,000 in place of 50,000" in text
    assert "Mandatory works, paid first, take £80,000.00 of property 2020." in text
    assert [(str(change.limit), change.needed) for change in named.changes] == [("property 2020", 80_000.0)]


def test_money_moved_from_another_line_pays_for_them(tmp_path: Path) -> None:
    rows = HEAD + "K1,,asbestos,2018-10-01,55000,2020,property,,2019\n"
    stated = case_with(tmp_path, rows, envelope={"virement": {"default": 0.2}})
    solution = stated.settled()
    assert solution.benefit == pytest.approx(exact(stated.problem), abs=0.01)
    assert solution.used[stated.row("property 2020")] <= 50_000 + 0.01  # 55,000 less what was moved in
    moved = {str(flow.key): a for flow, a in zip(stated.formulation.flows, solution.amounts, strict=True)}
    assert moved["property in 2020"] >= 5_000 - 0.01
    assert moved["property mandatory works 2020"] == 55_000


def test_they_count_for_floors_and_for_limits_on_cost_that_mean_them(tmp_path: Path) -> None:
    limits = [
        {"name": "all", "at_most": 1e6},
        {"name": "north", "district": ["North"], "at_most": 1e6},
        {"name": "south", "district": ["South"], "at_most": 1e6},
        {"name": "preventative", "kind": ["preventative"], "at_most": 1e6},
        {"name": "items", "of": "number", "at_most": 1e6},
    ]
    envelope = {"floors": {"property": [0.0, 25_000.0, 0.0]}}
    rows = HEAD + "K1,,asbestos,2018-10-01,30000,2020,property,,2019\n"
    stated = case_with(tmp_path, rows, envelope=envelope, limits=limits[:1] + limits[3:])
    assert used(stated, "property 2020 at least") == 30_000
    assert [used(stated, name) for name in ("all", "preventative", "items")] == [30_000, 0, 0]
    assert stated.settled().used[stated.row("property 2020 at least")] == 30_000


def test_a_source_pays_for_them_before_anything_else_and_no_more_than_it_may(tmp_path: Path) -> None:
    sources = [
        {"name": "school grant", "amounts": [0, 20_000, 0], "asset_class": "building"},
        {"name": "council", "amounts": [150_000, 40_000, 150_000]},
    ]
    rows = HEAD + "K1,,asbestos,2018-10-01,30000,2020,property,,2019\n"
    stated = case_with(tmp_path, rows, sources=sources)
    solution = stated.settled()
    assert solution.benefit == pytest.approx(exact(stated.problem), abs=0.01)
    flows = {str(flow.key): a for flow, a in zip(stated.formulation.flows, solution.amounts, strict=True)}
    of_2020 = sum(a for name, a in flows.items() if name.endswith("2020") and name.startswith(("school", "council")))
    lines = [stated.row(f"{line} 2020") for line in (*LINES, "property")]
    assert of_2020 == pytest.approx(solution.used[lines].sum(), abs=0.01)
    assert flows["school grant to fundable by school grant or council 2020"] <= 20_000 + 1e-6


def test_a_source_that_may_not_pay_leaves_them_unfunded_and_that_is_a_fault(tmp_path: Path) -> None:
    sources = [{"name": "roads", "amounts": [1e6] * 3, "asset_class": ["carriageway", "footway", "bridge"]}]
    rows = HEAD + "K1,,asbestos,2018-10-01,30000,2020,property,,2019\n"
    with pytest.raises(ConfigError, match="no source may fund these mandatory works"):
        case_with(tmp_path, rows, sources=sources)


def test_revenue_works_and_those_of_others_leave_the_capital_envelope_alone(tmp_path: Path) -> None:
    rows = (
        HEAD
        + "K1,,asbestos,2018-10-01,30000,2020,property,revenue,2019\n"
        + "K2,,asbestos,2018-10-01,30000,2020,property,capital,2019\n"  # kept up by PFI
        + "K1,,fire_alarm,2018-10-01,30000,2029,property,capital,2019\n"  # after the plan
    )
    stated = case_with(tmp_path, rows)
    assert not stated.formulation.flows
    assert stated.inputs.compliance.works("revenue", {})["cost"].tolist() == [30_000]


def test_todays_money_pays_them_first_too(tmp_path: Path) -> None:
    envelope = {"current": {"carriageway_major": 35_000.0}}
    stated = case_with(tmp_path, ROOF, envelope=envelope)
    index = np.zeros(len(stated.inputs.register.assets))
    option = current_spend(stated.inputs, stated.formulation, index, 1e-6, 20.0)
    row = stated.row("carriageway_major 2020")
    assert stated.problem.usage[option.chosen][:, [row]].sum() <= 5_000 + 0.01


def test_prices_that_rise_faster_than_others_raise_them_too(tmp_path: Path) -> None:
    stated = case_with(tmp_path, ROOF, inflation={"construction": {"above": 0.01, "of": ["carriageway_major"]}})
    assert used(stated, "carriageway_major 2020") == pytest.approx(30_300)
