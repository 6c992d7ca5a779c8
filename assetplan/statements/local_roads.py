"""Roads by class and by level: length, people who live on them, condition, works and spend."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from assetplan._types import Floats
from assetplan.asset_classes import CARRIAGEWAY
from assetplan.condition import BANDS, band_codes
from assetplan.finance import Statement, real
from assetplan.finance.statement import declared
from assetplan.statements.ledger import Ledger

_HOME_CLASSES = ("C", "U")


def people_on_roads(roads: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> Floats:
    """People who live on each section (n,): each settlement's, by length, over the built-up C and U roads nearest it.

    Over all its built-up roads where it has no such C or U road; a settlement without built-up roads is on none.

    Parameters
    ----------
    roads : GeoDataFrame; carriageway sections of table `assets` (n), with road_class, environment, length_m
    places : GeoDataFrame; table `places` of the register
    """
    people = np.zeros(len(roads))
    settled = places[places["kind"].isin(["", "settlement"]) & (places["population"] > 0)]
    length = roads["length_m"].fillna(0.0).to_numpy(dtype=float)
    urban = np.flatnonzero((roads["environment"] == "urban").to_numpy() & (length > 0))
    if settled.empty or not len(urban):
        return people
    tree = shapely.STRtree(shapely.centroid(settled.geometry.to_numpy()))
    nearest = tree.nearest(shapely.centroid(roads.geometry.to_numpy()[urban]))
    homes = roads["road_class"].isin(_HOME_CLASSES).to_numpy()[urban]
    of_homes = np.bincount(nearest, length[urban] * homes, len(settled))
    weight = length[urban] * (homes | (of_homes[nearest] == 0))
    whole = np.bincount(nearest, weight, len(settled))[nearest]
    people[urban] = settled["population"].to_numpy(dtype=float)[nearest] * weight / whole
    return people


def local_roads(ledger: Ledger) -> Iterator[Statement]:
    """Condition, works and spend of roads by class and by level of the hierarchy, with who lives on them."""
    outcome = ledger.outcome
    assets, places = outcome.inputs.register.assets, outcome.inputs.register.places
    rows = np.flatnonzero((assets["asset_class"] == CARRIAGEWAY).to_numpy())
    if not len(rows):
        return
    roads = assets.iloc[rows]
    km = roads["length_m"].fillna(0.0).to_numpy(dtype=float) / 1000
    people = people_on_roads(roads, places)
    poor = BANDS.index("poor")
    short = {
        "poor_today": outcome.nothing.index[rows, 0],
        "poor_do_nothing": outcome.nothing.index[rows, -1],
        "poor_plan": outcome.plan.index[rows, -1],
    }
    table = pd.DataFrame({name: km * (band_codes("index", values) >= poor) for name, values in short.items()})
    spend, treated = outcome.cost[rows].sum(axis=1), km * (outcome.schedule[rows] >= 0).sum(axis=1)
    table = table.assign(length_km=km, people=people, works_km=treated, spend=spend)
    parts = []
    for by, column in (("road class", "road_class"), ("level", "hierarchy")):
        sums = table.groupby(roads[column].replace("", "not stated").to_numpy(dtype=object), sort=True).sum()
        parts.append(sums.rename_axis("name").reset_index().assign(by=by))
    every = pd.concat(parts, ignore_index=True)
    for name in short:
        every[name] = (100 * every[name] / every["length_km"].where(every["length_km"] > 0)).fillna(0.0).round(1)
    every = every.round({"length_km": 1, "people": 0, "works_km": 1, "spend": 0})
    columns = ["by", "name", "length_km", "people", *short, "works_km", "spend"]
    known = float(places["population"].sum()) if len(places) else 0.0
    note = (
        "Poor is poor or very poor, % of length. People are those of the register's settlements, spread by length over "
        f"the built-up C and U roads nearest each: {people.sum():,.0f} of {known:,.0f}; others are not known."
    )
    if not people.sum():
        note = (
            "Poor is poor or very poor, % of length. How many people live on a road is not known: no place states them."
        )
    yield declared("local_roads").table(every[columns], real(ledger.plan.first_year), note)


STATEMENTS = (local_roads,)
