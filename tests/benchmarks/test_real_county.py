"""A real county's bridges and links that matter most, for docs/network.md: Rutland from OpenStreetMap.

Run by hand, with ASSETPLAN_BENCHMARK=full: `python -m pytest tests/benchmarks/test_real_county.py -m benchmark -s
--override-ini addopts=`. It prints
the tables and draws docs/rutland.png; the same data give the same bytes on one machine.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from places import ROOT
from tables import full_only, head, row

from assetplan.connectivity.layers import NetworkLayers, network_layers
from assetplan.importers import import_osm
from assetplan.importers.osm_tags import read_osm
from assetplan.register import Register

pytestmark = [pytest.mark.benchmark, full_only]
PICTURE = ROOT / "docs" / "rutland.png"
TRUNK_OF_THE_COUNCIL = ("A606", "A6003", "A47")
TOP = 10
APART = 2000.0  # of two links of one road nearer than this [m] the worse stands for both
IN_A_PLACE = 600.0  # of its middle [m]
AWAY = 6000.0  # and no farther along the road than this [m]
BESIDE = 12.0  # how near to a bridge's middle what it crosses runs [m]
INK, WATER, TRUNK, BRIDGE, LINK = "#4a4f57", "#cfe3f2", "#2f7d4f", "#1f5fa8", "#b3261e"
WIDTHS = {"A": 1.7, "B": 1.2, "C": 0.8, "U": 0.35}


@dataclass
class County:
    register: Register
    network: NetworkLayers
    lines: gpd.GeoDataFrame
    water: gpd.GeoDataFrame

    @property
    def villages(self) -> gpd.GeoDataFrame:
        places = self.network.layers["places"]
        return places[places["kind"] == "settlement"].reset_index(drop=True)


@pytest.fixture(scope="module")
def county(shared: Path) -> County:
    file = shared / "rutland.osm.pbf"
    register = import_osm(file, council_trunk=TRUNK_OF_THE_COUNCIL)
    crs = register.assets.crs
    lines, areas = (read_osm(file, layer).to_crs(crs) for layer in ("lines", "multipolygons"))
    water = areas[[tags.get("name") == "Rutland Water" and "water" in tags.values() for tags in areas["tags"]]]
    return County(register, network_layers(register, file.name), lines, water)


def longest_detours(county: County) -> pd.DataFrame:
    bridges = county.network.layers["bridges"]
    bridges = bridges[~bridges["severed"]].sort_values(["detour_km", "asset_id"], ascending=[False, True]).head(TOP)
    crosses = [crossed(county.lines, shape) for shape in bridges.geometry]
    where = [between(county.villages, shape) for shape in bridges.geometry]
    return bridges.assign(crosses=crosses, where=where).reset_index(drop=True)


def crossed(lines: gpd.GeoDataFrame, shape: shapely.LineString) -> str:
    """What runs under a bridge by the map: a railway, a road, a river or stream."""
    over = lines.crosses(shape)
    beneath = over | lines.dwithin(shape.interpolate(0.5, normalized=True), BESIDE)
    kinds = set()
    for tags, crosses in zip(lines["tags"][beneath], over[beneath], strict=True):
        if tags.get("railway"):
            kinds.add("railway" if tags["railway"] == "rail" else "old railway")
        elif tags.get("waterway"):
            kinds.add(tags.get("name") or f"a {tags['waterway']}")
        elif tags.get("highway") in ("trunk", "motorway") and crosses:
            kinds.add(tags.get("ref", ""))
    return ", ".join(sorted(kinds)) or "not on the map"


def between(villages: gpd.GeoDataFrame, shape: shapely.LineString) -> str:
    """The settlement that a piece of road is in or, outside them, the nearest on either way along it."""
    spot = shape.centroid
    away = np.column_stack([villages.geometry.x - spot.x, villages.geometry.y - spot.y])
    far = np.hypot(*away.T)
    if far.min() < IN_A_PLACE:
        return f"in {villages['name'][int(far.argmin())]}"
    along = np.subtract(shape.coords[-1], shape.coords[0])
    ahead = away @ (along / np.hypot(*along)) / far
    ends = []
    for side in (-ahead, ahead):
        there = np.flatnonzero((side > 0.7) & (far < AWAY))  # within 45 degrees of the road
        ends.append(str(villages["name"][there[far[there].argmin()]]) if len(there) else "the county's edge")
    return " – ".join(ends)


def most_critical(county: County) -> pd.DataFrame:
    links = county.network.layers["links"]
    links = links[links["owned"] & ~links["severed"]].sort_values(["criticality", "link"], ascending=[False, True])
    middle, road = shapely.centroid(links.geometry.to_numpy()), links["road"].to_numpy(dtype=object)
    kept: list[int] = []
    for place in range(len(links)):
        if all(road[place] != road[k] or middle[place].distance(middle[k]) > APART for k in kept):
            kept.append(place)
        if len(kept) == TOP:
            break
    dearest = links.iloc[kept]
    where = [between(county.villages, shape) for shape in dearest.geometry]
    return dearest.assign(where=where).reset_index(drop=True)


def test_the_bridges_and_links_that_matter_most(county: County) -> None:
    notes = dict(county.register.notes)
    print({name: notes[name] for name in notes if "pieces" in name}, county.network.counts)
    bridges, links = longest_detours(county), most_critical(county)
    head("Longest detours", "", "bridge", "crosses", "between", "vehicles a day", "detour km", "£ a day closed")
    for number, one in enumerate(bridges.itertuples(), 1):
        cells = (f"{one.aadt:,.0f}", f"{one.detour_km:.1f}", f"{one.closure_cost_per_day:,.0f}")
        row(number, one.name if one.road else "unnamed, a lane's", one.crosses, one.where, *cells)
    severed = county.network.layers["bridges"].query("severed")
    print([(one.name, between(county.villages, one.geometry)) for one in severed.itertuples()])
    head("Most critical links", "", "road", "between", "vehicles a day", "detour km", "£ a day")
    for number, one in enumerate(links.itertuples(), 1):
        row(number, one.road, one.where, f"{one.aadt:,.0f}", f"{one.detour_km:.1f}", f"{one.criticality:,.0f}")
    assert len(bridges) == len(links) == TOP
    # Every one of them is a bridge by its own tags.
    tags = dict(zip("bridge-" + county.lines["osm_id"], county.lines["tags"], strict=True))
    assert all("bridge" in tags[name] for name in bridges["asset_id"])
    PICTURE.write_bytes(drawn(county, bridges, links))
    assert PICTURE.stat().st_size < 150_000


def drawn(county: County, bridges: gpd.GeoDataFrame, links: gpd.GeoDataFrame) -> bytes:
    """The map as a PNG of few colours."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from PIL import Image

    edge = county.register.districts.geometry.iloc[0]
    west, south, east, north = edge.bounds
    figure = Figure(figsize=(8.4, 8.4 * (north - south) / (east - west) + 0.5), dpi=130, facecolor="white")
    canvas, axes = FigureCanvasAgg(figure), figure.add_axes((0.01, 0.05, 0.98, 0.94))
    axes.set_axis_off()
    axes.set_aspect("equal")
    axes.set_xlim(west - 900, east + 900)
    axes.set_ylim(south - 900, north + 900)
    ground = {"facecolor": "#f7f7f4", "edgecolor": "#9aa0a8", "linewidth": 0.9, "linestyle": "--"}
    gpd.GeoSeries([edge]).plot(ax=axes, zorder=0, **ground)
    county.water.plot(ax=axes, facecolor=WATER, edgecolor="#9fc3df", linewidth=0.6, zorder=1)
    layer = county.network.layers["links"]
    road_class = class_of_links(county)
    for name, width in sorted(WIDTHS.items(), key=lambda pair: pair[1]):
        chosen = layer[road_class == name]
        chosen[~chosen["owned"]].plot(ax=axes, color="#c4c8ce", linewidth=width, zorder=2)
        chosen[chosen["owned"]].plot(ax=axes, color=INK, linewidth=width, zorder=3)
    layer[road_class == "trunk"].plot(ax=axes, color=TRUNK, linewidth=2.0, zorder=4)
    _label_roads(axes, layer)
    _label_places(axes, county)
    for table, colour, shape, east_by, north_by in ((links, LINK, "s", -550, 600), (bridges, BRIDGE, "o", 550, -600)):
        for number, spot in enumerate(shapely.centroid(table.geometry.to_numpy()), 1):
            # Numbers stand beside what they mean, so that names stay in sight.
            x, y = spot.x + east_by, spot.y + north_by
            axes.plot([spot.x, x], [spot.y, y], color=colour, linewidth=1.1, zorder=7)
            axes.plot(spot.x, spot.y, "o", color=colour, markersize=3.2, zorder=7)
            axes.plot(x, y, shape, color=colour, markersize=11, mec="white", mew=0.9, zorder=8)
            axes.text(x, y, str(number), fontsize=7, color="white", ha="center", va="center_baseline", zorder=9)
    _key(axes)
    canvas.draw()
    image = Image.fromarray(np.ascontiguousarray(np.asarray(canvas.buffer_rgba())[..., :3]))
    out = io.BytesIO()
    image.quantize(48, dither=Image.Dither.NONE).save(out, format="PNG", optimize=True)
    return out.getvalue()


def class_of_links(county: County) -> np.ndarray:
    """Road class of each link, from the assets and the roads of others."""
    assets, others = county.register.assets, county.register.other_roads
    known = dict(zip(assets["asset_id"], assets["road_class"], strict=True))
    known |= dict(zip(others["road_id"], others["road_class"], strict=True))
    return county.network.layers["links"]["asset_id"].map(known).to_numpy(dtype=object)


def _label_roads(axes, layer: gpd.GeoDataFrame) -> None:
    """Each numbered road's name in a plate, a stated share of the way from its southern or western end."""
    for road, share in {
        "A1": 0.8,
        "A606": 0.88,
        "A6003": 0.38,
        "A47": 0.25,
        "A6121": 0.3,
        "B668": 0.4,
        "B672": 0.5,
    }.items():
        colour = TRUNK if road == "A1" else INK
        middle = shapely.get_coordinates(shapely.centroid(layer.geometry[layer["road"] == road].to_numpy()))
        axis = int(np.ptp(middle[:, 1]) > np.ptp(middle[:, 0]))
        at = shapely.Point(middle[np.argsort(middle[:, axis])[int(share * len(middle))]])
        plate = {"boxstyle": "round,pad=0.2", "facecolor": colour, "edgecolor": "none"}
        axes.text(at.x, at.y, road, fontsize=6.5, color="white", ha="center", va="center", bbox=plate, zorder=7)


def _label_places(axes, county: County) -> None:
    from matplotlib.patheffects import withStroke

    halo = [withStroke(linewidth=2.0, foreground="white")]
    towns = {"Oakham", "Uppingham"}
    for one in county.villages.itertuples():
        size, weight = (10, "bold") if one.name in towns else (5.8, "normal")
        axes.text(one.geometry.x, one.geometry.y, one.name, fontsize=size, weight=weight, ha="center", va="center",
                  color="#222222", zorder=6, path_effects=halo)  # fmt: skip
    lake = shapely.point_on_surface(shapely.union_all(county.water.geometry.to_numpy()))
    axes.text(lake.x, lake.y, "Rutland Water", fontsize=8, style="italic", color="#2b6a99", ha="center", zorder=5)


def _key(axes) -> None:
    from matplotlib.lines import Line2D

    entries = [Line2D([], [], color=INK, linewidth=width, label=f"{name} road") for name, width in WIDTHS.items()]
    entries.append(Line2D([], [], color=TRUNK, linewidth=2.0, label="trunk road"))
    entries.append(Line2D([], [], color="#c4c8ce", linewidth=1.2, label="beyond the county"))
    for colour, marker, label in ((BRIDGE, "o", "bridge, longest detour"), (LINK, "s", "link, most critical")):
        entries.append(Line2D([], [], color=colour, marker=marker, linestyle="", label=label))
    axes.legend(handles=entries, loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=8, fontsize=7, frameon=False,
                columnspacing=1.0, handlelength=1.4, handletextpad=0.4, borderaxespad=0.2)  # fmt: skip
