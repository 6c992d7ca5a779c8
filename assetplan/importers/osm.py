"""OpenStreetMap extracts: a county's roads, bridges, footways and public buildings as a register.

Rules beside those of `osm_roads` and `osm_sites`:

- Area: sections whose middle lies outside the council's boundary (admin levels 6 and 8 in the file) are left out. With
  no boundary in the file, or one that holds under half the road, the hull of the network stands in for it, with a
  margin, so that it loses no road.
- Environment: a speed limit up to 40 mph is urban and one above rural; with none, urban where the street is
  residential by its tag, lies within 30 m of residential, retail or commercial land, or has 700 m of residential
  street within 200 m (figures in reference/osm_values.csv).
- Width: tag `width`, else `lanes` × lane width, else the default width of class and environment.
- Other roads: motorways, trunk roads and sections beyond the boundary are kept for detours; they are no assets.
- Bridges: one asset for each way with a bridge tag, carried as child of the way's longest section.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from assetplan import schema
from assetplan._types import Bools, Floats, Ints, Shapes, Texts
from assetplan.asset_classes import BRIDGE, CARRIAGEWAY, FOOTWAY
from assetplan.errors import Fault, RegisterError
from assetplan.importers import osm_roads
from assetplan.importers.osm_files import opened
from assetplan.importers.osm_sites import places, public_buildings
from assetplan.importers.osm_tags import count, metres, read_osm, speed_mph, tonnes, year
from assetplan.input_files import regular_file
from assetplan.network import connected_pieces, cut_sections, length_near, midpoints, node_lines
from assetplan.network.places import SAME_M
from assetplan.register.components import building_components
from assetplan.register.fill import assumed_value, fill_assumed
from assetplan.register.positions import metric
from assetplan.register.register import Register
from assetplan.register.sources import with_sources
from assetplan.register.validation import validate_register

if TYPE_CHECKING:
    import geopandas as gpd

Notes = list[tuple[str, int]]

# What tags and boundaries give, where no rule filled it.
_GIVEN = ("road_class", "road", "name", "district", "one_way", "level", "width_m", "weight_limit_t", "built_year")
_BUILT_UP_LAND = frozenset({"residential", "retail", "commercial"})


def import_osm(
    path: str | os.PathLike[str],
    council: str | None = None,
    council_trunk: Collection[str] = (),
    country: str = "GB",
) -> Register:
    """Make a register from an OpenStreetMap extract.

    Parameters
    ----------
    path : path
        An extract of a county: PBF or XML by its first bytes, also packed by gzip or bzip2.
    council : str, optional
        Name of the administrative boundary to keep to; by default every boundary of level 6 or 8 in the file.
    council_trunk : collection of str
        References (as "A47") of roads tagged trunk that are the council's.
    country : str
        Whose practice of tagging roads to read by: one of reference/osm_countries.csv.

    Returns
    -------
    Register
        Validated; `notes` counts what was left out and how the network hangs together, `assumed` names on each asset
        the columns that a rule filled, `sources` those that the map gave and the day that the file states.

    Raises
    ------
    RegisterError
        The file is no OpenStreetMap data, holds no road of a council, or has no boundary of that name.
    FileNotFoundError
        There is no such file.
    ValueError
        The practice of that country is not known.
    """
    source = regular_file(Path(path), RegisterError)
    if country not in osm_roads.countries():
        raise ValueError(f"no practice is known of country {country!r}: {', '.join(osm_roads.countries())}")
    with opened(source) as file:
        lines, areas, points = (read_osm(file.path, layer) for layer in ("lines", "multipolygons", "points"))
        named = f"OpenStreetMap {file.day}".strip()
    ways, national, notes = osm_roads.council_ways(lines, council_trunk, country, source.name)
    if not len(ways):
        raise RegisterError([Fault(source.name, 0, "", "", "there is no road of a council in it")])
    ways = metric(ways)
    areas = areas.to_crs(ways.crs)
    sections = _sections(ways, notes)
    districts, more = _districts(areas, sections, council, source.name)
    notes += more
    sections, beyond = _inside(sections, districts)
    others = osm_roads.other_roads(national.to_crs(ways.crs), beyond, country)
    notes.append(("sections left out: outside the council's boundary", len(beyond)))
    sections["environment"] = _environment(sections, areas, country)
    sound = areas[areas.geometry.is_valid].reset_index(drop=True)
    assets = _assets(ways, sections, sound, districts, country, notes)
    named_places, outside = _places(points.to_crs(ways.crs), sound, districts)
    notes.append(("places left out: outside the council's boundary", outside))
    notes.append(("pieces of other roads kept for detours, no assets", len(others)))
    filled = with_sources(fill_assumed(assets), _GIVEN, named)
    register = Register(filled, schema.empty("inspections"), named_places, districts, tuple(notes), others)
    return validate_register(register, source.name)


def _assets(
    ways: gpd.GeoDataFrame,
    sections: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    country: str,
    notes: Notes,
) -> gpd.GeoDataFrame:
    """Roads, footways, bridges and components of public buildings."""
    import geopandas as gpd

    roads = _road_assets(sections, country)
    parts = [roads, _footways(sections, roads, country), _bridges(ways, sections, roads, notes)]
    buildings, more = public_buildings(areas)
    notes += more
    parts.append(_components(buildings, districts, notes))
    return gpd.GeoDataFrame(pd.concat([part for part in parts if len(part)], ignore_index=True), crs=ways.crs)


def _sections(ways: gpd.GeoDataFrame, notes: Notes) -> gpd.GeoDataFrame:
    """Sections of all ways: the way's row, link_id, asset_id, chainage_m, geometry and the way's tags."""
    import geopandas as gpd

    lines = ways.geometry.to_numpy()
    # Ways meet where they share a vertex: what crosses without one is a bridge.
    noded = node_lines(lines, tolerance=SAME_M, at_grade=False).network
    links, way = noded.geometry, noded.line
    shapes, link, chainage = cut_sections(links, assumed_value("section_length"))
    notes += [
        ("ways kept", len(ways)),
        ("links after splitting at junctions", len(links)),
        ("connected pieces before splitting", connected_pieces(lines)),
        ("connected pieces after splitting", connected_pieces(links)),
    ]
    name = ways["osm_id"].to_numpy(dtype=object)[way]
    number = pd.Series(way).groupby(way).cumcount().to_numpy() + 1
    link_id = np.array([f"{osm}-{n}" for osm, n in zip(name, number, strict=True)], dtype=object)
    part = pd.Series(link).groupby(link).cumcount().to_numpy() + 1
    asset_id = [f"{one}-{n}" for one, n in zip(link_id[link], part, strict=True)]
    columns = {
        "way": way[link],
        "tags": ways["tags"].to_numpy(dtype=object)[way[link]],
        "link_id": link_id[link],
        "asset_id": asset_id,
        "chainage_m": np.round(chainage, 2),
    }
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=ways.crs)


def _districts(
    areas: gpd.GeoDataFrame, sections: gpd.GeoDataFrame, council: str | None, file: str
) -> tuple[gpd.GeoDataFrame, Notes]:
    """Administrative areas, largest first; the hull of the network where the file holds none."""
    import geopandas as gpd

    level = np.array([tags.get("admin_level", "") for tags in areas["tags"]], dtype=object)
    kind = np.array([tags.get("boundary", "") for tags in areas["tags"]], dtype=object)
    name = np.array([tags.get("name", "") for tags in areas["tags"]], dtype=object)
    wanted = (kind == "administrative") & np.isin(level, ["6", "8"]) & (name != "")
    shapes = areas.geometry.to_numpy()
    if council is not None:
        own = wanted & (name == council)
        if not own.any():
            raise RegisterError([Fault(file, 0, "boundary", council, "there is no boundary of this name")])
        whole = shapely.union_all(shapes[own])
        wanted &= own | shapely.covers(whole, shapely.point_on_surface(shapes))
    rows = np.flatnonzero(wanted)
    rows = rows[np.argsort(-shapely.area(shapes[rows]), kind="stable")]
    # A county and a city may share a name; the larger keeps it.
    _, first = np.unique(name[rows].astype(str), return_index=True)
    rows = rows[np.sort(first)]
    more = gpd.GeoDataFrame({"name": name[rows]}, geometry=shapes[rows], crs=areas.crs)
    if len(more):
        middle = midpoints(sections.geometry.to_numpy())
        length = shapely.length(sections.geometry.to_numpy())
        if length[_holder(middle, shapes[rows]) >= 0].sum() >= length.sum() / 2:
            return more, []
    hull = shapely.convex_hull(shapely.union_all(sections.geometry.to_numpy()))
    # What lies on the hull would be outside it by rounding, and the hull of a straight street is no area.
    hull = shapely.buffer(hull, assumed_value("hull_margin"))
    stand_in = gpd.GeoDataFrame({"name": ["Area of the roads"]}, geometry=[hull], crs=areas.crs)
    return stand_in, [("boundaries assumed: hull of the network, the file holds no boundary of the council", 1)]


def _holder(points: Shapes, polygons: Shapes) -> Ints:
    """Row of the last polygon (the smallest, where they go from large to small) that holds each point, else −1."""
    held = np.full(len(points), -1, dtype=np.int64)
    point, polygon = shapely.STRtree(polygons).query(points, predicate="intersects")
    order = np.argsort(polygon, kind="stable")
    held[point[order]] = polygon[order]
    return held


def _inside(sections: gpd.GeoDataFrame, districts: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Sections of the council with their district, and those beyond its boundary."""
    held = _holder(midpoints(sections.geometry.to_numpy()), districts.geometry.to_numpy())
    kept = sections[held >= 0].reset_index(drop=True)
    kept["district"] = districts["name"].to_numpy(dtype=object)[held[held >= 0]]
    return kept, sections[held < 0].reset_index(drop=True)


def _environment(sections: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, country: str) -> Texts:
    tags = sections["tags"].to_numpy(dtype=object)
    middle = midpoints(sections.geometry.to_numpy())
    speed = np.array([speed_mph(each.get("maxspeed")) for each in tags])
    street = np.array([osm_roads.built_up_street(each, country) for each in tags], dtype=bool)
    land = np.array([each.get("landuse", "") in _BUILT_UP_LAND for each in areas["tags"]], dtype=bool)
    near = np.zeros(len(sections), dtype=bool)
    if land.any():
        tree = shapely.STRtree(areas.geometry.to_numpy()[land])
        near[tree.query(middle, predicate="dwithin", distance=assumed_value("urban_landuse_reach"))[0]] = True
    streets = sections.geometry.to_numpy()[street]
    around = length_near(middle, streets, assumed_value("urban_street_radius"))
    built_up = street | near | (around >= assumed_value("urban_street_length"))
    limit = assumed_value("urban_speed")
    urban = np.where(np.isnan(speed), built_up, speed <= limit)
    return np.where(urban, "urban", "rural").astype(object)


def _widths(tags: NDArray[Any]) -> tuple[Floats, Bools]:
    """Width the tags give [m], NaN for none, and whether it is only reckoned from lanes."""
    width = np.array([metres(each.get("width")) for each in tags], dtype=float)
    lanes = np.array([count(each.get("lanes")) for each in tags], dtype=float) * assumed_value("lane_width")
    return np.where(np.isnan(width), lanes, width), np.isnan(width) & ~np.isnan(lanes)


def _road_assets(sections: gpd.GeoDataFrame, country: str) -> gpd.GeoDataFrame:
    tags = sections["tags"].to_numpy(dtype=object)
    roads = sections[["asset_id", "link_id", "chainage_m", "district", "environment", "geometry"]].copy()
    width, reckoned = _widths(tags)
    ref = [each.get("ref", "") for each in tags]
    name = [each.get("name", "") for each in tags]
    roads["asset_class"] = CARRIAGEWAY
    roads["name"] = [" ".join(part for part in pair if part) for pair in zip(ref, name, strict=True)]
    roads["road"] = [one or other for one, other in zip(ref, name, strict=True)]
    roads["road_class"] = [osm_roads.road_class(each, country) for each in tags]
    roads["length_m"] = np.round(shapely.length(sections.geometry.to_numpy()), 2)
    roads["width_m"] = width
    roads["one_way"] = [osm_roads.one_way(each) for each in tags]
    roads["level"] = [osm_roads.level_of(each) for each in tags]
    roads["weight_limit_t"] = [tonnes(each.get("maxweight")) for each in tags]
    # Environment is never surveyed in this source.
    roads["assumed"] = np.where(reckoned, "environment width_m", "environment")
    return roads


def _footways(sections: gpd.GeoDataFrame, roads: gpd.GeoDataFrame, country: str) -> gpd.GeoDataFrame:
    tags = sections["tags"].to_numpy(dtype=object)
    tagged = np.array([osm_roads.tagged_footways(each) for each in tags], dtype=float)
    usual = np.array([osm_roads.usual_footways(each, country) for each in tags], dtype=float)
    urban = (roads["environment"] == "urban").to_numpy()
    sides = np.where(np.isnan(tagged), np.where(urban, usual, 0.0), tagged)
    columns = ["link_id", "chainage_m", "district", "environment", "road", "road_class", "length_m", "geometry"]
    beside = roads.loc[sides > 0, columns].copy()
    beside["asset_id"] = roads["asset_id"][sides > 0] + "-footway"
    beside["parent_id"] = roads["asset_id"][sides > 0]
    beside["asset_class"] = FOOTWAY
    beside["name"] = roads["name"][sides > 0] + " footway"
    beside["width_m"] = assumed_value("footway_width")
    beside["quantity"] = np.round(beside["length_m"] * beside["width_m"] * sides[sides > 0], 1)
    beside["assumed"] = "environment quantity width_m"
    return beside


def _bridges(
    ways: gpd.GeoDataFrame, sections: gpd.GeoDataFrame, roads: gpd.GeoDataFrame, notes: Notes
) -> gpd.GeoDataFrame:
    carried = np.array([osm_roads.is_bridge(tags) for tags in sections["tags"]], dtype=bool)
    on_bridge = roads[carried].assign(way=sections["way"][carried])
    on_bridge = on_bridge.sort_values("length_m", ascending=False, kind="stable")
    longest = on_bridge.drop_duplicates("way").sort_values("way", kind="stable")
    tagged = sum(osm_roads.is_bridge(tags) for tags in ways["tags"])
    notes.append(("bridges left out: outside the council's boundary", tagged - len(longest)))
    rows = longest["way"].to_numpy()
    tags = ways["tags"].to_numpy(dtype=object)[rows]
    columns = ["district", "environment", "road", "road_class", "weight_limit_t"]
    bridges = longest[[*columns, "geometry"]].copy()
    bridges["geometry"] = ways.geometry.to_numpy()[rows]
    bridges["parent_id"] = longest["asset_id"]
    bridges["asset_id"] = [f"bridge-{osm}" for osm in ways["osm_id"].to_numpy(dtype=object)[rows]]
    bridges["asset_class"] = BRIDGE
    own = [each.get("bridge:name") or each.get("bridge_name") or "" for each in tags]
    bridges["name"] = [one or _bridge_name(road) for one, road in zip(own, longest["name"], strict=True)]
    bridges["length_m"] = np.round(shapely.length(ways.geometry.to_numpy()[rows]), 2)
    bridges["built_year"] = [year(each.get("start_date")) for each in tags]
    bridges["assumed"] = "environment"
    return bridges


def _bridge_name(road: str) -> str:
    if road.lower().endswith("bridge"):
        return road
    return f"{road} bridge" if road else "Bridge"


def _components(buildings: gpd.GeoDataFrame, districts: gpd.GeoDataFrame, notes: Notes) -> gpd.GeoDataFrame:
    points = shapely.point_on_surface(buildings.geometry.to_numpy())
    held = _holder(points, districts.geometry.to_numpy())
    notes.append(("buildings left out: outside the council's boundary", int((held < 0).sum())))
    inside = buildings[held >= 0].reset_index(drop=True)
    inside["district"] = districts["name"].to_numpy(dtype=object)[held[held >= 0]]
    notes.append(("public buildings kept", len(inside)))
    return building_components(inside)


def _places(
    points: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, districts: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, int]:
    """Places within the districts, and how many are not."""
    more = places(points, areas)
    inside = _holder(more.geometry.to_numpy(), districts.geometry.to_numpy()) >= 0
    return more[inside].reset_index(drop=True), int((~inside).sum())
