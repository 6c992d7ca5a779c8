"""Pieces of a network, by hand and against a second method."""

from __future__ import annotations

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from assetplan.network import pieces


def test_pieces_by_hand() -> None:
    lines = np.array(
        [
            shapely.LineString([(0, 0), (1, 0)]),
            shapely.LineString([(9, 9), (8, 8)]),
            shapely.LineString([(1, 0), (5, 5), (2, 0)]),
            # Passes over (1, 0) without an end there: a bridge does not join what it crosses.
            shapely.LineString([(1, -1), (1, 0), (1, 1)]),
            shapely.LineString([(2, 0), (3, 0)]),
        ]
    )
    assert pieces(lines).tolist() == [0, 1, 0, 2, 0]
    assert pieces(lines[:0]).tolist() == []


def test_pieces_agree_with_a_sparse_method() -> None:
    rng = np.random.default_rng(8)
    ends = rng.integers(0, 60, size=(45, 2))
    ends = ends[ends[:, 0] != ends[:, 1]]
    lines = np.array([shapely.LineString([(a, a * a), (b, b * b)]) for a, b in ends])
    graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(60, 60))
    _, label = connected_components(graph, directed=False)
    mine, other = pieces(lines), label[ends[:, 0]]
    assert len(set(zip(mine.tolist(), other.tolist(), strict=True))) == len(set(mine.tolist()))
    assert (np.diff(np.bincount(mine)) <= 0).all()
