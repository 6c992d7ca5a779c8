"""Where each section lies along its road, through the junctions, and in which estate: what schemes are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from assetplan import network
from assetplan._types import Bools, Floats, Ints
from assetplan.asset_classes import CARRIAGEWAY, AssetClasses
from assetplan.connectivity.layout import Layout
from assetplan.display import Shown
from assetplan.reference import load_table

# How a section is placed, in this order: on the network, beside the section it names, by its link and chainage, alone.
_ON_NETWORK, _BESIDE, _BY_LINK, _ALONE = range(4)
_BARRIER = ["road_class", "group", "environment"]


@dataclass(frozen=True, eq=False, repr=False)
class RoadRuns(Shown):
    """Where each asset lies along the run of its road.

    Attributes
    ----------
    run : array (n_assets,) of int
        Number of the run of a section, from 0 in the order of asset_id; −1 for an asset of a class whose assets join
        into no schemes. Every run is of one class, road class, group and environment.
    from_m, to_m : array (n_assets,)
        Ends along the run [m]; missing where there is none. Carriageway sections of one run do not overlap by more than
        0.5 m; those of other classes do where they lie on both sides of a road.
    estate : array (n_assets,) of int
        Number of the estate of a section, −1 for none: adjoining streets of one class and group.
    """

    run: Ints
    from_m: Floats
    to_m: Floats
    estate: Ints


def road_runs(assets: pd.DataFrame, layout: Layout, classes: AssetClasses) -> RoadRuns:
    """Place every section along its road, from end to end of it through the junctions.

    A carriageway section lies on its road as the network has it (`network.roads_through`). Where that would part or
    turn the sections of one link, all of the link are placed by link and chainage alone. A section of another class
    lies beside the carriageway section it names as parent, or the first of its link where it has neither parent nor
    chainage. What is left goes by its link and chainage, as
    do the sections of a register without a map; and what has none, or a carriageway link whose sections overlap, is
    a run of its own. The result does not depend on the order of rows.

    Carriageway sections on the network of a road class and environment in reference/estate_roads.csv are clustered into
    estates (`network.estates`) of at most `estate_most` of reference/network_rules.csv; a section of another class is
    in that of its parent, of as much road and not of its own length, and not in one estate with it.

    Parameters
    ----------
    assets : DataFrame; table `assets` of the register, as it was laid out
    layout : Layout; of those assets
    classes : AssetClasses; those of `schemes` "sections" are placed
    """
    rows = np.flatnonzero(assets["asset_class"].isin(classes.where("schemes", "sections")))
    rows = rows[np.argsort(assets["asset_id"].to_numpy(dtype=object)[rows], kind="stable")]
    sections = _Sections.of(assets.iloc[rows])
    place = np.full(
        len(assets) + 1, -1, dtype=np.intp
    )  # of each asset among the sections; the last of a road of others
    place[rows] = np.arange(len(rows))
    section = place[layout.road_rows]
    placed = _alone(sections).over(_by_link(sections))
    placed = placed.over(_on_network(sections, layout, section))
    placed = placed.over(_beside(sections, placed))
    run, estate = np.full(len(assets), -1, dtype=np.intp), np.full(len(assets), -1, dtype=np.intp)
    start, end = np.full(len(assets), np.nan), np.full(len(assets), np.nan)
    run[rows] = network.codes_of(placed.way, placed.run)
    start[rows], end[rows] = placed.from_m, placed.to_m
    estate[rows] = _estates(sections, layout, section)
    return RoadRuns(run, start, end, estate)


@dataclass(frozen=True, eq=False)
class _Sections:
    """Sections in the order of asset_id (n,).

    Their table; the number of their class and group, and the carriageway section that one of another class names as
    parent; which are carriageway and which of those overlap on their link; the link and stretch of it, those that have
    one in order along it, and the number of each stretch of one barrier. −1 for none.
    """

    table: pd.DataFrame
    kind: Ints
    parent: Ints
    carriageway: Bools
    overlapping: Bools
    link: Ints
    start: Floats
    length: Floats
    in_order: Ints
    zone: Ints

    @classmethod
    def of(cls, table: pd.DataFrame) -> _Sections:
        """Read them; carriageway sections on a link whose sections overlap have no link."""
        of_class = table["asset_class"].to_numpy(dtype=object)
        carriageway = of_class == CARRIAGEWAY
        start = table["chainage_m"].to_numpy(dtype=float)
        length = table["length_m"].fillna(0.0).to_numpy(dtype=float)
        link = network.codes_of(of_class, table["link_id"].fillna("").to_numpy(dtype=object))
        usable = (table["link_id"].fillna("") != "").to_numpy() & ~np.isnan(start) & (length > 0)
        link = np.where(usable, link, -1)
        overlapping = network.tangled(np.where(carriageway, link, -1), start, start + length)
        link[overlapping] = -1
        in_order = np.lexsort((start + length, start, link))
        in_order = in_order[link[in_order] >= 0]
        barrier = network.codes_of(*(table[column].to_numpy(dtype=object) for column in _BARRIER))
        changes = (np.diff(link[in_order]) != 0) | (np.diff(barrier[in_order]) != 0)
        zone = np.full(len(table), -1, dtype=np.intp)
        zone[in_order] = np.cumsum(np.r_[False, changes][: len(in_order)])
        kind = network.codes_of(of_class, table["group"].to_numpy(dtype=object))
        named = pd.Index(table["asset_id"]).get_indexer(pd.Index(table["parent_id"]))
        parent = np.where(np.append(carriageway, False)[named] & ~carriageway, named, -1)
        # One that names none lies beside the first carriageway section of its link.
        links = table["link_id"].fillna("")
        first = pd.Series(np.arange(len(table)), index=links)[carriageway & (links != "").to_numpy()]
        first = first.iloc[np.argsort(start[first], kind="stable")].groupby(level=0).first()
        by_link = links.map(first).fillna(-1).to_numpy(dtype=np.intp)
        without_chainage = (parent < 0) & ~carriageway & np.isnan(start)
        parent = np.where(without_chainage, by_link, parent)
        return cls(table, kind, parent, carriageway, overlapping, link, start, length, in_order, zone)


@dataclass(frozen=True, eq=False)
class _Placed:
    """Sections along runs (n,): how each is placed (−1 not), the run among those placed so, and its ends [m]."""

    way: Ints
    run: Ints
    from_m: Floats
    to_m: Floats

    def over(self, other: _Placed) -> _Placed:
        """The same with the other's places wherever it has one."""
        pairs = zip(self._columns(), other._columns(), strict=True)
        return _Placed(*(np.where(other.way >= 0, theirs, mine) for mine, theirs in pairs))

    def _columns(self) -> tuple[Ints, Ints, Floats, Floats]:
        return self.way, self.run, self.from_m, self.to_m


def _alone(sections: _Sections) -> _Placed:
    count = len(sections.length)
    return _Placed(np.full(count, _ALONE), np.arange(count), np.zeros(count), sections.length)


def _by_link(sections: _Sections) -> _Placed:
    """Sections on their own link, a run wherever nothing of another road class, group or environment lies between."""
    way = np.where(sections.zone >= 0, _BY_LINK, -1)
    return _Placed(way, sections.zone, sections.start, sections.start + sections.length)


def _beside(sections: _Sections, placed: _Placed) -> _Placed:
    """Sections of other classes where the carriageway section lies that they name as parent."""
    parent = sections.parent
    run = network.codes_of(placed.way[parent], placed.run[parent], sections.kind)
    return _Placed(np.where(parent >= 0, _BESIDE, -1), run, placed.from_m[parent], placed.to_m[parent])


def _on_network(sections: _Sections, layout: Layout, section: Ints) -> _Placed:
    """Carriageway sections along their roads; none of a link whose sections overlap or would be parted or turned."""
    net, roads, rules = layout.net, layout.roads, network.network_rules()
    own = (section >= 0) & ~np.append(sections.overlapping, False)[section]
    length, start, link = (np.append(of, 0)[section] for of in (sections.length, sections.start, sections.link))
    key = network.codes_of(*(roads[column].to_numpy(dtype=object) for column in ("road", *_BARRIER)))
    key = np.where(own, key, -1)[net.line]
    drawn = np.bincount(net.line, net.length, len(roads))
    scale = np.divide(length, drawn, out=np.ones(len(roads)), where=own & (drawn > 0) & (length > 0))
    # The first of a link comes first, so that a ring is cut between links.
    rank = np.empty(len(roads), dtype=np.intp)
    rank[np.lexsort((section, start, link))] = np.arange(len(roads))
    order = np.empty(len(net.line), dtype=np.intp)
    order[np.lexsort((net.from_m, rank[net.line]))] = np.arange(len(net.line))
    named = (roads["road"].fillna("") != "").to_numpy()[net.line]
    runs = network.roads_through(
        net, key, named, order, net.length * scale[net.line], rules["deflection"], rules["bearing_over"]
    )
    return _of_sections(sections, np.where(own, section, -1)[net.line], runs)


def _of_sections(sections: _Sections, section: Ints, runs: network.LinkRuns) -> _Placed:
    """Sections from the links that each is made of (n_links,), −1 those of none."""
    count = len(sections.length)
    own = runs.run >= 0
    section = section[own]
    least, most = np.full(count, np.iinfo(np.intp).max), np.full(count, -1, dtype=np.intp)
    np.minimum.at(least, section, runs.run[own])
    np.maximum.at(most, section, runs.run[own])
    start, end = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(start, section, runs.from_m[own])
    np.maximum.at(end, section, runs.to_m[own])
    run = np.where(least == most, most, -1)
    run[_parted(sections, run, start)] = -1
    return _Placed(np.where(run >= 0, _ON_NETWORK, -1), run, start, end)


def _parted(sections: _Sections, run: Ints, start: Floats) -> Bools:
    """Sections of links of which the network would part or turn two that follow each other by chainage."""
    rows = sections.in_order[sections.carriageway[sections.in_order]]
    zone = sections.zone[rows]
    together = zone[1:] == zone[:-1]
    step = np.sign(np.diff(np.where(np.isfinite(start[rows]), start[rows], 0.0)))
    wrong = together & ((run[rows][1:] != run[rows][:-1]) | (run[rows][1:] < 0) | (step == 0))
    turns = (step[1:] != step[:-1]) & together[1:] & together[:-1]
    wrong[1:] |= turns
    return np.isin(sections.link, sections.link[rows][1:][wrong]) & (sections.link >= 0)


def _estates(sections: _Sections, layout: Layout, section: Ints) -> Ints:
    """Number of the estate of each section (n,), −1 for none; streets go whole from junction to junction."""
    net, table = layout.net, sections.table
    keys = ["road_class", "environment"]
    among = pd.MultiIndex.from_frame(table[keys]).isin(pd.MultiIndex.from_frame(load_table("estate_roads")[keys]))
    of_link = np.where(np.append(among, False)[section], section, -1)[net.line]
    on = np.flatnonzero(of_link >= 0)
    members, item = np.unique(np.r_[of_link[on], of_link[on]], return_inverse=True)
    node, count = np.r_[net.start[on], net.end[on]], len(members)
    passing = net.degree[node] == 2  # no junction: the street goes on
    street = network.pieces(item[passing], count + node[passing], count + len(net.nodes))[:count]
    apart = network.codes_of(node, sections.kind[members][item])
    most = network.network_rules()["estate_most"]
    own = np.full(len(table) + 1, -1, dtype=np.intp)
    own[members] = network.estates(item, apart, street, sections.length[members], most)
    own[:-1] = np.where(sections.parent >= 0, own[sections.parent], own[:-1])
    inside = np.flatnonzero(own[:-1] >= 0)
    own[inside] = network.codes_of(own[inside], sections.kind[inside])
    return own[:-1]
