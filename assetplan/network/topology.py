"""How links join: which connected piece of the network each line belongs to."""

from __future__ import annotations

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from assetplan.register import end_nodes


def pieces(lines: NDArray[np.object_]) -> NDArray[np.intp]:
    """Number the connected pieces of a network of lines that share end points.

    Parameters
    ----------
    lines : array (n,) of LineString
        Sections or links, coordinates in metres.

    Returns
    -------
    array (n,)
        Piece of each line: 0 for the one with the most lines, then falling.
    """
    lines = np.asarray(lines, dtype=object)
    if not len(lines):
        return np.zeros(0, dtype=np.intp)
    start, end = end_nodes(lines)
    graph = nx.Graph(zip(start.tolist(), end.tolist(), strict=True))
    number = np.zeros(int(max(start.max(), end.max())) + 1, dtype=np.intp)
    for piece, nodes in enumerate(nx.connected_components(graph)):
        number[list(nodes)] = piece
    label = number[start]
    order = np.argsort(-np.bincount(label), kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return rank[label]
