"""Stand-still money: it holds what it says, at the least cost there is, and nothing of the plan's money counts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from commands import run
from component_cases import block, planned
from constraint_cases import LINES, Case, case, exact, outcome_at, small_register
from places import plain_plan

from assetplan import make_plan
from assetplan.answers.standstill import INDEX, POOR, Aim, _classes, _problem, standstill
from assetplan.errors import ConfigError, InfeasibleError
from assetplan.finance import Statement
from assetplan.optimisation.solving import solve
from assetplan.planning import standstill_statements
from assetplan.strategies import simulate, starting_condition

POOREST = {"lines": {line: [1.0] * 3 for line in LINES}}


def held(stated: Case, aim: Aim) -> tuple[Statement, ...]:
    starting = starting_condition(stated.inputs.register.assets, stated.inputs.model)
    return standstill(stated.inputs, starting, stated.formulation, aim, 1e-9, 30.0)


@pytest.mark.parametrize("measure", [INDEX, POOR])
def test_todays_condition_is_held_at_the_least_cost(measure: str) -> None:
    stated = case()
    money, condition = held(stated, Aim(measure))
    rows = condition.rows
    worse = np.less if measure == INDEX else np.greater
    assert not worse(rows[["2019/20", "2020/21", "2021/22"]].to_numpy(), rows[["today"]].to_numpy()).any()
    # The same as one integer model, by another solver.
    starting = starting_condition(stated.inputs.register.assets, stated.inputs.model)
    classes = list(_classes(stated.inputs, starting, stated.formulation, Aim(measure)))
    least = -exact(_problem(stated.inputs, stated.formulation, classes, Aim(measure)))
    spent = money.rows[money.rows["money"] == "stand-still"].set_index("line")
    years = ["2019/20", "2020/21", "2021/22"]
    present = spent.loc[list(LINES), years].to_numpy() @ stated.inputs.model.rules.works_discount
    assert present.sum() == pytest.approx(least, abs=10)
    assert least > 0
    # Sums are of what is printed.
    assert spent.loc["total", "total"] == spent.loc[list(LINES), years].to_numpy().sum()


def test_buildings_are_poor_by_the_chances_of_grades_c_and_d() -> None:
    stated = planned(block("CDBBAB"))
    money, condition = held(stated, Aim(POOR))
    years = ["2019/20", "2020/21", "2021/22"]
    row = condition.rows.set_index("asset_class").loc["building"]
    # Surveyed in the base year, each in one grade: 100 and 200 of 2,100 by value.
    assert row["today"] == pytest.approx(3 / 21, abs=1e-4)
    assert (row[years].astype(float) <= 3 / 21 + 1e-4).all()
    assert "are poor in C and D, by their chances" in condition.note
    # At the end of each year as the chains of the cheapest works that hold it have them, by one integer model.
    starting = starting_condition(stated.inputs.register.assets, stated.inputs.model)
    classes = list(_classes(stated.inputs, starting, stated.formulation, Aim(POOR)))
    problem = _problem(stated.inputs, stated.formulation, classes, Aim(POOR))
    solution = solve(problem, 1e-9, 30.0)
    assert -exact(problem) == pytest.approx(-solution.benefit, abs=0.01)
    assert solution.benefit < 0
    options, assets = stated.formulation.options, stated.inputs.register.assets
    future = simulate(assets, starting, options.schedule[solution.chosen], stated.inputs.model)
    value = assets["replacement_value"].to_numpy(dtype=float)
    shares = value @ future.bands[:, 1:, 2:].sum(axis=2) / value.sum()
    np.testing.assert_allclose(row[years].astype(float), shares, atol=6e-5)
    # By the expected index nothing would be asked for yet: those in B fall below it in no year.
    by_index = held(stated, Aim(POOR, below=40.0))[0].rows
    spent = [each.loc[each["money"] == "stand-still", "total"].iloc[-1] for each in (money.rows, by_index)]
    assert spent[0] > spent[1]


def test_the_plans_money_floors_and_targets_play_no_part() -> None:
    target = [{"asset_class": "carriageway", "band": "very poor", "year": 2021, "at_most": 1.0}]
    free, bound = case(), case(POOREST, targets=target)
    mine, other = (held(stated, Aim(INDEX))[0].rows for stated in (free, bound))
    assert mine[mine["money"] == "stand-still"].equals(other[other["money"] == "stand-still"])
    assert other.loc[other["money"] == "envelope", "total"].tolist() == [3.0] * 4 + [12.0]


def test_a_backlog_is_cleared_by_its_year_and_stays_so() -> None:
    stated = case()
    money, condition = held(stated, Aim(POOR, 2020))
    roads = condition.rows.set_index("asset_class").loc["carriageway"]
    assert roads["today"] > 0
    assert roads["2020/21"] == roads["2021/22"] == 0
    still = held(stated, Aim(POOR))[0].rows
    total = [rows.loc[rows["money"] == "stand-still", "total"].iloc[-1] for rows in (money.rows, still)]
    assert total[0] > total[1]
    assert "By the end of 2020/21 nothing is poor" in money.note


def test_a_backlog_may_be_of_what_is_below_a_stated_index() -> None:
    stated = case()
    money, condition = held(stated, Aim(POOR, 2020, below=55.0))
    roads = condition.rows.set_index("asset_class").loc["carriageway"]
    assets = stated.inputs.register.assets
    mine = assets["asset_class"].eq("carriageway").to_numpy()
    index = starting_condition(assets, stated.inputs.model).index[mine].round(2)
    length = assets.loc[mine, "length_m"].to_numpy()
    assert roads["today"] == pytest.approx(length[index < 55].sum() / length.sum(), abs=1e-4)
    assert roads["2020/21"] == roads["2021/22"] == 0
    poor = held(stated, Aim(POOR, 2020))[0].rows
    total = [rows.loc[rows["money"] == "stand-still", "total"].iloc[-1] for rows in (money.rows, poor)]
    assert total[0] > total[1]
    assert "nothing is below an index of 55 that treatments reach" in money.note
    assert "share of stock below an index of 55" in condition.note


def test_what_no_works_hold_is_held_as_far_as_they_reach() -> None:
    # A footway at 41 may have no treatment until it is well below 40.
    assets = small_register().assets.copy()
    mine = assets["asset_class"] == "footway"
    assets.loc[mine, ["measure", "value", "surveyed_year"]] = ["index", 41.0, 2018.0]
    _, condition = held(case(assets=assets), Aim(POOR))
    row = condition.rows.set_index("asset_class").loc["footway"]
    assert row["today"] == 0
    assert row["2020/21"] > 0
    assert "leave Footways short" in condition.note


def test_a_target_may_be_an_average_index() -> None:
    free = case()
    assets = free.inputs.register.assets
    mine = assets["asset_class"].eq("carriageway") & assets["road_class"].isin(["B", "C"])
    length = assets["length_m"].where(mine, 0.0).to_numpy() / assets.loc[mine, "length_m"].sum()
    wanted = np.ceil(length @ outcome_at(free, free.settled()).plan.index[:, -1]) + 1
    target = {"asset_class": "carriageway", "year": 2021, "at_least": wanted, "road_class": ["B", "C"]}
    stated = case(targets=[target])
    assert length @ outcome_at(stated, stated.settled()).plan.index[:, -1] >= wanted - 1e-9
    row = next(row for row in stated.formulation.rows if row.key.kind == "target")
    assert row.words == f'targets[1] "average index carriageway" at_least {wanted:g} 2021'


def test_an_average_index_out_of_reach_is_named() -> None:
    stated = case(targets=[{"name": "as new", "asset_class": "carriageway", "year": 2019, "at_least": 99.0}])
    with pytest.raises(InfeasibleError, match="as new 2019"):
        stated.solve()


@pytest.mark.parametrize(
    ("target", "rule"),
    [
        ({"at_least": 50.0, "at_most": 0.1, "band": "poor"}, "of the average index"),
        ({"band": "poor"}, "missing"),
        ({"at_most": 0.1}, "needs either band or below"),
    ],
)
def test_faults_of_targets(target: dict, rule: str) -> None:
    data = {"name": "p", "register": "r", "first_year": 2019, "years": 2, "envelope": {"lines": {"bridges": [1, 1]}}}
    with pytest.raises(ConfigError, match=rule):
        make_plan({**data, "targets": [{"asset_class": "bridge", "year": 2019, **target}]})


@pytest.mark.parametrize(("clear_by", "held_by"), [(2020, "index"), (2020, None), (2030, "poor")])
def test_a_backlog_goes_with_what_is_poor_and_a_year_of_the_plan(clear_by: int, held_by: str | None) -> None:
    data = {"name": "p", "register": "r", "first_year": 2019, "years": 2, "envelope": {"lines": {"bridges": [1, 1]}}}
    forecast = {"clear_by": clear_by} | ({"standstill": held_by} if held_by else {})
    with pytest.raises(ConfigError) as caught:
        make_plan({**data, "forecast": forecast})
    assert caught.value.faults[0].column == "forecast.clear_by"
    with pytest.raises(ConfigError):
        standstill_statements(make_plan(data), held_by or "all", clear_by)


@pytest.mark.parametrize(("measure", "below"), [("index", 55.0), ("poor", 0.0), ("poor", 101.0)])
def test_an_index_goes_with_what_is_poor(measure: str, below: float) -> None:
    data = {"name": "p", "register": "r", "first_year": 2019, "years": 2, "envelope": {"lines": {"bridges": [1, 1]}}}
    with pytest.raises(ConfigError) as caught:
        standstill_statements(make_plan(data), measure, below=below)
    assert [fault.column for fault in caught.value.faults] == ["below"]


def few_of(folder: Path, rows: Sequence[str]) -> Path:
    plan = plain_plan(folder)
    plan.write_text("\n".join([plan.read_text(encoding="utf-8"), *rows]), encoding="utf-8")
    return plan


@pytest.mark.slow
def test_the_command_prints_and_writes(tmp_path: Path) -> None:
    plan = few_of(tmp_path, [])
    done = run("standstill", plan, "-o", tmp_path / "out")
    assert done.returncode == 0
    assert "Stand-still money by line, £m, prices of 2019/20" in done.text
    assert "none that do this cost less than £" in done.text
    written = pd.read_csv(tmp_path / "out" / "standstill.csv")
    roads = written[written["line"].str.startswith("carriageway") & (written["money"] == "stand-still")]
    # A tenth of a county whose council published £21m a year.
    assert roads["total"].sum() / 5 == pytest.approx(2.1, abs=0.5)
    assert run("standstill", plan, "--clear-by", 2031).returncode == 1
