"""Mandatory works in what frontiers, stand-still money and comparisons state: their money is the envelope's too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from statutory_cases import case_with, plan_with, school_register

from assetplan import plan
from assetplan.answers.comparison import TOTALS, compare
from assetplan.answers.frontier import frontier_of
from assetplan.answers.standstill import INDEX, Aim, standstill
from assetplan.cli.comparison_text import comparison_text
from assetplan.report.differences import render_differences
from assetplan.strategies import starting_condition

HEAD = "block_id,asset_id,regime,last,remedial_cost,remedial_year,remedial_line,remedial_funding,price_base\n"
ROOF = HEAD + "K1,,asbestos,2018-10-01,30000.55,2020,carriageway_major,,2019\n"
NONE = HEAD + "K1,,asbestos,2018-10-01,,,,,2019\n"
KEYS: dict = {"forecast": {"futures": 0}, "solver": {"target_gap": 1e-4}}


def test_a_frontier_counts_them_in_its_points_and_lines(tmp_path: Path) -> None:
    stated = case_with(tmp_path, ROOF)
    starting = starting_condition(stated.inputs.register.assets, stated.inputs.model)
    reached = frontier_of(stated.inputs, starting, None, stated.formulation, (0.6, 1.0), 1e-4, 10.0)
    for row in reached.points.to_dict("records"):
        lines = reached.lines[reached.lines["share"] == row["share"]].set_index("line")
        assert row["mandatory"] == 30_000.55
        assert lines["cost"].sum() == pytest.approx(row["cost"], abs=0.02)
        assert (lines["cost"] <= lines["money"] + 0.01).all()
        assert lines.loc["carriageway_major", "cost"] >= 30_000.55
    alone = case_with(tmp_path, NONE)
    free = frontier_of(alone.inputs, starting, None, alone.formulation, (1.0,), 1e-4, 10.0)
    assert "mandatory" not in free.points
    solution = stated.settled(1e-4)
    own = stated.formulation.cost()[solution.chosen].sum()
    assert reached.points["cost"].iloc[-1] == pytest.approx(own + 30_000.55, rel=1e-3)


def test_stand_still_money_has_them_beside_the_works_that_hold_condition(tmp_path: Path) -> None:
    tables = []
    for rows in (NONE, ROOF):
        stated = case_with(tmp_path, rows)
        starting = starting_condition(stated.inputs.register.assets, stated.inputs.model)
        tables.append(standstill(stated.inputs, starting, stated.formulation, Aim(INDEX), 1e-6, 10.0)[0])
    money = [each.rows.set_index(["line", "money"]) for each in tables]
    years = ["2019/20", "2020/21", "2021/22"]
    more = money[1][years] - money[0][years]
    assert more.loc[("carriageway_major", "stand-still")].tolist() == pytest.approx([0, 30_001, 0], abs=1)
    assert more.loc[("total", "stand-still")].sum() == pytest.approx(30_001, abs=1)
    assert (more.xs("envelope", level="money") == 0).all(axis=None)
    assert "mandatory works" in tables[1].note
    assert "mandatory works" not in tables[0].note


@pytest.mark.slow
def test_totals_of_a_comparison_tie_to_the_spend_of_both_plans(tmp_path: Path) -> None:
    made = []
    for name, rows in (("less", HEAD + "K1,,asbestos,2018-10-01,10000,2020,carriageway_major,,2019\n"), ("more", ROOF)):
        folder = tmp_path / name
        folder.mkdir()
        made.append(plan(plan_with(folder, rows, **KEYS), school_register()))
    compared = compare(*made)
    for side, programme in zip(("before", "after"), made, strict=True):
        spent: dict[str, float] = {}
        for row in programme.summary.spend:
            spent[row["line"]] = spent.get(row["line"], 0.0) + row["amount"]
        by_line = compared.totals.query("by == 'line'").set_index("name")[side]
        for line, amount in spent.items():
            assert by_line.get(line, 0.0) == pytest.approx(amount, abs=0.05)
        sums = compared.totals.groupby("by")[side].sum()
        assert sums[list(TOTALS[:-1])].tolist() == pytest.approx([sum(spent.values())] * 4, abs=0.2)
    line = compared.totals.query("by == 'line' and name == 'carriageway_major'").iloc[0]
    assert line["mandatory"] == 20_000.55
    parts = ["before", "came_in", "went_out", "moved", "treatment", "repriced", "mandatory"]
    np.testing.assert_allclose(compared.totals[parts].sum(axis=1), compared.totals["after"], atol=0.005)
    assert "mandatory" in comparison_text(*made, compared)
    assert "Mandatory works" in render_differences(*made, compared, "beside")
    assert compared.statements("real")[0].rows["mandatory"].sum() == pytest.approx(4 * 20_000.55)
