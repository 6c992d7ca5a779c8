"""Figures of a register that contradict each other or are far from what they usually are, as notes and never as faults.

Rules. Lengths and areas that are stated are held against those drawn, and areas against length × width: where most of
those that differ do so by one factor it is named, with the unit that it belongs to; else those that differ by more than
a fifth. Traffic, dates and means of a class are held against each other and against reference/usual_ranges.csv.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from assetplan._types import Bools, Floats, Shapes
from assetplan.reference import load_table
from assetplan.register.register import Register
from assetplan.register.shapes import plain_shapes

if TYPE_CHECKING:
    import geopandas as gpd

_DIFFERS, _CLEARLY = 0.04, 0.2  # of a ratio from 1: enough to ask for a common factor, enough to name a row alone
_ALIKE, _AGREE = 0.03, 0.8  # how near a common factor is, and what share of those that differ must be
_SOME = 0.1  # share of what can be compared that must differ before a common factor is named
_NEAR = 0.03  # of a known factor
_FEW = 5
_ENOUGH = 5  # assets without which a mean says nothing
_LINES = (1, 2, 5)
_AREAS = (3, 6)
_FACTORS = {
    "length": {
        3.2808: "feet",
        1.0936: "yards",
        0.001: "kilometres",
        0.000621371: "miles",
        1000.0: "millimetres",
        100.0: "centimetres",
        10.0: "a decimal too many",
        0.1: "a decimal too few",
        2.0: "both sides or both ways",
        0.5: "half",
    },
    "area": {10.7639: "square feet", 1.19599: "square yards", 0.0001: "hectares", 0.000247105: "acres", 1e-6: "km2"},
}
Notes = list[tuple[str, int]]


def doubts(assets: gpd.GeoDataFrame) -> Notes:
    """What of a register's figures is hard to believe, each with how many assets it concerns.

    Parameters
    ----------
    assets : GeoDataFrame
        Checked assets in a metric CRS.
    """
    shapes = plain_shapes(assets.geometry.to_numpy())
    kind = shapely.get_type_id(shapes)
    names = assets["asset_id"].to_numpy(dtype=object)
    stated = ~assets["assumed"].str.contains(r"\bquantity\b", regex=True).to_numpy(dtype=bool)
    length, area = assets["length_m"].to_numpy(), np.where(stated, assets["quantity"].to_numpy(), np.nan)
    lines = np.isin(kind, _LINES)
    by_area = _counted_by_area(assets)
    drawn = np.where(lines, shapely.length(shapes), np.nan)
    covered = np.where(
        np.isin(kind, _AREAS) & by_area & (assets["asset_class"] != "building"), shapely.area(shapes), np.nan
    )
    notes = _contradicted("stated lengths", length, drawn, "drawn", "length", names, _mercator(assets))
    notes += _contradicted("stated areas", area, covered, "drawn", "area", names, 0.0)
    product = np.where(by_area, length * assets["width_m"].to_numpy(), np.nan)
    notes += _contradicted("areas", area, product, "length × width", "area", names, 0.0)
    return notes + _drawn_again(assets, shapes, names) + _dates_and_traffic(assets, names) + _unusual(assets)


def with_doubts(register: Register) -> Register:
    """A register whose notes name what of its figures is hard to believe."""
    more = tuple(note for note in doubts(register.assets) if note not in register.notes)
    return replace(register, notes=(*register.notes, *more)) if more else register


def _drawn_again(assets: gpd.GeoDataFrame, shapes: Shapes, names: np.ndarray) -> Notes:
    """Lines and areas drawn exactly as another of their class, as a layer imported twice has them."""
    drawn = np.isin(shapely.get_type_id(shapes), (*_LINES, *_AREAS)) & (assets["asset_class"] != "building").to_numpy()
    alike = pd.DataFrame({"kind": assets["asset_class"].to_numpy(), "drawn": shapely.to_wkb(shapely.normalize(shapes))})
    again = drawn & alike.duplicated().to_numpy()
    if not again.any():
        return []
    return [(f"assets drawn exactly as another of their class: {_shown(names, again)}", int(again.sum()))]


def _counted_by_area(assets: gpd.GeoDataFrame) -> Bools:
    from assetplan.asset_classes import load_asset_classes

    return assets["asset_class"].isin(load_asset_classes().where("counted_by", "area")).to_numpy(dtype=bool)


def _mercator(assets: gpd.GeoDataFrame) -> float:
    """How many metres of Web Mercator one metre is where most assets lie; 0 where none has geometry."""
    import geopandas as gpd

    corners = shapely.bounds(assets.geometry.to_numpy())[:, :2]
    if np.isnan(corners).all():
        return 0.0
    middle = np.nanmedian(corners, axis=0)
    there = gpd.GeoSeries([shapely.Point(middle)], crs=assets.crs).to_crs(4326).iloc[0]
    return float(1 / np.cos(np.radians(there.y)))


def _contradicted(
    what: str, stated: Floats, other: Floats, by: str, kind: str, names: np.ndarray, mercator: float
) -> Notes:
    """A common factor between two figures that should be one, else assets where they differ by more than a fifth."""
    known = np.isfinite(stated) & np.isfinite(other) & (other > 0) & (stated > 0)
    ratio = np.where(known, stated / np.where(known, other, 1.0), 1.0)
    off = np.abs(ratio - 1) > _DIFFERS
    if not off.any():
        return []
    factor = float(np.median(ratio[off]))
    common = off & (np.abs(ratio / factor - 1) <= _ALIKE)
    if common.sum() >= _AGREE * off.sum() and off.sum() >= _SOME * known.sum():
        known_factors = _FACTORS[kind] | ({mercator: "metres of Web Mercator"} if mercator else {})
        named = next((word for one, word in known_factors.items() if abs(factor / one - 1) <= _NEAR), "")
        unit = f", as {named} would be" if named else ""
        return [(f"{what} are {factor:.3g} times those {by}{unit}: {_shown(names, common)}", int(common.sum()))]
    far = (ratio > 1 + _CLEARLY) | (ratio < 1 - _CLEARLY)
    if not far.any():
        return []
    return [(f"{what} differ from those {by} by more than a fifth: {_shown(names, far)}", int(far.sum()))]


def _shown(names: np.ndarray, some: Bools) -> str:
    first = names[some][:_FEW]
    return ", ".join(map(str, first)) + (", …" if some.sum() > _FEW else "")


def _dates_and_traffic(assets: gpd.GeoDataFrame, names: np.ndarray) -> Notes:
    """Figures of one asset that cannot both be right."""
    aadt, hgv = assets["aadt"], assets["hgv"]
    of_source = ~assets["assumed"].str.contains(r"\bhgv\b", regex=True)
    shares = of_source & (aadt >= 100) & (hgv > 0)
    notes: Notes = []
    if shares.sum() >= _ENOUGH and bool((hgv[shares] <= 1).all()):
        notes.append(("hgv of no asset is above 1: these look like shares of the traffic", int(shares.sum())))
    for what, wrong in (
        ("more heavy vehicles than vehicles", hgv > aadt),
        ("surveyed before they were built", assets["surveyed_year"] < assets["built_year"]),
    ):
        some = wrong.to_numpy(dtype=bool)
        if some.any():
            notes.append((f"assets with {what}: {_shown(names, some)}", int(some.sum())))
    return notes


def _unusual(assets: gpd.GeoDataFrame) -> Notes:
    """Means of a class that lie outside their usual range."""
    notes: Notes = []
    for row in load_table("usual_ranges").to_dict("records"):
        part = assets[assets["asset_class"] == row["asset_class"]]
        top = part[row["of"]]
        bottom = top.notna().astype(float) if row["per"] == "assets" else part[row["per"]]
        both = top.notna() & (bottom > 0)
        if both.sum() < _ENOUGH or row["of"] in _filled(part):
            continue
        mean = float(top[both].sum() / bottom[both].sum())
        low, high = float(row["low"]), float(row["high"])
        if not low <= mean <= high:
            money = row["of"] == "replacement_value" and low <= mean * 1000 <= high
            usual = f"usually {low:,g} to {high:,g}" + ("; is it in thousands of pounds?" if money else "")
            shown = f"{mean:,.0f}" if mean >= 1000 else f"{mean:.3g}"
            what = f"{row['asset_class']}: {row['figure']} is {shown} {row['unit']}, {usual}"
            notes.append((what, int(both.sum())))
    return notes


def _filled(part: gpd.GeoDataFrame) -> set[str]:
    """Columns that rules filled for most assets."""
    counts = part["assumed"].str.split().explode().value_counts()
    return set(counts.index[counts > len(part) / 2])
