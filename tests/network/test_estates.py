"""Estates: by hand, and what holds of all of them."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from assetplan.network import estates


def estates_of(ends, length, most, street=None) -> list[int]:
    """Estate of each section between two nodes."""
    count = len(ends)
    section, node = np.repeat(np.arange(count), 2), np.array(ends).ravel()
    return estates(section, node, np.arange(count) if street is None else np.array(street), length, most).tolist()


def test_a_cul_de_sac_of_six_is_parted_in_the_middle() -> None:
    line = [(k, k + 1) for k in range(6)]
    assert estates_of(line, [100] * 6, 600) == [0] * 6
    assert estates_of(line, [100] * 6, 599) == [0, 0, 0, 1, 1, 1]
    assert estates_of(line, [100] * 6, 250) == [0, 0, 1, 1, 2, 2]
    # Whole streets, but for one that is too long itself.
    assert estates_of(line, [100] * 6, 500, street=[0, 0, 0, 0, 1, 1]) == [0, 0, 0, 0, 1, 1]
    assert estates_of(line, [100] * 6, 300, street=[0, 0, 0, 0, 1, 1]) == [0, 0, 0, 1, 1, 1]
    # What does not adjoin is apart, and one section over the most stands alone.
    assert estates_of([(0, 1), (2, 3), (3, 4)], [50, 900, 50], 100) == [0, 1, 2]
    assert estates_of([(0, 1), (2, 3), (3, 4)], [50, 50, 50], 100) == [0, 1, 1]
    assert estates(*np.empty((3, 0), dtype=int), [], 100).tolist() == []


def test_streets_off_one_square_stay_together_where_no_distance_parts_them() -> None:
    square = [(0, k) for k in range(1, 6)]
    parts = estates_of(square, [100] * 5, 300)
    assert max(np.bincount(parts)) <= 3
    assert estates_of([(0, 0), (0, 1)], [100, 100], 150) == [0, 1]  # a loop, and the way to it


@pytest.mark.parametrize("seed", range(20))
def test_what_holds_of_all_estates(seed) -> None:
    rng = np.random.default_rng(seed)
    ends = rng.integers(0, 12, (int(rng.integers(1, 40)), 2))
    length, most = rng.uniform(20, 200, len(ends)), 400.0
    street = rng.integers(0, 30, len(ends)) if seed % 2 else np.arange(len(ends))
    part = np.array(estates_of(ends, length, most, street))
    graph = nx.Graph([(("s", i), end) for i, pair in enumerate(ends.tolist()) for end in pair])
    whole = [{i for i in hung if isinstance(i, tuple)} for hung in nx.connected_components(graph)]
    together = [np.bincount(street, length)[street[i]] <= most for i in range(len(ends))]
    for estate in range(part.max() + 1):
        rows = np.flatnonzero(part == estate)
        assert length[rows].sum() <= most + 1e-9
        if not seed % 2:
            inside = nx.Graph([(("s", i), end) for i in rows for end in ends[i].tolist()])
            assert nx.is_connected(inside)
    for hung in whole:
        rows = [i for _, i in hung]
        if not seed % 2 and length[rows].sum() <= most:
            assert len(set(part[rows])) == 1
    # Short enough streets are whole; the number of an estate is that of its first section.
    assert all(len(set(part[street == street[i]])) == 1 for i in range(len(ends)) if together[i])
    first = np.unique(part, return_index=True)[1]
    assert (np.diff(first) > 0).all()
