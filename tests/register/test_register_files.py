"""Registers as files: what is written reads back, the same bytes, and files made elsewhere."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from commands import run
from geopandas.testing import assert_geodataframe_equal
from pandas.testing import assert_frame_equal
from register_helpers import assets, mixed, register
from shapely import Point

from assetplan.errors import OutputExistsError, RegisterError
from assetplan.register import Register, read_register, validate_register, write_register


def assert_same(one: Register, other: Register) -> None:
    assert_geodataframe_equal(one.assets, other.assets)
    assert_frame_equal(one.inspections, other.inspections)
    assert_geodataframe_equal(one.places, other.places)
    assert_geodataframe_equal(one.districts, other.districts)
    assert one.notes == other.notes


def test_what_is_written_reads_back_equal_and_in_order(tmp_path: Path) -> None:
    before = mixed()
    write_register(before, tmp_path / "r.gpkg")
    assert_same(read_register(tmp_path / "r.gpkg"), before)


def test_each_layer_holds_one_geometry_type_and_none_is_promoted(tmp_path: Path) -> None:
    write_register(mixed(), tmp_path / "r.gpkg")
    layers = dict(pyogrio.list_layers(tmp_path / "r.gpkg"))
    assert layers["bridge_point"] == "Point"
    assert layers["bridge_linestring"] == "LineString"
    assert layers["building"] == "Polygon"
    assert {"inspections", "notes"} <= set(layers)


def test_the_same_register_gives_the_same_bytes_under_any_name(tmp_path: Path) -> None:
    (tmp_path / "deeper").mkdir()
    one = write_register(mixed(), tmp_path / "one.gpkg")
    two = write_register(mixed(), tmp_path / "deeper" / "second name.gpkg")
    assert one.read_bytes() == two.read_bytes()
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None


def test_another_process_gives_the_same_bytes(tmp_path: Path) -> None:
    one = write_register(mixed(), tmp_path / "one.gpkg")
    code = "import sys; from register_helpers import mixed; from assetplan.register import write_register as write;"
    code += "write(mixed(), sys.argv[1])"
    folder = str(Path(__file__).parents[1])
    env = {**os.environ, "PYTHONPATH": folder, "PYTHONHASHSEED": "77"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "two.gpkg")], check=True, env=env)
    assert one.read_bytes() == (tmp_path / "two.gpkg").read_bytes()


def test_a_file_that_is_there_stays_unless_forced(tmp_path: Path) -> None:
    target = tmp_path / "r.gpkg"
    target.write_text("mine")
    with pytest.raises(OutputExistsError, match=r"r\.gpkg"):
        write_register(mixed(), target)
    assert target.read_text() == "mine"
    write_register(mixed(), target, force=True)
    assert len(read_register(target).assets) == 7
    assert [path.name for path in tmp_path.iterdir()] == ["r.gpkg"]


def test_a_register_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="coordinate reference system"):
        write_register(register(assets({}, crs=None)), tmp_path / "r.gpkg")
    with pytest.raises(ValueError, match="no assets"):
        write_register(register(assets({}).iloc[:0]), tmp_path / "r.gpkg")
    assert not list(tmp_path.iterdir())


def test_faults_name_the_layer_and_its_feature(tmp_path: Path) -> None:
    whole = mixed()
    broken = whole.assets.copy()
    broken.loc[0, ["quantity", "parent_id"]] = [np.nan, "nowhere"]
    seen = whole.inspections.assign(asset_id=["a3", "gone"])
    target = write_register(replace(whole, assets=broken, inspections=seen), tmp_path / "r.gpkg")
    with pytest.raises(RegisterError) as error:
        read_register(target)
    assert [(fault.file, fault.row, fault.column, fault.value) for fault in error.value.faults] == [
        ("r.gpkg, layer bridge_point", 1, "parent_id", "nowhere"),
        ("r.gpkg, layer bridge_point", 1, "quantity", ""),
        ("r.gpkg, layer inspections", 2, "asset_id", "gone"),
    ]


def test_a_geopackage_made_elsewhere_needs_neither_class_nor_position(tmp_path: Path) -> None:
    frame = assets({}, {}).drop(columns="asset_class").to_crs(4326)
    pyogrio.write_dataframe(frame, tmp_path / "q.gpkg", layer="carriageway")
    back = read_register(tmp_path / "q.gpkg").assets
    assert back["asset_class"].tolist() == ["carriageway"] * 2
    assert back.crs.to_epsg() == 27700
    assert back.length.to_numpy() == pytest.approx([100, 100], abs=0.01)  # a grid shift is known to centimetres


@pytest.mark.parametrize("name", ["r.gpkg", "r.geojson", "r.shp", "r.parquet"])
def test_one_table_of_assets_reads_from_any_format(tmp_path: Path, name: str) -> None:
    frame = assets({"name": "High Street"}, {"quantity": 12.5})
    if name.endswith("parquet"):
        frame.to_parquet(tmp_path / name)
    elif name.endswith("shp"):
        frame = frame.rename(columns={"asset_class": "class"})
        pyogrio.write_dataframe(frame, tmp_path / name)
    else:
        pyogrio.write_dataframe(frame, tmp_path / name, layer="my roads")
    mapping = {"columns": {"asset_class": "class"}} if name.endswith("shp") else None
    back = read_register(tmp_path / name, mapping)
    assert back.assets["quantity"].tolist() == [500, 12.5]
    assert back.assets["name"].tolist() == ["High Street", ""]
    assert back.assets.crs.to_epsg() == 27700


def test_a_missing_file_and_a_file_of_another_kind(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere\.gpkg"):
        read_register(tmp_path / "nowhere.gpkg")
    for name in ("r.gpkg", "r.parquet", "r.geojson", "r.shp"):
        (tmp_path / name).write_text("this is no register")
        with pytest.raises(RegisterError, match=name):
            read_register(tmp_path / name)


def test_several_layers_need_one_named(tmp_path: Path) -> None:
    path = tmp_path / "r.gpkg"
    pyogrio.write_dataframe(assets({}), path, layer="roads")
    pyogrio.write_dataframe(assets({"asset_id": "b"}), path, layer="lanes", append=True)
    with pytest.raises(RegisterError, match=r"2 layers \(roads, lanes\).*\[file\] layer"):
        read_register(path)
    with pytest.raises(RegisterError, match="'paths' is no layer"):
        read_register(path, {"file": {"layer": "paths"}})
    assert read_register(path, {"file": {"layer": "lanes"}}).assets["asset_id"].tolist() == ["b"]


def test_a_layer_without_geometry_or_rows(tmp_path: Path) -> None:
    bare = pd.DataFrame(assets({}).drop(columns="geometry"))
    pyogrio.write_dataframe(bare, tmp_path / "bare.gpkg", layer="carriageway")
    with pytest.raises(RegisterError, match="no geometry"):
        read_register(tmp_path / "bare.gpkg")
    pyogrio.write_dataframe(
        assets({}).iloc[:0], tmp_path / "none.gpkg", layer="carriageway", geometry_type="LineString"
    )
    with pytest.raises(RegisterError, match="no assets"):
        read_register(tmp_path / "none.gpkg")


def test_what_others_changed_in_a_file_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "r.gpkg"
    lost = assets({"position": "x"}, {"geometry": None}, {"geometry": Point(500, 500)}).set_crs(
        4326, allow_override=True
    )
    lost["geometry"] = [Point(-1, 52), None, Point(500, 500)]
    pyogrio.write_dataframe(lost, path, layer="carriageway")
    pyogrio.write_dataframe(
        assets({"asset_class": "signal", "asset_id": "s", "position": 1}), path, layer="signal", append=True
    )
    plain = pd.DataFrame({"note": ["a", "b"], "count": ["3", "some"], "name": ["x", "y"]})
    pyogrio.write_dataframe(plain, path, layer="notes", append=True)
    pyogrio.write_dataframe(plain, path, layer="places", append=True)
    with pytest.raises(RegisterError) as error:
        read_register(path)
    assert {(fault.file.rpartition(" ")[2], fault.row, fault.column) for fault in error.value.faults} == {
        ("carriageway", 2, "geometry"),
        ("carriageway", 3, "geometry"),
        ("notes", 2, "count"),
        ("places", 0, "geometry"),
    }


def test_every_name_the_package_offers_is_there() -> None:
    import assetplan.register as room

    assert all(getattr(room, name) is not None for name in room.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        room.nonsense  # noqa: B018


@pytest.mark.benchmark
def test_reads_and_writes_many_assets(tmp_path: Path) -> None:
    count = 10_000
    frame = gpd.GeoDataFrame(
        {"asset_id": [f"a{n}" for n in range(count)], "asset_class": "carriageway", "quantity": 1.0},
        geometry=[Point(xy) for xy in np.random.default_rng(1).uniform(4e5, 5e5, (count, 2))],
        crs=27700,
    )
    whole = validate_register(register(frame))
    write_register(whole, tmp_path / "r.gpkg")
    assert len(read_register(tmp_path / "r.gpkg").assets) == count


@pytest.mark.slow
def test_a_register_that_lacks_something_is_filled_by_import_table(tmp_path: Path) -> None:
    whole = mixed()
    blank = whole.assets["asset_class"].isin(["signal", "footway"])
    lacking = {"value": whole.assets["value"].mask(blank), "measure": whole.assets["measure"].mask(blank, "")}
    write_register(replace(whole, assets=whole.assets.assign(**lacking)), tmp_path / "r.gpkg")
    done = run("import", "table", "r.gpkg", "-o", "filled.gpkg", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    filled = read_register(tmp_path / "filled.gpkg")
    assert filled.assets["value"].notna().all()
    assert filled.assets.loc[blank, "assumed"].str.contains("value").all()
    assert len(filled.inspections) == len(whole.inspections) == 2
    assert len(filled.places) == len(whole.places)
