"""What is missing of an asset is filled by stated rules, and what is known never replaced."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from register_helpers import assets, register
from shapely import LineString, Point

from assetplan.asset_classes import group_of
from assetplan.deterioration import load_groups
from assetplan.errors import RegisterError
from assetplan.reference import load_table
from assetplan.register import assumed_share, building_components, fill_assumed, validate_register
from assetplan.register.fill import draw_index, unit_hash

BARE = {"quantity": np.nan}
POINT = Point(450050, 300000)


def test_what_is_known_is_never_replaced() -> None:
    whole = {
        "group": "carriageway_A",
        "environment": "urban",
        "quantity": 9.0,
        "length_m": 8.0,
        "width_m": 7.0,
        "measure": "rci",
        "value": 41.0,
        "surveyed_year": 2019.0,
        "confidence": "high",
        "aadt": 5.0,
        "hgv": 4.0,
        "replacement_value": 3.0,
    }
    before = assets(whole)
    copy = before.copy()
    row = fill_assumed(before).iloc[0]
    assert {name: row[name] for name in whole} == whole
    assert row["assumed"] == ""
    pd.testing.assert_frame_equal(before, copy)


def test_a_bare_carriageway_by_the_tables() -> None:
    row = fill_assumed(assets(BARE | {"road_class": "B"})).iloc[0]
    assert (row["environment"], row["length_m"], row["width_m"]) == ("rural", 100, 5.88)
    assert row["quantity"] == pytest.approx(588)
    assert row["replacement_value"] == pytest.approx(588 * 115)
    assert (row["measure"], row["confidence"], row["aadt"], row["hgv"]) == ("index", "low", 3800, 152)
    names = "environment quantity width_m measure value surveyed_year confidence aadt hgv replacement_value"
    assert row["assumed"] == names


def test_a_quantity_from_a_known_length_and_width_is_no_assumption() -> None:
    row = fill_assumed(assets(BARE | {"width_m": 5.0})).iloc[0]
    assert row["quantity"] == 500
    assert not {"quantity", "length_m", "width_m"} & set(row["assumed"].split())


def test_children_take_after_their_parent() -> None:
    frame = fill_assumed(
        assets(
            {"environment": "urban", "aadt": 70, "hgv": 7, "width_m": 6.0},
            BARE | {"asset_class": "bridge", "parent_id": "a1", "road_class": "", "geometry": POINT},
            BARE | {"asset_class": "footway", "parent_id": "a1"},
            BARE | {"asset_class": "signal", "road_class": "", "geometry": POINT},
        )
    )
    bridge, footway, signal = (frame.iloc[n] for n in (1, 2, 3))
    assert (bridge["road_class"], bridge["environment"], bridge["aadt"], bridge["width_m"]) == ("A", "urban", 70, 8.5)
    assert bridge["quantity"] == pytest.approx(12 * 8.5)
    assert footway["quantity"] == pytest.approx(180)
    assert np.isnan(footway["aadt"])
    assert (signal["quantity"], signal["environment"]) == (1, "urban")


def test_a_broken_value_is_not_taken_for_a_missing_one() -> None:
    with pytest.raises(RegisterError, match="row 2, column width_m: 'wide' must be a number"):
        fill_assumed(assets({"width_m": 5}, {"width_m": "wide"}))


def test_a_register_filled_from_nothing_validates() -> None:
    frame = fill_assumed(assets(BARE, BARE | {"road_class": "", "asset_class": "drainage", "geometry": POINT}))
    assert len(validate_register(register(frame)).assets) == 2


def test_the_table_agrees_with_the_curves() -> None:
    groups = load_groups()
    table = load_table("assumptions").set_index(["group", "band"])
    assert set(table.index.get_level_values(0)) == set(groups)
    assert table.groupby(level=0)["share"].sum().to_numpy() == pytest.approx(1.0)
    assert (table["index_low"] < table["index_high"]).all()
    for name in ("carriageway_A", "carriageway_BC", "carriageway_U"):
        rows = table.loc[name]
        assert rows["share"].tolist() == [0.10, 0.45, 0.45]
        life = groups[name].residual_life(rows[["index_low", "index_high"]].to_numpy())
        # The table prints the index to two decimals.
        assert life[0] == pytest.approx([0, 5], abs=0.01)
        assert life[1] == pytest.approx([5, 15], abs=0.01)
        assert life[2, 0] == pytest.approx(15, abs=0.01)


@pytest.mark.parametrize("name", ["carriageway_A", "carriageway_BC", "carriageway_U"])
def test_lengths_fall_into_the_published_bands_of_residual_life(name: str) -> None:
    links, each = 3000, 4
    link = pd.Series([f"link {n // each}" for n in range(links * each)], dtype="str")
    asset = pd.Series([f"s{n}" for n in range(links * each)], dtype="str")
    index = draw_index(pd.Series([name] * len(link)), link, asset)
    life = load_groups()[name].residual_life(index)
    shares = [np.mean(life < 5), np.mean((life >= 5) & (life <= 15)), np.mean(life > 15)]
    # Three standard errors of a share near a half of 3,000 links, and the index is kept to one decimal.
    assert shares == pytest.approx([0.10, 0.45, 0.45], abs=0.03)
    spread = pd.Series(index).groupby(link).agg(np.ptp)
    assert spread.max() < 5
    assert pd.Series(index).std() > 10


def test_a_draw_depends_on_the_name_and_seed_alone() -> None:
    group = pd.Series(["bridge"] * 3)
    blank, names = pd.Series([""] * 3, dtype="str"), pd.Series(["x", "y", "z"], dtype="str")
    one = draw_index(group, blank, names)
    assert one[1] == draw_index(group[1:2], blank[1:2], names[1:2])[0]
    assert one.tolist() == draw_index(group, blank, names).tolist()
    # Recorded: another machine or version of Python must draw the same.
    assert unit_hash(names, "band").round(6).tolist() == [0.992403, 0.305779, 0.254485]
    assert np.isnan(draw_index(pd.Series(["lamp"]), blank[:1], names[:1]))


def test_groups_follow_class_and_road_class() -> None:
    frame = fill_assumed(assets({"road_class": "C"}, {"asset_class": "bridge"}, {"asset_class": "building"}))
    assert group_of(frame).tolist() == ["carriageway_BC", "bridge", ""]


def test_shares_of_what_is_assumed() -> None:
    frame = pd.DataFrame({"assumed": ["width_m value", "value", "", ""]})
    assert assumed_share(frame).to_dict() == {"width_m": 0.25, "value": 0.5}
    assert assumed_share(frame.iloc[:0]).empty


def buildings(**values) -> gpd.GeoDataFrame:
    plain = {"asset_id": ["b1"], "name": "School", "storeys": 2.0, "floor_area_m2": 1000.0, "geometry": POINT}
    return gpd.GeoDataFrame(pd.DataFrame(plain | values).rename(columns={"asset_id": "building_id"}), crs=27700)


def test_a_buildings_components() -> None:
    parts = building_components(buildings(district="Shire")).set_index("group")
    assert sorted(parts.index) == sorted(load_table("component_mix")["group"])
    assert parts.loc["roof_flat", "asset_id"] == "b1-roof_flat"
    assert parts.loc["roof_flat", "quantity"] == pytest.approx(1000 / 2 * 0.4)
    assert parts.loc["heating", "quantity"] == pytest.approx(1000)
    assert set(parts["parent_id"]) == {"b1"}
    assert set(parts["name"]) == {"School"}
    assert set(parts["district"]) == {"Shire"}
    assert set(parts["assumed"]) == {"quantity"}
    filled = fill_assumed(building_components(buildings()))
    assert len(validate_register(register(filled)).assets) == 8
    assert filled["value"].between(15, 98).all()


def test_buildings_that_cannot_be_split() -> None:
    with pytest.raises(RegisterError, match="floor_area_m2: this column is missing"):
        building_components(buildings().drop(columns="floor_area_m2"))
    wrong = buildings(asset_id=["b", "b", ""], floor_area_m2=[1, 0, np.nan], storeys=[1, np.nan, 0])
    with pytest.raises(RegisterError) as error:
        building_components(wrong)
    assert len(error.value.faults) == 5


def test_lines_keep_their_own_length() -> None:
    line = LineString([(0, 0), (30, 40)])
    assert fill_assumed(assets(BARE | {"geometry": line})).iloc[0]["length_m"] == 50
