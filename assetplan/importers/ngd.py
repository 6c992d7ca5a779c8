"""OS NGD: road links (`trn-ntwk-roadlink`) as a register of carriageways, footways and bridges.

Read from the link and so measured: class, number and name, width, urban or rural, direction, street lighting, pavements
by length and width, what is on a bridge or in a tunnel. Rules: motorways and trunk roads are kept for detours and are
no assets; links not classified, not open, and tracks, paths and links across islands are left out. The mean width is
taken; where it is blank, the usual width of class and environment is assumed. A footway has the length of pavement on
both sides over the length of the link as its number of sides. Bridges are compound structures (`ngd_structures`); a
link on a bridge that no such structure covers is one of its own length. USRN comes from a column `usrn` of the links,
else from the layer of streets (`trn-ntwk-street`), by place. Cycle and bus lanes, tunnels and the confidence of a width
have no column in a register and are counted; layers of other features are named and not read. Columns and values:
reference/ngd_values.csv.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from assetplan._types import Floats
from assetplan.asset_classes import BRIDGE, CARRIAGEWAY, FOOTWAY
from assetplan.errors import Fault, RegisterError
from assetplan.importers.ngd_files import NEEDED, Notes, faults_at, known_values, lacking, read_ngd, texts, uses
from assetplan.importers.ngd_structures import bridge_name, checked_structures, structure_bridges
from assetplan.network.lines import cut_sections, midpoints, one_line
from assetplan.network.referencing import nearest_links
from assetplan.reading.layers import ONE_EACH
from assetplan.register.fill import assumed_value, fill_assumed
from assetplan.register.misplaced import only_placed
from assetplan.register.positions import metric
from assetplan.register.register import Register
from assetplan.register.sources import joined, usrn_text, with_sources
from assetplan.register.validation import nothing_with, validate_register

if TYPE_CHECKING:
    import geopandas as gpd

MEASURED = ("usrn", "road_class", "environment", "width_m", "one_way", "level", "lighting", "road", "name")
"""Columns that links give."""

# Direction is that of the link's own line, which another register may draw the other way.
_JOINED = tuple(name for name in MEASURED if name != "one_way")
_TEXT = (
    "description", "operationalstate", "directionality", "roadstructure", "capturespecification", "name1_text",
    "roadclassificationnumber", "usrn", "versiondate", "presenceofstreetlight_coverage", "trunkroad",
    "roadwidth_confidencelevel",
)  # fmt: skip
_LANES = ("presenceofcyclelane_", "presenceofbuslane_")
_NUMBERS = (
    "roadwidth_average", "presenceofpavement_left_m", "presenceofpavement_right_m", "presenceofpavement_overall_m",
    "presenceofpavement_averagewidth_m",
)  # fmt: skip
_YES = frozenset({"true", "1", "t", "yes"})


# Coordinates beyond any number are faults; the arithmetic that shows it needs no warning.
@np.errstate(over="ignore", invalid="ignore")
def import_ngd(
    path: str | os.PathLike[str] | Sequence[str | os.PathLike[str]], register: Register | None = None
) -> Register:
    """Make a register from OS NGD road links, or give an existing register what they measured.

    Parameters
    ----------
    path : path or sequence of path
        GeoPackages, or CSV files with a column `geometry` or `wkt` of well-known text in EPSG:27700, that have a layer
        of road links, and optionally one of streets and one of compound structures.
    register : Register, optional
        One whose sections take width, environment and the rest where theirs are missing or assumed, by link or place.

    Returns
    -------
    Register
        Validated. `sources` says which column came from these links and when, `assumed` what a rule filled; notes count
        every link.

    Raises
    ------
    RegisterError
        There are no such links, a column is missing, a link is there twice or is no line, or a number is none.
    FileNotFoundError
        There is no such file.
    """
    paths = [Path(each) for each in ([path] if isinstance(path, (str, os.PathLike)) else path)]
    layers = read_ngd(paths)
    links = _checked(layers.links, layers.file)
    notes: Notes = [("links read", len(links)), *layers.notes]
    links, more = only_placed(links, links["osid"], layers.file, "links", np.arange(1, len(links) + 1))
    kept, national, reasons = _council_links(links)
    notes += more + reasons
    if not len(kept):
        raise RegisterError([Fault(layers.file, 0, "", "", "there is no road of a council in it")])
    kept = _with_usrn(metric(kept), layers.streets, notes)
    named = f"OS NGD {kept['versiondate'].max()}".strip()
    if register is not None:
        facts = kept.rename(columns={"osid": "link_id"})
        whole = joined(register, facts, _JOINED, named, (CARRIAGEWAY,), ("link", "place"))
        return replace(whole, notes=(*whole.notes, *layers.notes, *_not_joined(layers.structures)))
    assets, more = _assets(kept, layers.structures, layers.structures_file)
    assets = with_sources(assets, (*MEASURED, "quantity"), named)
    notes += [("links kept", len(kept)), *more, *_not_assets(kept)]
    beside = _other_roads(national.to_crs(kept.crs))
    whole = Register(fill_assumed(assets), notes=tuple(notes), other_roads=beside, **nothing_with(assets))
    return validate_register(whole, layers.file)


def _assets(kept: gpd.GeoDataFrame, structures: gpd.GeoDataFrame | None, file: str) -> tuple[gpd.GeoDataFrame, Notes]:
    """Carriageways, footways and bridges of the council's links, and what became of structures."""
    import geopandas as gpd

    roads, link = _roads(kept)
    parts, carried = [roads, _footways(roads, kept, link)], set[str]()
    notes: Notes = []
    if structures is not None:
        placed, notes = checked_structures(structures, file)
        bridges, carried, more = structure_bridges(placed, roads, kept["roadstructure"].iloc[link])
        parts, notes = [*parts, bridges], notes + more
    parts.append(_bridges(roads, kept, link, carried))
    whole = pd.concat([part for part in parts if len(part)], ignore_index=True)
    return gpd.GeoDataFrame(whole, crs=kept.crs), notes


def _not_joined(structures: gpd.GeoDataFrame | None) -> Notes:
    note = "structures not read, for a register that is joined takes columns and no new assets"
    return [] if structures is None else [(note, len(structures))]


def _checked(links: gpd.GeoDataFrame, file: str) -> gpd.GeoDataFrame:
    """Links with every column that is read, as text or numbers; every fault is raised together."""
    import geopandas as gpd

    faults = lacking(links, NEEDED, file)
    if faults:
        raise RegisterError(faults)
    links = links.reset_index(drop=True)
    shapes = one_line(links.geometry.to_numpy())
    out: dict[str, Any] = {}
    for name in (*NEEDED, *_TEXT):
        out[name] = texts(links, name)
    for name in (*_NUMBERS, *_lanes(links)):
        values = links[name] if name in links.columns else pd.Series(np.nan, links.index)
        numbers = pd.to_numeric(values, errors="coerce").astype(float)
        text = texts(links, name)
        wrong = ((numbers.isna() & (text != "")) | (numbers < 0)).to_numpy(dtype=bool)
        faults += faults_at(file, wrong, name, text, "must be a number of 0 or more")
        out[name] = numbers
    length = shapely.length(shapes)
    whole = (shapely.get_type_id(shapes) == shapely.GeometryType.LINESTRING) & (length > 0) & np.isfinite(length)
    nothing = pd.Series("", links.index)
    faults += faults_at(file, ~whole, "geometry", nothing, "must be one line of some length")
    faults += faults_at(file, (out["osid"] == "").to_numpy(), "osid", nothing, "a value is required")
    twice = out["osid"].duplicated() & (out["osid"] != "")
    faults += faults_at(file, twice.to_numpy(), "osid", out["osid"], "is there more than once", ONE_EACH)
    if faults:
        raise RegisterError(faults)
    out["usrn"] = usrn_text(out["usrn"])
    # A date with a time is its date.
    out["versiondate"] = out["versiondate"].str[:10]
    return gpd.GeoDataFrame(pd.DataFrame(out), geometry=shapes, crs=links.crs)


def _council_links(links: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, Notes]:
    """Links of the council with the register's own columns, national ones, and how many were left out for what."""
    kind = uses(links, "roadclassification")
    national = (kind == "motorway") | links["trunkroad"].str.lower().isin(_YES).to_numpy(dtype=bool)
    why = np.where(
        ~links["roadclassification"].isin(known_values("roadclassification")), "a classification that is not known", ""
    )
    for reason in (
        np.where(kind == "not classified", "not classified", ""),
        uses(links, "operationalstate"),
        uses(links, "description"),
        np.where(kind == "motorway", "motorway", np.where(national, "trunk road", "")),
    ):
        why = np.where(why == "", reason, why)
    reasons, counts = np.unique(why[why != ""].astype(str), return_counts=True)
    notes: Notes = [(f"links left out: {reason}", int(n)) for reason, n in zip(reasons, counts, strict=True)]
    kept = links[why == ""].reset_index(drop=True)
    kept["road_class"] = uses(kept, "roadclassification")
    kept["environment"] = uses(kept, "capturespecification")
    kept["one_way"] = uses(kept, "directionality")
    kept["level"] = pd.to_numeric(pd.Series(uses(kept, "roadstructure")), errors="coerce").to_numpy(dtype=float)
    kept["lighting"] = uses(kept, "presenceofstreetlight_coverage")
    kept["width_m"] = _width(kept, notes)
    kept["road"] = kept["roadclassificationnumber"].where(kept["roadclassificationnumber"] != "", kept["name1_text"])
    kept["name"] = (kept["roadclassificationnumber"] + " " + kept["name1_text"]).str.strip()
    odd = (kept["directionality"] != "") & ~kept["directionality"].isin(known_values("directionality"))
    if odd.any():
        notes.append(("links whose direction is not known: read as both", int(odd.sum())))
    return kept, links[national & np.isin(why, ["motorway", "trunk road"])].reset_index(drop=True), notes


def _width(links: gpd.GeoDataFrame, notes: Notes) -> Floats:
    width = links["roadwidth_average"].to_numpy(dtype=float)
    beyond = (width <= 0) | (width > 100)
    notes.append(("links without a width: the usual one is assumed", int((np.isnan(width) | beyond).sum())))
    return np.where(beyond, np.nan, width)


def _with_usrn(links: gpd.GeoDataFrame, streets: gpd.GeoDataFrame | None, notes: Notes) -> gpd.GeoDataFrame:
    """Links with their USRN: their own, else that of the nearest street's line."""
    if (links["usrn"] == "").any() and streets is not None and len(streets):
        left = np.flatnonzero((links["usrn"] == "").to_numpy())
        lines, owner = shapely.get_parts(
            shapely.force_2d(streets.to_crs(links.crs).geometry.to_numpy()), return_index=True
        )
        near = nearest_links(midpoints(links.geometry.to_numpy()[left]), lines, assumed_value("join_reach"))
        numbers = usrn_text(streets["usrn"]).to_numpy(dtype=object)
        taken = numbers[owner[near[near >= 0]]]
        links.loc[left[near >= 0], "usrn"] = taken
        notes.append(("links joined to a street by place", len(taken)))
    notes.append(("links without a USRN", int((links["usrn"] == "").sum())))
    return links


def _roads(links: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, np.ndarray]:
    """Sections of all links, and the link of each."""
    import geopandas as gpd

    shapes, link, chainage = cut_sections(links.geometry.to_numpy(), assumed_value("section_length"))
    rows = links.iloc[link].reset_index(drop=True)
    number = pd.Series(link).groupby(link).cumcount() + 1
    columns = {
        "asset_id": rows["osid"] + "-" + number.astype("str"),
        "asset_class": CARRIAGEWAY,
        "link_id": rows["osid"],
        **{name: rows[name] for name in MEASURED},
        "chainage_m": np.round(chainage, 2),
        "length_m": np.round(shapely.length(shapes), 2),
    }
    return gpd.GeoDataFrame(pd.DataFrame(columns), geometry=shapes, crs=links.crs), link


def _footways(roads: gpd.GeoDataFrame, links: gpd.GeoDataFrame, link: np.ndarray) -> gpd.GeoDataFrame:
    """A footway beside each section, of as many sides as its link has pavement of its own length."""
    sides = links["presenceofpavement_left_m"].fillna(0) + links["presenceofpavement_right_m"].fillna(0)
    blank = links[["presenceofpavement_left_m", "presenceofpavement_right_m"]].isna().all(axis=1)
    sides = sides.where(~blank, links["presenceofpavement_overall_m"].fillna(0))
    share = np.minimum(sides.to_numpy() / shapely.length(links.geometry.to_numpy()), 2.0)[link]
    width = links["presenceofpavement_averagewidth_m"].to_numpy(dtype=float)[link]
    has = share > 0
    known = (width > 0) & (width <= 100)
    usual = np.where(known, width, assumed_value("footway_width"))
    columns = ["link_id", "chainage_m", "usrn", "environment", "road", "road_class", "length_m", "geometry"]
    beside = roads.loc[has, columns].copy()
    beside["asset_id"] = roads["asset_id"][has] + "-footway"
    beside["parent_id"] = roads["asset_id"][has]
    beside["asset_class"] = FOOTWAY
    beside["name"] = (roads["name"][has] + " footway").str.strip()
    beside["width_m"] = usual[has]
    beside["quantity"] = np.round(roads["length_m"][has] * share[has] * usual[has], 1)
    beside["assumed"] = np.where(known[has], "", "width_m quantity")
    return beside[beside["quantity"] > 0]


def _bridges(roads: gpd.GeoDataFrame, links: gpd.GeoDataFrame, link: np.ndarray, carried: set[str]) -> gpd.GeoDataFrame:
    """A bridge for each link on one that no structure carries, with the longest of its sections on it."""
    on = np.flatnonzero(((links["roadstructure"] == "On Bridge") & ~links["osid"].isin(carried)).to_numpy())
    own = roads.assign(link=link)[np.isin(link, on)].sort_values(["link", "length_m"], kind="stable")
    longest = own.drop_duplicates("link", keep="last")
    bridges = longest[["usrn", "environment", "road", "road_class"]].copy()
    bridges["asset_id"] = "bridge-" + longest["link_id"]
    bridges["parent_id"] = longest["asset_id"]
    bridges["asset_class"] = BRIDGE
    bridges["name"] = bridge_name(longest["name"])
    bridges["length_m"] = np.round(shapely.length(links.geometry.to_numpy()[longest["link"]]), 2)
    return bridges.set_geometry(links.geometry.to_numpy()[longest["link"]], crs=links.crs)


def _lanes(links: pd.DataFrame) -> list[str]:
    """Columns of lengths of cycle and bus lanes."""
    names = map(str, links.columns)
    return sorted(name for name in names if name.startswith(_LANES) and name.endswith("_m"))


def _not_assets(links: gpd.GeoDataFrame) -> Notes:
    """Lengths by lighting, and what a register has no column for: lanes, tunnels, how sure the width is."""
    length = pd.Series(shapely.length(links.geometry.to_numpy()))
    lit = length.groupby(links["presenceofstreetlight_coverage"].to_numpy(dtype=object)).sum()
    notes = [(f"metres of road by street lighting: {name}", round(m)) for name, m in lit.items() if name]
    notes += [(f"metres of {name}, no assets", round(links[name].sum())) for name in _lanes(links)]
    tunnels = int((links["roadstructure"] == "In Tunnel").sum())
    notes += [("links in a tunnel, read as a level below the ground and no assets of their own", tunnels)] * (
        tunnels > 0
    )
    sure = links["roadwidth_confidencelevel"].value_counts().sort_index()
    return notes + [(f"links by confidence of their width: {name}", int(n)) for name, n in sure.items() if name]


def _other_roads(links: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    import geopandas as gpd

    number = links["roadclassificationnumber"]
    level = pd.to_numeric(pd.Series(uses(links, "roadstructure")), errors="coerce").to_numpy(dtype=float)
    columns = {
        "road_id": links["osid"],
        "road": number.where(number != "", links["name1_text"]),
        "road_class": np.where(links["roadclassification"] == "Motorway", "motorway", "trunk"),
        "one_way": uses(links, "directionality"),
        "level": level,
    }
    return gpd.GeoDataFrame(pd.DataFrame(columns), geometry=links.geometry.to_numpy(), crs=links.crs)
