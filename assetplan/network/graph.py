"""A road network as arrays: nodes, links between them, and where each link lies on the line it came from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assetplan._types import Floats, Ints, Shapes
from assetplan.display import Shown


@dataclass(frozen=True, eq=False, repr=False)
class Network(Shown):
    """Links between junctions and ends.

    Attributes
    ----------
    nodes : array (n_nodes, 2)
        Easting and northing of each node [m].
    start, end : array (n_links,) of int
        Node at each end of a link.
    length : array (n_links,)
        Along the link [m, above 0].
    direction : array (n_links,) of int
        0 both ways, 1 from start to end only, −1 from end to start only.
    line : array (n_links,) of int
        Row of the line layer that the link is a piece of.
    from_m, to_m : array (n_links,)
        Chainage of the link's ends along that line [m].
    geometry : array (n_links,) of LineString
        Shape of each link, start to end.
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
