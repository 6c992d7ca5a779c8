"""Betweenness, places that one link serves, the resilient network: by hand and against networkx."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_networks import as_graph, network, networks, networks_with, shortest

from assetplan.network import criticality
from assetplan.network.criticality import betweenness, places_cut_off, removal_cost
from assetplan.network.detours import detours
from assetplan.network.graph import Network
from assetplan.network.hierarchy import resilient_roads

EXACT = 1e-9


def grid(side: int) -> Network:
    """Streets of unequal blocks, one in five one-way."""
    rng = np.random.default_rng(5)
    across = [(i, i + 1) for i in range(side * side) if (i + 1) % side]
    down = [(i, i + side) for i in range(side * (side - 1))]
    return network([(a, b, 50 + 100 * rng.random(), int(rng.random() < 0.2)) for a, b in across + down])


def by_networkx(one: Network, closed: np.ndarray) -> np.ndarray:
    out = np.zeros(len(one.length))
    by_link = nx.edge_betweenness_centrality(as_graph(one, np.flatnonzero(closed)), weight="length")
    for (_, _, link), value in by_link.items():
        out[link] += value
    return out


def test_check_of_a_path_of_four_nodes() -> None:
    between = betweenness(network([(0, 1, 100), (1, 2, 100), (2, 3, 100)]))
    assert between.value.tolist() == pytest.approx([0.5, 2 / 3, 0.5], rel=EXACT)
    assert round(between.value[1], 4) == 0.6667
    assert (between.error == 0).all()
    assert between.sources == 4


@given(networks_with(4))
def test_betweenness_equals_networkx(case: tuple[Network, np.ndarray]) -> None:
    one, closed = case[0], case[1] == 0
    left = replace(one, **{name: getattr(one, name)[~closed] for name in vars(one) if name != "nodes"})
    np.testing.assert_allclose(betweenness(left).value, by_networkx(one, closed)[~closed], rtol=0, atol=EXACT)


def test_betweenness_equals_networkx_on_a_grid_in_any_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    one = grid(9)
    want = by_networkx(one, np.zeros(len(one.length), dtype=bool))
    np.testing.assert_allclose(betweenness(one).value, want, rtol=0, atol=EXACT)
    monkeypatch.setattr(criticality, "BATCH", 2000)
    np.testing.assert_allclose(betweenness(one).value, want, rtol=0, atol=EXACT)


def test_a_sample_comes_as_near_as_its_error() -> None:
    one = grid(9)
    exact = betweenness(one).value
    drawn = [betweenness(one, 20, seed) for seed in range(300)]
    values, errors = np.array([sample.value for sample in drawn]), np.array([sample.error for sample in drawn])
    spread = values.std(axis=0, ddof=1)
    # The mean of 300 lies within five of its own standard errors of the truth on each of 144 links.
    assert (np.abs(values.mean(axis=0) - exact) <= 5 * spread / np.sqrt(300) + EXACT).all()
    # A standard deviation from 300 draws is known to about 4 %: over all links the two agree within that.
    assert np.sqrt((errors**2).mean()) == pytest.approx(np.sqrt((spread**2).mean()), rel=0.04)
    again = betweenness(one, 20, 7)
    assert (again.value == values[7]).all()
    assert again.sources == 20


def test_a_sample_of_all_is_exact_and_one_source_has_no_error() -> None:
    one = grid(4)
    assert (betweenness(one, 99).value == betweenness(one).value).all()
    with pytest.raises(ValueError, match="at least two sources"):
        betweenness(one, 1)


def test_cost_of_removal_by_hand() -> None:
    # A triangle of 1, 2 and 4 km and a road to its end.
    one = network([(0, 1, 1000), (1, 2, 2000), (0, 2, 4000), (2, 3, 500), (0, 4, 1), (1, 5, 1)])
    cost = removal_cost(detours(one, np.arange(6)), np.array([[100, 10, 1, 20, 0, 0]]).T, [0.5], 30.0)
    # Round the longest side is shorter than along it: no loss.
    assert cost.tolist() == pytest.approx([100 * 5 * 0.5, 10 * 3 * 0.5, 0, 20 * 30 * 0.5, 0, 0], rel=EXACT)


@given(networks(), st.data())
def test_places_cut_off_equal_brute_force(one: Network, data: st.DataObject) -> None:
    places = np.array(data.draw(st.lists(st.integers(-1, len(one.nodes) - 1), max_size=8)), dtype=np.intp)
    want, least, most = [], np.zeros(len(places)), np.zeros(len(places))
    for link in range(len(one.length)):
        graph = as_graph(one, [link]).to_undirected(reciprocal=False)
        # One-way links join too.
        sides = [nx.node_connected_component(graph, int(end[link])) for end in (one.start, one.end)]
        many = [sum(int(p) in side for p in places) for side in sides]
        want.append(0 if sides[0] == sides[1] else min(many))
        for side, here, there in ((sides[0], *many), (sides[1], *many[::-1])):
            within = np.array([sides[0] != sides[1] and int(place) in side for place in places], dtype=bool)
            least += within & (here < there)
            most += within & (here <= there)
    of_link, of_place = places_cut_off(one, places)
    assert of_link.tolist() == want
    # Where both sides hold as many, either may be called the lesser.
    assert ((least <= of_place) & (of_place <= most)).all()
    assert of_place.sum() == of_link.sum()


def test_the_resilient_network_by_hand() -> None:
    # Main road 0–1; a hospital at 4 by way of 2 (short) or 3 (long); a school at 5 that needs neither.
    one = network([(0, 1, 900), (1, 2, 300), (2, 4, 300), (0, 3, 500), (3, 4, 500), (1, 5, 100)])
    main = np.array([True, False, False, False, False, False])
    assert resilient_roads(one, np.where(main, "main distributor", "link"), np.array([4, -1])).tolist() == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]
    for level in ("", "link"):
        assert not resilient_roads(one, [level] * 6, np.array([4])).any()


@given(networks_with(4), st.data())
def test_the_resilient_network_keeps_the_shortest_ways(case: tuple[Network, np.ndarray], data: st.DataObject) -> None:
    one, main = case[0], case[1] == 0
    places = np.array(data.draw(st.lists(st.integers(0, len(one.nodes) - 1), max_size=4)), dtype=np.intp)
    chosen = resilient_roads(one, np.where(main, "strategic", ""), places)
    assert (chosen >= main).all()
    ends = set(np.r_[one.start[main], one.end[main]].tolist())
    whole, kept = as_graph(one), as_graph(one, np.flatnonzero(~chosen))
    for place in places.tolist() if ends else []:
        for ways in ([(place, end) for end in ends], [(end, place) for end in ends]):
            assert min(shortest(kept, *w) for w in ways) == min(shortest(whole, *w) for w in ways)
