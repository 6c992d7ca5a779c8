"""Outturn against budget, worked by hand: rephasing apart from variance, inclusions, lights, benefits, bad input."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetplan.config.assurance import IndicatorSettings
from assetplan.errors import ConfigError
from assetplan.monitoring import Approved, Monitoring, monitor, past_until, read_actuals

BUDGET = [
    ("S1", "roads", 2026, 100.0, 40.0),
    ("S2", "roads", 2026, 300.0, 10.0),
    ("S2", "bridges", 2027, 100.0, 20.0),
    ("S3", "bridges", 2028, 50.0, 5.0),
]
HEAD = "scheme,quarter,line,actual,forecast,inclusion,budget,name,planned_finish,finish,benefits\n"


def approved_schemes(**settings: float) -> Approved:
    budget = pd.DataFrame(BUDGET, columns=["scheme", "line", "year", "budget", "benefit"])
    names = pd.Series({"S1": "High Street", "S2": "Mill Lane", "S3": "Town bridge"})
    lines = {"roads": "Roads", "bridges": "Bridges"}
    return Approved(budget, names, (2026, 2027, 2028), lines, "cash", np.ones(3), IndicatorSettings(**settings))


def write(folder: Path, *rows: str) -> Path:
    path = folder / "actuals.csv"
    path.write_text(HEAD + "\n".join(row + "," * (HEAD.count(",") - row.count(",")) for row in rows) + "\n")
    return path


def monitored(folder: Path, *rows: str, **settings: float) -> Monitoring:
    approved = approved_schemes(**settings)
    return monitor(approved, read_actuals(write(folder, *rows), approved))


def amounts(result: Monitoring, scheme: str, year: int) -> dict[str, float]:
    cells = result.cells.query("scheme == @scheme and year == @year")
    return cells.drop(columns=["scheme", "line", "year", "reported"]).iloc[0].to_dict()


def test_rephasing_is_kept_apart_from_variance(tmp_path: Path) -> None:
    # 80 is spent a year later and 20 in its year; all of it costs 100 × 1.25 = 125, so 25 is variance.
    result = monitored(tmp_path, "S1,2026/27 Q2,,25", "S1,2027/28 Q1,,,100")
    first, second = amounts(result, "S1", 2026), amounts(result, "S1", 2027)
    assert (first["rephasing"], first["variance"], first["outturn"]) == pytest.approx((-80, 5, 25))
    assert (second["rephasing"], second["variance"], second["outturn"]) == pytest.approx((80, 20, 100))
    assert (first["latest"], second["latest"]) == pytest.approx((20, 80))
    # What is not reported is at its budget.
    assert amounts(result, "S3", 2028)["outturn"] == 50
    assert amounts(result, "S3", 2028)["variance"] == 0


def test_a_scheme_that_is_dropped_is_variance_alone(tmp_path: Path) -> None:
    dropped = amounts(monitored(tmp_path, "S1,2026/27 Q2,,0"), "S1", 2026)
    assert (dropped["rephasing"], dropped["variance"], dropped["outturn"]) == (0, -100, 0)


def test_an_inclusion_adds_its_own_budget_and_its_variance(tmp_path: Path) -> None:
    rows = ("X1,2026/27 Q1,roads,30,,yes,20,Culvert", "X1,2027/28 Q1,roads,,10,yes,20")
    result = monitored(tmp_path, *rows)
    first, second = amounts(result, "X1", 2026), amounts(result, "X1", 2027)
    assert (first["budget"], first["inclusions"], first["rephasing"], first["variance"]) == pytest.approx(
        (0, 20, 10, 0)
    )
    assert (second["inclusions"], second["rephasing"], second["outturn"]) == pytest.approx((20, -10, 10))
    scheme = result.schemes.set_index("scheme").loc["X1"]
    assert (scheme["name"], scheme["included"], scheme["budget"], scheme["forecast"]) == ("Culvert", True, 40, 40)


def test_what_an_inclusion_without_a_budget_spends_is_off_track(tmp_path: Path) -> None:
    scheme = monitored(tmp_path, "X1,2026/27 Q1,roads,30,,yes").schemes.iloc[0]
    assert (scheme["money_rag"], scheme["off_track"]) == ("RED", "money")
    assert np.isnan(scheme["over"])


def test_money_without_a_line_is_shared_as_the_budget_is(tmp_path: Path) -> None:
    result = monitored(tmp_path, "S2,2026/27 Q2,,100")
    assert result.by("line").set_index("line")["actual"].to_dict() == pytest.approx({"roads": 75, "bridges": 25})
    stated = monitored(tmp_path, "S2,2026/27 Q2,roads,100", "S2,2027/28 Q2,bridges,,90")
    assert stated.by("line").set_index("line")["outturn"].to_dict() == pytest.approx({"roads": 200, "bridges": 140})


def test_schemes_are_off_track_on_date_and_money_by_the_plans_tolerances(tmp_path: Path) -> None:
    rows = (
        "S1,2026/27 Q4,,110",  # 10 % over
        "S2,2026/27 Q3,roads,300,,,,,,2028-05-15",  # planned by 31 March 2028
        "S2,2027/28 Q1,bridges,100,,,,,,2028-04-30",  # the later report counts: 30 days late
    )
    lights = monitored(tmp_path, *rows).schemes.set_index("scheme")
    assert lights.loc["S1", ["days_late", "over", "date_rag", "money_rag", "off_track"]].tolist() == [
        0, 10, "GREEN", "RED", "money",
    ]  # fmt: skip
    assert lights.loc["S2", ["planned_finish", "days_late", "rag", "off_track"]].tolist() == [
        "2028-03-31", 30, "AMBER", "",
    ]  # fmt: skip
    strict = monitored(tmp_path, *rows, late_days=29, over_percent=10).schemes.set_index("scheme")
    assert strict["off_track"].to_dict() == {"S1": "", "S2": "date"}
    # A date that was approved takes the place of the end of the last year.
    own = monitored(tmp_path, "S1,2026/27 Q4,,200,,,,,2026-09-30,2027-03-31").schemes.iloc[0]
    assert (own["days_late"], own["off_track"]) == (182, "date and money")


def test_benefits_are_in_delivery_once_money_is_spent_and_realised_where_stated(tmp_path: Path) -> None:
    rows = ("S1,2026/27 Q1,,100,,,,,,,realised", "S2,2026/27 Q1,,100", "S3,2028/29 Q1,,,50")
    benefits = monitored(tmp_path, *rows).benefits.set_index("line")
    assert benefits.loc["roads"].tolist() == [0, 10, 40]
    assert benefits.loc["bridges"].tolist() == [5, 20, 0]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["S9,2026/27 Q1,,1"], [(2, "scheme", "the programme has no such scheme")]),
        (["S1,2029/30 Q1,,1"], [(2, "quarter", "is outside the plan, 2026/27 to 2028/29")]),
        (["S1,June 2026,,1", "S1,2026/27,,1"], [(2, "quarter", "must be a quarter"), (3, "quarter", "must be")]),
        (["S1,2026/27 Q1,,1", "S1,Q1 2026-27,roads,2"], [(3, "quarter", "is there more than once")]),
        (["S1,2026/27 Q1,,,-1"], [(2, "forecast", "takes off more than the scheme has cost")]),
        (["S1,2026/27 Q1,,5", "S1,2026/27 Q2,,-6"], [(3, "actual", "takes off more")]),
        (["S1,2026/27 Q2,,5", "S3,2026/27 Q1,,,5"], [(3, "forecast", "is for a quarter in which others have")]),
        (["S1,2026/27 Q1,,5,5"], [(2, "forecast", "has an actual in the same row")]),
        (["S1,2026/27 Q1,,"], [(2, "actual", "needs what was spent")]),
        (["X1,2026/27 Q1,,5,,yes"], [(2, "line", "an inclusion needs the line")]),
        (["X1,2026/27 Q1,parks,5,,yes"], [(2, "line", "is no line of the programme: roads, bridges")]),
        (["S1,2026/27 Q1,,5,,yes,9"], [(2, "budget", "is of inclusions alone"), (2, "inclusion", "is a scheme of")]),
        (["S1,2026/27 Q1,bridges,5"], [(2, "line", "does not pay for this scheme")]),
        (["S2,2026/27 Q1,roads,5", "S2,2026/27 Q2,,5"], [(3, "line", "other rows of this scheme state the line")]),
        (["S1,2026/27 Q1,,,5,,,,,,realised"], [(2, "benefits", "nothing has been spent")]),
        (["S1,2026/27 Q1,,much,,,,,soon,30/6/26"], [
            (2, "actual", "must be a number"), (2, "finish", "has a year of two"), (2, "planned_finish", "must be"),
        ]),
        (["S9,2025/26 Q4,,1", "S1,2026/27 Q1,,1", "S1,2026/27 Q1,,1"], [
            (2, "quarter", "is outside"), (2, "scheme", "the programme has no"), (4, "quarter", "is there more than"),
        ]),
    ],
)  # fmt: skip
def test_rows_that_cannot_be_are_refused_together(
    tmp_path: Path, rows: list[str], expected: list[tuple[int, str, str]]
) -> None:
    with pytest.raises(ConfigError) as caught:
        monitored(tmp_path, *rows)
    faults = [(fault.row, fault.column, fault.rule) for fault in caught.value.faults]
    assert len(faults) == len(expected)
    for (row, column, rule), (its_row, its_column, start) in zip(faults, expected, strict=True):
        assert (row, column) == (its_row, its_column)
        assert rule.startswith(start)


def test_a_credit_is_taken_off_what_was_spent(tmp_path: Path) -> None:
    result = monitored(tmp_path, "S1,2026/27 Q1,,90", "S1,2027/28 Q1,,-10", "S1,2027/28 Q2,,,-5")
    assert result.by("year").set_index("year")["outturn"].loc[2026] == pytest.approx(90 + 300)
    assert result.schemes.set_index("scheme").loc["S1", "forecast"] == 75


def test_a_year_is_past_once_its_last_quarter_is_reported(tmp_path: Path) -> None:
    approved = approved_schemes()
    for quarter, past in (("2026/27 Q3", None), ("2026/27 Q4", 2026), ("2027/28 Q3", 2026)):
        assert past_until(read_actuals(write(tmp_path, f"S1,{quarter},,1"), approved), approved.years) == past
    assert past_until(read_actuals(write(tmp_path, "S1,2026/27 Q4,,,1"), approved), approved.years) is None


money = st.lists(st.integers(0, 500), min_size=3, max_size=3)


@settings(max_examples=8)
@given(st.fixed_dictionaries(dict.fromkeys(("S1", "S3"), money)))
def test_budget_rephasing_and_variance_come_to_the_outturn(
    tmp_path_factory: pytest.TempPathFactory, spent: dict[str, list[int]]
) -> None:
    rows = [f"{name},{2026 + k}/{27 + k} Q1,,{paid}" for name, each in spent.items() for k, paid in enumerate(each)]
    result = monitored(tmp_path_factory.mktemp("drawn"), *rows)
    cells = result.cells
    whole = cells["budget"] + cells["inclusions"] + cells["rephasing"] + cells["variance"]
    np.testing.assert_allclose(whole, cells["outturn"], atol=1e-9)
    by = cells.groupby("scheme")[["rephasing", "variance", "outturn", "budget"]].sum()
    np.testing.assert_allclose(by["rephasing"], 0, atol=1e-9)
    np.testing.assert_allclose(by["variance"], by["outturn"] - by["budget"], atol=1e-9)
    assert by["outturn"].loc["S1"] == sum(spent["S1"])
