"""Bids of an earlier programme: what was begun or is firm stays, at what it cost, and the rest is chosen anew."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from constraint_cases import LINES, Case, case_of, small_register

import assetplan
from assetplan.config import make_plan
from assetplan.errors import ConfigError
from assetplan.inputs.held_bids import EarlierBid, earlier_bids, held_bids
from assetplan.inputs.load import load_inputs
from assetplan.programme import Programme
from assetplan.register import Register

WORTH = {"criteria": ["financial benefit"], "source": "case"}
SCHOOL = {**WORTH, "name": "Hill  School", "costs": {"bridges": [9_000.0, 15_000.0]}, "benefit": 900_000.0}
SMALL = {**SCHOOL, "variant": "reduced", "costs": {"bridges": [1_000.0, 1_000.0]}, "benefit": 10_000.0}
LIGHTS = {**WORTH, "name": "Lights", "costs": {"footways": [900.0], "bridges": [100.0]}, "saving": 9_500.0}
HALL = {**WORTH, "name": "Hall", "costs": {"bridges": [30_000.0]}, "benefit": 31.0}
LATER = {**WORTH, "name": "Depot", "costs": {"footways": [1_000.0, 500.0]}, "benefit": 90_000.0, "earliest": 2020}
BIDS = [SCHOOL, SMALL, LIGHTS, HALL, LATER]
BASE: dict[str, Any] = {
    "name": "case", "register": "r", "first_year": 2019, "years": 3, "envelope": {"unit": "£", "lines": LINES},
    "forecast": {"futures": 0}, "sites": {"costs": "none"}, "bids": BIDS,
}  # fmt: skip


def few() -> Register:
    register = small_register()
    assets = register.assets
    part = assets[assets["asset_class"].isin(["bridge", "footway"])].iloc[:3].reset_index(drop=True)
    return replace(register, assets=part)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A programme that begins the school and the lights in 2019 and the depot in 2020."""
    folder = tmp_path_factory.mktemp("bids")
    assetplan.plan(make_plan(BASE, folder / "plan.toml"), few()).write(folder / "first")
    return folder


def stated(folder: Path, **keys: Any) -> Case:
    return case_of(make_plan({**BASE, **keys}, folder / "plan.toml"), register=few())


def starts(case: Case) -> dict[str, int | None]:
    """Year in which each bid starts in the best plan."""
    options = case.formulation.bids
    chosen = case.formulation.chosen_bids(case.solve())
    begun = [int(options.start[row]) for row in chosen]
    first = case.inputs.plan.first_year
    return {str(name): None if k < 0 else first + k for name, k in zip(options.names, begun, strict=True)}


def test_a_folder_says_which_bids_are_done_and_what_they_cost(folder: Path) -> None:
    school, lights, depot = earlier_bids(folder / "first")
    assert (school.name, school.variant, school.start, school.firm) == ("Hill School", "recommended", 2019, True)
    assert school.paid == {("bridges", 2019): 9_000.0, ("bridges", 2020): 15_000.0}
    assert lights.paid == {("bridges", 2019): 100.0, ("footways", 2019): 900.0}
    assert (depot.start, depot.firm) == (2020, True)
    assert earlier_bids(folder) == ()


SPENT = {"spent": {"from": "first", "until": 2019}}


def test_what_was_begun_is_done_as_it_was_and_the_rest_may_start_later(folder: Path) -> None:
    # Bids that would now bring nothing: what was begun goes on, what was not is given up.
    worthless = [{**bid, "benefit": 0.0, "saving": 0.0} for bid in BIDS]
    again = stated(folder, bids=worthless, **SPENT)
    assert starts(again) == {"Hill  School": 2019, "Lights": 2019, "Hall": None, "Depot": None}
    options = again.formulation.bids
    hall = options.start[options.bid == list(options.names).index("Hall")]
    assert hall.tolist() == [-1, 1, 2]
    # Lines had enough in 2019 for what they spent; the school's second year is committed.
    used = again.solve().used
    assert used[again.row("bridges 2020")] >= 15_000
    less = {"unit": "£", "lines": LINES | {"bridges": [1.0, 60_000.0, 60_000.0]}}
    assert starts(stated(folder, envelope=less, **SPENT))["Hill  School"] == 2019


def test_past_years_stand_at_outturn_and_later_ones_as_this_plan_states_them(folder: Path) -> None:
    dearer = {**SCHOOL, "costs": {"bridges": [99_000.0, 16_000.0]}}
    again = stated(folder, bids=[dearer, SMALL, LIGHTS, HALL, LATER], **SPENT)
    school = next(bid for bid in again.inputs.bids if bid.name == "Hill  School")
    assert school.costs["bridges"].tolist() == [9_000.0, 16_000.0]
    assert school.held
    assert [bid.variant for bid in again.inputs.bids if bid.name == "Hill  School"] == ["recommended"]


@pytest.mark.slow
def test_a_programme_planned_again_has_its_bids_in_its_works_and_is_read_once_more(folder: Path) -> None:
    plan = make_plan({**BASE, **SPENT}, folder / "plan.toml")
    second: Programme = assetplan.plan(plan, few())
    bids = second.works[second.works["asset_class"] == "bid"].set_index(["asset_id", "line", "year"])
    assert bids.loc[("Hill  School", "bridges", 2019), "status"] == "spent"
    assert bids.loc[("Hill  School", "bridges", 2020), "cost"] == 15_000
    second.write(folder / "second")
    first, again = (pd.read_csv(folder / name / "programme.csv").query("year == 2019") for name in ("first", "second"))
    columns = ["asset_id", "year", "line", "cost"]
    assert again[columns].to_numpy().tolist() == first[columns].to_numpy().tolist()
    third = stated(folder, spent={"from": "second", "until": 2020})
    assert starts(third) == {"Hill  School": 2019, "Lights": 2019, "Hall": starts(third)["Hall"], "Depot": 2020}


def rolled(folder: Path, **keys: Any) -> Case:
    """The plan a year later, with the first as the earlier one."""
    return stated(folder, first_year=2020, stability={"from": "first", "price": 0.0}, **keys)


def test_firm_bids_of_the_earlier_plan_stand_in_one_made_a_year_later(folder: Path) -> None:
    worthless = [{**bid, "benefit": 0.0, "saving": 0.0} for bid in BIDS]
    later = rolled(folder, bids=worthless)
    assert starts(later) == {"Hill  School": 2020, "Lights": 2020, "Hall": None, "Depot": 2020}
    bids = {bid.name: bid for bid in later.inputs.bids}
    # Begun in 2019: its second year is left. The lights are done, and cost nothing more.
    assert bids["Hill  School"].costs["bridges"].tolist() == [15_000.0]
    assert all(not len(amounts) for amounts in bids["Lights"].costs.values())
    assert bids["Depot"].costs["footways"].tolist() == [1_000.0, 500.0]
    text = " ".join(message for check, message in later.formulation.notes if check == "firm works")
    assert "3 bids of earlier programmes held as begun or approved: Depot, Hill  School and Lights" in text


def test_a_bid_that_is_released_or_not_stated_is_not_held(folder: Path) -> None:
    works = (folder / "first" / "programme.csv").read_text(encoding="utf-8")
    other = folder / "released"
    other.mkdir()
    for name in ("assets.parquet", "bids.csv"):
        (other / name).write_bytes((folder / "first" / name).read_bytes())
    rows = [line.replace("firm", "indicative") if line.startswith("Depot") else line for line in works.splitlines(True)]
    (other / "programme.csv").write_text("".join(rows), encoding="utf-8")
    worthless = [{**LATER, "benefit": 0.0}]
    later = stated(folder, first_year=2020, stability={"from": "released", "price": 0.0}, bids=worthless)
    assert starts(later) == {"Depot": None}
    text = " ".join(message for _, message in later.formulation.notes)
    assert "2 firm bids of the earlier programme not stated and not held: Hill School and Lights" in text


def test_savings_of_what_was_begun_go_on_from_the_year_they_are_due(folder: Path) -> None:
    """By hand: begun two years before, 3 years of cost, saves from its fourth year for 5 years."""
    bid = {**WORTH, "name": "B", "costs": {"bridges": [3.0, 2.0, 1.0]}, "saving": 7.0, "saving_years": 5}
    plan = make_plan({**BASE, "bids": [bid]}, folder / "plan.toml")
    (own,) = load_inputs(plan, few()).bids
    for gone, costs, saved in (
        (1, [2.0, 1.0], [0, 0, 7, 7, 7, 7, 7, 0]),
        (3, [], [7, 7, 7, 7, 7, 0, 0, 0]),
        (6, [], [7, 7, 0, 0, 0, 0, 0, 0]),
    ):
        earlier = EarlierBid("B", "recommended", 2019 - gone, True)
        (left,) = held_bids(plan, [own], (), [earlier], 0)
        assert left.costs["bridges"].tolist() == costs
        assert left.saved(8).tolist() == saved
        np.testing.assert_array_equal(left.saved(8), own.saved(8 + gone)[gone:])


@pytest.mark.parametrize(
    ("keys", "rule"),
    [
        ({"bids": [LIGHTS, HALL, LATER], **SPENT}, "Hill School.*was begun in 2019: state it"),
        ({"bids": [SMALL, LIGHTS, HALL, LATER], **SPENT}, "has the recommended variant.*this plan states none"),
        (
            {"bids": [*BIDS[:3], {**HALL, "mandatory": True, "latest": 2019}, LATER], **SPENT},
            "Hall.*must start by 2019, which is past, and was not begun",
        ),
        (
            {"first_year": 2020, "stability": {"from": "first", "price": 0.0}, "bids": [{**LATER, "earliest": 2021}]},
            "Depot.*is firm with a start in 2020, and this plan has it start from 2021 to 2021",
        ),
    ],
)
def test_what_cannot_go_on_as_it_was_is_a_fault(folder: Path, keys: dict[str, Any], rule: str) -> None:
    with pytest.raises(ConfigError, match=rule):
        load_inputs(make_plan({**BASE, **keys}, folder / "plan.toml"), few())
