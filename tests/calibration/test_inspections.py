"""Inspections as files: what is read, what is refused, what a history is cut into."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from assetplan.calibration import inspections_of, read_inspections
from assetplan.calibration.histories import jumps, path_codes, state_pairs
from assetplan.errors import RegisterError

GOOD = """asset_id,date,value,works_date,kind,note
b,2015-07-02,70,,x,
a,2012-01-01,90,,y,first
a,2016-12-31,82,2014-05-01,y,
b,2010-01-01,80,,x,
a,2019,75,,y,
"""


def read(tmp_path: Path, text: str, **options: object):
    path = tmp_path / "inspections.csv"
    path.write_text(text, encoding="utf-8")
    return read_inspections(path, **options)


def test_dates_works_and_groups(tmp_path: Path) -> None:
    inspections = read(tmp_path, GOOD, group="kind", covariates=["note"])
    assert list(inspections.assets) == ["a", "b"]
    assert inspections.time == pytest.approx([2012.0, 2016 + 365 / 366, 2019.0, 2010.0, 2015 + 182 / 365])
    assert list(inspections.index) == [90, 82, 75, 80, 70]
    # works of May 2014 lie between the first two readings of a
    assert list(inspections.worked) == [False, True, False, False, False]
    assert [inspections.groups[k] for k in inspections.group] == ["y", "x"]
    assert inspections.notes == ("1 readings stand in the file after a later one of their asset; they were sorted.",)


def test_a_change_of_method_breaks_the_series(tmp_path: Path) -> None:
    text = (
        "asset_id,year,value,method\na,2012,90,CVI\na,2014,40,CVI\na,2016,95,PAS 2161\nb,2012,80,CVI\nb,2016,70,CVI\n"
    )
    inspections = read(tmp_path, text)
    # No pair of readings goes across the change.
    assert list(inspections.assets) == ["a, CVI", "a, PAS 2161", "b"]
    assert list(inspections.first) == [True, False, True, True, False]
    assert inspections.notes[0] == "1 assets were measured by more than one method: each is a series by itself."


def test_native_measures_and_ages(tmp_path: Path) -> None:
    text = "asset_id,year,value,built_year\na,2010,100,2000\na,2012.5,40,2000\n"
    inspections = read(tmp_path, text, measure="rci")
    assert list(inspections.index) == [40, 70]
    assert list(inspections.age) == [10, 12.5]


def test_states_by_letter_number_and_name(tmp_path: Path) -> None:
    table = "asset_id,year,state\na,2010,{}\na,2012,{}\n"
    letters = read(tmp_path, table.format("A", "C"))
    assert (letters.states, list(letters.state)) == (("A", "B", "C"), [0, 2])
    numbers = read(tmp_path, table.format(1, 3))
    assert (numbers.states, list(numbers.state)) == (("0", "1", "2", "3"), [1, 3])
    named = read(tmp_path, table.format(9, 7), states=["9", "8", "7"])
    assert list(named.state) == [0, 2]


def test_every_fault_is_listed_with_its_row(tmp_path: Path) -> None:
    text = "asset_id,date,value\n,2010-01-01,50\na,2010-13-01,50\na,2011-01-01,150\na,2012-01-01,good\na,,60\n"
    with pytest.raises(RegisterError) as caught:
        read(tmp_path, text)
    faults = [(fault.row, fault.column, fault.value) for fault in caught.value.faults]
    assert faults == [
        (2, "asset_id", ""), (3, "date", "2010-13-01"), (4, "value", "150"), (5, "value", "good"), (6, "date", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "options", "fault"),
    [
        ("date,value\n2010-01-01,5\n", {}, "column asset_id: this column is missing"),
        ("asset_id,value\na,5\n", {}, r"column date: this column is missing \(or year\)"),
        ("asset_id,year\na,2010\n", {}, r"column value: this column is missing \(or state\)"),
        ("asset_id,year,value\na,2010,5\n", {"group": "kind"}, "column kind: this column is missing"),
        ("asset_id,year,value\n", {}, "has no rows"),
        ("asset_id,year,value\na,2010\n", {}, "row 2: has 2 values where the header has 3"),
        ("asset_id,year,state\na,2010,Q7\n", {}, "row 2, column state: 'Q7' must be a letter"),
        ("asset_id,year,state\na,2010,5\n", {"states": ["1", "2"]}, "'5' must be one of 1, 2"),
        ("asset_id,year,value,built_year\na,2010,5,2015\n", {}, "must not be after the inspection"),
        ("asset_id,year,value,k\na,2010,5,x\na,2011,5,y\n", {"group": "k"}, "'y' the same asset is in group 'x'"),
    ],
)
def test_wrong_files(text: str, options: dict, fault: str, tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match=fault):
        read(tmp_path, text, **options)


def made(states: list[int] | None = None, values: list[float] | None = None, works: dict[int, float] | None = None):
    n = len(states or values or [])
    table = pd.DataFrame({"asset_id": ["a"] * n, "year": np.arange(2000, 2000 + n)})
    if states is not None:
        table["state"] = states
    if values is not None:
        table["value"] = values
    table["works_date"] = [str((works or {}).get(k, "")) for k in range(n)]
    return inspections_of(table)


def test_pairs_leave_out_works_improvements_and_blips() -> None:
    plain = made([0, 0, 1, 3])
    assert [len(part) for part in state_pairs(plain, plain.state)[:2]] == [3, 3]
    worked = made([0, 1, 0, 1], works={2: 2001.5})
    pairs = state_pairs(worked, worked.state)
    assert (list(pairs.before), pairs.worked, pairs.improved) == ([0, 2], 1, 0)
    improved = made([0, 2, 1, 1, 2])
    pairs = state_pairs(improved, improved.state)
    assert (list(pairs.before), pairs.improved, pairs.blips) == ([0, 2, 3], 1, 0)
    blip = made([1, 2, 1, 2, 3])
    pairs = state_pairs(blip, blip.state)
    # the third reading is noise: two years lie between those either side of it
    assert (list(pairs.before), list(pairs.after), list(pairs.years), pairs.blips) == (
        [0, 1, 3],
        [1, 3, 4],
        [1, 2, 1],
        1,
    )


def test_values_are_cut_where_they_jump_beyond_noise() -> None:
    rng = np.random.default_rng(0)
    fall = 90 - 2.0 * np.arange(30) + rng.normal(0, 0.5, 30)
    fall[15:] += 35
    inspections = made(values=list(fall))
    cuts = jumps(inspections)
    assert list(np.flatnonzero(cuts)) == [15]
    assert list(np.bincount(path_codes(inspections, cuts))) == [15, 15]


def test_dropped_readings_hand_their_works_on() -> None:
    inspections = made(values=[90, 80, 85, 80], works={1: 2000.5})
    kept = inspections.where(np.array([True, False, True, True]))
    assert list(kept.worked) == [False, True, False]


def test_a_covariate_is_numbers_only_where_all_of_it_is(tmp_path: Path) -> None:
    text = "asset_id,year,value,aadt,surface\na,2010,90,100,7\nb,2010,90,,n/a\nc,2010,80,250,SMA\nd,2010,70,90,8\n"
    covariates = read(tmp_path, text, covariates=["aadt", "surface"]).covariates
    assert covariates["aadt"].tolist() == pytest.approx([100, np.nan, 250, 90], nan_ok=True)
    assert covariates["surface"].tolist() == ["7", "", "SMA", "8"]
