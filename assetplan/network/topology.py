"""What hangs together: connected components of a network, with or without regard to one-way links."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from assetplan._types import Ints
from assetplan.network.graph import Network


def components(network: Network, one_way: bool = False) -> Ints:
    """Number the components of a network.

    Parameters
    ----------
    network : Network
        Links and nodes.
    one_way : bool
        Strong components: each link of one can be driven to from every other, and back. By default directions do not
        count.

    Returns
    -------
    array (n_links,) of int
        Component of each link, 0 for the longest, then falling; −1 for a one-way link between two strong components,
        which nobody who has driven it can come back to.
    """
    if not len(network.start):
        return np.zeros(0, dtype=np.intp)
    forth, back = (network.direction >= 0, network.direction <= 0) if one_way else (slice(None), slice(0))
    tail = np.r_[network.start[forth], network.end[back]]
    head = np.r_[network.end[forth], network.start[back]]
    size = len(network.nodes)
    graph = coo_array((np.ones(len(tail)), (tail, head)), shape=(size, size))
    of_node = connected_components(graph, directed=one_way, connection="strong")[1]
    label = of_node[network.start]
    within = label == of_node[network.end]
    parts, first, number = np.unique(label[within], return_index=True, return_inverse=True)
    length = np.bincount(number, network.length[within], minlength=len(parts))
    rank = np.empty(len(parts), dtype=np.intp)
    rank[np.lexsort((first, -length))] = np.arange(len(parts))
    result = np.full(len(label), -1, dtype=np.intp)
    result[within] = rank[number]
    return result


def islands(network: Network) -> pd.DataFrame:
    """Sizes of the components, the longest first.

    Returns
    -------
    DataFrame
        By component: `links`, `length_m` and `line`, the first row of the line layer in it, to find it by.
    """
    table = pd.DataFrame({"component": components(network), "line": network.line, "length_m": network.length})
    return table.groupby("component").agg(links=("line", "size"), length_m=("length_m", "sum"), line=("line", "min"))


def line_components(network: Network, lines: int) -> Ints:
    """Component of each row of the line layer, which is the same for all its links; −1 for one with no link.

    Parameters
    ----------
    network : Network
        From `node_lines`.
    lines : int
        Rows of the line layer.
    """
    parts = np.full(lines, -1, dtype=np.intp)
    parts[network.line] = components(network)
    return parts
