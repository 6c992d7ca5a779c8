"""The county has the published figures, hangs together, and is the same for the same seed."""

from __future__ import annotations

from functools import cache

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely

from assetplan.asset_classes import group_of
from assetplan.condition import posting_level, substandard, to_index
from assetplan.deterioration import load_groups
from assetplan.example import make_county
from assetplan.example.figures import figure, load_figures
from assetplan.finance import published_profile
from assetplan.network import network_rules
from assetplan.reference import load_table
from assetplan.register.register import Register
from assetplan.register.validation import validate_register

SIZES = ("small", pytest.param("county", marks=pytest.mark.slow))
OXFORDSHIRE = {
    *("Oxford", "Banbury", "Bicester", "Witney", "Abingdon", "Didcot", "Thame", "Wantage", "Wallingford", "Carterton"),
    *("Kidlington", "Faringdon", "Woodstock", "Burford", "Charlbury", "Eynsham", "Watlington", "Wheatley", "Chinnor"),
    *("Henley-on-Thames", "Chipping Norton", "Deddington", "Bampton", "Benson", "Grove", "Wallingford"),
}


@cache
def county(size: str) -> Register:
    return make_county(size, 1)


@pytest.fixture(params=SIZES)
def size(request) -> str:
    return request.param


@pytest.fixture
def register(size) -> Register:
    return county(size)


@pytest.fixture
def roads(register) -> pd.DataFrame:
    return register.assets[register.assets["asset_class"] == "carriageway"]


def test_it_is_a_valid_register(register) -> None:
    checked = validate_register(register)
    pd.testing.assert_frame_equal(pd.DataFrame(checked.assets), pd.DataFrame(register.assets))


def test_lengths_are_the_published_ones_in_whole_kilometres(roads, size) -> None:
    figures = load_figures(size)
    km = roads.groupby("road_class")["length_m"].sum() / 1000
    printed = {"A": km["A"], "BC": km["B"] + km["C"], "U": km["U"]}
    for name, length in printed.items():
        goal = figures.part(f"length_{name}")
        # The published figure is printed in whole kilometres; a tenth of it is held as closely.
        assert length == pytest.approx(goal, rel=1e-3)
        assert abs(length - goal) < 0.5
    # Statement and map agree: lengths were rounded to 0.1 m.
    assert np.abs(roads["length_m"] - roads.geometry.length).max() <= 0.051


@pytest.mark.parametrize("seed", [6, 7])
def test_another_seed_is_another_county_of_the_same_lengths(seed) -> None:
    assets = make_county("small", seed).assets
    assert not assets.geometry.iloc[0].equals(county("small").assets.geometry.iloc[0])
    roads = assets[assets["asset_class"] == "carriageway"]
    km = roads.groupby("road_class")["length_m"].sum() / 1000
    lengths = [km["A"], km["B"] + km["C"], km["U"]]
    assert lengths == pytest.approx([59.7, 240.8, 165.1], rel=1e-3)
    assert _pieces(roads) == 1


def test_counts_are_the_published_ones(register, size) -> None:
    assets, figures = register.assets, load_figures(size)
    kinds = assets["asset_class"].value_counts()
    parts = assets[assets["asset_class"] == "building"]
    estate = round(figures.part("school_buildings")) + round(figures.part("corporate_buildings"))
    assert parts["parent_id"].nunique() == estate
    assert parts.groupby("parent_id")["name"].first().is_unique
    assert kinds["bridge"] == round(figures.part("bridges"))
    assert kinds["carriageway"] == pytest.approx(46_000 * figures.share, rel=0.05)
    assert kinds["footway"] == pytest.approx(12_500 * figures.share, rel=0.25)
    assert kinds["signal"] == round(figures.part("signals"))
    assert len(register.districts) == {"small": 3, "county": 5}[size]


def test_replacement_values_are_the_published_totals(register, size) -> None:
    assets, figures = register.assets, load_figures(size)
    building = assets["asset_class"] == "building"
    # Each value is rounded to a pound.
    slack = 0.5 * len(assets)
    assert assets.loc[~building, "replacement_value"].sum() == pytest.approx(figures.part("highway_value"), abs=slack)
    assert assets.loc[building, "replacement_value"].sum() == pytest.approx(figures.part("buildings_value"), abs=slack)
    groups = load_groups()
    for _, rows in assets.groupby(building):
        unit = np.array([groups[name].replacement_unit_cost for name in group_of(rows)])
        factor = rows["replacement_value"] / (rows["quantity"] * unit)
        large = rows["replacement_value"] > 10_000
        assert np.ptp(factor[large]) < 1e-3


def test_residual_life_has_the_published_shares(roads) -> None:
    groups, length = load_groups(), roads["length_m"].to_numpy()
    index = to_index("rci", roads["value"])[0]
    name = group_of(roads)
    left = np.zeros(len(roads))
    for each in np.unique(name):
        left[name == each] = groups[each].residual_life(index[name == each])
    under = length[left < 5].sum() / length.sum()
    over = length[left > 15].sum() / length.sum()
    # Half a point of length, as the brief has it.
    assert under == pytest.approx(0.10, abs=0.005)
    assert 1 - under - over == pytest.approx(0.45, abs=0.005)
    # Between 5 and 15 years the density rises in a line, so that halves have the means of their ends; 0.02 of the mean
    # is what some thousand sections of 100 m leave to chance.
    early, late = (length[(left >= first) & (left < first + 5)].sum() / length.sum() for first in (5, 10))
    lowest = figure("residual_at_5")
    assert early / (early + late) == pytest.approx((lowest + 1) / 4, abs=0.02)
    assert early < late


def test_sections_of_a_link_are_alike(roads) -> None:
    index = pd.Series(to_index("rci", roads["value"])[0], index=roads["link_id"])
    within = index.groupby(level=0).std().dropna().mean()
    assert within < 0.6 * index.std()


def _pieces(roads: pd.DataFrame) -> int:
    lines = roads.geometry.to_numpy()
    start = map(tuple, shapely.get_coordinates(shapely.get_point(lines, 0)))
    end = map(tuple, shapely.get_coordinates(shapely.get_point(lines, -1)))
    return nx.number_connected_components(nx.Graph(zip(start, end, strict=True)))


def test_roads_are_one_network_joined_to_the_last_digit(roads) -> None:
    assert _pieces(roads) == 1
    xy = shapely.get_coordinates(roads.geometry.to_numpy())
    assert np.array_equal(xy, np.round(xy, 1))


def test_sections_run_along_their_links(roads) -> None:
    ends = roads["chainage_m"] + roads["length_m"]
    again = roads["link_id"].duplicated()
    # Chainage is of the link before its vertices were rounded to 0.1 m.
    assert np.abs(roads["chainage_m"].to_numpy()[1:] - ends.to_numpy()[:-1])[again[1:]].max() < 1.5
    assert (roads["chainage_m"][~again] == 0).all()
    same = roads.groupby("link_id")[["road", "road_class", "environment", "district", "width_m", "aadt"]].nunique()
    assert (same == 1).all(axis=None)


def test_bridges_stand_on_their_sections(register, roads) -> None:
    bridges = register.assets[register.assets["asset_class"] == "bridge"]
    carrying = roads.set_index("asset_id").loc[bridges["parent_id"]]
    gap = shapely.distance(bridges.geometry.to_numpy(), carrying.geometry.to_numpy())
    assert gap.max() < 0.1  # a point rounded to 0.1 m
    assert (bridges["width_m"].to_numpy() > carrying["width_m"].to_numpy()).all()
    assert bridges["quantity"].to_numpy() == pytest.approx(bridges["length_m"] * bridges["width_m"], abs=0.06)


def test_footways_follow_their_links_a_little_off(register, roads) -> None:
    footways = register.assets[register.assets["asset_class"] == "footway"]
    tree = shapely.STRtree(roads.geometry.to_numpy())
    middle = shapely.line_interpolate_point(footways.geometry.to_numpy(), 0.5, normalized=True)
    gap = tree.query_nearest(middle, return_distance=True, all_matches=False)[1]
    assert 2.0 < np.median(gap) < 8.0
    assert (footways["environment"] == "urban").all()


def test_districts_tile_the_county(register) -> None:
    shapes = register.districts.geometry
    whole = shapely.unary_union(shapes.to_numpy())
    assert whole.geom_type == "Polygon"
    assert shapes.area.sum() == pytest.approx(whole.area, rel=1e-9)
    assert shapes.geom_type.eq("Polygon").all()
    assert shapes.is_valid.all()
    assert set(register.assets["district"]) <= set(register.districts["name"])


def test_names_are_invented_and_each_once(register) -> None:
    names = register.places["name"]
    assert names.is_unique
    assert not OXFORDSHIRE & set(names)
    assert register.places["population"].iloc[0] == register.places["population"].max()


def test_a_published_share_of_bridges_is_weak_and_posted(register, size) -> None:
    bridges = register.assets[register.assets["asset_class"] == "bridge"]
    weak = substandard(bridges["capacity_t"])
    assert weak.sum() == round(0.044 * len(bridges))
    assert (bridges["weight_limit_t"].notna() == weak).all()
    assert (bridges.loc[weak, "weight_limit_t"] == posting_level(bridges.loc[weak, "capacity_t"])).all()
    # Bridges built since were designed for full loading.
    assert bridges["capacity_t"].isna().equals(bridges["built_year"] >= 1985)
    levels = bridges["weight_limit_t"].dropna()
    assert levels.nunique() == (5 if size == "county" else 4)
    if size == "county":
        assert bridges.loc[weak, "built_year"].mean() < bridges["built_year"].mean() - 15
        assert (bridges.loc[weak, "road_class"] == "A").mean() < 0.5 * (bridges["road_class"] == "A").mean()


def test_places_beside_settlements_lie_where_they_can_be_reached(register, size) -> None:
    places = register.places
    kinds = places["kind"].value_counts()
    figures = load_figures(size)
    assert kinds["school"] == round(figures.part("school_buildings"))
    assert kinds["hospital"] == figures.count("hospitals")
    assert kinds["growth site"] == figures.count("growth_sites")
    assert kinds["fire station"] > 0
    assert (places["kind"].iloc[: kinds["settlement"]] == "settlement").all()
    assert (places["homes"].notna() == (places["kind"] == "growth site")).all()
    roads = register.assets[register.assets["asset_class"] == "carriageway"].geometry.to_numpy()
    near = shapely.STRtree(roads).query_nearest(places.geometry.to_numpy(), return_distance=True, all_matches=False)[1]
    assert near[(places["kind"] != "settlement").to_numpy()].max() < network_rules()["place_tolerance"]


def test_committed_schemes_are_a_handful_that_the_envelope_holds(register, size) -> None:
    committed = register.assets[register.assets["committed_treatment"] != ""]
    assert 3 <= len(committed) <= 40
    rules = load_table("treatments").set_index(["treatment", "group"])
    rows = rules.loc[list(zip(committed["committed_treatment"], group_of(committed), strict=True))]
    cost = committed["quantity"].to_numpy() * rows["unit_cost"].to_numpy()
    spent = pd.Series(cost).groupby([rows["line"].to_numpy(), committed["committed_year"].to_numpy()]).sum()
    money = published_profile(load_figures(size).share).stack() * 1e6
    assert (spent <= 0.2 * money.loc[spent.index]).all()


def test_inspections_are_the_decay_with_noise(register, roads) -> None:
    visits = register.inspections
    mine = visits[visits["asset_id"].isin(set(roads["asset_id"]))]
    latest = mine[mine["year"] == 2018].set_index("asset_id")["value"]
    assert latest.loc[roads["asset_id"]].to_numpy() == pytest.approx(roads["value"].to_numpy())
    groups = load_groups()
    wide = mine.pivot(index="asset_id", columns="year", values="value").loc[roads["asset_id"]]
    before, now = (to_index("rci", wide[year].to_numpy())[0] for year in (2016, 2018))
    name = group_of(roads)
    miss = np.zeros(len(roads))
    for each in np.unique(name):
        here = name == each
        miss[here] = now[here] - groups[each].index(groups[each].age(before[here]) + 2)
    works = miss > 15
    # Roads younger than the gap between surveys were renewed without a record: some are, few.
    assert 0.005 < works.mean() < 0.12
    assert np.median(miss) == pytest.approx(0.0, abs=0.4)
    # Two surveys' errors, each 1.6 points, and what the curve makes of the first.
    assert 1.5 < miss[~works].std() < 4.5


def test_retention_marks_a_few_for_disposal(register) -> None:
    parts = register.assets[register.assets["asset_class"] == "building"]
    share = (parts["retention"] == "dispose").mean()
    assert 0 < share < 0.08


@pytest.mark.parametrize(("size", "seed"), [("huge", 1), ("small", -1)])
def test_what_cannot_be_made_is_refused(size, seed) -> None:
    with pytest.raises(ValueError, match=r"size|seed"):
        make_county(size, seed)
