"""Building condition against the published arithmetic."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetplan.condition import building, classify
from assetplan.reference import load_table

WALL_COST = np.array([0, 12.877, 64.386, 257.543, 257.543])  # brick wall, £/m², E costed as D


def test_fci_bands_hold_their_upper_end():
    names = classify("fci", [0, 0.05, 0.0501, 0.1, 0.3, 0.3001]).tolist()
    assert names == ["good", "good", "fair", "fair", "poor", "critical"]


def test_grades_as_numbers_and_back():
    assert building.grade_number(["A", "B", "C", "D", "E"]).tolist() == [1, 2, 3, 4, 5]
    assert classify("grade", [1, 2, 2.7, 3, 4, 5, np.nan]).tolist() == [
        "A",
        "B",
        "B",
        "C",
        "D",
        "E",
        None,
    ]
    assert np.isnan(building.grade_number(["A", None])[1])
    assert building.grade_number("C") == 3


def test_unknown_grade_is_named():
    with pytest.raises(ValueError, match="'F'"):
        building.grade_number(["A", "F"])


def test_wall_repair_now_and_after_five_years():
    now = building.cost_by_grade([0, 1, 0, 0, 0], 500, WALL_COST).sum(axis=-1)
    assert now == pytest.approx(6438.50, abs=0.005)
    # Printed shares have five decimals: 500 m² × £257.543 × 5e-6 on each of two grades is £1.3 at most.
    later = building.cost_by_grade([0, 0.81622, 0.15063, 0.02794, 0.00520], 500, WALL_COST).sum(axis=-1)
    assert later == pytest.approx(14372.48, abs=1.3)


def test_wall_repair_by_its_decay_rates():
    decay = np.array([0.02388, 0.03980, 0.09552, 0.15920])
    yearly = np.diag([*(1 - decay), 1]) + np.diag(decay, 1)
    share = np.array([0, 1, 0, 0, 0]) @ np.linalg.matrix_power(yearly, 5)
    assert building.cost_by_grade(share, 500, WALL_COST).sum(axis=-1) == pytest.approx(14372.48, abs=0.005)


def test_backlog_counts_only_what_is_worse_than_b():
    share = [[0.2, 0.3, 0.4, 0.1, 0.0], [0, 1, 0, 0, 0]]
    cost = building.cost_by_grade(share, [100, 100], WALL_COST)[..., 2:].sum(axis=-1)
    assert cost == pytest.approx([100 * (0.4 * 64.386 + 0.1 * 257.543), 0])


def test_costs_need_a_column_a_grade():
    with pytest.raises(ValueError, match="one column a grade"):
        building.cost_by_grade([1, 0, 0, 0, 0], 1, [1, 2, 3])[..., 2:].sum(axis=-1)
    with pytest.raises(ValueError, match="one column a grade"):
        building.cost_by_grade([1, 0], 1, WALL_COST).sum(axis=-1)


@pytest.mark.parametrize("share", [[0.5, 0.4, 0, 0, 0], [100, 0, 0, 0, 0], [1.5, -0.5, 0, 0, 0], [np.nan, 0, 0, 0, 1]])
def test_shares_of_a_component_add_up_to_one(share):
    with pytest.raises(ValueError, match="add up to 1"):
        building.cost_by_grade(share, 1, WALL_COST)[..., 2:].sum(axis=-1)


def test_single_grades_as_shares():
    assert building.grade_share(["A", "D"]).tolist() == [[1, 0, 0, 0, 0], [0, 0, 0, 1, 0]]
    with pytest.raises(ValueError, match="item 1 has no grade"):
        building.grade_share(["A", None])


def test_what_grades_and_priorities_mean():
    rows = load_table("bands").query("scale == 'grade'").set_index("band")["meaning"]
    assert rows[list("ABCD")].tolist() == ["good", "satisfactory", "poor", "life-expired"]
    assert building.PRIORITIES == ("urgent", "within 2 years", "3 to 5 years", "beyond 5 years")


def test_backlog_by_grade_and_priority():
    table = building.backlog_table(
        ["hall", "hall", "hall", "depot"],
        building.grade_share(["C", "D", "B", "E"]),
        [2, 1, 1, np.nan],
        [100, 10, 50, 1],
        WALL_COST,
    )
    assert table.columns.tolist() == [*building.PRIORITIES, building.NOT_STATED]
    assert table.index.tolist() == [(name, grade) for name in ("hall", "depot") for grade in "CDE"]
    hall, depot = table.loc["hall"], table.loc["depot"]
    assert hall.loc["C", "within 2 years"] == pytest.approx(6438.60)
    assert hall.loc["D", "urgent"] == pytest.approx(2575.43)
    assert hall.to_numpy().sum() == pytest.approx(6438.60 + 2575.43)  # B needs nothing
    assert depot.loc["E", building.NOT_STATED] == pytest.approx(257.543)
    assert depot[list(building.PRIORITIES)].to_numpy().sum() == 0


components = st.lists(
    st.tuples(
        st.sampled_from(["hall", "depot", "school"]),
        st.lists(st.floats(0.01, 1), min_size=5, max_size=5),
        st.sampled_from([1, 2, 3, 4, np.nan]),
        st.floats(0, 1e4),
    ),
    min_size=1,
    max_size=25,
)


@given(components)
def test_backlog_table_adds_up_one_component_at_a_time(rows):
    names, parts, priority, quantity = (np.array(column) for column in zip(*rows, strict=True))
    share = parts / parts.sum(axis=1, keepdims=True)
    table = building.backlog_table(names, share, priority, quantity, WALL_COST)
    near = {"rel": 1e-9, "abs": 1e-6}  # sums of at most 75 products of pounds
    assert table.to_numpy().sum() == pytest.approx(
        building.cost_by_grade(share, quantity, WALL_COST)[..., 2:].sum(axis=-1).sum(), **near
    )
    by_hand = pd.DataFrame(0.0, table.index, table.columns)
    for name, part, urgency, size in zip(names, share, priority, quantity, strict=True):
        column = building.NOT_STATED if np.isnan(urgency) else building.PRIORITIES[int(urgency) - 1]
        for grade in "CDE":
            number = "ABCDE".index(grade)
            by_hand.loc[(name, grade), column] += size * part[number] * WALL_COST[number]
    assert table.to_numpy() == pytest.approx(by_hand.to_numpy(), **near)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"priority": [1, 5]}, "whole number from 1 to 4; item 1 is 5"),
        ({"priority": [1.5, 1]}, "item 0 is 1.5"),
        ({"priority": [0, 1]}, "item 0 is 0"),
        ({"priority": [np.inf, 1]}, "item 0 is inf"),
        ({"priority": [1]}, "do not fit"),
        ({"quantity": [1, -1]}, "0 or more"),
        ({"quantity": [1, np.nan]}, "none missing"),
        ({"quantity": 3}, "do not fit"),
        ({"unit_cost": [0, 0, 1, 2, np.nan]}, "none missing"),
        ({"unit_cost": [0, 0, -1, 2, 2]}, "0 or more"),
        ({"unit_cost": [1, 2]}, "one column a grade"),
        ({"building": ["hall", None]}, "names no building"),
        ({"share": np.eye(5)[:1]}, "do not fit"),
    ],
)
def test_wrong_components(change, fault):
    sound = {
        "building": "hall",
        "share": np.eye(5)[2:4],
        "priority": [1, 2],
        "quantity": [1, 1],
        "unit_cost": WALL_COST,
    }
    with pytest.raises(ValueError, match=fault):
        building.backlog_table(**(sound | change))


def test_condition_index_of_a_building_priority_upon_priority():
    share = building.grade_share(["C", "D", "D", "C"])
    cost = [0, 0, 1e5, 1e6, 1e6]
    table = building.backlog_table(["hall", "hall", "hall", "depot"], share, [2, 1, np.nan, 4], [2, 0.5, 0.5, 1], cost)
    index = building.fci_by_priority(table, {"depot": 2e6, "hall": 15e6, "sold": 1e6})
    assert index.index.tolist() == ["hall", "depot"]
    assert index.loc["hall"].tolist() == pytest.approx([0.5 / 15, 0.7 / 15, 0.7 / 15, 0.7 / 15, 1.2 / 15], rel=1e-12)
    assert index.loc["depot"].tolist() == pytest.approx([0, 0, 0, 0.05, 0.05], rel=1e-12)
    # 1.2/15 = 8 %, fair, once all is counted.
    assert classify("fci", index.loc["hall"]).tolist() == ["good", "good", "good", "good", "fair"]


def test_condition_index_needs_a_value_of_every_building():
    table = building.backlog_table("hall", np.eye(5)[2:3], [1], [1], WALL_COST)
    with pytest.raises(ValueError, match=r"no replacement value for buildings \['hall'\]"):
        building.fci_by_priority(table, {"depot": 1e6})
    with pytest.raises(ValueError, match="above 0"):
        building.fci_by_priority(table, pd.Series({"hall": 0.0}))
