"""A register is checked once: every fault together, and one projection in metres."""

from dataclasses import replace

import pandas as pd
import pytest
from register_helpers import LINE, assets, faults_of, mixed, register, spatial
from shapely import LineString, Point, Polygon

from assetplan.errors import RegisterError
from assetplan.register import validate_register
from assetplan.register.positions import metric
from assetplan.register.register import packaged_names

BOW_TIE = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])


def faults(frame, **parts):
    with pytest.raises(RegisterError) as error:
        validate_register(register(frame, **parts))
    return faults_of(error)


def test_a_sound_register_passes_and_is_not_written_to() -> None:
    whole = mixed()
    before = whole.assets.copy()
    again = validate_register(whole)
    pd.testing.assert_frame_equal(again.assets, before)
    pd.testing.assert_frame_equal(whole.assets, before)


def test_every_fault_of_a_register_is_listed_at_once() -> None:
    frame = assets(
        {"asset_id": "same", "quantity": -4},
        {"asset_id": "same", "asset_class": "lamp"},
        {"parent_id": "nothing"},
        {"parent_id": "a4"},
        {"measure": "rci"},
        {"value": 50},
        {"measure": "pci", "value": 101},
        {"committed_treatment": "resurfacing"},
        {"committed_treatment": "gold leaf", "committed_year": 2027},
        {"committed_year": 2027},
        {"geometry": None},
        {"geometry": LineString()},
        {"geometry": BOW_TIE},
    )
    seen = pd.DataFrame(
        {"asset_id": ["a5", "ghost"], "year": [2020, 2020], "measure": ["nbi", "rci"], "value": [9.5, 3]}
    )
    listed = faults(frame, inspections=seen)
    assert {(row, column) for row, column, _ in listed} == {
        (1, "quantity"),
        (2, "asset_id"),
        (2, "asset_class"),
        (3, "parent_id"),
        (4, "parent_id"),
        (5, "measure"),
        (6, "value"),
        (7, "value"),
        (8, "committed_treatment"),
        (9, "committed_treatment"),
        (10, "committed_year"),
        (11, "geometry"),
        (12, "geometry"),
        (13, "geometry"),
        (1, "value"),
        (2, "asset_id"),
    }
    assert len(listed) == 16
    assert (7, "value", "measure pci runs from 0 to 100") in listed
    assert (13, "geometry", "is not valid: Self-intersection[0.5 0.5]") in listed


def test_a_missing_column_is_one_fault() -> None:
    assert faults(assets({}, {}).drop(columns="quantity")) == {(0, "quantity", "this column is missing")}


def test_no_assets_no_geometry_no_crs() -> None:
    assert faults(assets({}).iloc[:0]) == {(0, "", "there are no assets in it")}
    assert faults(assets({}, crs=None)) == {(0, "geometry", "has no CRS (coordinate reference system)")}
    bare = pd.DataFrame(assets({}).drop(columns="geometry"))
    assert faults(bare) == {(0, "geometry", "there is no geometry")}


def test_a_building_need_not_be_an_asset_to_be_a_parent() -> None:
    frame = assets({"asset_class": "building", "group": "heating", "parent_id": "school"})
    assert validate_register(register(frame)).assets["parent_id"].tolist() == ["school"]


def test_committed_treatments_may_be_the_callers_own() -> None:
    frame = assets({"committed_treatment": "gold leaf", "committed_year": 2027})
    names = replace(packaged_names(), treatments=frozenset({"gold leaf"}))
    whole = validate_register(register(frame), names=names)
    assert whole.assets["committed_treatment"].tolist() == ["gold leaf"]


def test_degrees_in_britain_go_to_the_national_grid() -> None:
    frame = assets({}).to_crs(4326)
    checked = validate_register(register(frame)).assets
    assert checked.crs.to_epsg() == 27700
    assert checked.geometry.iloc[0].coords[0] == pytest.approx((450000, 300000), abs=0.01)  # there and back


def test_degrees_elsewhere_go_to_their_utm_zone() -> None:
    frame = assets({"geometry": LineString([(-93.1, 45.0), (-93.0, 45.0)])}, crs=4326)
    assert validate_register(register(frame)).assets.crs.to_epsg() == 32615


def test_web_mercator_and_feet_are_no_metres() -> None:
    frame = assets({}).to_crs(3857)
    assert frame.length.iloc[0] > 150
    assert metric(frame).length.iloc[0] == pytest.approx(100, abs=0.01)  # there and back
    feet = assets({"geometry": LineString([(2e6, 3e5), (2.001e6, 3e5)])}, crs=2263)
    assert metric(feet).length.iloc[0] == pytest.approx(304.8, rel=1e-3)  # scale of the two projections


def test_metres_stay_as_they_are() -> None:
    frame = assets({})
    assert metric(frame) is frame


def test_a_place_beyond_the_projection_is_a_fault() -> None:
    frame = assets({}, {"geometry": Point(1e30, 1e30)}, crs=3857)
    assert faults(frame) == {(2, "geometry", "lies outside what its CRS can hold")}


def test_places_and_districts_follow_the_assets() -> None:
    where = spatial("places", {"name": "Ham", "geometry": Point(450000, 300000)}).to_crs(4326)
    checked = validate_register(register(assets({}), places=where))
    assert checked.places.crs == checked.assets.crs
    with pytest.raises(RegisterError, match="places, row 1, column name: a value is required"):
        validate_register(register(assets({}), places=where.assign(name="")))


def test_roads_of_others_are_lines_and_no_assets() -> None:
    others = spatial(
        "other_roads",
        {"road_id": "a1", "geometry": LINE},
        {"road_id": "t1", "road_class": "lane", "geometry": LINE},
        {"road_id": "t1", "road_class": "trunk", "geometry": LINE.centroid},
    )
    with pytest.raises(RegisterError) as error:
        validate_register(register(assets({}), other_roads=others))
    assert {(row, column, rule.split(",")[0]) for row, column, rule in faults_of(error)} == {
        (1, "road_id", "is the asset_id of an asset"),
        (2, "road_class", "must be one of motorway"),
        (3, "road_id", "is there more than once"),
        (3, "geometry", "must be one line"),
    }


def test_text_is_only_data() -> None:
    evil = "'); DROP TABLE assets; --${jndi}../../etc/passwd\x07=cmd|' /C calc'!A0"
    frame = assets({"name": evil, "asset_id": "../../x", "geometry": LINE})
    checked = validate_register(register(frame)).assets
    assert checked["name"].tolist() == [evil]
    assert checked["asset_id"].tolist() == ["../../x"]
