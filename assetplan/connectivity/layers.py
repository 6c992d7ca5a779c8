"""What `assetplan network` writes: roads, schemes, bridges and places, with what the network makes of each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from assetplan import condition, network
from assetplan._types import Floats, Ints
from assetplan.connectivity.layout import (
    Layout,
    candidate_schemes,
    closing_cost,
    lay_out,
    limits_in_force,
    overlapping,
    unplaced,
    vehicles_of,
    ways_round,
)
from assetplan.connectivity.levels import resilient_links, road_levels
from assetplan.connectivity.places import SERVED, place_nodes, places_layer
from assetplan.display import Shown
from assetplan.errors import Fault, RegisterError
from assetplan.inputs import Parameters, read_parameters
from assetplan.inputs.load import with_groups
from assetplan.network import Network
from assetplan.output import new_file, repeatable_layers
from assetplan.prices import running_costs
from assetplan.register import Register
from assetplan.register.no_map import no_map
from assetplan.strategies import surveyed_index
from assetplan.treatments import KINDS, Catalogue

LAYERS = ("links", "nodes", "sections", "schemes", "bridges", "places")


@dataclass(frozen=True, eq=False, repr=False)
class NetworkLayers(Shown):
    """Layers by name, notes of what was not in order, and counts for a reader.

    Attributes
    ----------
    layers : dict of str → GeoDataFrame; `LAYERS`, with the columns that docs/network.md lists
    notes : DataFrame
        One row a finding: kind, asset_id (of a road of others its road_id, of a place its name), other (asset or ""),
        x, y [m], sections (of an island; else 0).
    counts : dict of str → float; how many links, nodes, components, schemes, bridges and places
    """

    layers: dict[str, gpd.GeoDataFrame]
    notes: pd.DataFrame
    counts: dict[str, float]


def network_layers(register: Register, name: str, seed: int = 0, parameters: Parameters | None = None) -> NetworkLayers:
    """Work out the network of a register by the packaged rules.

    Parameters
    ----------
    register : Register; with carriageway; its bridges are placed on it
    name : str; what to call the register where it is at fault
    seed : int; of the sample of nodes from which betweenness is reckoned, where there are many
    parameters : Parameters, optional; groups and treatments; by default the packaged ones

    Raises
    ------
    RegisterError
        An asset is of no known group, or no carriageway is drawn as a line.
    """
    rules, of = network.network_rules(), parameters or read_parameters()
    layout = lay_out(with_groups(register.assets, of.groups, name), register.other_roads)
    if not layout.owned.any():
        rule = "no carriageway is drawn as a line: there is no network"
        raise RegisterError([Fault(name, 0, "geometry", "", rule, no_map(register.assets))])
    places = register.places[register.places["kind"].isin(SERVED)]
    node = place_nodes(layout, places)
    of_link, of_place = network.places_cut_off(layout.net, node)
    resilient = resilient_links(layout, places, node)
    links = _links(layout, rules, seed).assign(places_cut_off=of_link, resilient=resilient)
    own = np.bincount(layout.net.line, resilient, len(layout.roads))[layout.owned] > 0
    sections, schemes = _sections(layout.roads[layout.owned], of)
    layers = {
        "links": links,
        "nodes": _nodes(layout.net, layout.roads),
        "sections": sections.assign(resilient=own),
        "schemes": schemes,
        "bridges": _bridges(layout, rules),
        "places": places_layer(layout, places, node, of_place),
    }
    notes = _notes(layout, unplaced(register.assets, layout), layers["places"])
    return NetworkLayers(layers, notes, _counts(layout, layers))


def _of(roads: gpd.GeoDataFrame, column: str, rows: Ints) -> Floats:
    return roads[column].fillna(0.0).to_numpy(dtype=float)[rows]


def _links(layout: Layout, rules: dict[str, float], seed: int) -> gpd.GeoDataFrame:
    """Links with component, betweenness, detour and what closing each would cost."""
    net, roads, owned = layout.net, layout.roads, layout.owned[layout.net.line]
    between = network.betweenness(net, int(rules["sources"]), seed)
    around = ways_round(net, np.arange(len(net.length)))
    cost = closing_cost(around, roads.iloc[net.line], rules["severed_km"])
    table = {
        "link": np.arange(len(net.length)),
        "asset_id": roads["asset_id"].to_numpy(dtype=object)[net.line],
        "road": roads["road"].to_numpy(dtype=object)[net.line],
        "owned": owned,
        "hierarchy": road_levels(roads)[net.line],
        "start": net.start,
        "end": net.end,
        "from_m": net.from_m.round(2),
        "to_m": net.to_m.round(2),
        "length_m": net.length.round(2),
        "component": network.components(net),
        "duplicate_of": layout.noded.duplicate,
        "aadt": np.where(owned, _of(roads, "aadt", net.line), np.nan),
        "betweenness": between.value.round(9),
        "betweenness_error": between.error.round(9),
        "severed": around.severed,
        "detour_km": np.where(around.severed, np.nan, around.extra_km).round(4),
        "criticality": np.where(owned, cost, np.nan).round(2),
    }
    return gpd.GeoDataFrame(table, geometry=net.geometry, crs=roads.crs)


def _nodes(net: Network, roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Nodes with how many links meet there."""
    component = np.zeros(len(net.nodes), dtype=np.intp)
    component[np.r_[net.start, net.end]] = np.tile(network.components(net), 2)
    table = {
        "node": np.arange(len(net.nodes)),
        "links": net.degree,
        "component": component,
    }
    return gpd.GeoDataFrame(table, geometry=shapely.points(net.nodes), crs=roads.crs)


def _wanted(roads: gpd.GeoDataFrame, index: Floats, catalogue: Catalogue) -> Ints:
    """Kind of works (a place in `KINDS`) that condition lets each section take, major before preventative; −1 none.

    What texture calls for is left aside.
    """
    wanted = np.full(len(roads), -1, dtype=np.intp)
    environment = roads["environment"].to_numpy(dtype=object)
    for name, rows in roads.groupby("group").indices.items():
        for kind, code in ((kind, KINDS.index(kind)) for kind in ("preventative", "major")):
            for t in (t for t in catalogue.own(str(name), [kind]) if not t.restores):
                inside = (index[rows] >= t.index_low) & (index[rows] <= t.index_high)
                fits = (environment[rows] == t.environment) | (t.environment == "")
                wanted[rows[inside & fits]] = code
    return wanted


def _sections(roads: gpd.GeoDataFrame, tables: Parameters) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Carriageway sections with their condition and scheme, and the candidate schemes that they form."""
    index, _ = surveyed_index(roads, tables.groups)
    start, length = (roads[name].to_numpy(dtype=float) for name in ("chainage_m", "length_m"))
    works = _wanted(roads, index, tables.catalogue)
    schemes = candidate_schemes(roads, works, network.packaged_rules())
    ids = np.array([f"C{number + 1:05d}" for number in range(len(schemes.first))], dtype=object)
    sections = gpd.GeoDataFrame(
        {
            **{name: roads[name] for name in ("asset_id", "link_id", "road", "road_class", "group")},
            "hierarchy": road_levels(roads),
            "from_m": start.round(2),
            "to_m": (start + length).round(2),
            "index": index.round(2),
            "band": condition.classify("index", index),
            "wanted": np.array([*KINDS, ""], dtype=object)[works],
            "scheme_id": np.append(ids, "")[schemes.member],
            "bridged": schemes.bridged,
        },
        geometry=roads.geometry,
        crs=roads.crs,
    )
    inside = np.flatnonzero(schemes.member >= 0)
    of = schemes.member[inside]
    lead = roads.iloc[schemes.first]
    quantity = np.bincount(of, _of(roads, "quantity", inside), len(ids))
    order = inside[np.lexsort((start[inside], of))]
    shapes = pd.Series(roads.geometry.to_numpy()[order]).groupby(schemes.member[order]).agg(list)
    schemes = gpd.GeoDataFrame(
        {
            "scheme_id": ids,
            **{name: lead[name].to_numpy() for name in ("link_id", "road", "road_class", "group", "district")},
            "works": np.array(KINDS, dtype=object)[works[schemes.first]],
            "from_m": schemes.from_m.round(2),
            "to_m": schemes.to_m.round(2),
            "length_m": schemes.length.round(2),
            "sections": np.bincount(of, minlength=len(ids)),
            "bridged_sections": np.bincount(of, schemes.bridged[inside], len(ids)).astype(np.intp),
            "quantity": quantity.round(2),
        },
        geometry=[shapely.MultiLineString(lines) for lines in shapes],
        crs=roads.crs,
    )
    return sections, schemes


def _bridges(layout: Layout, rules: dict[str, float]) -> gpd.GeoDataFrame:
    """Bridges with their link, limit, detours, and what limit and closure cost."""
    bridges, link, net, roads = layout.bridges, layout.placed, layout.net, layout.roads
    weight, running = running_costs()
    limit, limits = limits_in_force(layout)
    vehicles, severed_km, own = vehicles_of(bridges)[:, None, :], rules["severed_km"], layout.own_limit
    now = network.weight_limit_detours(net, link, limit[:, None], vehicles, weight, running, severed_km, own)
    around = ways_round(net, link)
    heaviest = network.detours(net, link, limits < weight.max())
    table = {
        **{name: bridges[name] for name in ("asset_id", "name", "parent_id", "road", "aadt", "hgv")},
        "link": link,
        "carried_by": np.append(roads["asset_id"].to_numpy(dtype=object)[net.line], "")[link],
        "limit_t": limit,
        "severed": around.severed,
        "detour_km": np.where(around.severed, np.nan, around.extra_km).round(4),
        "heavy_severed": heaviest.severed,
        "heavy_detour_km": np.where(heaviest.severed, np.nan, heaviest.extra_km).round(4),
        "detour_cost": now.cost[:, 0].round(2),
        "closure_cost_per_day": closing_cost(around, bridges, rules["severed_km"]).round(2),
    }
    return gpd.GeoDataFrame(table, geometry=bridges.geometry, crs=bridges.crs)


def _notes(layout: Layout, alone: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> pd.DataFrame:
    """Findings of noding that touch a road of the council, its islands, and bridges and places off the network."""
    names = np.append(layout.roads["asset_id"].to_numpy(dtype=object), "")
    noted, owned = layout.noded.notes, np.append(layout.owned, False)
    noted = noted[owned[noted["line"].to_numpy(dtype=np.intp)] | owned[noted["other"].to_numpy(dtype=np.intp)]]
    noded = pd.DataFrame(
        {
            "kind": noted["kind"],
            "asset_id": names[noted["line"].to_numpy(dtype=np.intp)],
            "other": names[noted["other"].to_numpy(dtype=np.intp)],
            "x": noted["x"],
            "y": noted["y"],
        }
    )
    off = layout.bridges[layout.placed < 0]
    nowhere = places[places["node"] < 0]
    islands = _islands(layout)
    apart = layout.roads.iloc[islands.index]
    own = layout.roads[layout.owned]
    laps = own[overlapping(own)]
    parts = [
        noded,
        _notes_of("section that is no single line", alone["asset_id"], alone.geometry),
        _notes_of("on a link whose sections overlap", laps["asset_id"], laps.geometry),
        _notes_of("island", apart["asset_id"], apart.geometry).assign(sections=islands.to_numpy()),
        _notes_of("bridge off the network", off["asset_id"], off.geometry),
        _notes_of("place off the network", nowhere["name"], nowhere.geometry),
    ]
    notes = pd.concat(parts, ignore_index=True)
    return notes.assign(sections=notes["sections"].fillna(0).astype(np.intp))


def _notes_of(kind: str, names: pd.Series, shapes: gpd.GeoSeries) -> pd.DataFrame:
    middle = shapely.centroid(shapes.to_numpy())
    x, y = shapely.get_x(middle), shapely.get_y(middle)
    return pd.DataFrame({"kind": kind, "asset_id": names.to_numpy(dtype=object), "other": "", "x": x, "y": y})


def _islands(layout: Layout) -> pd.Series:
    """Sections of the council in each piece apart from the main network, by the row of its first section."""
    piece = network.line_components(layout.net, len(layout.roads))[layout.owned]
    row = np.flatnonzero(piece > 0)
    return pd.Series(row).groupby(piece[row]).agg(["first", "size"]).set_index("first")["size"]


def _counts(layout: Layout, layers: dict[str, gpd.GeoDataFrame]) -> dict[str, float]:
    sizes = network.islands(layout.net)["length_m"]
    links, sections, bridges, places = (layers[name] for name in ("links", "sections", "bridges", "places"))
    return {
        "links": len(links),
        "links of other roads": int((~links["owned"]).sum()),
        "nodes": len(layers["nodes"]),
        "components": len(sizes),
        "share of length in the longest component": float(sizes.max() / sizes.sum()),
        "candidate schemes": len(layers["schemes"]),
        "sections in a scheme": int((sections["scheme_id"] != "").sum()),
        "bridges on the network": int((bridges["link"] >= 0).sum()),
        "bridges off it": int((bridges["link"] < 0).sum()),
        "share of own length on the resilient network": float(
            links.loc[links["owned"] & links["resilient"], "length_m"].sum()
            / links.loc[links["owned"], "length_m"].sum()
        ),
        "places on the network": int((places["node"] >= 0).sum()),
        "places off it": int((places["node"] < 0).sum()),
    }


def write_network(layers: NetworkLayers, path: Path, force: bool = False) -> None:
    """Write the layers and the table `notes` as one GeoPackage; the same network gives the same bytes.

    Parameters
    ----------
    layers : NetworkLayers; what to write
    path : path; GeoPackage to make; it appears only when complete
    force : bool; replace a file that is there already

    Raises
    ------
    OutputExistsError
        The file is there and `force` is not set.
    """
    import pyogrio

    with new_file(path, force) as part, repeatable_layers():
        # A fixed name inside: the file's name must not leak into the bytes.
        draft = part.with_name("draft") / "network.gpkg"
        draft.parent.mkdir()
        filled = {name: layer for name, layer in layers.layers.items() if len(layer)}
        for number, (name, layer) in enumerate(filled.items()):
            kinds = layer.geom_type.unique()
            options = {"geometry_type": kinds[0] if len(kinds) == 1 else "Unknown", "promote_to_multi": False}
            pyogrio.write_dataframe(layer, draft, layer=name, driver="GPKG", append=number > 0, **options)
        if len(layers.notes):
            pyogrio.write_dataframe(layers.notes, draft, layer="notes", driver="GPKG", append=True)
        draft.replace(part)
