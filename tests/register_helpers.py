"""Small registers and files that the tests of the register share."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, Point

from assetplan import schema
from assetplan.errors import FaultyInputError
from assetplan.register import Register

LINE = LineString([(450000, 300000), (450100, 300000)])


def assets(*rows: dict[str, Any], crs: Any = 27700) -> gpd.GeoDataFrame:
    """Assets from the values that matter; the rest is a sound carriageway."""
    plain = {"asset_class": "carriageway", "quantity": 500.0, "road_class": "A", "geometry": LINE}
    frame = pd.DataFrame([{"asset_id": f"a{n}"} | plain | row for n, row in enumerate(rows, start=1)])
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=crs)


def spatial(table: str, *rows: dict[str, Any], crs: Any = 27700) -> gpd.GeoDataFrame:
    """Places or districts; none by default."""
    if not rows:
        return gpd.GeoDataFrame(schema.empty(table), geometry=[], crs=crs)
    return gpd.GeoDataFrame(pd.DataFrame(list(rows)), geometry="geometry", crs=crs)


def register(frame: gpd.GeoDataFrame, **parts: Any) -> Register:
    """A register round these assets."""
    whole = {
        "inspections": schema.empty("inspections"),
        "places": spatial("places"),
        "districts": spatial("districts"),
    }
    return Register(frame, **(whole | parts))


def faults_of(error: pytest.ExceptionInfo[FaultyInputError]) -> set[tuple[int, str, str]]:
    """Row, column and rule of every fault."""
    return {(fault.row, fault.column, fault.rule) for fault in error.value.faults}


def mixed() -> Register:
    """A register with every class, two geometry types in one class, inspections, places, districts and notes."""
    from assetplan.register import validate_register

    point = Point(450050, 300000)
    frame = assets(
        {"asset_class": "bridge", "parent_id": "a2", "geometry": point, "road_class": "", "name": "Bridge; DROP TABLE"},
        {"measure": "rci", "value": 41.25, "surveyed_year": 2023, "road_class": "B", "name": "Café Straße ’s"},
        {
            "asset_class": "bridge",
            "parent_id": "a2",
            "committed_treatment": "bridge_replacement",
            "committed_year": 2026,
        },
        {"asset_class": "footway", "parent_id": "a2"},
        {"asset_class": "drainage", "quantity": 1, "geometry": point},
        {"asset_class": "signal", "quantity": 1, "geometry": point},
        {"asset_class": "building", "parent_id": "school", "group": "roof_flat", "geometry": point.buffer(9)},
    )
    seen = pd.DataFrame(
        {"asset_id": ["a3", "a2"], "year": [2021, 2022], "measure": ["bci", "rci"], "value": [71.5, 38]}
    )
    return validate_register(
        register(
            frame,
            inspections=seen,
            places=spatial(
                "places", {"name": "Ham", "population": 812, "geometry": point}, {"name": "Ton", "geometry": LINE}
            ),
            districts=spatial("districts", {"name": "Shire", "geometry": point.buffer(5000)}),
            notes=(("ways left out: trunk road", 3), ("sections left out", 0)),
        )
    )
