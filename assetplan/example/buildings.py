"""School and corporate buildings in towns and villages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from assetplan._types import Floats, Ints, Texts
from assetplan.example.figures import Figures, figure, name_parts
from assetplan.example.land import CRS
from assetplan.example.roads import Roads
from assetplan.example.sections import number_ids
from assetplan.example.towns import Towns
from assetplan.reference import load_table

if TYPE_CHECKING:
    import geopandas as gpd

_SAINTS_TRIED = 30
_RETENTION = ("retain", "dispose", "under review")


def make_buildings(
    links: Roads, districts: Texts, towns: Towns, figures: Figures, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Build the council's estate: one row a building, with its point.

    Parameters
    ----------
    links : Roads
        Links; buildings stand beside urban ones.
    districts : array (n,); district of each link
    towns : Towns; settlements: schools follow people, offices and libraries keep to towns
    figures, rng : Figures, Generator; number of buildings of each estate, and the source of chance

    Returns
    -------
    GeoDataFrame
        As `building_components` takes it, and the columns of its kind in `reference/example_buildings.csv`.
    """
    import geopandas as gpd

    kinds = _draw_kinds(figures, rng)
    school = (kinds["estate"] == "school").to_numpy()
    # Villages have schools out of proportion; everything else gathers in towns.
    weight = np.where(school[:, None], towns.population**0.75, towns.population**1.05)
    large = kinds["label"].isin(["School", "Council Offices", "Museum", "Fire Station"]).to_numpy()
    weight = np.where(large[:, None] & (np.arange(len(towns.name)) >= towns.urban_count), 0.0, weight)
    cumulative = np.cumsum(weight, axis=1)
    draw = rng.random(len(kinds)) * cumulative[:, -1]
    town = (cumulative < draw[:, None]).sum(axis=1)
    link = _street_in(links, town, rng)
    points = _beside_street(links, link, rng)
    dispose, oldest = figure("retention_dispose"), figure("building_oldest")
    table = kinds.assign(
        building_id=number_ids("P", len(kinds)),
        name=_names(kinds["label"].to_numpy(dtype=object), town, towns, rng),
        floor_area_m2=np.round(kinds["area_low"] * (kinds["area_high"] / kinds["area_low"]) ** rng.random(len(kinds))),
        district=districts[link],
        environment="urban",
        built_year=np.round(oldest + (figure("building_newest") - oldest) * rng.beta(2.6, 1.6, len(kinds))),
        retention=rng.choice(_RETENTION, len(kinds), p=[1 - 2.5 * dispose, dispose, 1.5 * dispose]),
    )
    return gpd.GeoDataFrame(table, geometry=shapely.points(points), crs=CRS)


def _draw_kinds(figures: Figures, rng: np.random.Generator) -> pd.DataFrame:
    """One row a building with its kind, in the shares of `reference/example_buildings.csv`."""
    table = load_table("example_buildings")
    out = []
    for estate, name in (("school", "school_buildings"), ("corporate", "corporate_buildings")):
        rows = table[table["estate"] == estate].reset_index(drop=True)
        count = round(figures.part(name))
        drawn = rows.loc[np.repeat(rows.index, whole_numbers(rows["share"].to_numpy(dtype=float), count))]
        out.append(drawn.iloc[rng.permutation(count)])
    return pd.concat(out, ignore_index=True).drop(columns=["share", "source", "verified"])


def whole_numbers(share: Floats, count: int) -> Ints:
    """Numbers (n,) that come to a count and hold shares (n,) as nearly as whole numbers can: by largest remainder."""
    exact = share / share.sum() * count
    number = np.floor(exact).astype(np.intp)
    number[np.argsort(-(exact - number), kind="stable")[: count - number.sum()]] += 1
    return number


def _street_in(links: Roads, town: Ints, rng: np.random.Generator) -> Ints:
    """A link in each building's settlement, never the same twice where there are enough."""
    order = np.argsort(links.town, kind="stable")
    sorted_town = links.town[order]
    out = np.empty(len(town), dtype=np.intp)
    for i in np.unique(town):
        here = order[np.searchsorted(sorted_town, i) : np.searchsorted(sorted_town, i, side="right")]
        mine = np.flatnonzero(town == i)
        out[mine] = rng.choice(here, len(mine), replace=len(here) < len(mine))
    return out


def _beside_street(links: Roads, link: Ints, rng: np.random.Generator) -> Floats:
    lines = links.lines[link]
    along = rng.uniform(0.3, 0.7, len(link))
    at = shapely.get_coordinates(shapely.line_interpolate_point(lines, along, normalized=True))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(lines, along + 0.05, normalized=True)) - at
    unit = ahead / np.maximum(np.hypot(*ahead.T), 1e-6)[:, None]
    side = rng.choice([-figure("set_back"), figure("set_back")], len(link))
    return np.round(at + np.column_stack([-unit[:, 1], unit[:, 0]]) * side[:, None], 1)


def _names(labels: Texts, town: Ints, towns: Towns, rng: np.random.Generator) -> Texts:
    """A name for each building, such as Ashcombe Primary School, each once."""
    saints, firsts = name_parts("saint"), name_parts("street_first")
    names: list[str] = []
    taken: set[str] = set()
    for label, place in zip(labels, towns.name[town], strict=True):
        church = "Church" in label
        name = f"{place} {saints[rng.integers(len(saints))]} {label}" if church else f"{place} {label}"
        tries = 0
        while name in taken:
            # A city has more church schools than the list has saints: those beyond are named as others are.
            parts = saints if church and tries < _SAINTS_TRIED else firsts
            name = f"{place} {parts[rng.integers(len(parts))]} {label}"
            tries += 1
        taken.add(name)
        names.append(name)
    return np.array(names, dtype=object)
