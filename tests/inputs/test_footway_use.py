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


def footways(*at: tuple[float, str, str], footfall: float | list[float] = np.nan) -> gpd.GeoDataFrame:
    """Footways of 10 m at eastings, of a road class and a level of the council's own, with their footfall."""
    table = {
        "asset_id": [f"f{k}" for k in range(len(at))],
        "asset_class": "footway",
        "road_class": [road for _, road, _ in at],
        "environment": "urban",
        "hierarchy": [own for _, _, own in at],
        "footfall": footfall,
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


def test_footfall_sets_the_level_where_the_council_states_none() -> None:
    plain = [(900, "A", "")] * 7
    people = [0, 99, 100, 500, 2_500.0, 9_999, 10_000]
    assert footway_levels(footways(*plain, footfall=people), PLACES).tolist() == [
        "local access", "local access", "link", "secondary", "primary", "primary", "prestige",
    ]  # fmt: skip
    # A quiet footway in the middle of a town, a level of the council's own, a level of roads, and no count.
    ways = footways(
        (100, "U", ""), (100, "U", "link"), (900, "U", "strategic"), (100, "U", ""), footfall=[60, 20_000, 700, np.nan]
    )
    assert footway_levels(ways, PLACES).tolist() == ["local access", "link", "secondary", "primary"]
    missing = gpd.GeoSeries([None] * 4, crs=27700)
    assert footway_levels(ways.set_geometry(missing), PLACES).tolist() == [
        "local access", "link", "secondary", "local access",
    ]  # fmt: skip


def test_claims_count_by_the_level_that_footfall_gives() -> None:
    out = with_use(footways((900, "U", ""), (900, "U", ""), footfall=[20_000, 5]), PLACES, FACTORS)
    assert out["footway_use"].tolist() == ["prestige", "local access"]
    assert out["use_factor"].iloc[0] / out["use_factor"].iloc[1] == pytest.approx(12)
    assert float((out["use_factor"] * out["quantity"]).sum()) == pytest.approx(out["quantity"].sum())


@pytest.mark.parametrize(
    ("shops", "level"), [(9, "local access"), (10, "secondary"), (19, "secondary"), (20, "primary")]
)
def test_shops_count_by_how_many_are_near(shops: int, level: str) -> None:
    places = gpd.GeoDataFrame(
        {"name": ["Shop"] * (shops + 2), "kind": "shop", "population": np.nan},
        geometry=[*(Point(0, 5.0 * k) for k in range(shops)), Point(9_000, 0), Point(0, 101)],
        crs=27700,
    )
    ways = footways((0, "U", ""), (9_000, "U", ""))
    assert footway_levels(ways, places).tolist() == [level, "local access"]


def test_a_station_makes_main_walking_routes_of_the_ways_to_it() -> None:
    places = gpd.GeoDataFrame({"name": ["Halt"], "kind": "station", "population": np.nan}, geometry=[Point(0, 0)])
    assert footway_levels(footways((299, "U", ""), (301, "U", "")), places).tolist() == ["primary", "local access"]


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
