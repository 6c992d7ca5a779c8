"""Roads through their junctions: by hand, against every way of pairing, and what holds of all of them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from small_networks import network

from assetplan.network import Network, network_rules, node_lines, roads_through
from assetplan.network.roads import pair_in_turn

RULES = network_rules()


def through(net: Network, key=None, named=True, order=None, length=None):
    count = len(net.length)
    return roads_through(
        net,
        np.zeros(count, dtype=int) if key is None else np.asarray(key)[net.line],
        np.broadcast_to(named, count),
        np.arange(count) if order is None else order,
        net.length if length is None else length,
        RULES["deflection"],
        RULES["bearing_over"],
    )


def drawn(*lines, direction=None) -> Network:
    return node_lines(np.array([shapely.LineString(line) for line in lines]), direction=direction).network


def stretches(net: Network, runs) -> list[tuple[int, float, float]]:
    """Run and chainages by row of the layer, where each line is one link."""
    rows = np.argsort(net.line)
    return list(zip(runs.run[rows].tolist(), runs.from_m[rows].tolist(), runs.to_m[rows].tolist(), strict=True))


# A crossroads: west, east, north, south, drawn in either direction.
CROSS = [[(0, 0), (100, 0)], [(200, 0), (100, 0)], [(100, 0), (100, 60)], [(100, -60), (100, 0)]]


def test_a_road_runs_straight_on_through_a_crossroads() -> None:
    net = drawn(*CROSS)
    assert stretches(net, through(net)) == [(0, 0, 100), (0, 100, 200), (1, 0, 60), (1, 60, 120)]
    # Of another class beyond the junction it is another road, whatever its name.
    assert through(net, key=[0, 1, 2, 3]).run.tolist() == [0, 1, 2, 3]
    # Roads of others are in no run.
    away = through(net, key=[0, 0, -1, -1])
    assert (away.run.tolist(), np.isnan(away.from_m).tolist()) == ([0, 0, -1, -1], [False, False, True, True])


def test_the_only_other_of_a_name_goes_on_round_a_corner() -> None:
    net = drawn(*CROSS)
    assert through(net, key=[0, 1, 0, 1]).run.tolist() == [0, 1, 0, 1]
    # A road without a name does so only where nothing else meets, and else goes straight on.
    assert through(net, key=[0, 1, 0, 1], named=False).run.tolist() == [0, 1, 2, 3]
    assert through(net, named=False).run.tolist() == [0, 0, 1, 1]
    corner = drawn(CROSS[0], CROSS[2])
    assert through(corner, named=False).run.tolist() == [0, 0]


def test_the_turning_off_is_no_part_of_the_road() -> None:
    # A fork of one name: the arm that turns less is the road.
    net = drawn([(0, 0), (100, 0)], [(100, 0), (200, 40)], [(100, 0), (200, -30)])
    assert through(net).run.tolist() == [0, 1, 0]
    # Beyond the deflection neither is.
    net = drawn([(0, 0), (100, 0)], [(100, 0), (150, 80)], [(100, 0), (150, -80)])
    assert through(net).run.tolist() == [0, 1, 2]
    # Equally straight: the first in order.
    net = drawn([(0, 0), (100, 0)], [(100, 0), (200, 30)], [(100, 0), (200, -30)])
    assert through(net).run.tolist() == [0, 0, 1]
    assert through(net, order=[0, 2, 1]).run.tolist() == [0, 1, 0]


def test_the_two_carriageways_of_a_road_stay_two() -> None:
    west, east = [(100, 0), (60, 10), (0, 10)], [(0, -10), (60, -10), (100, 0)]
    net = drawn(west, east, [(100, 0), (200, 0)], direction=[1, 1, 0])
    assert len(set(through(net).run[:2])) == 2
    # Where nothing but the two of them meets, too; a bend of one of them is none of that.
    assert through(drawn(west, east, direction=[1, 1])).run.tolist() == [0, 1]
    assert through(drawn([(0, 0), (100, 0)], [(100, 0), (100, 90)], direction=[1, 1])).run.tolist() == [0, 0]


def test_a_line_of_the_layer_stays_whole() -> None:
    # A line that turns right at a crossroads of its own name, beside two that are straight on.
    net = drawn([(0, 0), (100, 0), (100, -60)], [(100, 0), (200, 0)], [(100, 0), (100, 60)])
    runs = through(net)
    assert (net.line.tolist(), runs.run.tolist()) == ([0, 0, 1, 2], [0, 0, 1, 2])
    assert (runs.from_m.tolist(), runs.to_m.tolist()) == ([0, 100, 0, 0], [100, 160, 100, 60])


def test_a_ring_is_cut_at_the_start_of_its_first_link() -> None:
    ring = drawn([(0, 0), (100, 0)], [(100, 100), (100, 0)], [(100, 100), (0, 100)], [(0, 100), (0, 0)])
    assert stretches(ring, through(ring)) == [(0, 0, 100), (0, 100, 200), (0, 200, 300), (0, 300, 400)]
    assert through(ring, order=[3, 2, 1, 0]).from_m.tolist() == [100, 200, 300, 0]
    assert through(ring).along.tolist() == [True, False, True, True]
    one = drawn([(0, 0), (100, 0), (100, 100), (0, 0)])
    assert through(one).run.tolist() == [0]


def test_lengths_are_those_of_the_register() -> None:
    net = drawn(*CROSS)
    assert through(net, length=np.array([101.0, 98, 60, 60])).to_m.tolist() == [101, 199, 60, 120]
    none = node_lines(np.empty(0, dtype=object)).network
    assert through(none).run.tolist() == []


@settings(max_examples=60)
@given(st.data())
def test_pairs_are_those_that_every_matching_ranks_first(data) -> None:
    count = data.draw(st.integers(2, 7))
    every = list(itertools.combinations(range(count), 2))
    pairs = data.draw(st.permutations(every))[: data.draw(st.integers(0, len(every)))]
    partner = pair_in_turn(*np.array(pairs, dtype=int).reshape(-1, 2).T, count)
    taken = [k for k, (one, other) in enumerate(pairs) if partner[one] == other]
    # Of all matchings the one whose best pair ranks first, then its second, and so on; the longer before a part of it.
    matchings = [
        chosen
        for size in range(count // 2 + 1)
        for chosen in itertools.combinations(range(len(pairs)), size)
        if len({end for k in chosen for end in pairs[k]}) == 2 * size
    ]
    assert tuple(taken) == min(matchings, key=lambda chosen: [*chosen, *[len(pairs)] * (count - len(chosen))])


def random_streets(seed: int) -> tuple[Network, np.ndarray, np.ndarray]:
    """Streets between places in the plane, some one way, some parallel, some loops; their keys, and who has a name."""
    rng = np.random.default_rng(seed)
    places, links = int(rng.integers(2, 8)), int(rng.integers(1, 16))
    where = rng.integers(0, 5, (places, 2)) * 100.0
    start, end = rng.integers(0, places, (2, links))
    bend = (where[start] + where[end]) / 2 + rng.integers(-1, 2, (links, 2)) * 40.0 + [7.0, 3.0]
    shapes = shapely.linestrings(np.stack([where[start], bend, where[end]], axis=1))
    length, zero = shapely.length(shapes), np.zeros(links)
    way = rng.choice([0, 0, 1, -1], links)
    net = Network(where, start, end, length, way, np.arange(links), zero, length, shapes)
    return net, rng.integers(-1, 2, links), rng.random(links) > 0.3


def joined_slowly(net: Network, key, named) -> set[frozenset[tuple[int, int]]]:
    """Ends of links (link, 0 start or 1 end) that join, by a walk over the nodes."""
    joined = set()
    for node in range(len(net.nodes)):
        ends = [(i, side) for i in range(len(key)) for side in (0, 1) if (net.start[i], net.end[i])[side] == node]
        pairs = []
        for one, other in itertools.combinations(ends, 2):
            if key[one[0]] != key[other[0]] or key[one[0]] < 0:
                continue
            a, b = (leaving(net, *end) for end in (one, other))
            turn = 180 - abs((a - b + 180) % 360 - 180)
            only = sum(key[i] == key[one[0]] for i, _ in ends) == 2 and (named[one[0]] or len(ends) == 2)
            back = net.direction[one[0]] != 0 and net.direction[other[0]] != 0 and turn > 180 - RULES["deflection"]
            if (only or turn <= RULES["deflection"]) and not back:
                pairs.append((round(turn / 0.001), one, other))
        for _, one, other in sorted(pairs):
            if not any({one, other} & pair for pair in joined):
                joined.add(frozenset({one, other}))
    return joined


def leaving(net: Network, link: int, side: int) -> float:
    line = net.geometry[link].reverse() if side else net.geometry[link]
    there = line.interpolate(min(RULES["bearing_over"], line.length / 2))
    return float(np.degrees(np.arctan2(there.y - line.coords[0][1], there.x - line.coords[0][0])))


@pytest.mark.parametrize("seed", range(30))
def test_runs_of_random_streets(seed) -> None:
    net, key, named = random_streets(seed)
    runs = through(net, key, named)
    assert ((runs.run >= 0) == (key >= 0)).all()
    joined, node = joined_slowly(net, key, named), np.column_stack([net.start, net.end])
    for run in range(runs.run.max(initial=-1) + 1):
        rows = np.flatnonzero(runs.run == run)
        rows = rows[np.argsort(runs.from_m[rows])]
        assert len(set(key[rows])) == 1
        # Chainage goes on from link to link, and so do their ends.
        assert runs.from_m[rows] == pytest.approx(np.cumsum(np.r_[0, net.length[rows]])[:-1])
        assert runs.to_m[rows] == pytest.approx(np.cumsum(net.length[rows]))
        along = runs.along[rows].astype(int)
        steps = {frozenset({(a, x), (b, 1 - y)}) for a, x, b, y in zip(rows, along, rows[1:], along[1:], strict=False)}
        assert steps <= joined
        # What else joins its links closes a ring.
        rest = {pair for pair in joined - steps if {i for i, _ in pair} & set(rows)}
        assert rest <= {frozenset({(rows[0], 1 - along[0]), (rows[-1], along[-1])})}
        assert (
            np.take_along_axis(node[rows], 1 - along[:, None], 1)[1:]
            == np.take_along_axis(node[rows], along[:, None], 1)[:-1]
        ).all()
    # Links in another order, by which no two ways on are decided.
    mixed = np.random.default_rng(seed).permutation(len(key))
    columns = {
        name: getattr(net, name)[mixed]
        for name in ("start", "end", "length", "direction", "line", "from_m", "to_m", "geometry")
    }
    again = through(Network(net.nodes, **columns), key, named[mixed], order=mixed)
    assert again.run.tolist() == runs.run[mixed].tolist()
    np.testing.assert_array_equal(again.from_m, runs.from_m[mixed])


def test_parallel_links_and_loops_are_on_one_run_each() -> None:
    net = network([(0, 1, 4), (0, 1, 4), (1, 1, 2), (1, 2, 3)])
    runs = through(net)
    assert np.bincount(runs.run, runs.to_m - runs.from_m).sum() == 13
