"""The business case: its sums are those of the plan, its options are what they claim, what is printed adds up."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from constraint_cases import LINES, case, exact, outcome_at, small_register

import assetplan
from assetplan.answers.site_rules import with_own_sites
from assetplan.connectivity.criticality import weighed
from assetplan.connectivity.layout import lay_out
from assetplan.connectivity.road_runs import road_runs
from assetplan.finance import Statement
from assetplan.formulation import build_problem
from assetplan.formulation.site_costs import SiteWorks
from assetplan.formulation.works import Works
from assetplan.inputs.load import load_inputs
from assetplan.optimisation.solving import solve
from assetplan.outcome.outcome import Outcome, outcome_of
from assetplan.outcome.summary import Findings, summarise
from assetplan.outcome.tables import programme_tables
from assetplan.statements.business_case import business_case
from assetplan.statements.option_figures import LATER, OptionFigures, _shares, _Spent, figures
from assetplan.statements.options import OPTIONS, Option, current_spend, note_on_minimum, options_of
from assetplan.strategies import Traffic

UNIT_STEPS = 1_000  # £m are printed to three decimals


def today(current: dict[str, float], lines: dict[str, list[float]] = LINES, **more: object) -> dict:
    """An envelope whose approved money is that of some lines, of which this much is spent today."""
    split = {line: [amount - current[line] for amount in lines[line]] for line in current}
    rest = {line: amounts for line, amounts in lines.items() if line not in current}
    return {"lines": rest, "current": current, "additional": split, **more}


def options_at(outcome: Outcome, gap: float, seconds: float) -> tuple[Option, ...]:
    """The options of a plan whose today's money is chosen in its own problem."""
    return options_of(outcome, current_spend(outcome.inputs, outcome.formulation, outcome.starting.index, gap, seconds))


@dataclass(frozen=True)
class County:
    outcome: Outcome
    traffic: Traffic
    works: pd.DataFrame
    summary: dict
    options: tuple[Option, ...]
    figures: tuple[OptionFigures, ...]
    tables: tuple[Statement, ...]
    unit_cost: np.ndarray


@pytest.fixture(scope="module")
def county(small_stages: tuple, small_county: Path) -> County:
    """The small example county with half of its money current, commitments, shared sites and weight limits in it."""
    plan = assetplan.read_plan(small_county / "plan.toml")
    lines = plan.envelope.lines
    split = {line: tuple(amount - min(amounts) / 2 for amount in amounts) for line, amounts in lines.items()}
    money = {"current": {line: min(amounts) / 2 for line, amounts in lines.items()}, "additional": split, "lines_": {}}
    given, starting, traffic, grown = small_stages
    inputs = load_inputs(plan.model_copy(update={"envelope": plan.envelope.model_copy(update=money)}))
    # Candidates do not know money, so they are those of the county's own plan.
    inputs = replace(inputs, register=given.register, tables=given.tables, claims_factor=given.claims_factor)
    layout = lay_out(inputs.register.assets, inputs.register.other_roads)
    inputs = weighed(inputs, layout)
    runs = road_runs(inputs.register.assets, layout, inputs.tables.classes)
    statement = build_problem(inputs, grown, runs)
    solution = statement.settle(solve(statement.problem, 1e-2, 20.0))
    outcome = outcome_of(inputs, starting, traffic, statement, solution)
    works, table = programme_tables(outcome)
    phasing = {"cases": [], "amounts": [], "note": ""}
    restrictions = {"years": [], "falling": [], "cut_off": [], "unplaced": []}
    summary = summarise(outcome, works, table, {}, Findings([], [], phasing, restrictions, [], {}))
    today = build_problem(with_own_sites(inputs), grown, runs)
    options = options_of(outcome, current_spend(inputs, today, starting.index, 2e-2, 20.0))
    tables = business_case(outcome, traffic, options)
    return County(outcome, traffic, works, summary, options, figures(outcome, options, traffic), tables, grown.cost)


def net(by_option: tuple[OptionFigures, ...], place: int) -> np.ndarray:
    """Benefit of an option by line (£), unrounded."""
    mine = by_option[place]
    return np.sum(list(mine.avoided.values()), axis=0) - (mine.present - by_option[0].present)


@pytest.mark.slow
def test_what_is_avoided_and_spent_is_the_benefit_to_the_penny(county: County) -> None:
    nothing = county.options[0]
    assert county.outcome.options.beside[county.outcome.chosen].any()  # sites are in it
    assert (nothing.schedule >= 0).any()  # and commitments
    for place, option in enumerate(county.options):
        # By the candidates' own benefit, reckoned when they were grown; the other side was simulated afterwards.
        assert net(county.figures, place).sum() == pytest.approx(
            option.candidates.benefit[option.chosen].sum() - nothing.candidates.benefit[nothing.chosen].sum(), abs=0.01
        )


@pytest.mark.slow
def test_benefit_by_line_is_that_of_the_programmes_works(county: County) -> None:
    works, recommended = county.works, county.figures[OPTIONS.index("recommended")]
    ids = county.outcome.inputs.register.assets["asset_id"].to_numpy(dtype=object)
    benefit, nothing = county.outcome.options.benefit, county.options[0].chosen
    # What is there in any case is counted by the programme, and not here.
    kept = pd.Series(benefit[nothing], index=ids)
    share = works["cost"] / works.groupby("asset_id")["cost"].transform("sum")
    own = works["benefit"] - kept.loc[works["asset_id"]].to_numpy() * share
    for k, line in enumerate(county.outcome.inputs.limits.lines):
        mine = works["line"] == line
        assert recommended.works[k] == mine.sum()
        # Works are stored to the penny, some thousands of them.
        assert recommended.cost[k] == pytest.approx(works.loc[mine, "cost"].sum(), abs=10)
        assert net(county.figures, OPTIONS.index("recommended"))[k] == pytest.approx(own[mine].sum(), abs=10)


@pytest.mark.slow
def test_more_money_buys_more(county: County) -> None:
    benefit = [net(county.figures, place).sum() for place in range(len(OPTIONS))]
    assert benefit[0] == 0
    assert benefit[0] < benefit[1] < benefit[2] < benefit[3]
    assert county.figures[0].works.sum() == county.works["committed"].sum()


@pytest.mark.slow
def test_minimum_keeps_todays_money_in_each_year(county: County) -> None:
    minimum, inputs = county.options[1], county.outcome.inputs
    works = Works.of(inputs.register.assets, inputs.model, minimum.candidates.take(minimum.chosen))
    line = works.treatments["line"].to_numpy()[works.treatment]
    used = pd.Series(works.cost).groupby([line, works.year]).sum()
    cap = pd.Series(inputs.plan.envelope.current)[used.index.get_level_values(0)].to_numpy() * 1e6
    assert (used.to_numpy() <= cap + 0.01).all()
    assert set(minimum.means) == {"today's money, the worst first"}


@pytest.mark.slow
def test_by_a_rule_of_thumb_every_section_has_a_site_of_its_own(county: County) -> None:
    recommended, minimum = (county.options[OPTIONS.index(name)] for name in ("recommended", "minimum"))
    assert county.outcome.formulation.sharing.saved[recommended.chosen].any()
    inputs, own = county.outcome.inputs, minimum.candidates
    works = Works.of(inputs.register.assets, inputs.model, own.take(minimum.chosen))
    site = SiteWorks.of(works, inputs.sites).beside.sum()
    assert own.beside[minimum.chosen].any()
    # Commitments and all: nobody shares, so that all sites together are those of the works by themselves.
    assert (own.cost - county.unit_cost)[minimum.chosen].sum() == pytest.approx(site, abs=0.01)


@pytest.mark.slow
def test_condition_is_that_of_the_programme(county: County) -> None:
    table = pd.DataFrame(county.summary.condition)
    last = table[(table["year"] == max(county.outcome.years)) & (table["case"] == "plan")]
    lines = county.outcome.inputs.limits.lines
    for line, asset_class in (("bridges", "bridge"), ("carriageway_major", "carriageway"), ("property", "building")):
        mine = last[last["asset_class"] == asset_class].set_index("band")["quantity"]
        share = mine[mine.index.intersection(["poor", "very poor", "C", "D"])].sum() / mine.sum()
        # The summary's quantities are rounded.
        assert county.figures[2].poor[lines.index(line)] == pytest.approx(share, abs=1e-3)


def steps(column: pd.Series) -> np.ndarray:
    return np.rint(column.to_numpy(dtype=float) * UNIT_STEPS).astype(int)


@pytest.mark.slow
def test_what_is_printed_adds_up(county: County) -> None:
    pack, avoided = county.tables
    assert (pack.name, avoided.name) == ("business_case", "avoided_cost")
    assert pack.basis == avoided.basis == "£m, prices of 2019/20"
    streams = [name for name in pack.rows if name.startswith("avoided_")]
    assert streams == [
        f"avoided_{name}" for name in ("reactive", "claims", "risk", "user", "detours", LATER.replace(" ", "_"))
    ]
    per = pack.rows.groupby("option", sort=False)
    assert list(per.groups) == list(OPTIONS)
    nothing = steps(per.get_group("do-nothing")["present_value"])
    for _, rows in per:
        gained = sum(steps(rows[name]) for name in streams) - (steps(rows["present_value"]) - nothing)
        assert (gained == steps(rows["benefit"])).all()
        for name in ("works", "cost", "present_value", "benefit", *streams):
            assert steps(rows[name])[:-1].sum() == steps(rows[name])[-1]
    plan = per.get_group("recommended").iloc[-1]
    inner = avoided.rows.iloc[:-2]
    total, published = avoided.rows.iloc[-2], avoided.rows.iloc[-1]
    for name in ("do_nothing", "plan", "avoided"):
        assert steps(inner[name]).sum() == round(total[name] * UNIT_STEPS)
    assert (steps(inner["do_nothing"]) - steps(inner["plan"]) == steps(inner["avoided"])).all()
    assert total["avoided"] == plan["benefit"]
    assert published["avoided"] == 150.0
    assert published["basis"] == "published upper bound, never a target"
    assert published[["do_nothing", "plan"]].isna().all()


@pytest.mark.slow
def test_tables_are_read_back_from_a_summary(county: County) -> None:
    for table in county.tables:
        back = Statement.from_json(json.loads(json.dumps(table.as_json(), allow_nan=False)))
        pd.testing.assert_frame_equal(back.rows, table.rows, check_dtype=False)


@pytest.mark.slow
def test_streams_are_those_of_the_programme(county: County) -> None:
    of_summary = {row["stream"]: row["plan"] / 1e6 for row in county.summary.streams}
    rows = county.tables[1].rows.set_index("stream")["plan"]
    # What is avoided is summed from what is printed by line: a step a line at most.
    for name in ("reactive", "claims", "risk", "user", "detours"):
        assert rows[name] == pytest.approx(of_summary[name], abs=8 / UNIT_STEPS)
    works = rows["works in the plan years"] + rows[LATER]
    assert works == pytest.approx(of_summary["works"], abs=16 / UNIT_STEPS)


@pytest.mark.slow
def test_benefit_per_pound_is_on_what_is_spent_beside_do_nothing(county: County) -> None:
    rows = county.tables[0].rows.pivot(index="line", columns="option")
    spent = rows["present_value"]["full"] - rows["present_value"]["do-nothing"]
    ratio = rows["benefit"]["full"] / spent
    large = spent > 1
    assert large.any()
    # The ratio is of pounds, and printed to two decimals; those of £m and more hold to three digits.
    np.testing.assert_allclose(rows["benefit_per_pound"]["full"][large], ratio[large], atol=0.01)
    assert rows["benefit_per_pound"]["do-nothing"].isna().all()


MODEST = {"carriageway_preventative": 9_000.0, "carriageway_major": 30_000.0, "footways": 5_000.0}
FUNDED: dict[str, Any] = {
    "sources": [
        {"name": "grant", "amounts": [200_000.0] * 3, "line": list(LINES)},
    ],
    "limits": [{"name": "dressing", "of": "number", "treatment": "surface_dressing", "at_most": 3}],
    "targets": [{"asset_class": "carriageway", "band": "very poor", "year": 2021, "at_most": 0.06}],
}


@cache
def modest() -> Outcome:
    """A plan in cash with a source, a limit and a target, whose bridges have no current money."""
    stated = case(today(MODEST, prices="cash", inflation=0.05, below={"footways": 0.9}), **FUNDED)
    return outcome_at(stated, stated.solve())


def test_minimum_is_the_best_that_todays_money_buys() -> None:
    outcome = modest()
    minimum = options_at(outcome, 1e-9, 30.0)[1]
    assert {row.key.kind for row in outcome.formulation.rows} >= {"line floor", "funding", "source", "target"}
    # The same question asked as a plan of its own, solved by one integer model.
    money = {line: [amount / 1.05**year for year in range(3)] for line, amount in MODEST.items()}
    other = case({"lines": money | {"bridges": [0.0] * 3}}, limits=FUNDED["limits"])
    assert outcome.options.benefit[minimum.chosen].sum() == pytest.approx(exact(other.problem), abs=0.01)
    by_line = dict(zip(outcome.inputs.limits.lines, minimum.means, strict=True))
    assert by_line["bridges"] == "no current money is stated: what is committed alone"
    assert by_line["footways"] == "today's money"


def test_a_plan_without_current_money_has_it_in_its_note() -> None:
    stated = case()
    outcome = outcome_at(stated, stated.solve())
    pack, _ = business_case(outcome, None, options_at(outcome, 1e-3, 5.0))
    rows = pack.rows.set_index(["option", "line"])
    assert (rows.loc["minimum", "benefit"] == 0).all()
    assert (rows.loc["minimum", "works"] == 0).all()
    assert rows.loc[("minimum", "bridges"), "means"] == "no current money is stated: what is committed alone"
    assert "states no current money" in pack.note
    assert rows.loc[("recommended", "total"), "cost"] > 0


def committed(year: float, treatment: str = "resurfacing") -> pd.DataFrame:
    """The small register with a section promised that treatment."""
    assets = small_register().assets.copy()
    row = assets.index[assets["asset_class"] == "carriageway"][3]
    assets.loc[row, ["committed_treatment", "committed_year"]] = [treatment, year]
    return assets


def test_a_commitment_above_todays_money_is_kept_and_noted() -> None:
    current = dict.fromkeys(LINES, 1.0)
    stated = case(today(current, {line: [300_000.0] * 3 for line in LINES}), committed(2020.0))
    outcome = outcome_at(stated, stated.solve())
    nothing, minimum, *_ = options_at(outcome, 1e-6, 10.0)
    line = outcome.inputs.limits.lines.index("carriageway_major")
    spent = figures(outcome, (nothing, minimum), None)
    assert spent[1].cost[line] == pytest.approx(spent[0].cost[line], abs=3.0)  # £1 a year is all there is beside it
    assert spent[0].cost[line] > 1_000
    assert minimum.means[line] == "today's money, or what is committed in a year in which that is more"
    assert minimum.means[outcome.inputs.limits.lines.index("bridges")] == "today's money"


def test_where_todays_money_cannot_do_what_must_be_done_minimum_is_what_is_committed() -> None:
    assets = small_register().assets
    bridge = assets.loc[assets["asset_class"] == "bridge", "asset_id"].iloc[0]
    rich = {line: [3e6] * 3 for line in LINES}
    rules = {"require": [{"asset": [bridge], "line": ["bridges"], "by_year": 2021}]}
    free = case(today(dict.fromkeys(LINES, 1.0), rich), rules=rules)
    cheapest = options_at(outcome_at(free, free.solve()), 1e-6, 10.0)[0].chosen
    year = 2019 + int(np.flatnonzero((free.formulation.options.schedule[cheapest] >= 0).any(axis=0))[0])
    # The cheapest way is barred by a limit, and today's money buys no other.
    barred = [{"name": "none yet", "of": "number", "line": ["bridges"], "years": [year], "at_most": 0}]
    stated = case(today(dict.fromkeys(LINES, 1.0), rich), rules=rules, limits=barred)
    outcome = outcome_at(stated, stated.solve())
    nothing, minimum, *_ = options_at(outcome, 1e-6, 10.0)
    assert minimum.chosen.tolist() == nothing.chosen.tolist()
    means = "nothing fits within today's money and the plan's other limits: what is committed alone"
    assert set(minimum.means) == {means}
    assert note_on_minimum(outcome, minimum) == f"Minimum: {means}."


@pytest.mark.parametrize("of", ["least cost", "condition"])
def test_other_objectives_are_counted_in_pounds(of: str) -> None:
    reach = [{"asset_class": "carriageway", "band": "very poor", "year": 2021, "at_most": 0.05}]
    stated = case(today(MODEST), objective={"of": of}, **({"targets": reach} if of == "least cost" else {}))
    outcome = outcome_at(stated, stated.solve())
    options = options_at(outcome, 1e-6, 20.0)
    sums = figures(outcome, options, None)
    benefit, sought = outcome.options.benefit, outcome.problem.benefit
    for place, option in enumerate(options):
        assert net(sums, place).sum() == pytest.approx(
            (benefit - benefit[options[0].chosen][outcome.options.asset])[option.chosen].sum(), abs=0.01
        )
    if of == "condition":
        gained = [sought[option.chosen].sum() for option in options]
        assert gained[0] < gained[1] < gained[2] < gained[3]
    else:
        most = [
            benefit[outcome.options.starts[a] : outcome.options.starts[a + 1]].max()
            for a in range(outcome.problem.n_assets)
        ]
        assert benefit[options[3].chosen].sum() == pytest.approx(sum(most))
        assert 0 < net(sums, 1).sum() < net(sums, 3).sum()


def test_the_worst_first_spends_todays_money_in_order_of_condition() -> None:
    outcome = modest()
    plan = outcome.inputs.plan
    by_rule = plan.model_copy(update={"forecast": plan.forecast.model_copy(update={"current_spend": "worst_first"})})
    mine = replace(outcome, inputs=replace(outcome.inputs, plan=by_rule))
    nothing, minimum = options_at(mine, 1e-9, 30.0)[:2]
    best = options_at(outcome, 1e-9, 30.0)[1]
    benefit = outcome.options.benefit
    assert benefit[nothing.chosen].sum() < benefit[minimum.chosen].sum() < benefit[best.chosen].sum()
    by_line = dict(zip(mine.inputs.limits.lines, minimum.means, strict=True))
    assert by_line["footways"] == "today's money, the worst first"
    assert by_line["bridges"] == "no current money is stated: what is committed alone"
    money = sum(MODEST["footways"] / 1.05**year for year in range(3))
    spent = figures(mine, (nothing, minimum), None)[1].cost[mine.inputs.limits.lines.index("footways")]
    assert 0 < spent <= money
    # An asset is passed over only where nothing of it fits: the worst that gains is treated.
    gain = np.maximum.reduceat(benefit, outcome.options.starts[:-1]) > 0
    footways = (mine.inputs.register.assets["asset_class"] == "footway").to_numpy()
    worst = min(np.flatnonzero(gain & footways), key=lambda asset: outcome.starting.index[asset])
    assert (outcome.options.schedule[minimum.chosen[worst]] >= 0).any()


def test_a_search_out_of_time_is_noted() -> None:
    outcome = modest()
    late = replace(options_at(outcome, 1e-6, 10.0)[1], gap=0.0123)
    assert "1.23% short of its bound" in note_on_minimum(outcome, late)


def test_shares_fall_back_to_numbers_where_works_cost_nothing() -> None:
    number = np.array([[1, 1], [1, 3], [0, 0], [0, 0]])
    cost = np.array([[30.0, 10.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    before = np.array([[0, 0], [0, 0], [0, 2], [0, 0]])
    shares = _shares(_Spent(number, cost, cost), _Spent(before, 0 * cost, 0 * cost))
    assert shares.tolist() == [[0.75, 0.25], [0.25, 0.75], [0.0, 1.0], [0.0, 0.0]]
