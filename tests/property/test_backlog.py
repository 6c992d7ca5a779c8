"""Backlog, decay and need of building components: the published check two ways, and what must hold of any estate."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from estates import estate

from assetplan import condition
from assetplan.condition.building import GRADES
from assetplan.deterioration.groups import load_groups
from assetplan.errors import ConfigError
from assetplan.prices import load_prices
from assetplan.property import Estate, decay
from assetplan.property.backlog import by_grade_and_priority, by_responsibility, by_year, need, need_of_components
from assetplan.treatments import load_catalogue

# The annual falls and unit costs of a brick wall by the DfE, with E costed as D (project domain reference, section 4).
FALLS, UNIT = (0.02388, 0.03980, 0.09552, 0.15920), (0.0, 12.877, 64.386, 257.543, 257.543)


def at_2016(of: Estate) -> Estate:
    """The same in prices of 2016, in which the DfE's costs are."""
    prices = load_prices(None, 2016)
    groups = load_groups(prices=prices)
    model = replace(of.model, groups=groups, catalogue=load_catalogue(groups, prices=prices))
    return replace(of, model=model)


def quantity(of: Estate) -> np.ndarray:
    return of.components["quantity"].to_numpy(dtype=float)


def test_a_brick_wall_costs_what_the_dfe_check_says_to_the_penny() -> None:
    wall = at_2016(estate({}))
    ahead = decay(wall, 5)
    assert ahead.share[0, 5] == pytest.approx([0, 0.81622, 0.15063, 0.02794, 0.00520], abs=5e-6)
    # The package has C and B as shares of D: 0.25 and 0.05 of 257.543, which the check prints with three decimals.
    total = ahead.total(quantity(wall)).sum(axis=1)
    assert total[0] == pytest.approx(6438.50, abs=0.1)
    assert total[5] == pytest.approx(14372.48, abs=0.1)
    shares = np.linalg.matrix_power(np.diag(1 - np.array([*FALLS, 0])) + np.diag(FALLS, 1), 5)[1]
    exact = condition.building.cost_by_grade(np.stack([np.eye(5)[1], shares]), 500, UNIT).sum(axis=1)
    assert exact == pytest.approx([6438.50, 14372.48], abs=0.005)
    assert ahead.share[0, 5] == pytest.approx(shares, abs=1e-12)
    assert 500 * ahead.share[0] @ UNIT == pytest.approx(500 * _by_steps(6) @ UNIT, abs=1e-9)
    assert float(500 * ahead.share[0, 5] @ UNIT) == pytest.approx(14372.48, abs=0.005)


def _by_steps(years: int) -> np.ndarray:
    """Shares of a wall at B, each year from the one before by hand, (years, 5)."""
    out = [[0.0, 1.0, 0.0, 0.0, 0.0]]
    for _ in range(years - 1):
        now = out[-1]
        falls = [share * fall for share, fall in zip(now, FALLS, strict=False)]
        out.append([share - out_of + into for share, out_of, into in zip(now, [*falls, 0], [0, *falls], strict=True)])
    return np.array(out)


COSTS = "group,grade,unit_cost,price_base,source,verified\n"
WALL = "brick_wall,B,12.877,2016,DfE,yes\nbrick_wall,C,64.386,2016,DfE,yes\nbrick_wall,D,257.543,2016,DfE,yes\n"


def test_with_the_dfes_own_costs_by_grade_the_check_holds_to_the_penny(tmp_path: Path) -> None:
    path = tmp_path / "costs.csv"
    path.write_text(COSTS + WALL, encoding="utf-8")
    wall = estate({})
    prices = load_prices(None, 2016)
    groups = load_groups(prices=prices)
    model = replace(wall.model, groups=groups, catalogue=load_catalogue(groups, prices=prices, grade_costs=path))
    of = replace(wall, model=model)
    total = decay(of, 5).total(quantity(of)).sum(axis=1)
    assert [round(float(total[year]), 2) for year in (0, 5)] == [6438.50, 14372.48]
    state = model.start("brick_wall", np.array([75.0]), np.ones(1), False, None)
    for _ in range(5):
        state = state.step()
    repair = next(t for t in model.catalogue.own_all["brick_wall"] if t.name == "component_repair")
    b, c, d, e = decay(of, 5).share[0, 5, 1:]
    # A plan's own states cost the same: the backlog of C, D and E, and a repair of what is in B and C.
    assert 500 * state.backlog()[0] == pytest.approx(500 * (c * 64.386 + (d + e) * 257.543))
    assert 500 * state.treat(repair)[1][0] == pytest.approx(500 * (b * 12.877 + c * 64.386))


def test_every_fault_of_a_table_of_costs_by_grade_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "costs.csv"
    wrong = "straw,B,1,2016,x,yes\nbrick_wall,F,-1,2016,x,yes\nbrick_wall,B,1,2016,x,no\n"
    path.write_text(COSTS + WALL + wrong, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load_catalogue(load_groups(), grade_costs=path)
    assert {(fault.row, fault.column) for fault in error.value.faults} >= {
        (5, "group"), (5, "grade"), (6, "grade"), (6, "unit_cost"), (7, "grade")
    }  # fmt: skip


def test_an_earlier_survey_is_carried_forward_by_the_chain() -> None:
    early, late = estate({"surveyed_year": 2015}), estate({"surveyed_year": 2025})
    assert decay(early, 3).cost[0] == pytest.approx(decay(late, 13).cost[0, 10:])


def test_components_surveyed_alike_are_reckoned_once_and_count_with_their_quantity() -> None:
    rows = [
        {"quantity": q, "value": v, "surveyed_year": y} for q in (1.0, 20.0) for v in (1, 3, 4) for y in (2010, 2024)
    ]
    many = estate(*rows)
    ahead = decay(many, 4)
    assert len(ahead.share) == 6
    assert ahead.share.sum(axis=2) == pytest.approx(1.0)
    each = [many.part(np.arange(len(rows)) == place) for place in range(len(rows))]
    alone = [decay(one, 4).total(quantity(one)) for one in each]
    assert ahead.total(quantity(many)) == pytest.approx(sum(alone))
    assert ahead.backlog(quantity(many), 4).sum() == pytest.approx(ahead.total(quantity(many))[4, 2:].sum())


def test_the_backlog_by_grade_and_priority_adds_up_to_that_of_the_base_year() -> None:
    some = estate({"value": 4, "priority": 1, "element": "Roofs"}, {"value": 3}, {"value": 1, "surveyed_year": 2000})
    today = decay(some, 0)
    table = by_grade_and_priority(some, today)
    assert table["element"].tolist()[-1] == "total"
    assert table["total"].iloc[-1] == table["total"].iloc[:-1].sum()
    assert table["total"].iloc[-1] == pytest.approx(today.backlog(quantity(some)).sum(), abs=len(table))
    assert table["total"].iloc[-1] == pytest.approx(by_year(some, today)["backlog"].iloc[0], abs=len(table))
    roof = table[table["element"] == "Roofs"]
    assert roof["grade"].tolist() == ["D"]
    assert roof["urgent"].tolist() == roof["total"].tolist()


def test_the_backlog_of_an_estate_left_alone_never_falls() -> None:
    some = estate(*({"value": value, "group": group} for value in (1, 2, 3, 4) for group in ("roof_flat", "heating")))
    table = by_year(some, decay(some, 40))
    assert (table["backlog"].diff().dropna() >= 0).all()
    assert table["year"].tolist() == list(range(2025, 2066))


def test_need_is_a_range_that_low_confidence_and_an_old_survey_widen() -> None:
    rows = [
        {"confidence": name, "value": 3, "surveyed_year": year} for name in ("high", "low") for year in (2025, 2005)
    ]
    some = estate(*rows)
    low, high = need_of_components(some, 5, 0.8)
    expected = decay(some, 5).backlog(quantity(some), 5)
    assert (low < expected).all()
    assert (expected < high).all()
    width = high - low
    assert width[2] > width[0]
    assert width[3] > width[1]
    table = need(some, 5, 0.8)
    assert table["low"].iloc[-1] == pytest.approx(low.sum(), abs=1)
    assert table["high"].iloc[-1] == pytest.approx(high.sum(), abs=1)
    narrow = need_of_components(some, 5, 0.5)
    assert (narrow[0] > low).all()
    assert (narrow[1] < high).all()


def test_what_others_keep_up_stands_by_itself() -> None:
    some = estate({"value": 4}, {"value": 4, "responsibility": "PFI"}, {"value": 4, "responsibility": "tenant"})
    split = by_responsibility(some, decay(some, 0).backlog(quantity(some))).set_index("responsibility")
    assert split.index.tolist() == ["council", "tenant", "PFI"]
    assert split["backlog"].nunique() == 1
    assert some.ours.tolist() == [True, False, False]


def test_a_component_without_condition_or_chain_is_not_valued() -> None:
    some = estate({}, {"measure": "", "value": None}, {"group": "no such group"})
    assert some.valued.tolist() == [True, False, False]


def test_shares_of_grades_follow_the_letters() -> None:
    ahead = decay(estate(*({"value": value} for value in (1, 2, 3, 4, 5))), 0)
    assert pd.DataFrame(ahead.share[:, 0], columns=list(GRADES)).to_numpy() == pytest.approx(np.eye(5))
