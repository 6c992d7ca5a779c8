"""A programme with bids: its tables, its own sums, its folder, and what is asked of it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from constraint_cases import small_plan, small_register

from assetplan.analyses import alternatives, frontier
from assetplan.answers import compare, explain
from assetplan.answers.one_bid import BidExplanation
from assetplan.errors import RegisterError
from assetplan.planning import plan
from assetplan.programme import Programme, read_programme
from assetplan.report import write_report

WORTH = {"criteria": ["statutory"], "source": "case"}
BIDS = [
    {**WORTH, "name": "School", "costs": {"bridges": [20_000.0, 15_000.0]}, "benefit": 90_000.0, "earliest": 2020},
    {
        **WORTH,
        "name": "Defect",
        "costs": {"footways": [9_000.0], "bridges": [1_000.0]},
        "mandatory": True,
        "latest": 2020,
    },
    {**WORTH, "name": "Palace", "costs": {"bridges": [300_000.0]}, "benefit": 3e6},
    {**WORTH, "name": "# <b>=Hut</b>", "costs": {"bridges": [9_000.0]}, "benefit": 9_500.0},
]


@pytest.fixture(scope="module")
def programme() -> Programme:
    return plan(small_plan({"current": {"bridges": 9_000.0}}, bids=BIDS), small_register(), cores=1)


def test_every_bid_has_one_chosen_option_and_its_works_are_its_cost(programme: Programme) -> None:
    chosen = programme.bids[programme.bids["chosen"]].set_index("bid")
    assert chosen.index.tolist() == [bid["name"] for bid in BIDS]
    works = programme.works[programme.works["asset_class"] == "bid"]
    spent = works.groupby("asset_id")["cost"].sum()
    for name, row in chosen.iterrows():
        assert spent.get(name, 0.0) == pytest.approx(row["cost"])
    assert chosen.loc["Palace", "option"] == "do-nothing"
    assert chosen.loc["Palace", "reason"].startswith("It costs more than its budget has")
    assert chosen.loc["Defect", "reason"].startswith("Mandatory: it must start by 2020")


def test_spend_and_benefit_are_summed_with_bids(programme: Programme) -> None:
    spent = programme.works.groupby(["line", "year"])["cost"].sum()
    for row in programme.summary.spend:
        assert row["amount"] == pytest.approx(spent.get((row["line"], row["year"]), 0.0), abs=0.02)
    chosen = programme.bids[programme.bids["chosen"]]
    whole = programme.assets["benefit"].sum() + chosen["benefit"].sum()
    assert programme.summary.benefit == pytest.approx(whole, abs=0.5)


@pytest.mark.parametrize("column", ["cost", "benefit"])
def test_a_changed_figure_of_a_bid_is_refused(programme: Programme, column: str) -> None:
    wrong = programme.bids.copy()
    wrong.loc[wrong["chosen"], column] += 1_000.0
    with pytest.raises(RegisterError, match="is not the sum of its parts"):
        replace(programme, bids=wrong).check()


def test_a_bid_without_a_choice_and_a_mandatory_one_left_out_are_refused(programme: Programme) -> None:
    none, missed = programme.bids.copy(), programme.bids.copy()
    none["chosen"] &= none["bid"] != "School"
    with pytest.raises(RegisterError, match="bid School has 0 chosen options"):
        replace(programme, bids=none).check()
    missed.loc[(missed["bid"] == "Palace") & missed["chosen"], "mandatory"] = "yes"
    with pytest.raises(RegisterError, match="bid Palace must be done and is left out"):
        replace(programme, bids=missed).check()


def test_its_folder_keeps_its_bids_and_its_report_shows_no_markup(programme: Programme, tmp_path) -> None:
    programme.write(tmp_path / "out")
    back = read_programme(tmp_path / "out").check()
    pd.testing.assert_frame_equal(back.bids, programme.bids, check_dtype=False)
    write_report(back, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "School" in page
    assert "<b>=Hut" not in page


def test_a_folder_with_a_damaged_table_of_bids_is_refused_with_the_line(programme: Programme, tmp_path) -> None:
    programme.write(tmp_path / "out")
    file = tmp_path / "out" / "bids.csv"
    file.write_text(file.read_text(encoding="utf-8-sig").replace("35000.0", "much", 1), encoding="utf-8")
    with pytest.raises(RegisterError) as caught:
        read_programme(tmp_path / "out", trust_edits=True)
    assert {(fault.column, fault.rule) for fault in caught.value.faults} == {("gross", "must be a number")}


def test_a_bid_explains_itself(programme: Programme) -> None:
    school = explain(programme, "School")
    assert isinstance(school, BidExplanation)
    assert school.options["chosen"].sum() == 1
    assert "The plan begins it in" in school.text()
    assert "The plan leaves it out." in explain(programme, "Palace").text()


def test_the_statement_of_bids_says_when_each_begins(programme: Programme) -> None:
    (statement,) = (each for each in programme.accounts if each.name == "bids")
    rows = statement.rows.set_index("bid")
    assert rows.loc["Palace", "starts"] == "left out"
    assert rows["cost"].sum() == pytest.approx(programme.bids.query("chosen")["cost"].sum(), abs=2)


@pytest.mark.slow
def test_what_one_plan_does_not_state_came_in_or_went_out(programme: Programme) -> None:
    less = plan(small_plan(bids=BIDS[1:]), small_register(), cores=1)
    changed = compare(programme, less)
    school = changed.assets.set_index("asset_id").loc["School"]
    assert (school["change"], school["after"], school["cause"]) == ("out", "do-nothing", "")
    lines = changed.totals[changed.totals["by"] == "line"].set_index("name")
    assert lines["after"].sum() == pytest.approx(less.works["cost"].sum(), abs=0.02)


@pytest.mark.slow
def test_other_questions_take_bids_as_they_are() -> None:
    stated = small_plan(bids=BIDS[:2])
    reached = frontier(stated, (0.9, 1.2), small_register())
    assert reached.points["cost"].is_monotonic_increasing
    near = alternatives(stated, 0.05, small_register())
    assert not near.programmes.empty
