"""Medium-term plan lines: changes that add up as printed, one-offs that come out again, faults listed together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetplan.errors import FaultyInputError
from assetplan.finance import (
    MediumTermLine,
    change_to_base,
    cumulative_table,
    medium_term_table,
    one_off_line,
    recurring_line,
)

YEARS = (2019, 2020, 2021)
NAMES = ["2019/20", "2020/21", "2021/22"]


def test_a_plan_by_hand():
    lines = [
        recurring_line("19CAP1", "P", "Debt cost", [0.3e6, 1.2e6, 2.0e6]),
        recurring_line("19CAP2", "P", "Surveys", [0.2e6] * 3),
        recurring_line("19CAP3", "S", "Reactive repairs avoided", [0, -0.1e6, -0.4e6]),
        one_off_line("19CAP4", "P", "Mobilisation", 0.5e6, 2019, YEARS),
    ]
    table = medium_term_table(lines, YEARS)
    assert (table.name, table.basis) == ("medium_term", "£000, cash")
    assert table.rows.to_numpy().tolist() == [
        ["19CAP1", "P", "Debt cost", 300, 900, 800, 2000],
        ["19CAP2", "P", "Surveys", 200, 0, 0, 200],
        ["19CAP3", "S", "Reactive repairs avoided", 0, -100, -300, -400],
        ["19CAP4", "P", "Mobilisation", 500, -500, 0, 0],
        ["total", "", "All lines", 1000, 300, 500, 1800],
    ]
    running = cumulative_table(lines, YEARS)
    assert running.name == "medium_term_cumulative"
    assert running.rows[NAMES].to_numpy().tolist() == [
        [300, 1200, 2000],
        [200, 200, 200],
        [0, -100, -400],
        [500, 0, 0],
        [1000, 1300, 1800],
    ]
    assert medium_term_table(lines, YEARS, "£m").rows["total"].tolist() == [2, 0.2, -0.4, 0, 1.8]
    assert medium_term_table([], YEARS).rows["total"].tolist() == [0]


def test_the_change_to_the_base_is_what_sums_to_the_amounts():
    amounts = np.array([5.0, 3.0, 3.0, 8.0])
    assert change_to_base(amounts).tolist() == [5, -2, 0, 5]
    assert change_to_base(amounts).cumsum().tolist() == amounts.tolist()
    assert change_to_base([]).tolist() == []


pounds = st.floats(0, 5e7)


@settings(max_examples=80)
@given(
    costs=st.lists(st.lists(pounds, min_size=3, max_size=3), max_size=5),
    saved=st.lists(pounds, min_size=3, max_size=3),
    once=pounds,
    unit=st.sampled_from(["£", "£000", "£m"]),
)
def test_printed_rows_and_columns_add_up(costs, saved, once, unit):
    lines = [recurring_line(f"P{k}", "P", "cost", row) for k, row in enumerate(costs)]
    lines += [recurring_line("S", "S", "saved", [-x for x in saved]), one_off_line("O", "P", "once", once, 2020, YEARS)]
    changes, running = medium_term_table(lines, YEARS, unit).rows, cumulative_table(lines, YEARS, unit).rows
    places = {"£": 0, "£000": 1, "£m": 3}[unit]
    last = 10**places / {"£": 1, "£000": 1e3, "£m": 1e6}[unit]  # printed places in a pound

    def whole(frame):  # exact: printed figures in whole last places
        return np.rint(frame.to_numpy(dtype=float) * 10**places).astype(int)

    cells, sums = whole(changes[NAMES]), whole(running[NAMES])
    assert (cells.cumsum(axis=1) == sums).all()
    assert (cells.sum(axis=1) == whole(changes["total"])).all()
    assert (cells[:-1].sum(axis=0) == cells[-1]).all()
    assert (sums[:-1].sum(axis=0) == sums[-1]).all()
    assert whole(changes["total"])[-2] == 0  # the one-off leaves nothing
    for row, amounts in zip(sums, [*costs, [-x for x in saved]], strict=False):
        assert np.abs(row - np.array(amounts) * last).max() <= 0.5 + 1e-6  # each amount is rounded by itself


def test_a_one_off_needs_a_year_to_come_out_in():
    with pytest.raises(ValueError, match="goes out of the base in 2022/23, which is no year of the medium-term plan"):
        one_off_line("X", "P", "late", 5e5, 2021, YEARS)
    with pytest.raises(ValueError, match="2030/31 is no year of the medium-term plan"):
        one_off_line("X", "P", "later", 5e5, 2030, YEARS)
    with pytest.raises(ValueError, match="goes out of the base in 2019/20, before it comes in"):
        one_off_line("X", "P", "earlier", 5e5, 2020, YEARS, until=2019)


def test_a_one_off_may_end_in_any_later_year():
    """As a council prints it: +500 in 2019/20 and −500 two years later, total 0."""
    row = medium_term_table([one_off_line("X", "P", "election", 5e5, 2019, YEARS, until=2021)], YEARS).rows.iloc[0]
    assert row[[*NAMES, "total"]].tolist() == [500, 0, -500, 0]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (MediumTermLine("X", "Q", "", (1, 0, 0)), "'X' type is 'Q'; it must be P"),
        (MediumTermLine("X", "P", "", (500, -499.99, 0), one_off=True), "leaves £0.01 in the base"),
        (MediumTermLine("X", "P", "", (1, 2)), "has changes for 2 years; the plan has 3"),
        (MediumTermLine("X", "P", "", (1, 2, float("nan"))), "every change must be a number"),
        (MediumTermLine(" ", "P", "", (1, 2, 3)), "a line needs a reference"),
        (MediumTermLine("total", "P", "", (1, 2, 3)), "cannot be 'total'"),
    ],
)
def test_what_a_line_may_not_be(line, fault):
    with pytest.raises(FaultyInputError, match=fault):
        medium_term_table([line], YEARS)


def test_either_sign_on_either_type_and_one_reference_on_several_lines():
    # As papers print them: P −400 and P −2,500, S +2,500 and S +800 reverse lines of earlier years.
    changes = [("P", -0.4e6), ("P", -2.5e6), ("S", 2.5e6), ("S", 0.8e6)]
    lines = [MediumTermLine("19CORP1", of, "reversal", (change, 0.0, 0.0)) for of, change in changes]
    rows = medium_term_table(lines, YEARS).rows
    assert rows["2019/20"].tolist() == [-400, -2_500, 2_500, 800, 400]
    assert rows["reference"].tolist() == ["19CORP1"] * 4 + ["total"]
    assert cumulative_table(lines, YEARS).rows["2021/22"].tolist() == [-400, -2_500, 2_500, 800, 400]


def test_all_faults_are_listed_together():
    lines = [
        MediumTermLine("X", "Q", "", (-1, 0, 0)),
        MediumTermLine("X", "S", "", (1, 0)),
        recurring_line("Y", "P", "", [1] * 3),
    ]
    for build in (medium_term_table, cumulative_table):
        with pytest.raises(FaultyInputError) as caught:
            build(lines, YEARS)
        assert [fault.rule.split()[0] for fault in caught.value.faults] == ["has", "type"]
        assert {fault.value for fault in caught.value.faults} == {"X"}
    with pytest.raises(ValueError, match="must follow one another"):
        medium_term_table([], (2019, 2021))


def test_an_amount_that_ends_at_zero_is_no_fault_of_floats():
    line = recurring_line("X", "P", "ends", [0.1, 0.7, 0.0])
    assert medium_term_table([line], YEARS, "£").rows["total"].tolist() == [0, 0]
