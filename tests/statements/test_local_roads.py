"""Roads by class and level, and who lives on them."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely import LineString, Point

from assetplan.programme import Programme
from assetplan.statements.local_roads import people_on_roads


def test_people_of_a_settlement_live_on_its_built_up_c_and_u_roads() -> None:
    lines = [LineString([(x, 0), (x + 100, 0)]) for x in (0, 100, 200, 5_000, 5_100)]
    table = {
        "road_class": ["A", "U", "C", "A", "U"],
        "environment": ["urban", "urban", "urban", "urban", "rural"],
        "length_m": [100.0, 100.0, 300.0, 100.0, 100.0],
    }
    roads = gpd.GeoDataFrame(table, geometry=lines, crs=27700)
    places = gpd.GeoDataFrame(
        {"kind": ["", "settlement", "school"], "population": [400.0, 50.0, 9.0]},
        geometry=[Point(0, 0), Point(5_000, 0), Point(200, 0)], crs=27700,
    )  # fmt: skip
    assert people_on_roads(roads, places).tolist() == pytest.approx([0, 100, 300, 50, 0])
    assert not people_on_roads(roads, places.iloc[2:]).any()


def test_the_statement_sums_to_the_programme(small_programme: Programme) -> None:
    (table,) = (one for one in small_programme.accounts if one.name == "local_roads")
    roads = small_programme.assets[small_programme.assets["asset_class"] == "carriageway"]
    for _, part in table.rows.groupby("by"):
        assert part["length_km"].sum() == pytest.approx(roads["length_m"].sum() / 1000, abs=0.5)
        assert part["spend"].sum() == pytest.approx(roads["cost"].sum(), rel=1e-5, abs=10)
    people = table.rows[table.rows["by"] == "road class"].set_index("name")["people"]
    assert people[["C", "U"]].sum() > 0.9 * people.sum() > 0
