"""Sections along their roads: a crossroads by hand, without a map, and the example county."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from places import county_register

from assetplan import schema
from assetplan.asset_classes import AssetClasses, load_asset_classes
from assetplan.connectivity.layout import lay_out
from assetplan.connectivity.road_runs import RoadRuns, road_runs

WITH_FOOTWAYS = load_asset_classes()
CLASSES = AssetClasses(
    tuple(replace(row, schemes="no") if row.asset_class == "footway" else row for row in WITH_FOOTWAYS)
)

# Long Street west to east through a crossroads at 200 m, in two links of two sections; Cross Street over it.
STREETS = {
    "R1": ("L1", "Long Street", 0, [(0, 0), (100, 0)]),
    "R2": ("L1", "Long Street", 100, [(100, 0), (200, 0)]),
    "R3": ("L2", "Long Street", 0, [(200, 0), (290, 0)]),
    "R4": ("L2", "Long Street", 90, [(290, 0), (380, 0)]),
    "R5": ("L3", "Cross Street", 0, [(200, 0), (200, 80)]),
    "R6": ("L4", "Cross Street", 0, [(200, -70), (200, 0)]),
}


def register_of(rows: dict[str, dict], drawn: bool = True) -> gpd.GeoDataFrame:
    """Assets by identifier on the crossroads, each with what it has of its own."""
    base = {"asset_class": "carriageway", "road_class": "U", "environment": "urban", "group": "g", "quantity": 1.0}
    streets = {
        name: {
            "link_id": link,
            "road": road,
            "chainage_m": at,
            "length_m": shapely.LineString(line).length,
            "geometry": line,
        }
        for name, (link, road, at, line) in STREETS.items()
    }
    table = pd.DataFrame.from_dict(
        {name: base | streets.get(name, {}) | own for name, own in rows.items()}, orient="index"
    )
    shapes = [shapely.LineString(line) if drawn and isinstance(line, list) else None for line in table.pop("geometry")]
    assets, faults = schema.conform(table.rename_axis("asset_id").reset_index(), "assets", "register")
    assert not faults
    return gpd.GeoDataFrame(assets, geometry=shapes, crs=27700)


def placed(assets: gpd.GeoDataFrame, classes: AssetClasses = CLASSES) -> dict[str, tuple[int, float, float]]:
    runs = road_runs(assets, lay_out(assets), classes)
    return dict(
        zip(
            assets["asset_id"],
            zip(runs.run.tolist(), runs.from_m.tolist(), runs.to_m.tolist(), strict=True),
            strict=True,
        )
    )


def test_sections_run_through_a_crossroads() -> None:
    along = placed(register_of({name: {} for name in STREETS}))
    assert [along[name] for name in ("R1", "R2", "R3", "R4")] == [
        (0, 0, 100),
        (0, 100, 200),
        (0, 200, 290),
        (0, 290, 380),
    ]
    assert [along[name] for name in ("R5", "R6")] == [(1, 0, 80), (1, 80, 150)]


@pytest.mark.parametrize(
    ("column", "value"), [("road_class", "C"), ("group", "h"), ("environment", "rural"), ("road", "Other")]
)
def test_a_run_ends_where_class_group_environment_or_road_changes(column, value) -> None:
    along = placed(register_of({name: {column: value} if name in ("R3", "R4") else {} for name in STREETS}))
    assert [along[name][0] for name in ("R1", "R2", "R3", "R4", "R5")] == [0, 0, 1, 1, 2]


def test_lengths_are_those_of_the_register() -> None:
    along = placed(register_of({name: {"length_m": 95.0} if name == "R2" else {} for name in STREETS}))
    assert [along[name][1:] for name in ("R2", "R3")] == [(100, 195), (195, 285)]


def test_a_register_without_a_map_goes_by_link_and_chainage() -> None:
    along = placed(register_of({name: {"link_id": ""} if name == "R6" else {} for name in STREETS}, drawn=False))
    assert along == {
        **{"R1": (0, 0, 100), "R2": (0, 100, 200), "R3": (1, 0, 90), "R4": (1, 90, 180)},
        **{"R5": (2, 0, 80), "R6": (3, 0, 70)},
    }


def test_a_link_stays_together_and_in_order_whatever_the_map() -> None:
    rows = {name: {} for name in STREETS}
    # Drawn with a gap that the chainage does not have; and in another order than the chainage.
    gap = placed(register_of(rows | {"R2": {"geometry": [(103, 0), (200, 0)]}}))
    assert [gap[name] for name in ("R1", "R2")] == [(0, 0, 100), (0, 100, 200)]
    assert gap["R3"][0] == gap["R4"][0] != 0
    turned = placed(register_of(rows | {"R3": {"chainage_m": 90.0}, "R4": {"chainage_m": 0.0}}))
    assert [turned[name][0] for name in ("R1", "R2", "R3", "R4")] == [0, 0, 0, 0]
    third = {
        "link_id": "L2",
        "road": "Long Street",
        "chainage_m": 180,
        "length_m": 90,
        "geometry": [(380, 0), (470, 0)],
    }
    mixed = placed(register_of(rows | {"R3": {"chainage_m": 90.0}, "R4": {"chainage_m": 0.0}, "R7": third}))
    assert [mixed[name] for name in ("R4", "R3", "R7")] == [(1, 0, 90), (1, 90, 180), (1, 180, 270)]


def test_sections_that_overlap_are_alone() -> None:
    along = placed(register_of({name: {"chainage_m": 50.0} if name == "R2" else {} for name in STREETS}))
    assert [along[name] for name in ("R1", "R2", "R3")] == [(0, 0, 100), (1, 0, 100), (2, 0, 90)]


FOOTWAYS = {
    "F1": {"asset_class": "footway", "parent_id": "R1", "length_m": 99.0, "geometry": None},
    "F2": {"asset_class": "footway", "parent_id": "R1", "length_m": 98.0, "geometry": None},
    "F3": {"asset_class": "footway", "parent_id": "R3", "length_m": 85.0, "geometry": None},
    "F4": {"asset_class": "footway", "link_id": "L2", "chainage_m": 30.0, "length_m": 20.0, "geometry": None},
    "F5": {"asset_class": "footway", "length_m": 40.0, "geometry": None},
    "F6": {"asset_class": "footway", "parent_id": "R3", "group": "slabs", "length_m": 85.0, "geometry": None},
}  # fmt: skip


def test_footways_lie_beside_their_carriageway() -> None:
    assets = register_of({name: {} for name in STREETS} | FOOTWAYS)
    along = placed(assets, WITH_FOOTWAYS)
    assert [along[name] for name in ("F1", "F2", "F3")] == [(0, 0, 100), (0, 0, 100), (0, 200, 290)]
    assert [along[name] for name in ("F4", "F5", "F6")] == [(1, 30, 50), (2, 0, 40), (3, 200, 290)]
    assert along["R1"][0] not in (0, 1, 2, 3)
    # One without a chainage lies where the first section of its link does.
    only_link = register_of({name: {} for name in STREETS} | {"F7": FOOTWAYS["F5"] | {"link_id": "L2"}})
    assert placed(only_link, WITH_FOOTWAYS)["F7"][1:] == (200, 290)
    assert {placed(assets)[name][0] for name in FOOTWAYS} == {-1}


def test_the_order_of_rows_changes_nothing() -> None:
    assets = register_of({name: {} for name in STREETS} | FOOTWAYS)
    mixed = assets.sample(frac=1.0, random_state=1).reset_index(drop=True)
    assert placed(mixed, WITH_FOOTWAYS) == placed(assets, WITH_FOOTWAYS)
    assert estates_of(mixed) == estates_of(assets)


def estates_of(assets: gpd.GeoDataFrame) -> dict[str, int]:
    estate = road_runs(assets, lay_out(assets), WITH_FOOTWAYS).estate
    return dict(zip(assets["asset_id"], estate.tolist(), strict=True))


def test_adjoining_streets_are_an_estate_and_their_footways_another() -> None:
    assert estates_of(register_of({name: {} for name in STREETS} | FOOTWAYS)) == {
        **dict.fromkeys(STREETS, 2),
        **{"F1": 0, "F2": 0, "F3": 0, "F4": -1, "F5": -1, "F6": 1},
    }
    # A section of another group parts what lies beyond it; a main road and a country lane are in none.
    parted = estates_of(register_of({name: {"group": "h"} if name == "R2" else {} for name in STREETS}))
    assert [parted[name] for name in ("R1", "R2", "R3", "R6")] == [0, 1, 2, 2]
    for column, value in (("road_class", "B"), ("environment", "rural")):
        assert set(estates_of(register_of({name: {column: value} for name in STREETS})).values()) == {-1}
    assert set(estates_of(register_of({name: {} for name in STREETS}, drawn=False)).values()) == {-1}


def test_a_register_without_sections_has_no_runs() -> None:
    assets = register_of({"F5": FOOTWAYS["F5"]})
    runs = road_runs(assets, lay_out(assets), CLASSES)
    assert (runs.run.tolist(), runs.estate.tolist()) == ([-1], [-1])


@pytest.fixture(scope="module")
def county() -> tuple[gpd.GeoDataFrame, RoadRuns]:
    assets = county_register().assets
    return assets, road_runs(assets, lay_out(assets), CLASSES)


def test_every_section_of_the_county_is_on_one_run(county) -> None:
    assets, runs = county
    road = (assets["asset_class"] == "carriageway").to_numpy()
    assert (runs.run[road] >= 0).all()
    assert (runs.run[~road] == -1).all()
    length = assets["length_m"].to_numpy()[road]
    assert runs.to_m[road] - runs.from_m[road] == pytest.approx(length)
    on = pd.DataFrame({"run": runs.run[road], "start": runs.from_m[road], "end": runs.to_m[road]}).sort_values(
        ["run", "start"]
    )
    ends = on.groupby("run").agg(start=("start", "min"), end=("end", "max"))
    assert (ends["end"] - ends["start"]).sum() == pytest.approx(length.sum())
    same = on["run"].diff() == 0
    assert on["start"][same].to_numpy() == pytest.approx(on["end"].shift()[same].to_numpy())


def test_roads_of_the_county_run_through_their_junctions(county) -> None:
    assets, runs = county
    road = assets["asset_class"] == "carriageway"
    table = assets[road].assign(run=runs.run[road])
    assert (table.groupby("run")[["road", "road_class", "environment"]].nunique() == 1).all(axis=None)
    # The figures of docs/network.md, section Schemes.
    lengths = [table.groupby(["road_class", name])["length_m"].sum() for name in ("link_id", "run")]
    figures = [
        length.groupby("road_class").quantile([0.5, 0.9]).round().astype(int).unstack().to_numpy().tolist()
        for length in lengths
    ]
    assert [len(length) for length in lengths] == [1522, 723]
    assert figures[0] == [[150, 1102], [143, 1107], [196, 1513], [155, 270]]
    assert figures[1] == [[1686, 3781], [1094, 2802], [938, 3168], [224, 618]]


def test_estates_of_the_county_are_its_urban_streets(county) -> None:
    assets, runs = county
    urban = (assets[["asset_class", "road_class", "environment"]] == ["carriageway", "U", "urban"]).all(axis=1)
    assert ((runs.estate >= 0) == urban).all()
    length = np.bincount(runs.estate[urban], assets["length_m"][urban])
    # The figures of docs/network.md, section Schemes.
    assert (len(length), round(length.max()), round(np.median(length))) == (141, 3869, 370)
