"""OS Open Roads: the GeoPackage layer `road_link` as a register of carriageways.

Rules. Motorways and trunk roads are not a council's; they are kept for detours, and are no assets. The layer does not
say which of two roads that cross is above, but it is split at every junction: so these are a level up, where they join
what they meet at an end and nothing that they merely cross. Class: A Road, B Road, Classified Unnumbered = C,
Unclassified = U; links Not Classified or Unknown are left out, for nobody says that the public maintains them, and so
are fictitious links. The links are split at junctions already and are only cut to sections. Environment: a link is
urban where 2,000 m of road lie within 200 m of a section's middle, for the layer holds neither speed limits nor land
use.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from assetplan.asset_classes import CARRIAGEWAY
from assetplan.errors import Fault, RegisterError
from assetplan.input_files import regular_file
from assetplan.network.lines import connected_pieces, cut_sections, length_near, midpoints, one_line
from assetplan.reading.layers import ONE_EACH, is_spatial, layer_names, read_layer, shapes_of
from assetplan.register.fill import assumed_value, fill_assumed
from assetplan.register.misplaced import only_placed
from assetplan.register.positions import metric
from assetplan.register.register import Register
from assetplan.register.sources import with_sources
from assetplan.register.validation import nothing_with, validate_register

if TYPE_CHECKING:
    import geopandas as gpd

_CLASSES = {"A Road": "A", "B Road": "B", "Classified Unnumbered": "C", "Unclassified": "U"}
_NEEDED = ("id", "road_classification", "trunk_road")
_OPTIONAL = ("fictitious", "road_classification_number", "name_1")
_GIVEN = ("road_class", "road", "name", "length_m")

Notes = list[tuple[str, int]]


# Coordinates beyond any number are faults; the arithmetic that shows it needs no warning.
@np.errstate(over="ignore", invalid="ignore")
def import_open_roads(path: str | os.PathLike[str]) -> Register:
    """Make a register from OS Open Roads.

    Parameters
    ----------
    path : path
        A GeoPackage with the layer `road_link`.

    Returns
    -------
    Register
        Validated; carriageway sections of about 100 m. What was left out is counted in `notes`, what a rule filled
        is named in `assumed`, what the links gave in `sources`, with the day that the layer was last changed.

    Raises
    ------
    RegisterError
        The file has no such layer, lacks a column, repeats a link, or holds no road of a council.
    FileNotFoundError
        There is no such file.
    """
    source = regular_file(Path(path), RegisterError)
    links, dropped = _read_links(source)
    notes: Notes = [("links read", len(links)), *((note, len(links)) for note in dropped)]
    links, more = only_placed(links, links["id"].astype("str"), source.name, "links", np.arange(1, len(links) + 1))
    kept, national, reasons = _council_links(links)
    notes += more + reasons
    if not len(kept):
        raise RegisterError([Fault(source.name, 0, "", "", "there is no road of a council in it")])
    assets = _sections(metric(kept))
    notes += [("links kept", len(kept)), ("connected pieces", connected_pieces(kept.geometry.to_numpy()))]
    filled = with_sources(fill_assumed(assets), _GIVEN, f"OS Open Roads {_day(source)}".strip())
    others = _other_roads(national.to_crs(assets.crs))
    register = Register(filled, notes=tuple(notes), other_roads=others, **nothing_with(assets))
    return validate_register(register, source.name)


def _read_links(source: Path) -> tuple[gpd.GeoDataFrame, list[str]]:
    import geopandas as gpd

    layers = layer_names(source, odd=True)
    if "road_link" not in layers:
        rule = f"there is no layer road_link; there are {', '.join(layers)}"
        raise RegisterError([Fault(source.name, 0, "", "", rule)])
    table, dropped = read_layer(source, "road_link")
    file = f"{source.name}, layer road_link"
    faults = [Fault(file, 0, name, "", "this column is missing") for name in _NEEDED if name not in table.columns]
    if not is_spatial(table) or shapes_of(table).crs is None:
        faults.append(Fault(file, 0, "geometry", "", "is missing or has no CRS"))
    if faults:
        raise RegisterError(faults)
    shapes = shapes_of(table)
    links = gpd.GeoDataFrame(table, geometry=one_line(shapes.to_numpy()), crs=shapes.crs)
    lines = links.geometry.geom_type == "LineString"
    wrong = ~lines | links.geometry.is_empty | ~links.geometry.is_valid
    faults = [Fault(file, int(row) + 1, "geometry", "", "must be one line") for row in np.flatnonzero(wrong)]
    twice = links["id"].duplicated() | links["id"].isna()
    faults += [
        Fault(file, int(row) + 1, "id", str(links["id"].iloc[row]), "is missing or there more than once", ONE_EACH)
        for row in np.flatnonzero(twice)
    ]
    if faults:
        raise RegisterError(faults)
    for name in _OPTIONAL:
        if name not in links.columns:
            links[name] = ""
    return links, dropped


def _day(source: Path) -> str:
    """Day that a GeoPackage says its layer was last changed; "" where it says none."""
    query = "SELECT last_change FROM gpkg_contents WHERE table_name = 'road_link'"
    with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as base:
        stated = base.execute(query).fetchone()
    return str(stated[0] or "")[:10] if stated else ""


def _true(values: pd.Series) -> np.ndarray:
    """Where a column says true; it comes as a flag or as text."""
    return (
        values.astype(object).map(lambda value: str(value).strip().lower() in ("true", "1", "t", "yes")).to_numpy(bool)
    )


def _council_links(links: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, Notes]:
    """Links of the council, motorways and trunk roads, and how many were left out for each reason."""
    kind = links["road_classification"].astype(object)
    reasons = {
        "motorway": (kind == "Motorway").to_numpy(),
        "trunk road": _true(links["trunk_road"]),
        "fictitious": _true(links["fictitious"]),
        "not classified": ~kind.isin(_CLASSES).to_numpy(),
    }
    left = np.ones(len(links), dtype=bool)
    notes = []
    for reason, wrong in reasons.items():
        notes.append((f"links left out: {reason}", int((left & wrong).sum())))
        left &= ~wrong
    national = (reasons["motorway"] | reasons["trunk road"]) & ~reasons["fictitious"]
    return links[left].reset_index(drop=True), links[national].reset_index(drop=True), notes


def _other_roads(links: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    import geopandas as gpd

    text = links[["id", "road_classification_number", "name_1"]].astype(object)
    text = text.where(text.notna(), "").astype("str")
    ref = text["road_classification_number"]
    columns = {
        "road_id": text["id"],
        "road": ref.where(ref != "", text["name_1"]),
        "road_class": np.where(links["road_classification"] == "Motorway", "motorway", "trunk"),
        "level": 1.0,
    }
    return gpd.GeoDataFrame(columns, geometry=shapely.force_2d(links.geometry.to_numpy()), crs=links.crs)


def _sections(links: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    import geopandas as gpd

    shapes, link, chainage = cut_sections(shapely.force_2d(links.geometry.to_numpy()), assumed_value("section_length"))
    rows = links.iloc[link].reset_index(drop=True)
    number = pd.Series(link).groupby(link).cumcount() + 1
    text = rows[["id", "road_classification_number", "name_1"]].astype(object)
    text = text.where(text.notna(), "").astype("str")
    ref, name = text["road_classification_number"], text["name_1"]
    middle = midpoints(shapes)
    around = length_near(middle, shapes, assumed_value("urban_street_radius"))
    columns = {
        "asset_id": text["id"] + "-" + number.astype("str"),
        "asset_class": CARRIAGEWAY,
        "link_id": text["id"],
        "name": (ref + " " + name).str.strip(),
        "road": ref.where(ref != "", name),
        "road_class": rows["road_classification"].map(_CLASSES),
        "chainage_m": np.round(chainage, 2),
        "length_m": np.round(shapely.length(shapes), 2),
        "environment": np.where(around >= assumed_value("urban_road_length"), "urban", "rural"),
        "assumed": "environment",
    }
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=links.crs)
