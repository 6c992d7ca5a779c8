"""When statutory tests are due, and what is wrong with a table of them."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statutory_cases import due_by_day, plan_with, school_register

from assetplan.asset_classes import load_asset_classes
from assetplan.compliance import NEVER, due_counts, load_regimes, month_of, months_later
from assetplan.errors import ConfigError
from assetplan.inputs.load import load_inputs

ROW = "block_id,regime,last,interval,next_due,event,criterion_met,item"


def compliance(folder: Path, *rows: str, head: str = ROW, **keys: object):  # type: ignore[no-untyped-def]
    """What becomes of the rows of a table of tests."""
    plan = plan_with(folder, "\n".join((head, *rows, "")), **keys)
    return load_inputs(plan, school_register()).compliance


@given(
    last=st.dates(datetime.date(2005, 1, 1), datetime.date(2019, 3, 31)),
    months=st.integers(1, 130),
    years=st.integers(1, 8),
)
def test_dates_counted_one_by_one_fall_in_the_same_years(last: datetime.date, months: int, years: int) -> None:
    due = months_later(pd.Series(pd.to_datetime([last])), pd.Series([float(months)]))
    counts = due_counts(month_of(due), np.array([months]), 2019, years)
    assert counts[0].tolist() == due_by_day(last, months, 2019, years)


@pytest.mark.parametrize(
    ("last", "overdue", "counts"),
    [
        ("2018-03-31", True, [1, 1, 1]),  # due on the last day before the plan: overdue, done on its first day
        ("2018-04-01", False, [1, 1, 1]),  # due on the first day of the plan
        ("2019-03-31", False, [1, 1, 1]),  # due on 31 March 2020, the last day of 2019/20
        ("2018-05-31", False, [1, 1, 1]),
    ],
)
def test_a_yearly_test_falls_due_in_every_financial_year(
    tmp_path: Path, last: str, overdue: bool, counts: list[int]
) -> None:
    made = compliance(tmp_path, f"K1,gas_appliances,{last},,,,,")
    assert made.overdue.tolist() == [overdue]
    assert made.due.tolist() == [counts]


def test_a_date_falls_on_the_last_day_of_a_shorter_month() -> None:
    days = pd.Series(pd.to_datetime(["2019-08-31", "2020-02-29", "2020-02-29", None]))
    later = months_later(days, pd.Series([6.0, 12.0, 48.0, 6.0]))
    assert later.dt.strftime("%Y-%m-%d").fillna("").tolist() == ["2020-02-29", "2021-02-28", "2024-02-29", ""]
    assert month_of(later)[-1] == NEVER


def test_a_five_yearly_test_is_due_once_and_a_half_yearly_one_twice_a_year(tmp_path: Path) -> None:
    made = compliance(tmp_path, "K1,fixed_electrical,2015-09-01,,,,,", "K1,fire_alarm,2019-02-10,,,,,")
    assert made.due.tolist() == [[0, 1, 0], [2, 2, 2]]
    assert made.tests["due"].dt.strftime("%Y-%m-%d").tolist() == ["2020-09-01", "2019-08-10"]
    assert made.in_date.tolist() == [[True, True, False, False], [True, False, False, False]]


def test_the_scheme_of_a_lift_takes_the_place_of_the_interval_in_law(tmp_path: Path) -> None:
    made = compliance(
        tmp_path,
        "K1,lifting_people,2018-12-01,,,,,lift 1",
        "K1,lifting_people,2018-12-01,12,,,,lift 2",
        "K1,pressure_systems,2018-12-01,26,,,,",
        "K1,pressure_systems,,,2020-04-01,,,boiler",
    )
    assert made.due.tolist() == [[2, 2, 2], [1, 1, 1], [0, 1, 0], [0, 1, 0]]
    assert made.longer == 1  # noted, not refused: its scheme may say so


def test_a_review_is_due_by_the_users_default_or_as_soon_as_things_change(tmp_path: Path) -> None:
    made = compliance(
        tmp_path,
        "K1,legionella,2018-06-01,,,,,",
        "K1,legionella,2018-06-01,36,,,,tank",
        "K1,fire_risk_assessment,2012-06-01,,,,,",
        "K2,fire_risk_assessment,2012-06-01,,,2018-09-01,,",
        "K2,legionella,2018-06-01,,,2017-01-01,,",
    )
    assert made.due.tolist() == [[0, 1, 0], [0, 0, 1], [0, 0, 0], [1, 0, 0], [0, 1, 0]]
    assert made.overdue.tolist() == [False, False, False, True, False]


def test_a_stated_date_takes_the_place_of_the_last_one(tmp_path: Path) -> None:
    made = compliance(tmp_path, "K1,gas_appliances,2018-10-01,,2019-04-01,,,", "K2,gas_appliances,,,2019-07-01,,,")
    assert made.due.tolist() == [[1, 1, 1], [1, 1, 1]]
    assert made.overdue.tolist() == [False, False]


FAULTY = [
    ("K1,gas,2018-10-01,,,,,", "regime", "must be one of fixed_electrical"),
    ("K9,gas_appliances,2018-10-01,,,,,", "block_id", "the register has no such block"),
    (",gas_appliances,2018-10-01,,,,,", "asset_id", "names one of"),
    ("K1,gas_appliances,,,,,,", "last", "a date is required"),
    ("K1,gas_appliances,12/3/18,,,,,", "last", "two digits"),
    ("K1,gas_appliances,soon,,,,,", "last", "must be a date"),
    ("K1,gas_appliances,2019-04-01,,,,,", "last", "lies in the future"),
    ("K1,gas_appliances,2018-10-01,13,,,,", "interval", "longer than the interval of its regime"),
    ("K1,gas_appliances,2018-10-01,,2019-10-02,,,", "next_due", "later than the interval"),
    ("K1,gas_appliances,2018-10-01,0,,,,", "interval", "at least 1"),
    ("K1,gas_appliances,2018-10-01,,,2018-12-01,,", "event", "event-driven"),
    ("K1,pressure_systems,2018-10-01,,,,,", "interval", "its scheme states one"),
    ("K1,fixed_electrical_highway,2018-10-01,,,,,", "regime", "another asset class"),
    ("K1,gas_appliances,2018-10-01,,,,perhaps,", "criterion_met", "must be one of yes"),
]


def test_every_faulty_row_is_listed_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        compliance(tmp_path, "K2,gas_appliances,2018-10-01,,,,,", *(f"{row}{k}" for k, (row, *_) in enumerate(FAULTY)))
    faults = {fault.row: fault for fault in error.value.faults}
    assert len(faults) == len(error.value.faults) == len(FAULTY)
    for line, (row, column, rule) in enumerate(FAULTY, start=3):
        assert faults[line].column == column, row
        assert rule in faults[line].rule, row


def test_the_same_test_twice_is_a_fault_and_two_items_are_not(tmp_path: Path) -> None:
    compliance(tmp_path, "K1,fire_alarm,2018-12-01,,,,,east", "K1,fire_alarm,2018-12-01,,,,,west")
    with pytest.raises(ConfigError, match="is there twice for this place and item"):
        compliance(tmp_path, "K1,fire_alarm,2018-12-01,,,,,east", "K1,fire_alarm,2018-11-01,,,,,east")


FAULTY_WORKS = [
    ("K1,gas_appliances,2018-10-01,500,,,2019", "remedial_year", "or neither"),
    ("K1,gas_appliances,2018-10-01,,2019,,", "remedial_year", "or neither"),
    ("K1,gas_appliances,2018-10-01,500,2018,,2019", "remedial_year", "the plan's first year, or later"),
    ("K1,gas_appliances,2018-10-01,500,2019,,", "price_base", "state the year"),
    ("K1,gas_appliances,2018-10-01,500,2019,drains,2019", "remedial_line", "the envelope has no such line"),
]


def test_faulty_remedial_works_are_listed(tmp_path: Path) -> None:
    head = "block_id,regime,last,remedial_cost,remedial_year,remedial_line,price_base,item"
    with pytest.raises(ConfigError) as error:
        compliance(tmp_path, *(f"{row},{k}" for k, (row, *_) in enumerate(FAULTY_WORKS)), head=head)
    faults = {fault.row: fault for fault in error.value.faults}
    assert len(faults) == len(error.value.faults) == len(FAULTY_WORKS)
    for line, (row, column, rule) in enumerate(FAULTY_WORKS, start=2):
        assert faults[line].column == column, row
        assert rule in faults[line].rule, row


REGIME = (
    "regime,label,kind,months,criterion,asset_class,element,use,floor_area_over,floor_area_to,everywhere,instead_of,"
    "funding,cost,price_base,line,source,verified"
)


def test_a_councils_own_regime_is_added_with_its_cost_in_prices_of_the_first_year(tmp_path: Path) -> None:
    own = f"{REGIME}\nplayground,Play equipment,fixed,12,,,,,,,no,,capital,100,2019,property,council,yes\n"
    made = compliance(tmp_path, "K1,playground,2018-10-01,,,,,", regimes=own)
    assert made.tests["cost"].tolist() == [100.0]
    assert "gas_appliances" in made.regimes.index


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ("a,A,yearly,12,,,,,,,no,,capital,,,property,council,yes", "must be one of fixed"),
        ("a,A,fixed,,,,,,,,no,,capital,,,property,council,yes", "needs its interval"),
        ("a,A,fixed,1.5,,,,,,,no,,capital,,,property,council,yes", "whole number"),
        ("a,A,fixed,12,,canal,,,,,no,,capital,,,property,council,yes", "must be one of carriageway"),
        ("a,A,fixed,12,,,,,,,no,b,capital,,,property,council,yes", "there is no such regime"),
        ("a,A,fixed,12,,,,,,,no,,grant,,,property,council,yes", "must be one of capital"),
        ("a,A,fixed,12,,,,,,,no,,capital,x,,property,council,yes", "finite number"),
    ],
)
def test_a_faulty_regime_is_listed(tmp_path: Path, row: str, rule: str) -> None:
    (tmp_path / "regimes.csv").write_text(f"{REGIME}\n{row}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=rule):
        load_regimes(load_asset_classes(), tmp_path / "regimes.csv")


def test_law_has_no_interval_for_legionella_so_a_longer_one_is_no_fault(tmp_path: Path) -> None:
    regimes = load_regimes(load_asset_classes())
    assert regimes.loc["legionella", "kind"] == "event"
    assert regimes[regimes["kind"] == "event"].index.tolist() == ["fire_risk_assessment", "legionella"]
    assert regimes["cost"].isna().all()
    made = compliance(tmp_path, "K1,legionella,2018-06-01,48,,,,")
    assert made.longer == 0
