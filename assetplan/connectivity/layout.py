"""A register's carriageway and the roads of others as a network, bridges on it, and the traffic of each."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from assetplan import condition, network
from assetplan._types import Bools, Floats, Ints
from assetplan.asset_classes import BRIDGE, CARRIAGEWAY
from assetplan.display import Shown
from assetplan.network import Detours, Network, Noded, SchemeRules, Schemes
from assetplan.prices import running_costs
from assetplan.register.no_map import without_geometry

_FEW = 3  # sections named in a message


@dataclass(frozen=True, eq=False, repr=False)
class Layout(Shown):
    """Where roads and bridges of a register lie on its network.

    Attributes
    ----------
    roads, bridges : GeoDataFrame
        Carriageway sections that are single lines, then roads of others (their road_id as asset_id), and bridges,
        numbered from 0.
    road_rows, bridge_rows : array; row of each in the register's table of assets; −1 for a road of others
    noded : Noded; the network of the roads; `noded.network.line` is the row in `roads` of each link
    placed : array (n_bridges,); link that carries each bridge, −1 off the network
    """

    roads: gpd.GeoDataFrame
    bridges: gpd.GeoDataFrame
    road_rows: Ints
    bridge_rows: Ints
    noded: Noded
    placed: Ints

    @property
    def owned(self) -> Bools:
        """Which of the roads are the council's (n_roads,): the first ones."""
        return self.road_rows >= 0

    @property
    def net(self) -> Network:
        """The links and nodes."""
        return self.noded.network

    @property
    def own_limit(self) -> Floats:
        """Weight limit posted on the road of each link [t] (n_links,), missing where there is none."""
        return self.roads["weight_limit_t"].to_numpy(dtype=float)[self.net.line]


def lay_out(assets: gpd.GeoDataFrame, other_roads: gpd.GeoDataFrame | None = None) -> Layout:
    """Make a network of the carriageway and the roads of others by the packaged rules, and place the bridges on it.

    Parameters
    ----------
    assets : GeoDataFrame
        Table `assets` of the register. A section that carries a bridge is one level up unless its level is given.
    other_roads : GeoDataFrame, optional; table `other_roads` of the register, in the same CRS
    """
    rules = network.network_rules()
    of_class = assets["asset_class"].to_numpy(dtype=object)
    road_rows = np.flatnonzero((of_class == CARRIAGEWAY) & (assets.geom_type == "LineString").to_numpy())
    bridge_rows = np.flatnonzero(of_class == BRIDGE)
    roads, bridges = (assets.iloc[rows].reset_index(drop=True) for rows in (road_rows, bridge_rows))
    if other_roads is not None and len(other_roads):
        roads, road_rows = _with_others(roads, other_roads), np.r_[road_rows, np.full(len(other_roads), -1)]
    carries = roads["asset_id"].isin(bridges["parent_id"]).to_numpy(dtype=float)
    level = np.where(roads["level"].isna(), carries, roads["level"].to_numpy(dtype=float))
    direction = roads["one_way"].map({"forward": 1, "backward": -1}).fillna(0).to_numpy(dtype=np.intp)
    noded = network.node_lines(roads.geometry.to_numpy(), level, direction, rules["tolerance"])
    placed = _place(bridges, roads, noded.network, road_rows >= 0, rules["bridge_tolerance"])
    return Layout(roads, bridges, road_rows, bridge_rows, noded, placed)


def off_network(assets: gpd.GeoDataFrame, layout: Layout) -> list[tuple[str, str, int]]:
    """What of a register's carriageway its network does not join, as check, words and sections: for every command.

    Parameters
    ----------
    assets : GeoDataFrame; table `assets` of the register
    layout : Layout; of those assets
    """
    out = []
    alone = unplaced(assets, layout)
    if len(alone):
        names = ", ".join(alone["asset_id"].head(_FEW)) + (", …" if len(alone) > _FEW else "")
        some = f"carriageway sections are not single lines, so nothing joins them ({names})"
        out.append(("not on the network", some, len(alone)))
    piece = network.line_components(layout.net, len(layout.roads))[layout.owned]
    off = int((piece > 0).sum())
    if off:
        pieces = f"{len(np.unique(piece[piece > 0])):,} pieces apart from the main network"
        out.append(("network in pieces", f"carriageway sections lie in {pieces}", off))
    return out


def unplaced(assets: gpd.GeoDataFrame, layout: Layout) -> gpd.GeoDataFrame:
    """Carriageway sections of a register that are drawn but not as single lines, and so on no network."""
    off = (assets["asset_class"] == CARRIAGEWAY).to_numpy() & ~without_geometry(assets)
    off[layout.road_rows[layout.owned]] = False
    return assets[off]


def _with_others(roads: gpd.GeoDataFrame, other_roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    both = pd.concat([roads, other_roads.rename(columns={"road_id": "asset_id"})], ignore_index=True)
    words = roads.select_dtypes("str").columns
    return both.assign(**{name: both[name].fillna("") for name in words})


def _place(bridges: gpd.GeoDataFrame, roads: gpd.GeoDataFrame, net: Network, owned: Bools, within: float) -> Ints:
    """Link of each bridge: on the section that carries it, or the council's nearest; −1 where none is near."""
    middle = shapely.centroid(bridges.geometry.to_numpy())
    carrier = pd.Index(roads["asset_id"]).get_indexer(pd.Index(bridges["parent_id"]))
    links = np.flatnonzero(owned[net.line])
    nearest = network.nearest_links(middle, net.geometry[links], within)
    out = np.append(links, -1)[nearest]
    # Of the links that a section was split into, the one nearest the bridge.
    link_of = pd.DataFrame({"line": net.line, "link": np.arange(len(net.line))})
    own = pd.DataFrame({"bridge": np.arange(len(bridges)), "line": carrier}).merge(link_of, on="line")
    own["off"] = shapely.distance(middle[own["bridge"]], net.geometry[own["link"]])
    own = own.sort_values(["bridge", "off", "link"], kind="stable").drop_duplicates("bridge")
    out[own["bridge"]] = own["link"]
    return out


def candidate_schemes(roads: pd.DataFrame, wanted: Ints, rules: SchemeRules) -> Schemes:
    """Join carriageway sections into candidate schemes, never across class, group or environment.

    A section without link, chainage or length is in none, nor is one on a link whose sections overlap.

    Parameters
    ----------
    roads : DataFrame; rows of table `assets`
    wanted : array (n_roads,); kind of works that each would take, −1 for none
    rules : SchemeRules; lengths of schemes
    """
    barrier = network.codes_of(roads["road_class"], roads["group"], roads["environment"])
    link = roads["link_id"].where(~overlapping(roads), "")
    return network.form_schemes(link, *_stretches(roads), wanted, barrier, rules)


def overlapping(roads: pd.DataFrame) -> Bools:
    """Sections on a link whose sections overlap, so that which are beside each other is not known (n_roads,)."""
    return network.tangled(roads["link_id"], *_stretches(roads))


def _stretches(roads: pd.DataFrame) -> tuple[Floats, Floats]:
    start = roads["chainage_m"].to_numpy(dtype=float)
    return start, start + roads["length_m"].to_numpy(dtype=float)


def limits_today(bridges: pd.DataFrame) -> Floats:
    """Weight limit of each bridge [t] (n,): posted, or the posting level of its assessed capacity where lower.

    Missing where it carries full loading. Where the register says whether it is posted, its assessment adds nothing.
    """
    assessed = condition.posting_level(bridges["capacity_t"].to_numpy(dtype=float))
    assessed[(bridges["posting"] != "").to_numpy()] = np.nan
    limit = np.fmin(bridges["weight_limit_t"].to_numpy(dtype=float), assessed)
    return np.where(limit < condition.full_loading(), limit, np.nan)


def environmental_limit(bridges: pd.DataFrame) -> Floats:
    """Weight limit of each bridge that stays after renewal, posted for its surroundings [t] (n,); missing of others."""
    own = (bridges["limit_reason"] == "environmental").to_numpy(dtype=bool)
    return np.where(own, bridges["weight_limit_t"].to_numpy(dtype=float), np.nan)


def carried_today(bridges: pd.DataFrame, index: Floats) -> Floats:
    """What each bridge carries today [t] (n,) at its condition index [0–100].

    An open one carries the legal loads of its country, whatever its assessment says, and so counts as carrying full
    loading, with as much to spare as its assessment has over those loads.
    """
    rules, full = network.network_rules(), condition.full_loading()
    assessed = bridges["capacity_t"].to_numpy(dtype=float)
    today = condition.capacity_today(assessed, index, rules["sound_capacity"])
    in_proportion = np.fmax(full * assessed / rules["legal_load"], full)
    return np.where((bridges["posting"] == "open").to_numpy(), np.fmax(today, in_proportion), today)


def limits_in_force(layout: Layout) -> tuple[Floats, Floats]:
    """Weight limit of each bridge, posted or of its assessed capacity, and of each link with those it carries [t].

    Returns
    -------
    (array (n_bridges,), array (n_links,))
        Missing where a bridge has none; infinite where a link has none.
    """
    limit = limits_today(layout.bridges)
    return limit, network.limits_of_links(layout.net, layout.placed, limit, layout.own_limit)


def ways_round(net: Network, links: Ints) -> Detours:
    """Ways round closed links: legal ones, or one-way roads worked both ways where one is closed or no other is left.

    So traffic passes a closed arc of a roundabout by the others, and a closed carriageway by the one beside it.
    """
    legal = network.detours(net, links)
    one_way = (net.direction[links] != 0) & (links >= 0)
    worked = np.flatnonzero(legal.severed | one_way)
    if not len(worked) or not net.direction.any():
        return legal
    routes = network.detours(replace(net, direction=np.zeros_like(net.direction)), links[worked])
    there, back = legal.there_km.copy(), legal.back_km.copy()
    # A one-way road has but one of the two.
    there[worked], back[worked] = np.fmin(there[worked], routes.there_km), np.fmin(back[worked], routes.back_km)
    return Detours(there, back)


def closing_cost(around: Detours, carried: gpd.GeoDataFrame, severed_km: float | Floats) -> Floats:
    """What closing each costs its own traffic [£ a day] (n,).

    Parameters
    ----------
    around : Detours; ways round each (n,)
    carried : GeoDataFrame; columns aadt and hgv [vehicles a day] of each
    severed_km : float or array (n,); distance charged to a vehicle that has no way round [km]
    """
    return network.removal_cost(around, vehicles_of(carried), running_costs()[1], severed_km)


def vehicles_of(carried: gpd.GeoDataFrame) -> Floats:
    """Vehicles a day by class (n, n_classes); no more of them heavy than there are."""
    aadt = carried["aadt"].fillna(0.0).to_numpy(dtype=float)
    return network.class_traffic(aadt, np.minimum(carried["hgv"].fillna(0.0).to_numpy(dtype=float), aadt))
