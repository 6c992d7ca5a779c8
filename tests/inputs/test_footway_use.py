"""Footways by use: their level, how much their claims count, and that totals stay."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point

from assetplan import read_plan
from assetplan.errors import ConfigError
from assetplan.inputs.footways import footway_factors, footway_levels, with_use
from assetplan.inputs.load import load_inputs
from assetplan.reference import load_table

FACTORS = {"prestige": 6.0, "primary": 4.0, "secondary": 2.0, "link": 1.0, "local access": 0.5}


def footways(*at: tuple[float, str, str]) -> gpd.GeoDataFrame:
    """Footways of 10 m at eastings, of a road class and a level of the council's own."""
    table = {
        "asset_id": [f"f{k}" for k in range(len(at))],
        "asset_class": "footway",
        "road_class": [road for _, road, _ in at],
        "environment": "urban",
        "hierarchy": [own for _, _, own in at],
        "quantity": [100.0 + 100 * k for k in range(len(at))],
    }
    return gpd.GeoDataFrame(table, geometry=[LineString([(x, 0), (x + 10, 0)]) for x, _, _ in at], crs=27700)


PLACES = gpd.GeoDataFrame(
    {
        "name": ["Town", "Hamlet", "School", "Shops"],
        "kind": ["", "settlement", "school", "shops"],
        "population": [20_000.0, 90.0, np.nan, np.nan],
    },
    geometry=[Point(0, 0), Point(5_000, 0), Point(10_000, 0), Point(20_000, 0).buffer(30)],
    crs=27700,
)


def test_a_level_is_the_councils_own_or_the_highest_that_what_is_near_gives() -> None:
    ways = footways(
        (100, "U", ""), (900, "U", ""), (900, "A", ""), (5_000, "U", ""), (10_250, "U", ""), (10_350, "U", ""),
        (20_150, "C", ""), (100, "U", "link"), (900, "U", "prestige"), (900, "U", "strategic"),
    )  # fmt: skip
    assert footway_levels(ways, PLACES).tolist() == [
        "primary", "local access", "link", "local access", "secondary", "local access", "primary", "link", "prestige",
        "local access",
    ]  # fmt: skip


def test_factors_have_mean_one_over_the_stock_and_others_count_once() -> None:
    ways = footways((100, "U", ""), (900, "U", ""), (900, "A", ""))
    every = pd.concat([ways, ways.assign(asset_class="carriageway")], ignore_index=True)
    out = with_use(every, PLACES, FACTORS)
    walked = out.iloc[:3]
    assert float((walked["use_factor"] * walked["quantity"]).sum()) == pytest.approx(600)
    assert (walked["use_factor"] / walked["use_factor"].iloc[2]).tolist() == pytest.approx([4.0, 0.5, 1.0])
    assert out["footway_use"].tolist() == ["primary", "local access", "link", "", "", ""]
    assert (out["use_factor"].iloc[3:] == 1).all()


def test_the_example_has_footways_of_several_uses(small_county: Path) -> None:
    assets = load_inputs(read_plan(small_county / "plan.toml")).register.assets
    ways = assets[assets["asset_class"] == "footway"]
    assert {"primary", "secondary", "link", "local access"} <= set(ways["footway_use"])
    assert np.average(ways["use_factor"], weights=ways["quantity"]) == pytest.approx(1)


@pytest.mark.parametrize(
    ("change", "rule"),
    [({"use": "busy"}, "must be one of prestige"), ({"factor": 0}, "above 0"), ({"use": "link"}, "there twice")],
)  # fmt: skip
def test_a_faulty_table_is_refused(change: dict, rule: str, tmp_path: Path) -> None:
    table = load_table("footway_use").astype(object)
    for column, value in change.items():
        table.loc[0, column] = value
    table.to_csv(tmp_path / "own.csv", index=False)
    with pytest.raises(ConfigError, match=rule):
        footway_factors(tmp_path / "own.csv")
    load_table("footway_use").to_csv(tmp_path / "own.csv", index=False)
    assert footway_factors(tmp_path / "own.csv") == FACTORS
