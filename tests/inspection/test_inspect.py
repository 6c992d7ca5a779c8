"""`assetplan inspect`: what a register holds, through the command line, against plain loops."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from commands import Done, run
from places import county_register
from shapely import LineString, Point

import assetplan
from assetplan import schema
from assetplan.inspection import CAPTIONS
from assetplan.prices import CONSTRUCTION, load_prices
from assetplan.register import Register, write_register

# Costs of buildings are stated in prices of 2016; without a plan they are in those of the latest price base.
TO_2019 = load_prices().ratio(CONSTRUCTION, 2016, 2019)


@pytest.fixture(scope="module")
def written(small_county: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done, pd.DataFrame]:
    out = tmp_path_factory.mktemp("inspection") / "out"
    done = run("inspect", small_county / "register.gpkg", "-o", out)
    assert done.returncode == 0, done.stderr
    return out, done, pd.DataFrame(county_register().assets)


def test_every_table_is_written_as_csv_and_json(written) -> None:
    out, done, _ = written
    names = {path.name for path in out.iterdir()}
    assert names == {"inspection.json", "manifest.json", *(f"{name}.csv" for name in CAPTIONS)}
    whole = json.loads((out / "inspection.json").read_text(encoding="utf-8"))
    for name in CAPTIONS:
        assert len(whole[name]) == len(pd.read_csv(out / f"{name}.csv")) > 0
    assert whole["year"] == 2018
    for words in ("carriageway by level of the", "130-01", "Facility condition index: critical", "under 5"):
        assert words in done.text


def test_condition_is_shared_out_as_a_plain_loop_does(written) -> None:
    out, _, assets = written
    table = pd.read_csv(out / "condition.csv").set_index(["asset_class", "by", "name"])
    roads = assets[assets["asset_class"] == "carriageway"]
    length: dict[str, float] = defaultdict(float)
    for road in roads.itertuples():
        length[road.district] += road.length_m / 1000
    for name, km in length.items():
        assert table["stock"]["carriageway", "district", name] == pytest.approx(km)
    bands = table[["very good", "good", "fair", "poor", "very poor"]]
    grades = table.loc[["building"], list("ABCD")]
    assert grades.sum(axis=1).to_numpy() == pytest.approx(1.0)
    built = table.index.get_level_values("asset_class") == "building"
    assert bands[built].isna().all(axis=None)
    assert table.loc[~built, ["A", "D"]].isna().all(axis=None)
    bands = bands[~built]
    assert bands.sum(axis=1).to_numpy() == pytest.approx(1.0)
    assert table["assets"]["building", "all", "all"] == 912


def test_indicators_count_the_length_of_their_road_classes(written) -> None:
    out, _, assets = written
    table = pd.read_csv(out / "indicators.csv")
    shares = table[table["by"] == "indicator"].set_index(["name", "band"])["share"]
    for name, classes in (("130-01", "A"), ("130-02", "BC"), ("unclassified", "U")):
        red = total = 0.0
        for road in assets[assets["asset_class"] == "carriageway"].itertuples():
            if road.road_class in classes:
                total += road.length_m
                red += road.length_m if road.value >= 100 else 0.0
        assert shares[name, "red"] == pytest.approx(red / total)


def test_backlog_and_facilities_add_up_as_a_plain_loop_does(written) -> None:
    out, _, assets = written
    share = {3: 0.25, 4: 1.0, 5: 1.0}
    price = assetplan.reference.load_table("treatments").query("treatment == 'component_renewal'")
    price = dict(zip(price["group"], price["unit_cost"] * TO_2019, strict=True))
    owed: dict[str, float] = defaultdict(float)
    value: dict[str, float] = defaultdict(float)
    for part in assets[assets["asset_class"] == "building"].itertuples():
        owed[part.parent_id] += share.get(int(part.value), 0.0) * part.quantity * price[part.group]
        value[part.parent_id] += part.replacement_value
    table = pd.read_csv(out / "backlog.csv").groupby("building")["total"].sum()
    assert table.to_dict() == pytest.approx({name: cost for name, cost in owed.items() if cost})
    worst = pd.read_csv(out / "facilities.csv").set_index("building")
    assert worst["fci"].to_dict() == pytest.approx({name: owed[name] / value[name] for name in value})
    assert worst["fci"].is_monotonic_decreasing


def test_the_bridge_stock_is_weighted_by_deck_area(written) -> None:
    out, _, assets = written
    total = area = 0.0
    for bridge in assets[assets["asset_class"] == "bridge"].itertuples():
        total += bridge.value * bridge.quantity
        area += bridge.quantity
    stock = pd.read_csv(out / "bridges.csv").set_index("name")
    # The older inspections are carried forward to the year of the latest.
    assert stock["stock_index"]["all"] == pytest.approx(total / area, abs=0.3)
    assert stock["weight_limits"]["all"] == 4


def test_condition_is_that_from_which_a_plan_starts(written, small_programme) -> None:
    rows = pd.DataFrame(small_programme.summary.condition)
    rows = rows[(rows["year"] == 2018) & (rows["case"] == "plan")]
    table = pd.read_csv(written[0] / "condition.csv").query("by == 'all'").set_index("asset_class")
    for name in ("carriageway", "footway", "bridge"):
        quantity = rows[rows["asset_class"] == name].set_index("band")["quantity"]
        for band, amount in quantity.items():
            assert table[band][name] == pytest.approx(amount / quantity.sum(), abs=1e-4)


def test_nothing_is_replaced_unless_asked(written, small_county: Path, tmp_path: Path) -> None:
    out, *_ = written
    done = run("inspect", small_county / "register.gpkg", "-o", out)
    assert done.returncode == 1
    assert "exists already" in done.text
    (tmp_path / "mine.txt").write_text("mine")
    done = run("inspect", small_county / "register.gpkg", "-o", tmp_path, "--force")
    assert done.returncode == 1
    assert "this program did not write it" in done.text
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


LINE = LineString([(450000, 300000), (450100, 300000)])


@pytest.fixture
def gaps(tmp_path: Path) -> Path:
    """A register in which much is not known."""
    rows = [
        {"asset_id": "r1", "asset_class": "carriageway", "road_class": "A", "length_m": 100.0, "geometry": LINE},
        {"asset_id": "r2", "asset_class": "carriageway", "measure": "rci", "value": 120.0, "geometry": LINE},
        {"asset_id": "r3", "asset_class": "carriageway", "road_class": "B", "measure": "pas2161", "value": 5.0,
         "length_m": 60.0, "geometry": LINE, "surveyed_year": 2024.0},
        {"asset_id": "f1", "asset_class": "footway", "measure": "fns", "value": 4.0, "parent_id": "r3",
         "length_m": 50.0, "geometry": LINE},
        {"asset_id": "b1-roof_flat", "asset_class": "building", "group": "roof_flat", "measure": "grade", "value": 4.0,
         "priority": 1.0, "parent_id": "b1", "geometry": Point(450000, 300000)},
        {"asset_id": "b1-heating", "asset_class": "building", "group": "heating", "parent_id": "b1",
         "measure": "index", "value": 41.0, "replacement_value": 1e5, "geometry": Point(450000, 300000)},
        {"asset_id": "x1", "asset_class": "bridge", "geometry": Point(450000, 300000)},
    ]  # fmt: skip
    frame = gpd.GeoDataFrame(pd.DataFrame(rows).assign(quantity=100.0), geometry="geometry", crs=27700)
    none = {name: gpd.GeoDataFrame(schema.empty(name), geometry=[], crs=27700) for name in ("places", "districts")}
    whole = Register(frame, schema.empty("inspections"), none["places"], none["districts"])
    return write_register(whole, tmp_path / "gaps.gpkg")


def test_what_is_not_known_is_counted_and_guessed_at_nowhere(gaps: Path, tmp_path: Path) -> None:
    done = run("inspect", gaps)
    assert done.returncode == 0, done.stderr
    assert "2 assets without a condition: no band counts them" in done.text
    assert "1 assets without a deterioration group" in done.text
    done = run("inspect", gaps, "--json", "--year", "2026")
    assert done.returncode == 0, done.stderr
    whole = json.loads(done.stdout)
    assert whole["year"] == 2026
    rows = {(row["asset_class"], row["by"], row["name"]): row for row in whole["condition"]}
    assert rows["carriageway", "all", "all"]["known"] == pytest.approx(60 / 160)
    assert rows["bridge", "all", "all"]["mean"] is None
    assert rows["carriageway", "road_class", "not stated"]["assets"] == 1
    life = {(row["asset_class"], row["by"], row["name"]): row for row in whole["residual_life"]}
    assert life["carriageway", "road_class", "not stated"]["known"] is None
    assert whole["notes"][0].startswith("2 assets without the length, deck area or replacement value")
    # PAS 2161 is reported by its own bands; an RCI without a length has none to report.
    assert {row["measure"] for row in whole["indicators"]} == {"pas2161"}
    assert [row["name"] for row in whole["footways"]] == ["all", "secondary distributor", "not stated"]
    urgent = [row for row in whole["backlog"] if row["urgent"]]
    assert [(row["grade"], row["urgent"]) for row in urgent] == [("D", pytest.approx(100 * 160.0 * TO_2019))]
    assert [row["building"] for row in whole["facilities"]] == ["b1"]


def test_a_register_never_surveyed_needs_a_year(gaps: Path, tmp_path: Path) -> None:
    whole = assetplan.read_register(gaps)
    bare = whole.assets.assign(surveyed_year=float("nan"))
    path = write_register(Register(bare, whole.inspections, whole.places, whole.districts), tmp_path / "bare.gpkg")
    done = run("inspect", path)
    assert done.returncode == 2
    assert "give --year" in done.text
    with pytest.raises(ValueError, match="name the year"):
        assetplan.inspect(assetplan.read_register(path))
    inspection = assetplan.inspect(assetplan.read_register(path), 2025)
    assert repr(inspection).splitlines()[:2] == ["Inspection", "  at the end of  2025"]
    assert "<table" in inspection._repr_html_()
