"""Ways round links: by hand, against networkx on small random networks, and what can never happen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from small_networks import as_graph, network, networks_with, shortest

from assetplan.network.arcs import chains
from assetplan.network.detours import closure_cost, detour_cost, detours
from assetplan.network.graph import Network

# Sums of a few dozen whole metres, in kilometres.
EXACT = 1e-9


def walked(one: Network, link: int) -> tuple[list[int], int, int]:
    """The links of a link's chain and the nodes at its ends, by walking out from it both ways."""
    ends = np.r_[one.start, one.end]

    def walk(node: int) -> tuple[list[int], int]:
        came, passed = link, []
        while (ends == node).sum() == 2:
            (onward,) = {i for i in range(len(one.length)) if node in (one.start[i], one.end[i])} - {came}
            if onward == link:
                return passed, node
            passed.append(onward)
            came, node = onward, int(one.start[onward] + one.end[onward] - node)
        return passed, node

    if one.start[link] == one.end[link]:
        return [link], int(one.start[link]), int(one.end[link])
    after, last = walk(int(one.end[link]))
    if link in after or (last == one.start[link] and (ends == last).sum() == 2):
        return [link, *after], last, last
    before, first = walk(int(one.start[link]))
    return [*before, link, *after], first, last


def brute(one: Network, link: int, closed: np.ndarray) -> tuple[float, float]:
    """Extra distance there and back [km]."""
    chain, first, last = walked(one, link)
    if first == last:
        chain, first, last = [link], int(one.start[link]), int(one.end[link])
    graph = as_graph(one, {*np.flatnonzero(closed), *chain})
    direct = one.length[chain].sum()
    there, back = (max(shortest(graph, *way) - direct, 0) / 1000 for way in ((first, last), (last, first)))
    return (
        there if one.direction[link] >= 0 else np.nan,
        back if one.direction[link] <= 0 else np.nan,
    )


def test_check_of_the_cost_of_a_detour() -> None:
    assert detour_cost(120, 8, 1.10) == pytest.approx(385_440, rel=EXACT)
    assert closure_cost(120, 8, 1.10) == pytest.approx(1_056, rel=EXACT)
    # None who must go round costs nothing, however far.
    assert detour_cost([0, 1], np.inf, 1.10).tolist() == [0, np.inf]


# A road 0–1–2–3 whose middle link is a bridge; the way round from 0 to 3 is 5 km by 4, and 9 km by 5 without bridges.
ROAD = [(0, 1, 1000), (1, 2, 200), (2, 3, 800), (0, 4, 2500), (4, 3, 2500), (0, 5, 4500), (5, 3, 4500), (3, 6, 700)]


def test_a_way_round_by_hand() -> None:
    one = network(ROAD)
    assert detours(one, [1]).extra_km.tolist() == pytest.approx([3.0], rel=EXACT)
    closed = np.array([False, False, False, False, True, False, False, False])
    assert detours(one, [1], closed).extra_km.tolist() == pytest.approx([7.0], rel=EXACT)


def test_the_end_of_a_road_is_severed_and_off_the_network_is_missing() -> None:
    ways = detours(network(ROAD), [7, -1])
    assert ways.severed.tolist() == [True, False]
    assert np.isinf(ways.extra_km[0])
    assert np.isnan(ways.extra_km[1])


def test_a_survey_that_cuts_a_road_elsewhere_changes_nothing_between_junctions() -> None:
    whole = network([(0, 3, 2000), *ROAD[3:]], 7)
    assert detours(whole, [0]).extra_km[0] == pytest.approx(detours(network(ROAD), [0, 1, 2]).extra_km, rel=EXACT)


def test_a_one_way_road_cut_in_two_is_not_severed() -> None:
    # Ends 0 and 2 join by two one-way roads, each cut in two.
    one = network(
        [(0, 1, 500, 1), (1, 2, 500, 1), (2, 3, 600, 1), (3, 0, 600, 1), (0, 2, 1500), (2, 4, 50), (0, 5, 50)]
    )
    ways = detours(one, [0, 1, 2])
    assert ways.there_km.tolist() == pytest.approx([0.5, 0.5, 0.3], rel=EXACT)
    assert np.isnan(ways.back_km).all()


def test_the_mean_of_two_directions() -> None:
    # Round the two-way link 0 it is 3 km there, and 5 km back.
    one = network([(0, 1, 1000), (0, 1, 3000, 1), (1, 2, 2500), (2, 0, 2500, 1), (0, 3, 9), (1, 4, 9)])
    ways = detours(one, [0])
    assert (ways.there_km[0], ways.back_km[0]) == pytest.approx((2.0, 4.0), rel=EXACT)
    assert ways.extra_km[0] == pytest.approx(3.0, rel=EXACT)


@given(networks_with(1))
def test_detours_equal_brute_force(case: tuple[Network, np.ndarray]) -> None:
    one, closed = case[0], case[1] == 1
    links = np.arange(len(one.length))
    ways = detours(one, links, closed)
    want = np.array([brute(one, i, closed) for i in links])
    np.testing.assert_allclose(np.column_stack([ways.there_km, ways.back_km]), want, rtol=EXACT)


def test_ways_round_in_a_wide_network_are_those_of_a_search_of_all_of_it() -> None:
    # 60 km across, so that ways are looked for in regions of several sizes; some roads are far longer than others.
    rng, across = np.random.default_rng(18), 16
    node = np.arange(across * across).reshape(across, across)
    pairs = [*zip(node[:, :-1].flat, node[:, 1:].flat, strict=True), *zip(node[:-1].flat, node[1:].flat, strict=True)]
    length = rng.integers(200, 9000, len(pairs)).tolist()
    kept = rng.random(len(pairs)) < 0.8
    wide = network([(*pair, long) for pair, long, there in zip(pairs, length, kept, strict=True) if there], node.size)
    wide = replace(wide, nodes=np.column_stack([node.ravel() % across, node.ravel() // across]) * 4000.0)
    links = rng.permutation(len(wide.length))[:60]
    nothing = np.zeros(len(wide.length), dtype=bool)
    want = np.array([brute(wide, i, nothing) for i in links])
    ways = detours(wide, links)
    np.testing.assert_allclose(np.column_stack([ways.there_km, ways.back_km]), want, rtol=EXACT)


@given(networks_with(1))
def test_chains_are_those_that_a_walk_finds(case: tuple[Network, np.ndarray]) -> None:
    one = case[0]
    roads = chains(one)
    for link in range(len(one.length)):
        members, first, last = walked(one, link)
        assert set(np.flatnonzero(roads.chain == roads.chain[link])) == set(members)
        assert roads.length[roads.chain[link]] == one.length[members].sum()
        ends = {int(roads.start[roads.chain[link]]), int(roads.end[roads.chain[link]])}
        assert len(ends) == len({first, last})
        if len(ends) == 2:
            assert ends == {first, last}


@given(networks_with(3))
def test_closing_more_never_shortens_a_detour(case: tuple[Network, np.ndarray]) -> None:
    one, order = case
    links = np.arange(len(one.length))
    some, more = (detours(one, links, order <= level).extra_km for level in (0, 1))
    assert (more >= some - EXACT).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"links": [99]}, "links must lie"),
        ({"links": [0], "closed": np.array([True])}, "closed has shape"),
    ],
)
def test_bad_arguments(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        detours(network(ROAD), **arguments)


def test_a_link_of_no_length_is_named() -> None:
    with pytest.raises(ValueError, match=r"links \[1\] have no length"):
        detours(network([(0, 1, 5), (1, 2, 0)]), [0])
