"""Indicators: the printed rules on 30 of them, each by hand and by a second method; every refusal."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from assurance.indicator_tables import THIRTY, write_tables
from hypothesis import given
from hypothesis import strategies as st

from assetplan.assurance.indicators import dashboard, read_indicators
from assetplan.assurance.periods import any_period, period_of
from assetplan.assurance.rag import quarterly_steps, rag
from assetplan.errors import ConfigError


def by_fractions(value: str, target: str, floor: str, polarity: str) -> str:
    """The rule in words, one value at a time and without rounding."""
    v, t, f = (Fraction(text) for text in (value, target, floor))
    if polarity == "lower":
        return "GREEN" if v <= t else "AMBER" if v <= f else "RED"
    return "GREEN" if v >= t else "AMBER" if v >= f else "RED"


@pytest.fixture(scope="module")
def thirty(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    return dashboard(read_indicators(*write_tables(tmp_path_factory.mktemp("thirty"))))


def test_a_dashboard_of_thirty_indicators_is_shown_without_a_mismatch(thirty: pd.DataFrame) -> None:
    assert len(thirty) == len(THIRTY) == 30
    wrong = []
    for row, must in zip(thirty.to_dict("records"), THIRTY, strict=True):
        light = row["in_range"] if row["kind"] == "activity" else row["rag"]
        to_date = None if np.isnan(row["year_to_date"]) else round(row["year_to_date"], 9)
        shown = light, row["direction"], to_date
        if shown != (must.light, must.direction, must.to_date) or must.target not in (None, row["target"]):
            wrong.append((row["indicator"], shown, must))
    assert not wrong


def test_every_light_is_that_of_the_rule_in_words(thirty: pd.DataFrame) -> None:
    judged = thirty[(thirty["kind"] != "activity") & (thirty["period"] != "")]
    assert len(judged) == 24
    for row in judged.to_dict("records"):
        figures = (str(row[name]) for name in ("value", "target", "floor"))
        assert row["rag"] == by_fractions(*figures, row["polarity"])
        if not np.isnan(row["year_to_date"]):
            figures = (str(round(row[name], 9)) for name in ("year_to_date", "target", "floor"))
            assert row["to_date_rag"] == by_fractions(*figures, row["polarity"])


@given(st.lists(st.tuples(*[st.integers(-40, 40)] * 3, st.booleans()), min_size=1, max_size=30))
def test_lights_of_any_figures_are_those_of_the_rule_in_words(rows: list[tuple[int, int, int, bool]]) -> None:
    value, target, floor, lower = (np.array(column) for column in zip(*rows, strict=True))
    shown = rag(value / 4, target / 4, floor / 4, lower)
    for (v, t, f, less), light in zip(rows, shown, strict=True):
        assert light == by_fractions(f"{v}/4", f"{t}/4", f"{f}/4", "lower" if less else "higher")


def test_equal_steps_are_the_printed_ones() -> None:
    steps = quarterly_steps(np.array([64.0, 75.0]), np.array([75.0, 64.0]))
    assert steps.tolist() == [[66.75, 69.5, 72.25, 75], [72.25, 69.5, 66.75, 64]]


RECEIPTS = {"indicator": "R", "name": "Capital receipts", "kind": "receipts", "polarity": "higher", "unit": "£m"}
RECEIPTS |= {"target": 14.6, "floor": 12, "original": 32, "frequency": "annual"}


def read(folder: Path, definition: dict, *values: dict):
    """Indicators of one definition, or of several under one key, and their values."""
    rows = definition.get("rows", [definition])
    pd.DataFrame(rows).to_csv(folder / "d.csv", index=False)
    if not values:
        return read_indicators(folder / "d.csv")
    pd.DataFrame(values).to_csv(folder / "v.csv", index=False)
    return read_indicators(folder / "d.csv", folder / "v.csv")


def test_receipts_are_banked_and_exchanged_against_both_targets(tmp_path: Path) -> None:
    row = dashboard(
        read(tmp_path, RECEIPTS, {"indicator": "R", "period": "2026/27", "banked": 6.9, "exchanged": 13.2})
    ).iloc[0]
    assert round(row["of_target"], 1) == 137.7
    assert round(row["of_original"], 1) == 62.8
    assert (row["rag"], row["year_to_date"]) == ("GREEN", pytest.approx(20.1))


def test_a_year_to_date_is_weighted_by_how_many_cases_each_value_is_of(tmp_path: Path) -> None:
    values = [
        {"indicator": "A", "period": "2026/27 Q1", "value": 100, "weight": 10},
        {"indicator": "A", "period": "2026/27 Q2", "value": 50, "weight": 40},
    ]
    assert dashboard(read(tmp_path, ONE, *values)).iloc[0]["year_to_date"] == (100 * 10 + 50 * 40) / 50
    with pytest.raises(ConfigError, match=r"row 3, column weight.*give all or none of them one"):
        read(tmp_path, ONE, values[0], {**values[1], "weight": None})


def test_what_is_reported_later_is_left_out_of_an_earlier_dashboard(tmp_path: Path) -> None:
    values = [{"indicator": "A", "period": f"2026/27 Q{k}", "value": 90 + k} for k in (1, 2, 3)]
    indicators = read(tmp_path, ONE, *values)
    assert dashboard(indicators).iloc[0]["value"] == 93
    earlier = dashboard(indicators, any_period("2026/27 Q2")).iloc[0]
    assert (earlier["period"], earlier["value"], earlier["year_to_date"]) == ("2026/27 Q2", 92, 91.5)


ONE = {"indicator": "A", "name": "One", "kind": "measure", "polarity": "higher", "unit": "%"}
ONE |= {"target": 90, "floor": 80, "frequency": "quarterly"}
ACTIVITY = {"indicator": "A", "name": "One", "kind": "activity", "unit": "number", "low": 1, "high": 2}
ACTIVITY |= {"frequency": "annual"}
LOWER = ONE | {"polarity": "lower", "unit": "days", "target": 10, "floor": 15}


@pytest.mark.parametrize(
    ("definition", "column", "rule"),
    [
        (ONE | {"floor": 95}, "floor", "'95' is beyond the target, 90, against the polarity: higher is better"),
        (LOWER | {"floor": 5}, "floor", "'5' is beyond the target, 10, against the polarity: lower is better"),
        (ONE | {"phasing": "equal steps", "previous": 70, "floor": 80}, "floor", "beyond the target of quarter 1, 75"),
        (ONE | {"target": 101}, "target", "'101' no more than 100 is possible in %"),
        (LOWER | {"target": -1}, "target", "'-1' no less than 0 is possible in days"),
        (ONE | {"target": None}, "target", "a value is required"),
        (ONE | {"floor": None}, "floor", "a value is required"),
        (ONE | {"target": "ninety"}, "target", "'ninety' must be a number"),
        (ONE | {"polarity": None}, "polarity", "must be higher or lower"),
        (ONE | {"polarity": "up"}, "polarity", "must be one of higher, lower"),
        (ONE | {"kind": "guess"}, "kind", "must be one of measure, snapshot, activity, receipts"),
        (ONE | {"frequency": "weekly"}, "frequency", "must be one of monthly, quarterly, annual"),
        (ONE | {"low": 1}, "low", "is of activity"),
        (ONE | {"original": 1}, "original", "is of receipts alone"),
        (ONE | {"previous": 1}, "previous", 'goes with phasing "equal steps"'),
        (ONE | {"phasing": "equal steps"}, "previous", "equal steps begin from it"),
        (ONE | {"q2": 1}, "q2", 'goes with phasing "stated"'),
        (ONE | {"phasing": "stated", "q1": 80, "q2": 85, "q4": 90}, "q3", "stated phasing needs every quarter"),
        (
            ONE | {"phasing": "stated", "q1": 80, "q2": 85, "q3": 86, "q4": 89},
            "q4",
            "must be the target of the year, 90",
        ),
        (ACTIVITY | {"low": None}, "low", "activity needs its expected range"),
        (ACTIVITY | {"low": 3}, "low", "is above high, 2"),
        (ACTIVITY | {"target": 3}, "target", "activity has an expected range"),
        (ACTIVITY | {"phasing": "equal steps", "previous": 1}, "phasing", "activity has no target to phase"),
        (RECEIPTS | {"polarity": "lower", "floor": 15}, "polarity", "of receipts, higher is better"),
        (RECEIPTS | {"unit": "%"}, "unit", "must be £, £000, £m"),
        (RECEIPTS | {"target": 0, "floor": 0}, "target", "must be above 0"),
        (ONE | {"from": "sunshine"}, "from", "'sunshine' must be one of roads_under_5, poor_share"),
        (ONE | {"from": "poor_share"}, "from", "of which? as poor_share:NAME"),
        (ONE | {"from": "roads_under_5:A"}, "from", "nothing follows it"),
        (LOWER | {"from": "roads_under_5"}, "unit", "is not the unit of the figure that forecasts it, %"),
        ({"rows": [ONE, ONE]}, "indicator", "is there more than once"),
    ],
)
def test_what_no_indicator_can_be_is_refused_with_its_row(
    definition: dict, column: str, rule: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, definition)
    faults = [fault for fault in caught.value.faults if fault.column == column]
    assert [fault.row for fault in faults] == [3 if "rows" in definition else 2]
    assert rule in str(faults[0])
    assert faults[0].file.endswith("d.csv")


@pytest.mark.parametrize(
    ("value", "column", "rule"),
    [
        ({"indicator": "Z"}, "indicator", "'Z' is no indicator that is defined"),
        ({"period": "2026/28 Q1"}, "period", "'2026/28 Q1' is no period of quarterly reports, as 2026/27 Q2"),
        ({"period": "2026/27"}, "period", "is no period of quarterly reports"),
        ({"period": "Q1 2026-27"}, "period", "has a value of A already"),
        ({"value": None}, "value", "a value is required"),
        ({"value": 100.5}, "value", "no more than 100 is possible in %"),
        ({"banked": 1}, "banked", "is of receipts alone"),
    ],
)
def test_what_no_value_can_be_is_refused_with_its_row(value: dict, column: str, rule: str, tmp_path: Path) -> None:
    first = {"indicator": "A", "period": "2026/27 Q1", "value": 85}
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, ONE, first, {"indicator": "A", "period": "2026/27 Q2", "value": 86, **value})
    (fault,) = caught.value.faults
    assert (fault.row, fault.column) == (3, column)
    assert rule in str(fault)


def test_faults_of_both_files_are_listed_together(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, ONE | {"floor": 95}, {"indicator": "Z", "period": "2026/27 Q1", "value": 85})
    assert [Path(fault.file).name for fault in caught.value.faults] == ["d.csv", "v.csv"]


@pytest.mark.parametrize(
    ("text", "frequency", "shown"),
    [
        ("2026/27", "annual", "2026/27"),
        ("2026-2027", "annual", "2026/27"),
        ("1999/00", "annual", "1999/00"),
        ("2026/27 q3", "quarterly", "2026/27 Q3"),
        ("2026-04", "monthly", "Apr 2026"),
        ("March 2027", "monthly", "Mar 2027"),
    ],
)
def test_periods_are_read_as_councils_write_them(text: str, frequency: str, shown: str) -> None:
    when = period_of(text, frequency)
    assert str(when) == shown
    assert any_period(shown) == when


@pytest.mark.parametrize("text", ["", "2026", "2026/27 Q5", "Q1 2026/27 Q1", "2026-13", "Ju 2026", "2026/26"])
def test_other_texts_name_no_period(text: str) -> None:
    assert any_period(text) is None


def test_months_lie_in_the_quarters_of_the_financial_year() -> None:
    months = [f"2026-{k:02}" for k in range(4, 13)] + [f"2027-{k:02}" for k in range(1, 4)]
    periods = [period_of(text, "monthly") for text in months]
    assert [(when.year, when.quarter) for when in periods] == [(2026, k) for k in (1, 2, 3, 4) for _ in range(3)]
