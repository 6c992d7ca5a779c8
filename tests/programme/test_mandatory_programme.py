"""A programme with works that are paid first: its folder, sums, statements and report, and the plan of a later year."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from statutory_cases import plan_with, school_register

from assetplan import plan, read_programme
from assetplan.errors import RegisterError
from assetplan.inputs.load import load_inputs
from assetplan.programme import Programme
from assetplan.report import write_report

pytestmark = pytest.mark.slow

HEAD = (
    "block_id,premises_id,regime,last,event,criterion_met,cost,remedial_cost,remedial_year,remedial_line,price_base\n"
)
ROWS = (
    HEAD
    + "K1,,gas_appliances,2017-06-01,,yes,120,,,,2019\n"
    + "K1,,fixed_electrical,2015-09-01,,no,1500,12000.55,2019,carriageway_major,2019\n"
    + ",P1,fire_risk_assessment,2018-01-01,2018-05-01,,,7000.4,2020,property,2019\n"
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Programme, Path]:
    folder = tmp_path_factory.mktemp("mandatory")
    programme = plan(plan_with(folder, ROWS, forecast={"futures": 0}), school_register())
    programme.write(folder / "out")
    write_report(programme, folder / "report.html")
    return programme, folder


def test_spend_is_that_of_works_chosen_and_of_works_paid_first_to_the_penny(made: tuple[Programme, Path]) -> None:
    _, folder = made
    read = read_programme(folder / "out").check()
    spend = pd.DataFrame(read.summary.spend).set_index(["line", "year"])
    works = read.works.groupby(["line", "year"])["cost"].sum().reindex(spend.index, fill_value=0.0)
    assert read.mandatory is not None
    first = read.mandatory.groupby(["line", "year"])["cost"].sum().reindex(spend.index, fill_value=0.0)
    assert (spend["amount"] - works - first).abs().max() < 0.005
    assert first["carriageway_major", 2019] == spend["mandatory"]["carriageway_major", 2019] == 12000.55
    assert (spend["amount"] <= spend["limit"] + 0.01).all()
    assert spend["limit"]["property", 2020] == 50_000
    assert read.spend().loc["total", "total"] == pytest.approx(read.summary.cost + 19_000.95)
    assert {row["flow"]: row["amount"] for row in read.summary.flows}["property mandatory works 2020"] == 7000.4


def test_statements_have_them_in_the_capital_programme_and_by_themselves(made: tuple[Programme, Path]) -> None:
    statements = {each.name: each.rows for each in made[0].accounts}
    capital = statements["capital_programme"]
    mine = capital[capital["scheme_id"] == "mandatory P1"].set_index("line")["total"]
    assert mine.to_dict() == {"carriageway_major": 12_001, "property": 7_000}
    assert capital["total"].sum() == pytest.approx(sum(row["amount"] for row in made[0].summary.spend), abs=20)
    assert statements["mandatory_works"]["cost"].tolist() == [12000.55, 7000.4]
    cost = statements["compliance_cost"].set_index(["funding", "what"])["total"]
    assert cost["revenue", "tests"] == 3 * 120 + 1500
    assert cost["capital", "remedial works"].sum() == pytest.approx(19_000.95)
    assert statements["compliance"].set_index("label").loc["total", ["tests", "not_met", "overdue"]].tolist() == [
        3,
        1,
        2,
    ]


def test_the_report_says_what_is_overdue_and_what_is_paid_first(made: tuple[Programme, Path]) -> None:
    page = re.sub(r"<[^>]+>", " ", (made[1] / "report.html").read_text(encoding="utf-8"))
    assert "Of 3 statutory tests, 2 are overdue as the plan begins; 33.3\N{NO-BREAK SPACE}% are in date." in page
    assert "£19,000 of statutory works is paid first, from Major carriageway repairs and Buildings" in page
    assert "Statutory tests by regime: overdue, and due in each year" in page


def test_a_list_that_does_not_tie_to_the_spend_is_refused(made: tuple[Programme, Path]) -> None:
    programme = read_programme(made[1] / "out")
    assert programme.mandatory is not None
    programme.mandatory.loc[0, "cost"] += 1
    with pytest.raises(RegisterError, match=r"says £12,000.55 of mandatory works, which come to £12,001.55"):
        programme.check()


def test_a_plan_of_a_later_year_keeps_what_was_paid(made: tuple[Programme, Path]) -> None:
    folder = made[1]
    rows = HEAD + ",P1,fire_risk_assessment,2019-06-01,2020-02-01,,,7000.4,2020,property,2019\n"
    later = plan_with(folder, rows, spent={"from": "out", "until": 2019})
    mandatory = load_inputs(later, school_register()).mandatory
    assert mandatory[["line", "year", "cost"]].to_numpy().tolist() == [
        ["carriageway_major", 2019, 12000.55],
        ["property", 2020, 7000.4],
    ]
    again = plan(later, school_register())
    spend = pd.DataFrame(again.summary.spend).set_index(["line", "year"])
    before = pd.DataFrame(made[0].summary.spend).set_index(["line", "year"])
    assert spend["amount"].xs(2019, level="year").equals(before["amount"].xs(2019, level="year"))


def test_a_programme_without_any_has_no_key_and_no_file_for_them(small_programme: Programme, tmp_path: Path) -> None:
    assert small_programme.mandatory is None
    assert not any("mandatory" in row for row in small_programme.summary.spend)
    assert "compliance" not in {each.name for each in small_programme.accounts}
