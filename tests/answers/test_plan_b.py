"""Plan B: what drops first where income fails is the difference of two plans solved apart."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bid_cases import chosen_of, of_bids
from commands import run
from constraint_cases import small_plan, small_register

from assetplan.analyses import plan_b
from assetplan.answers.plan_b import MORE, SUM, PlanB, failures
from assetplan.cli.plan_b_text import plan_b_text
from assetplan.errors import ConfigError
from assetplan.inputs.load import load_inputs
from assetplan.planning import prepare
from assetplan.preparation import Clock, solved
from assetplan.register import Register, write_register

WORTH = {"criteria": ["financial benefit"], "source": "case"}
HALL = {
    **WORTH, "name": "Hall", "costs": {"bridges": [30_000.0]}, "benefit": 34_000.0, "grants": [24_000.0],
    "grants_probability": 0.75, "latest": 2019,
}  # fmt: skip
SHED = {**WORTH, "name": "Shed", "costs": {"bridges": [9_000.0]}, "benefit": 14_000.0}
LINES = {
    "carriageway_preventative": [9e3] * 3,
    "carriageway_major": [9e3] * 3,
    "footways": [5e3] * 3,
    "bridges": [2e4] * 3,
}
GRANT = {"name": "growth fund", "type": "grant", "amounts": [40_000.0] * 3, "probability": 0.5}
SOLVER = {"target_gap": 1e-9}


def few() -> Register:
    """Two bridges and two footways."""
    register = small_register()
    assets = register.assets
    rows = [assets[assets["asset_class"] == name].index[:2] for name in ("bridge", "footway")]
    part = assets.loc[[*rows[0], *rows[1]]].reset_index(drop=True).assign(parent_id="")
    return replace(register, assets=part, inspections=register.inspections.iloc[:0])


def stated(**keys: Any) -> Any:
    return small_plan({"lines": LINES}, **{"bids": [HALL, SHED], "solver": SOLVER, **keys})


@pytest.fixture(scope="module")
def answer() -> PlanB:
    return plan_b(stated(), 15_000.0, 2, few())


def test_the_first_step_without_a_bids_grant_is_the_difference_of_two_plans_solved_apart(answer: PlanB) -> None:
    chosen, value = [], []
    for hall in (HALL, {key: each for key, each in HALL.items() if not key.startswith("grants")}):
        plan = stated(bids=[hall, SHED])
        made = prepare(plan, few(), Clock(lambda stage: None))
        solution = solved(plan, made.formulation, Clock(lambda stage: None))
        options, bids = made.formulation.options, made.formulation.bids
        rows = [tuple(options.schedule[row]) for row in made.formulation.chosen(solution)]
        rows += [(bids.start[row],) for row in made.formulation.chosen_bids(solution)]
        names = [*made.inputs.register.assets["asset_id"], *bids.names]
        chosen.append(dict(zip(names, rows, strict=True)))
        value.append(solution.benefit)
    (step,) = answer.steps[answer.steps["failure"] == "grant of Hall"].to_dict("records")
    assert step["lost"] == pytest.approx(value[0] - value[1], abs=0.01)
    assert step["lost"] > 0
    assert (step["chance"], step["amount"]) == (0.25, 18_000.0)
    differs = {name for name in chosen[0] if chosen[0][name] != chosen[1][name]}
    mine = answer.changes[answer.changes["failure"] == "grant of Hall"]
    assert set(mine["name"]) == differs
    assert mine.iloc[0]["name"] == "Hall"
    assert mine.iloc[0]["change"] == "out"


def test_a_sum_goes_in_steps_of_least_worth_and_comes_back_to_most(answer: PlanB) -> None:
    less, more = (answer.steps[answer.steps["failure"] == name] for name in (SUM, MORE))
    assert less["amount"].tolist() == [7_500.0, 15_000.0]
    assert (less["lost"] >= -0.01).all()
    assert (more["lost"] <= 0.01).all()
    assert more["lost"].sum() < 0
    # No step is better than what it is proved to be within, and each spends that much less at least.
    assert (less["bound"] >= less["benefit"] - 0.01).all()
    assert (less["cost"].diff().dropna() <= 0.02).all()


def test_condition_of_a_step_stands_beside_that_of_the_plan(answer: PlanB) -> None:
    rows = answer.condition[answer.condition["failure"] == SUM]
    assert set(rows["asset_class"]) == {"bridge", "footway"}
    assert rows["index_change"].le(0).any()


def test_what_is_printed_names_each_failure_with_its_step(answer: PlanB) -> None:
    text = plan_b_text(answer)
    assert "grant of Hall" in text
    assert "25%" in text
    assert "Hall out" in " ".join(text.split())


def test_every_income_that_may_fail_is_listed_the_likeliest_to_fail_first() -> None:
    sources = [
        {"name": "own", "amounts": [40_000.0] * 3},
        {**GRANT, "amounts": [10_000.0] * 3, "probability": 0.6},
        {"name": "sales", "type": "receipt", "stage": "marketed", "amounts": [1_000.0] * 3},
    ]
    loan = {"name": "PWLB", "rate": 0.028, "years": 20}
    income = [{"name": "levy", "amounts": [900.0] * 3, "status": "confirmed", "probability": 0.9}]
    cash = {"lines": LINES, "prices": "cash", "inflation": 0.02}
    plan = small_plan(
        cash, bids=[HALL, SHED], sources=sources, borrowing=[loan], income=income, receipts={"source": "sales"}
    )
    listed = [(each.name, each.kind, round(each.chance, 4), each.amount) for each in failures(load_inputs(plan, few()))]
    assert listed == [
        ("sales", "receipt", 0.5, 1_500.0),
        ("growth fund", "grant", 0.4, 18_000.0),
        ("grant of Hall", "grant", 0.25, 18_000.0),
        ("levy", "income", 0.1, 2_700.0),
    ]


def test_a_plan_without_what_may_fail_asks_for_a_sum() -> None:
    with pytest.raises(ConfigError, match="no grant, receipt, contribution"):
        plan_b(stated(bids=[SHED]), register=few())
    with pytest.raises(ConfigError, match="must be above 0"):
        plan_b(stated(), -1.0, register=few())


@pytest.mark.parametrize(
    ("keys", "column"),
    [
        (
            {"sources": [{"name": "g", "type": "grant", "amounts": [1.0] * 3, "probability": 1.5}]},
            "sources[1].probability",
        ),
        ({"sources": [{"name": "g", "amounts": [1.0] * 3, "probability": 0.5}]}, "sources[1].probability"),
        ({"income": [{"name": "l", "amounts": [1.0] * 3, "probability": -0.1}]}, "income[1].probability"),
    ],
)
def test_probabilities_are_of_what_may_fail_and_from_0_to_1(keys: dict[str, Any], column: str) -> None:
    with pytest.raises(ConfigError) as caught:
        stated(**keys)
    assert column in [fault.column for fault in caught.value.faults]


def test_a_grant_in_the_plans_sources_counts_by_how_likely_it_is() -> None:
    enough, short = ({**GRANT, "amounts": [amount] * 3} for amount in (18_001.0, 17_999.0))
    assert chosen_of(of_bids([SHED], sources=[enough])) == {"Shed": ("recommended", 0)}
    assert chosen_of(of_bids([SHED], sources=[short])) == {}


PLAN = """name = "case"
register = "r.gpkg"
first_year = 2019
years = 3
sites = {{ costs = "none" }}
envelope = {{ unit = "£", lines = {lines} }}
tables = {{ bids = "bids.csv" }}
"""
BIDS = """name,line,costs,criteria,benefit,source,grants,grants_probability,latest
Hall,bridges,30000,financial benefit,34000,case,24000,0.75,2019
<b>=Shed</b>,bridges,9000,statutory,14000,case,,,
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A plan file with its register and bids."""
    write_register(few(), tmp_path / "r.gpkg")
    lines = ", ".join(f"{name} = {amounts}" for name, amounts in LINES.items())
    (tmp_path / "plan.toml").write_text(PLAN.format(lines=f"{{ {lines} }}"), encoding="utf-8")
    (tmp_path / "bids.csv").write_text(BIDS, encoding="utf-8")
    return tmp_path


def test_the_command_prints_plan_b_and_writes_its_tables(folder: Path) -> None:
    done = run("plan-b", folder / "plan.toml", "-o", folder / "out")
    assert done.returncode == 0, done.text
    assert "grant of Hall, step 1: Hall out" in done.text
    assert sorted(path.name for path in (folder / "out").glob("*.csv")) == ["changes.csv", "condition.csv", "steps.csv"]
    facts = json.loads(run("plan-b", folder / "plan.toml", "--json").stdout)
    assert (facts["unit"], list(facts)[1:]) == ("£", ["steps", "changes", "condition"])
    refused = run("plan-b", folder / "plan.toml", "--sum", "0")
    assert (refused.returncode, "must be above 0" in refused.text) == (1, True)


@pytest.mark.slow
def test_a_planned_folder_with_its_inputs_answers_as_its_plan_file_does(folder: Path) -> None:
    planned = folder / "planned"
    assert run("plan", folder / "plan.toml", "-o", planned).returncode == 0
    for k, where in enumerate([(folder / "plan.toml",), (planned, "--inputs", folder)]):
        done = run("plan-b", *where, "-o", folder / f"out{k}")
        assert done.returncode == 0, done.text
    for name in ("steps.csv", "changes.csv", "condition.csv"):
        assert (folder / "out0" / name).read_bytes() == (folder / "out1" / name).read_bytes()
    turned = run("explain", planned, "<b>=Shed</b>", "--inputs", folder)
    assert turned.returncode == 0, turned.text
    assert "What would have" in turned.text
    alone = run("explain", planned, "<b>=Shed</b>")
    assert turned.text.startswith(alone.text.rstrip())
    assert run("plan-b", planned).returncode == 2
    asset = few().assets["asset_id"].iloc[0]
    assert run("explain", planned, asset, "--inputs", folder).returncode == 2
    (folder / "bids.csv").write_text(BIDS.replace("9000", "9001"), encoding="utf-8")
    changed = run("plan-b", planned, "--inputs", folder)
    assert (changed.returncode, "is not as it was when the folder was planned" in changed.text) == (1, True)
