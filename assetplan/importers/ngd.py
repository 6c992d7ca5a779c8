"""OS NGD Transport: road links (`trn-ntwk-roadlink`) as a register of carriageways, footways and bridges.

Read from the link and so measured: class, number and name, width, urban or rural, direction, pavements by length and
width, what is on a bridge or in a tunnel. Rules: motorways and trunk roads are kept for detours and are no assets;
links not classified, not open, and tracks, paths and links across islands are left out. The mean width is taken; where
it is blank, the usual width of class and environment is assumed. A footway has the length of pavement on both sides
over the length of the link as its number of sides. A bridge is one link drawn on it. USRN comes from a column `usrn` of
the links, else from the layer of streets (`trn-ntwk-street`), by place. Street lighting, cycle and bus lanes, tunnels
and the confidence of a width have no column in a register and are counted; layers of other features, structures among
them, are named and not read, for their columns are not known. Columns and values: reference/ngd_values.csv.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from assetplan._types import Bools, Floats, Texts
from assetplan.asset_classes import BRIDGE, CARRIAGEWAY, FOOTWAY
from assetplan.delimited import read_delimited
from assetplan.errors import Fault, RegisterError
from assetplan.input_files import regular_file
from assetplan.network.lines import cut_sections, midpoints, one_line
from assetplan.network.referencing import nearest_links
from assetplan.reading.layers import ONE_EACH, layer_names
from assetplan.reference import load_table
from assetplan.register.fill import assumed_value, fill_assumed
from assetplan.register.misplaced import only_placed
from assetplan.register.positions import metric
from assetplan.register.register import Register
from assetplan.register.sources import joined, usrn_text, with_sources
from assetplan.register.validation import nothing_with, validate_register

if TYPE_CHECKING:
    import geopandas as gpd

MEASURED = ("usrn", "road_class", "environment", "width_m", "one_way", "level", "road", "name")
"""Columns that links give."""

# Direction is that of the link's own line, which another register may draw the other way.
_JOINED = tuple(name for name in MEASURED if name != "one_way")
_NEEDED = ("osid", "roadclassification")
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

Notes = list[tuple[str, int]]


# Coordinates beyond any number are faults; the arithmetic that shows it needs no warning.
@np.errstate(over="ignore", invalid="ignore")
def import_ngd(path: str | os.PathLike[str], register: Register | None = None) -> Register:
    """Make a register from OS NGD road links, or give an existing register what they measured.

    Parameters
    ----------
    path : path
        A GeoPackage with a layer of road links, and optionally one of streets, or a CSV of road links with a column
        `geometry` or `wkt` of well-known text in EPSG:27700.
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
    source = regular_file(Path(path), RegisterError)
    links, streets, others = _read(source)
    notes: Notes = [("links read", len(links)), *others]
    links, more = only_placed(links, links["osid"], source.name, "links", np.arange(1, len(links) + 1))
    kept, national, reasons = _council_links(links)
    notes += more + reasons
    if not len(kept):
        raise RegisterError([Fault(source.name, 0, "", "", "there is no road of a council in it")])
    kept = _with_usrn(metric(kept), streets, notes)
    named = f"OS NGD {kept['versiondate'].max()}".strip()
    if register is not None:
        facts = kept.rename(columns={"osid": "link_id"})
        return joined(register, facts, _JOINED, named, (CARRIAGEWAY,), ("link", "place"))
    import geopandas as gpd

    roads, link = _roads(kept)
    parts = [roads, _footways(roads, kept, link), _bridges(roads, kept, link)]
    assets = gpd.GeoDataFrame(pd.concat([part for part in parts if len(part)], ignore_index=True), crs=kept.crs)
    assets = with_sources(assets, (*MEASURED, "quantity"), named)
    notes += [("links kept", len(kept)), *_not_assets(kept)]
    beside = _other_roads(national.to_crs(kept.crs))
    whole = Register(fill_assumed(assets), notes=tuple(notes), other_roads=beside, **nothing_with(assets))
    return validate_register(whole, source.name)


def _read(source: Path) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame | None, Notes]:
    """Links with the columns that are read, in small letters, the layer of streets where there is one, other layers."""
    if source.suffix.lower() in (".csv", ".txt"):
        return _checked(_from_text(source), source.name), None, []
    import pyogrio

    infos = {layer: pyogrio.read_info(source, layer=layer, force_feature_count=True) for layer in layer_names(source)}
    layers = {layer: [str(name).lower() for name in info["fields"]] for layer, info in infos.items()}
    linked = [layer for layer, fields in layers.items() if set(_NEEDED) <= set(fields)]
    if len(linked) != 1:
        many = f"has {len(linked)} layers with columns {' and '.join(_NEEDED)}"
        rule = f"{many}: it must have one, of road links; there are {', '.join(layers)}"
        raise RegisterError([Fault(source.name, 0, "", "", rule)])
    street = [layer for layer, fields in layers.items() if "usrn" in fields and layer not in linked][:1]
    streets = _small(pyogrio.read_dataframe(source, layer=street[0], columns=None)) if street else None
    links = _checked(_small(pyogrio.read_dataframe(source, layer=linked[0])), f"{source.name}, layer {linked[0]}")
    left = [layer for layer in layers if layer not in (*linked, *street)]
    notes = [(f"features of layer {layer}, which is none of links or streets, not read", int(infos[layer]["features"]))
             for layer in left]  # fmt: skip
    return links, streets, notes


def _small(frame: Any) -> Any:
    return frame.rename(columns={name: str(name).lower() for name in frame.columns if name != "geometry"})


def _from_text(source: Path) -> gpd.GeoDataFrame:
    import geopandas as gpd

    text = _small(read_delimited(source))
    place = next((name for name in ("geometry", "wkt", "geom") if name in text.columns), "")
    if not place:
        rule = "there is no column geometry or wkt of well-known text"
        raise RegisterError([Fault(source.name, 0, "geometry", "", rule)])
    with np.errstate(over="ignore", invalid="ignore"):
        shapes = shapely.from_wkt([value or None for value in text[place].to_numpy(dtype=object)], on_invalid="ignore")
    return gpd.GeoDataFrame(text.drop(columns=place), geometry=shapes, crs=27700)


def _checked(links: gpd.GeoDataFrame, file: str) -> gpd.GeoDataFrame:
    """Links with every column that is read, as text or numbers; every fault is raised together."""
    import geopandas as gpd

    faults = [Fault(file, 0, name, "", "this column is missing") for name in _NEEDED if name not in links.columns]
    if not isinstance(links, gpd.GeoDataFrame) or links.crs is None:
        faults.append(Fault(file, 0, "geometry", "", "is missing or has no CRS"))
    if faults:
        raise RegisterError(faults)
    links = links.reset_index(drop=True)
    shapes = one_line(links.geometry.to_numpy())
    out: dict[str, Any] = {}
    for name in (*_NEEDED, *_TEXT):
        values = links[name] if name in links.columns else pd.Series("", links.index)
        out[name] = values.astype(object).where(values.notna(), "").astype("str").str.strip()
    for name in (*_NUMBERS, *_lanes(links)):
        values = links[name] if name in links.columns else pd.Series(np.nan, links.index)
        numbers = pd.to_numeric(values, errors="coerce").astype(float)
        text = values.astype(object).where(values.notna(), "").astype("str").str.strip()
        wrong = ((numbers.isna() & (text != "")) | (numbers < 0)).to_numpy(dtype=bool)
        faults += _faults(file, wrong, name, text, "must be a number of 0 or more")
        out[name] = numbers
    length = shapely.length(shapes)
    whole = (shapely.get_type_id(shapes) == shapely.GeometryType.LINESTRING) & (length > 0) & np.isfinite(length)
    nothing = pd.Series("", links.index)
    faults += _faults(file, ~whole, "geometry", nothing, "must be one line of some length")
    faults += _faults(file, (out["osid"] == "").to_numpy(), "osid", nothing, "a value is required")
    twice = out["osid"].duplicated() & (out["osid"] != "")
    faults += _faults(file, twice.to_numpy(), "osid", out["osid"], "is there more than once", ONE_EACH)
    if faults:
        raise RegisterError(faults)
    out["usrn"] = usrn_text(out["usrn"])
    # A date with a time is its date.
    out["versiondate"] = out["versiondate"].str[:10]
    return gpd.GeoDataFrame(pd.DataFrame(out), geometry=shapes, crs=links.crs)


def _faults(file: str, wrong: Bools, column: str, shown: pd.Series, rule: str, hint: str = "") -> list[Fault]:
    return [Fault(file, int(row) + 1, column, str(shown.iloc[row])[:80], rule, hint) for row in np.flatnonzero(wrong)]


def _uses(links: pd.DataFrame, column: str) -> Texts:
    """What the table makes of each link's value in a column, "" where it says nothing."""
    table = load_table("ngd_values")
    own = table[table["column"] == column]
    known = dict(zip(own["value"], own["use"].fillna("").astype("str"), strict=True))
    return links[column].map(known).fillna("").to_numpy(dtype=object)


def _council_links(links: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, Notes]:
    """Links of the council with the register's own columns, national ones, and how many were left out for what."""
    kind = _uses(links, "roadclassification")
    national = (kind == "motorway") | links["trunkroad"].str.lower().isin(_YES).to_numpy(dtype=bool)
    known = set(load_table("ngd_values").query("column == 'roadclassification'")["value"])
    why = np.where(~links["roadclassification"].isin(known), "a classification that is not known", "")
    for reason in (
        np.where(kind == "not classified", "not classified", ""),
        _uses(links, "operationalstate"),
        _uses(links, "description"),
        np.where(kind == "motorway", "motorway", np.where(national, "trunk road", "")),
    ):
        why = np.where(why == "", reason, why)
    reasons, counts = np.unique(why[why != ""].astype(str), return_counts=True)
    notes: Notes = [(f"links left out: {reason}", int(n)) for reason, n in zip(reasons, counts, strict=True)]
    kept = links[why == ""].reset_index(drop=True)
    kept["road_class"] = _uses(kept, "roadclassification")
    kept["environment"] = _uses(kept, "capturespecification")
    kept["one_way"] = _uses(kept, "directionality")
    kept["level"] = pd.to_numeric(pd.Series(_uses(kept, "roadstructure")), errors="coerce").to_numpy(dtype=float)
    kept["width_m"] = _width(kept, notes)
    kept["road"] = kept["roadclassificationnumber"].where(kept["roadclassificationnumber"] != "", kept["name1_text"])
    kept["name"] = (kept["roadclassificationnumber"] + " " + kept["name1_text"]).str.strip()
    odd = (kept["directionality"] != "") & ~kept["directionality"].isin(
        load_table("ngd_values").query("column == 'directionality'")["value"]
    )
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


def _bridges(roads: gpd.GeoDataFrame, links: gpd.GeoDataFrame, link: np.ndarray) -> gpd.GeoDataFrame:
    """A bridge for each link on one, carrying the longest of its sections."""
    on = np.flatnonzero((links["roadstructure"] == "On Bridge").to_numpy())
    carried = roads.assign(link=link)[np.isin(link, on)].sort_values(["link", "length_m"], kind="stable")
    longest = carried.drop_duplicates("link", keep="last")
    bridges = longest[["usrn", "environment", "road", "road_class"]].copy()
    bridges["asset_id"] = "bridge-" + longest["link_id"]
    bridges["parent_id"] = longest["asset_id"]
    bridges["asset_class"] = BRIDGE
    bridges["name"] = (
        (longest["name"] + " bridge")
        .str.strip()
        .str.capitalize()
        .where(longest["name"] == "", longest["name"] + " bridge")
    )
    bridges["length_m"] = np.round(shapely.length(links.geometry.to_numpy()[longest["link"]]), 2)
    return bridges.set_geometry(links.geometry.to_numpy()[longest["link"]], crs=links.crs)


def _lanes(links: pd.DataFrame) -> list[str]:
    """Columns of lengths of cycle and bus lanes."""
    names = map(str, links.columns)
    return sorted(name for name in names if name.startswith(_LANES) and name.endswith("_m"))


def _not_assets(links: gpd.GeoDataFrame) -> Notes:
    """What links measure for which a register has no column: lighting, lanes, tunnels, how sure the width is."""
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
    level = pd.to_numeric(pd.Series(_uses(links, "roadstructure")), errors="coerce").to_numpy(dtype=float)
    columns = {
        "road_id": links["osid"],
        "road": number.where(number != "", links["name1_text"]),
        "road_class": np.where(links["roadclassification"] == "Motorway", "motorway", "trunk"),
        "one_way": _uses(links, "directionality"),
        "level": level,
    }
    return gpd.GeoDataFrame(pd.DataFrame(columns), geometry=links.geometry.to_numpy(), crs=links.crs)
