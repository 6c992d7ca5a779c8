"""A road network as arrays: nodes, links, where each lies on the line it came from; and what hangs together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from assetplan._types import Floats, Ints, Shapes
from assetplan.display import Shown


@dataclass(frozen=True, eq=False, repr=False)
class Network(Shown):
    """Links between junctions and ends.

    Attributes
    ----------
    nodes : array (n_nodes, 2); easting and northing of each node [m]
    start, end : array (n_links,) of int; node at each end of a link
    length : array (n_links,); along the link [m, above 0]
    direction : array (n_links,) of int; 0 both ways, 1 from start to end only, −1 from end to start only
    line : array (n_links,) of int; row of the line layer that the link is a piece of
    from_m, to_m : array (n_links,); chainage of the link's ends along that line [m]
    geometry : array (n_links,) of LineString; shape of each link, start to end
    """

    nodes: Floats
    start: Ints
    end: Ints
    length: Floats
    direction: Ints
    line: Ints
    from_m: Floats
    to_m: Floats
    geometry: Shapes

    @property
    def degree(self) -> Ints:
        """Ends of links at each node, shape (n_nodes,); a loop counts twice, a dangling end once."""
        return np.bincount(np.r_[self.start, self.end], minlength=len(self.nodes))


def pieces(start: Ints, end: Ints, count: int) -> Ints:
    """Number the connected piece that each of several things is in, array (count,) of int.

    Parameters
    ----------
    start, end : array (n,) of int; pairs of them that are joined
    count : int; how many there are
    """
    joined = coo_array((np.ones(len(start), dtype=np.int8), (start, end)), shape=(count, count))
    return connected_components(joined, directed=False)[1].astype(np.intp)


def components(network: Network) -> Ints:
    """Number the component of each link (n_links,): 0 for the longest, then falling."""
    if not len(network.start):
        return np.zeros(0, dtype=np.intp)
    label = pieces(network.start, network.end, len(network.nodes))[network.start]
    parts, first, number = np.unique(label, return_index=True, return_inverse=True)
    rank = np.empty(len(parts), dtype=np.intp)
    rank[np.lexsort((first, -np.bincount(number, network.length)))] = np.arange(len(parts))
    return rank[number]


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
    """Component of each of so many rows of the line layer, the same for all its links; −1 for one with no link."""
    parts = np.full(lines, -1, dtype=np.intp)
    parts[network.line] = components(network)
    return parts
