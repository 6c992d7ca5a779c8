"""Limits by year, classes of vehicle, severed places and growth: by hand, brute force and what can never happen."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from small_networks import as_graph, network, networks_with, shortest

from assetplan.network.detours import detours
from assetplan.network.graph import Network
from assetplan.network.growth import growth, growth_rate
from assetplan.network.weight_limits import (
    access_km,
    attach,
    class_traffic,
    cut_off,
    limits_of_links,
    severed_places,
    weight_limit_detours,
)
from assetplan.reference import load_table

EXACT = 1e-9
WEIGHTS = np.array([3.0, 7.5, 18.0, 26.0, 40.0, 44.0])
LEVELS = np.array([0.0, 3.0, 7.5, 18.0, 44.0])
# A bridge on link 0 of 1 km; 1 and 2 go round in 9 km, 3 and 4 in 5 km by another bridge on 4; 5 leads to a school.
ROAD = [(0, 1, 1000), (0, 2, 4500), (2, 1, 4500), (0, 3, 2500), (3, 1, 2500), (1, 4, 600), (0, 5, 10)]


def test_classes_of_vehicle_hang_together() -> None:
    table = load_table("vehicle_classes")
    assert table.groupby("traffic")["share"].sum().tolist() == pytest.approx([1, 1], rel=EXACT)
    assert set(table["weight_t"]) <= set(load_table("posting_levels")["level_t"])
    # The cost a km of the reference Check is the mean over heavy vehicles.
    heavy = table[table["traffic"] == "hgv"]
    assert heavy["share"] @ heavy["cost_per_km"] == pytest.approx(1.10, rel=EXACT)
    traffic = class_traffic([1000, 10], [100, 0])
    assert traffic.sum(axis=1).tolist() == pytest.approx([1000, 10], rel=EXACT)
    assert traffic[0, 0] == pytest.approx(900, rel=EXACT)
    with pytest.raises(ValueError, match="no more than all traffic"):
        class_traffic(10, 11)


def test_only_vehicles_above_the_limit_go_round() -> None:
    one = network(ROAD)
    limit = np.array([[44, 18, 18, 0, np.nan]])
    vehicles = np.array([100, 10, 8, 6, 4, 2.0])
    ways = weight_limit_detours(one, [0], limit, vehicles, WEIGHTS, np.full(6, 1.10), 30.0)
    assert ways.extra_km[0, 1].tolist() == pytest.approx([0, 0, 0, 4, 4, 4], rel=EXACT)
    assert ways.extra_km[0, 3].tolist() == pytest.approx([4] * 6, rel=EXACT)
    assert ways.cost[0].tolist() == pytest.approx(
        [0, 12 * 365 * 4 * 1.1, 12 * 365 * 4 * 1.1, 130 * 365 * 4 * 1.1, 0], rel=EXACT
    )


def test_the_way_round_is_legal_for_the_vehicle() -> None:
    one = network(ROAD)
    # From year 2 the other bridge takes 7.5 t: lorries of 18 t go the long way, those of 7.5 t need not.
    limit = np.array([[3, 3.0], [44, 7.5]])
    ways = weight_limit_detours(one, [0, 4], limit, 1.0, WEIGHTS, np.ones(6), 30.0)
    assert ways.extra_km[0, :, 1].tolist() == pytest.approx([4, 4], rel=EXACT)
    assert ways.extra_km[0, :, 2].tolist() == pytest.approx([4, 8], rel=EXACT)
    # A limit of the road itself does as much as a bridge's.
    own = np.where(np.arange(7) == 4, 7.5, np.nan)
    alone = weight_limit_detours(one, [0], limit[:1], 1.0, WEIGHTS, np.ones(6), 30.0, own)
    assert alone.extra_km[0, 0].tolist() == ways.extra_km[0, 1].tolist()


def test_a_severed_class_is_charged_what_is_stated_and_a_bridge_off_the_network_nothing() -> None:
    one = network(ROAD)
    ways = weight_limit_detours(one, [5, -1], [[7.5], [0]], 2.0, WEIGHTS, np.ones(6), 30.0)
    assert ways.severed[0, 0].tolist() == [False, False, True, True, True, True]
    assert ways.cost.ravel().tolist() == pytest.approx([4 * 2 * 365 * 30, 0], rel=EXACT)
    assert np.isnan(ways.extra_km[1]).all()
    with pytest.raises(ValueError, match="do not fit 2 bridges"):
        weight_limit_detours(one, [0, 1], [[7.5]], 1.0, WEIGHTS, np.ones(6), 30.0)


@settings(max_examples=40)
@given(networks_with(4))
def test_restrictions_equal_detours_class_by_class(case: tuple[Network, np.ndarray]) -> None:
    one, level = case
    limit = np.stack([LEVELS[level], LEVELS[np.maximum(level - 1, 0)]], axis=1)
    links = np.arange(len(one.length))
    ways = weight_limit_detours(one, links, limit, 1.0, WEIGHTS, np.ones(6), 30.0)
    for year in (0, 1):
        for k, weight in enumerate(WEIGHTS):
            closed = limit[:, year] < weight
            alone = detours(one, links, closed).extra_km
            np.testing.assert_allclose(ways.extra_km[:, year, k], np.where(closed, alone, 0), rtol=EXACT)
    # No limit is higher in the second year, so no detour is shorter.
    assert (ways.extra_km[:, 1] >= ways.extra_km[:, 0]).all()


@given(networks_with(3), st.data())
def test_access_and_severance_equal_brute_force(case: tuple[Network, np.ndarray], data: st.DataObject) -> None:
    one, closed = case[0], case[1] == 0
    count = len(one.nodes)
    targets = np.array(data.draw(st.lists(st.integers(-1, count - 1), max_size=3)), dtype=np.intp)
    nodes = np.arange(-1, count)
    distance = access_km(one, nodes, targets, closed)
    graph = as_graph(one, np.flatnonzero(closed))
    want = [min([shortest(graph, n, t) for t in targets if t >= 0], default=np.inf) / 1000 for n in range(count)]
    assert np.isnan(distance[0])
    np.testing.assert_allclose(distance[1:], want, rtol=EXACT)
    sizes = [
        {n: len(part) for part in nx.strongly_connected_components(g) for n in part} for g in (as_graph(one), graph)
    ]
    assert cut_off(one, nodes, closed).tolist() == [False] + [sizes[1][n] < sizes[0][n] / 2 for n in range(count)]


@given(networks_with(3))
def test_closing_more_brings_nothing_nearer(case: tuple[Network, np.ndarray]) -> None:
    one, order = case
    nodes, targets = np.arange(len(one.nodes)), np.array([0])
    some, more = order == 0, order <= 1
    assert (access_km(one, nodes, targets, more) >= access_km(one, nodes, targets, some)).all()
    assert (cut_off(one, nodes, more) >= cut_off(one, nodes, some)).all()


def test_severed_places_by_identifier() -> None:
    one = network(ROAD)
    points = shapely.points([[4000, 30], [0, 0], [2000, -10], [2000, 900]])
    node = attach(points, one, 50.0)
    assert node.tolist() == [4, 0, 2, -1]
    limit = limits_of_links(one, [5, 0, -1], [7.5, 18, 3])
    severed = severed_places(one, ["school", "fire", "farm", "moor"], node, limit, [7.5, 18, 26], np.array([1]))
    assert severed.values.tolist()[:1] == [["moor", 7.5, "off the network", pytest.approx(np.nan, nan_ok=True)]]
    assert severed.loc[severed["weight_t"] == 18, ["place_id", "finding"]].values.tolist() == [
        ["school", "cut off"],
        ["moor", "off the network"],
    ]
    rows = severed[severed["weight_t"] == 26].set_index("place_id")
    assert rows["finding"].to_dict() == {"school": "cut off", "fire": "farther", "moor": "off the network"}
    assert rows.loc["fire", "extra_km"] == pytest.approx(4.0, rel=EXACT)
    assert np.isinf(rows.loc["school", "extra_km"])
    without = severed_places(one, ["school"], node[:1], limit, 18.0)
    assert without["extra_km"].isna().all()


def test_growth_by_hand() -> None:
    areas = np.array([shapely.box(0, 0, 100, 100), shapely.Point(500, 0)], dtype=object)
    places = np.array([shapely.LineString([(150, 0), (160, 0)]), shapely.Point(450, 0), shapely.Point(9e3, 0)])
    assert growth_rate(places, areas, [0.02, 0.03], 60).tolist() == [0.02, 0.03, 0.0]
    # Near both, the faster; never below the base.
    assert growth_rate(places, areas, [0.02, 0.03], 400, 0.025).tolist() == [0.03, 0.03, 0.025]
    assert growth([1000, 200], [0.1, 0], 2).tolist() == [pytest.approx([1100, 1210]), [200, 200]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: growth(1, -1, 2), "above −1"),
        (lambda: growth(1, 0, 0), "at least one year"),
        (lambda: growth_rate(np.array([]), np.array([]), [0.1], 1), "do not fit"),
        (lambda: growth_rate(np.array([]), np.array([shapely.Point(0, 0)]), [-2], 1), "above −1"),
        (lambda: growth_rate(np.array([]), np.array([]), [], -1), "0 m or more"),
    ],
)
def test_bad_growth(call: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_places_attach_only_to_the_links_allowed() -> None:
    one = network([(0, 1, 100), (2, 3, 100)])
    points = shapely.points(one.nodes)
    assert attach(points, one, 0.5).tolist() == [0, 1, 2, 3]
    assert attach(points, one, 0.5, np.array([True, False])).tolist() == [0, 1, -1, -1]
    assert attach(points, one, 0.5, np.array([False, False])).tolist() == [-1] * 4
