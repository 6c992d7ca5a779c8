"""Levels of the hierarchy by rule."""

from __future__ import annotations

import numpy as np

from assetplan import schema
from assetplan.network import hierarchy
from assetplan.reference import load_table


def test_levels_by_class_environment_and_traffic() -> None:
    cases = [
        ("trunk", "", np.nan, "strategic"),
        ("motorway", "", 90_000, "strategic"),
        ("A", "rural", 9500, "main distributor"),
        ("A", "rural", 15_000, "strategic"),
        ("A", "urban", 15_000, "main distributor"),
        ("B", "", np.nan, "secondary distributor"),
        ("C", "rural", 1499, "link"),
        ("C", "rural", 1500, "secondary distributor"),
        ("C", "urban", 0, "secondary distributor"),
        ("U", "rural", 499, "local access"),
        ("U", "urban", 1000, "link"),
        ("U", "urban", 5000, "secondary distributor"),
        ("", "urban", 5000, ""),
    ]
    road_class, environment, aadt, want = zip(*cases, strict=True)
    assert hierarchy(road_class, environment, aadt, [""] * len(cases)).tolist() == list(want)


def test_the_councils_own_level_stands() -> None:
    assert hierarchy(["U", "A"], ["urban", "rural"], [10, 10], ["strategic", ""]).tolist() == [
        "strategic",
        "main distributor",
    ]


def test_the_table_has_a_level_for_every_road_and_no_others() -> None:
    table = load_table("hierarchy")
    levels = schema.choices("assets", "hierarchy")
    assert set(table["level"]) <= set(levels)
    classes = (*schema.choices("assets", "road_class"), *schema.choices("other_roads", "road_class"))
    for environment in schema.choices("assets", "environment"):
        by_rule = hierarchy(classes, [environment] * len(classes), np.zeros(len(classes)), [""] * len(classes))
        assert (by_rule != "").all()
    # More traffic never makes a road less.
    rank = {level: place for place, level in enumerate(levels)}
    for road_class in "ABCU":
        flow = np.arange(0, 30_000, 250)
        for environment in ("rural", "urban"):
            by_rule = hierarchy([road_class] * len(flow), [environment] * len(flow), flow, [""] * len(flow))
            assert (np.diff([rank[level] for level in by_rule]) <= 0).all()
