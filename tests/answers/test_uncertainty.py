"""A plan under many futures: chances by their closed forms, nothing to know where all is known, and the command."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from commands import run
from round_cases import PLAN, write_inputs

import assetplan
from assetplan import condition
from assetplan.analyses import FUTURE_GAP
from assetplan.answers import Uncertainty, drawn
from assetplan.answers.drawn import DrawnFutures
from assetplan.answers.many_futures import Valuation
from assetplan.answers.replanning import Replanning
from assetplan.answers.uncertainty import AVERAGE, PLANNED, Effort, uncertainty_of
from assetplan.config.uncertainty import UncertaintySettings
from assetplan.errors import ConfigError
from assetplan.inputs.load import Inputs
from assetplan.optimisation.problem import Solution
from assetplan.optimisation.problem.canonical import canonical
from assetplan.optimisation.solving import solve
from assetplan.preparation import Clock, Prepared, prepare
from assetplan.reference import load_table
from assetplan.strategies import Doubts, load_doubts, simulate, starting_condition

READINGS = Doubts(0.0, load_doubts().readings)  # paces that differ take seconds of the years after the plan
SURE = Doubts(0.0, dict.fromkeys(READINGS.readings, 0.0))
TARGETS = """
targets = [
    { asset_class = "carriageway", year = 2021, band = "poor", at_most = 0.9 },
    { asset_class = "footway", year = 2020, at_least = 62 },
]
"""
RISKS = """
[uncertainty]
price_spread = 0.05
winter_chance = 0.3
surveys = { carriageway = 50, carriageway_A = 1_000, footway = 40 }
grants = [{ name = "challenge fund", line = "bridges", amounts = [0, 90_000, 10], fails = 0.25 }]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    plan = PLAN.replace("[envelope]", TARGETS + "[envelope]", 1) + RISKS
    return write_inputs(tmp_path_factory.mktemp("uncertain"), plan)


@pytest.fixture(scope="module")
def made(folder: Path) -> Prepared:
    return prepare(assetplan.read_plan(folder / "plan.toml"), None, Clock(lambda stage: None))


@pytest.fixture(scope="module")
def solution(made: Prepared) -> Solution:
    return solve(made.formulation.problem, 1e-6)


@pytest.fixture(scope="module")
def inputs(made: Prepared) -> Inputs:
    return made.inputs


@pytest.fixture(scope="module")
def answer(made: Prepared, solution: Solution) -> Uncertainty:
    futures = DrawnFutures(made.inputs, 16, 3, READINGS)
    return uncertainty_of(
        futures, made.starting, made.traffic, made.formulation, solution, Effort(6, 2, FUTURE_GAP, 10.0)
    )


def test_more_futures_of_a_seed_keep_the_first_and_another_seed_has_others(inputs: Inputs) -> None:
    few, many, other = (DrawnFutures(inputs, count, seed, load_doubts()) for count, seed in ((3, 1), (40, 1), (3, 2)))
    for number in range(3):
        first, again, else_ = few.draw(number), many.draw(number), other.draw(number)
        assert np.array_equal(first.decay.pace, again.decay.pace)
        assert np.array_equal(first.roads, again.roads)
        assert np.array_equal(first.prices, again.prices)
        assert not np.array_equal(first.decay.pace, else_.decay.pace)
        assert not np.array_equal(first.prices, else_.prices)
    assert not np.array_equal(many.draw(0).decay.pace, many.draw(drawn.STRATA).decay.pace)
    assert list(many.others)[:3] == list(few.others)
    assert not np.array_equal(few.draw(0).decay.pace, few.draw(few.others[0]).decay.pace)


def test_prices_winters_and_grants_come_as_often_as_stated(inputs: Inputs) -> None:
    futures = DrawnFutures(inputs, 100, 0, SURE)
    draws = [futures.draw(number) for number in range(futures.count)]
    prices, hard = np.array([each.prices for each in draws]), np.array([each.roads > 1 for each in draws])
    assert (prices[:, 0] == 1).all()
    # Growth of two years, each of a spread of 0.05: the chance that it is above 0.03, as a normal has it.
    share, n = 1 - NormalDist(0, 0.05 * np.sqrt(2)).cdf(0.03), futures.count
    assert (np.log(prices[:, 2]) > 0.03).mean() == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / n))
    assert hard.mean() == pytest.approx(0.3, abs=4 * np.sqrt(0.3 * 0.7 / hard.size))
    failed = np.array([each.failed for each in draws])
    assert failed.mean() == pytest.approx(0.25, abs=4 * np.sqrt(0.25 * 0.75 / n))


def test_a_hard_winter_brings_as_many_potholes_as_stated(inputs: Inputs) -> None:
    futures, model = DrawnFutures(inputs, 2, 0, SURE), inputs.model
    roads = inputs.register.assets.query("asset_class == 'carriageway'").reset_index(drop=True)
    index = starting_condition(roads, model).index
    life = np.array([model.groups[g].residual_life(index[[k]])[0] for k, g in enumerate(roads["group"])])
    rate = load_table("defect_rates").query("defect == 'potholes'").set_index("band")["rate"]
    by_band = rate[list(condition.band_names("residual_life"))].to_numpy(dtype=float)

    def potholes(years: float) -> float:
        lasts = np.maximum(life - years, 0.0)
        return float(by_band @ condition.quantity_in_bands("residual_life", lasts, roads["length_m"].to_numpy()))

    # Sections pass from band to band one by one: the rise lies between the steps about it.
    wanted = (1 + futures.risk("winter_potholes")) * potholes(0.0)
    assert futures.winter_years > 0
    assert potholes(futures.winter_years - 0.1) <= wanted <= potholes(futures.winter_years + 0.1)


@pytest.mark.slow
def test_where_all_is_known_every_future_is_the_plan(made: Prepared, solution: Solution) -> None:
    certain = UncertaintySettings(price_spread=0, winter_chance=0)
    inputs = replace(made.inputs, plan=made.inputs.plan.model_copy(update={"uncertainty": certain}))
    futures, planned = DrawnFutures(inputs, 3, 0, SURE), solution.benefit
    answer = uncertainty_of(futures, made.starting, made.traffic, made.formulation, solution, Effort(2, 2, 1e-6, 10.0))
    knowledge = answer.knowledge.set_index("measure")
    assert answer.futures["benefit"].tolist() == pytest.approx([planned] * 3)
    assert (answer.programmes["benefit_se"] == 0).all()
    assert knowledge["value"].abs().max() <= 1e-5 * planned
    # Nothing is observed that was not expected, so nothing is planned otherwise.
    assert answer.replanning["anew"].tolist() == pytest.approx(answer.replanning["held"].tolist(), rel=1e-5)
    benefit = answer.replanning.query("measure == 'benefit'")
    assert benefit["held"].tolist() == pytest.approx([planned] * 2, rel=1e-6)
    assert answer.groups["value"].abs().max() == pytest.approx(0, abs=0.01)
    assert (answer.money["within"] == 1).all()
    assert (answer.futures["over"] == 0).all()
    assert len(answer.core) == answer.works["planned"].sum()


def test_chances_are_shares_and_sums_are_those_of_the_parts(answer: Uncertainty) -> None:
    chances = [answer.money["within"], answer.targets["met"], answer.works["share"], answer.works["treated"]]
    assert pd.concat(chances).between(0, 1).all()
    assert answer.futures["targets_met"].mean() == pytest.approx(answer.targets["met"].sum(), abs=1e-3)
    assert answer.targets["met"].iloc[0] == 1 > answer.targets["met"].iloc[1]
    footways = answer.condition.query("asset_class == 'footway' and year == 2020").iloc[0]
    assert answer.targets[["mean", "low", "high"]].iloc[1].tolist() == pytest.approx(
        footways[["index", "index_low", "index_high"]].tolist(), abs=0.01
    )
    assert (answer.targets["met_se"] > 0).all()
    rows = answer.programmes.set_index("name")
    assert rows.loc[PLANNED, "benefit"] == pytest.approx(answer.futures["benefit"].mean(), abs=0.01)
    assert rows.loc[PLANNED, "worst"] == pytest.approx(answer.futures["benefit"].nsmallest(4).mean(), abs=0.01)
    assert rows.loc[PLANNED, "cost"] == pytest.approx(answer.money["cost"].sum(), abs=0.1)
    gain = answer.knowledge.set_index("measure").loc["best on average", "value"]
    assert gain == pytest.approx(rows.loc[AVERAGE, "benefit"] - rows.loc[PLANNED, "benefit"], abs=0.02)
    assert answer.knowledge.set_index("measure").loc["perfect information", "value"] >= 0
    assert (answer.works["share"] <= answer.works["treated"] + 1e-9).all()


def test_money_is_enough_unless_prices_pass_it_or_the_grant_fails(answer: Uncertainty, inputs: Inputs) -> None:
    futures = DrawnFutures(inputs, 16, 3, READINGS)
    draws = [futures.draw(number) for number in range(16)]
    for row in answer.money.to_dict("records"):
        factor = np.array([each.prices[row["year"] - 2019] for each in draws])
        lost = 90_000 * np.array([each.failed[0] for each in draws]) * ((row["line"], row["year"]) == ("bridges", 2020))
        assert row["within"] == np.mean(row["cost"] * factor <= row["money"] - lost + 0.01)
        assert row["nine_in_ten"] == pytest.approx(np.quantile(row["cost"] * factor, 0.9), abs=0.02)


def test_what_is_ahead_of_the_firm_years_costs_what_the_plan_has_it_at(made: Prepared, solution: Solution) -> None:
    options, inputs = made.formulation.options, made.inputs
    valuation = Valuation.of(DrawnFutures(inputs, 2, 0, SURE), made.traffic)
    replanning = Replanning(valuation, made.formulation, made.starting, FUTURE_GAP, 10.0)
    schedule = options.schedule[solution.chosen]
    expected = simulate(inputs.register.assets, made.starting, schedule, inputs.model, made.traffic).index
    for year in (1, 2):
        same = (options.schedule[:, :year] == schedule[options.asset][:, :year]).all(axis=1)
        ahead = replanning.ahead(solution.chosen, year, expected[:, year], np.flatnonzero(same))
        # What is past is the same for every option of an asset that agrees with it.
        past = pd.Series((options.whole_life_cost - options.beside)[same] - ahead).groupby(options.asset[same])
        assert (past.max() - past.min()).max() == pytest.approx(0, abs=1e-3)
        assert past.max().min() >= 0


def test_a_plan_made_anew_keeps_its_firm_works_and_its_limits(made: Prepared, solution: Solution) -> None:
    futures, problem = DrawnFutures(made.inputs, 12, 1, READINGS), made.formulation.problem
    replanning = Replanning(Valuation.of(futures, made.traffic), made.formulation, made.starting, 1e-6, 10.0)
    kept = made.formulation.options.schedule[:, :2]
    anew = [replanning.follow(futures.draw(number), solution) for number in range(3)]
    assert any((chosen != solution.chosen).any() for chosen in anew)
    for chosen in anew:
        assert np.array_equal(kept[chosen], kept[solution.chosen])
        assert canonical(problem).is_feasible(chosen, solution.amounts)


def test_groups_are_listed_by_what_a_pound_of_survey_brings(answer: Uncertainty) -> None:
    rows = answer.groups.set_index("group")
    prices = {"carriageway_BC": 50, "carriageway_A": 1_000, "footway": 40}
    for group, price in prices.items():
        assert rows.loc[group, "survey"] == pytest.approx(price * rows.loc[group, "stock"], abs=0.1)
        assert rows.loc[group, "ratio"] == pytest.approx(rows.loc[group, "value"] / rows.loc[group, "survey"], abs=0.01)
    assert rows["ratio"].iloc[:-1].is_monotonic_decreasing
    assert rows.index[-1] == "bridge"
    assert np.isnan(rows.loc["bridge", "ratio"])


@pytest.mark.slow
def test_the_command_prints_and_writes_every_table(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawn, "load_doubts", lambda: READINGS)
    done = run(
        "uncertainty", "plan.toml", "--futures", "3", "--solved-for", "2", "--replanned", "1", "-o", "out", cwd=folder
    )
    assert done.returncode == 0, done.stderr
    assert "3 futures." in done.text
    assert "the robust core" in done.text
    works = pd.read_csv(folder / "out" / "works.csv")
    assert works["planned"].any()
    tables = {path.stem for path in (folder / "out").glob("*.csv")}
    assert tables == {
        "futures",
        "programmes",
        "targets",
        "money",
        "condition",
        "works",
        "knowledge",
        "groups",
        "replanning",
    }
    wrong = run("uncertainty", "plan.toml", "--futures", "1", cwd=folder)
    assert wrong.returncode != 0
    assert "must be a whole number from 2 to 1000" in wrong.stderr


@pytest.mark.slow
def test_a_survey_of_what_there_is_not_is_a_fault(folder: Path) -> None:
    path = folder / "wrong.toml"
    path.write_text(PLAN + "[uncertainty]\nsurveys = { rivers = 1 }\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="there is no such group or asset class"):
        assetplan.uncertainty(assetplan.read_plan(path))


@pytest.mark.parametrize(
    ("grant", "rule"),
    [
        ('line = "none", amounts = [1, 1, 1]', "the envelope has no such line"),
        ('line = "bridges", amounts = [1, 1]', "has 2 amounts, but the plan has 3 years"),
        ('line = "bridges", amounts = [1, 100_000, 1]', "is more than the money of bridges"),
    ],
)
def test_a_grant_that_no_line_has_is_a_fault(folder: Path, grant: str, rule: str) -> None:
    path = folder / "wrong.toml"
    path.write_text(PLAN + f'[uncertainty]\ngrants = [{{ name = "fund", fails = 0.5, {grant} }}]\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=rule):
        assetplan.read_plan(path)


@pytest.mark.slow
def test_a_pace_that_is_not_known_is_worth_knowing(folder: Path) -> None:
    answer = assetplan.uncertainty(assetplan.read_plan(folder / "plan.toml"), 16, 6, seed=3)
    known = answer.knowledge.set_index("measure").loc["perfect information"]
    assert known["value"] > 0
    # No group of this plan shares sites with another, and at prices that stay they are together worth more than all.
    assert answer.groups["value"].sum() >= 0.99 * known["value"]
    assert answer.programmes.set_index("name").loc[PLANNED, "benefit_se"] > 0
