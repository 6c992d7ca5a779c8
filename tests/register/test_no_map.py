"""Assets without geometry: stated, counted, kept apart from those whose geometry is lost."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyogrio
import pytest
from geopandas.testing import assert_geodataframe_equal
from register_helpers import assets, faults_of, mixed, register

from assetplan.connectivity.layers import network_layers
from assetplan.connectivity.layout import lay_out, off_network
from assetplan.errors import RegisterError
from assetplan.register import Register, import_table, read_register, validate_register, write_register
from assetplan.register.no_map import no_map, without_geometry
from assetplan.register.plausible import doubts

NONE = {"file": {"geometry": "none"}}
BY_CLASS = {"file": {"geometry": "by class", "crs": "EPSG:27700"}}
HEAD = "asset_id,asset_class,quantity,road_class,length_m,x,y\n"


def table(folder: Path, text: str) -> Path:
    path = folder / "assets.csv"
    path.write_text(text, encoding="utf-8")
    return path


def without(whole: Register, *classes: str) -> Register:
    """A register whose assets of some classes have no geometry."""
    of = whole.assets.assign(length_m=whole.assets["length_m"].fillna(90.0))
    of.loc[of["asset_class"].isin(classes), "geometry"] = None
    return replace(whole, assets=of)


def test_a_table_that_states_no_geometry_is_read_by_its_columns(tmp_path: Path) -> None:
    path = table(tmp_path, "asset_id,asset_class,road_class,length_m,width_m\nr1,carriageway,A,120,6\n")
    read = import_table(path, NONE, fill=True)
    assert read.assets["quantity"].tolist() == [720.0]
    assert without_geometry(read.assets).all()
    assert read.assets.crs == 27700
    assert no_map(read.assets).startswith("No asset has a geometry: there is no map")
    assert doubts(read.assets) == []
    whole = replace(read, notes=())
    assert_geodataframe_equal(validate_register(whole).assets, read.assets)


def test_a_table_without_coordinates_says_how_to_state_that(tmp_path: Path) -> None:
    path = table(tmp_path, "asset_id,asset_class,quantity\ns1,signal,1\n")
    with pytest.raises(RegisterError, match=r'hint: .* \[file\] geometry = "none"'):
        import_table(path)


def test_shapes_of_a_table_that_states_none_are_not_read(tmp_path: Path) -> None:
    assets({"length_m": 70.0}).to_file(tmp_path / "r.geojson", driver="GeoJSON")
    assets({"length_m": 70.0}).to_parquet(tmp_path / "r.parquet")
    for name in ("r.geojson", "r.parquet"):
        assert without_geometry(import_table(tmp_path / name, NONE).assets).all()


def test_a_section_that_is_not_drawn_needs_its_length(tmp_path: Path) -> None:
    path = table(tmp_path, HEAD + "r1,carriageway,500,A,,,\nr2,carriageway,500,A,100,,\ns1,signal,1,,,,\n")
    with pytest.raises(RegisterError) as error:
        import_table(path, NONE)
    assert faults_of(error) == {(2, "length_m", "is needed where no line is drawn")}


def test_none_and_a_place_contradict_each_other(tmp_path: Path) -> None:
    path = table(tmp_path, HEAD)
    both = {"file": {"geometry": "none", "x": "x"}, "join": {"file": "r", "key": "a", "start": "b", "end": "c"}}
    for mapping, columns in ((both, {"file.x", "join.start", "join.end"}), ({"file": {"geometry": "no"}}, None)):
        with pytest.raises(RegisterError) as error:
            import_table(path, mapping)
        assert {fault.column for fault in error.value.faults} == (columns or {"file.geometry"})


def test_classes_without_geometry_beside_others_in_one_table(tmp_path: Path) -> None:
    rows = "r1,carriageway,500,A,100,,\ns1,signal,1,,,450000,300000\n"
    read = import_table(table(tmp_path, HEAD + rows), BY_CLASS)
    assert without_geometry(read.assets).tolist() == [True, False]
    path = table(tmp_path, HEAD + rows + "s2,signal,1,,,,\ns3,signal,1,,,450000,\n")
    with pytest.raises(RegisterError) as error:
        import_table(path, BY_CLASS)
    assert faults_of(error) == {(4, "geometry", "is missing or empty"), (5, "y", "must be a number")}


@pytest.mark.slow
def test_a_mixture_reads_back_as_it_was_written(tmp_path: Path) -> None:
    bare = {"bridge", "building"}
    before = validate_register(without(mixed(), *bare))
    path = write_register(before, tmp_path / "r.gpkg")
    layers = dict(pyogrio.list_layers(path))
    assert {f"{name}_no_geometry" for name in bare} == {name for name, shape in layers.items() if "no_geo" in name}
    assert all(layers[f"{name}_no_geometry"] is None for name in bare)
    assert_geodataframe_equal(read_register(path).assets, before.assets)


def test_the_sentence_counts_and_says_what_is_not_worked_out() -> None:
    whole = mixed()
    assert no_map(whole.assets) == ""
    roads, bridges = (no_map(without(whole, name).assets) for name in ("carriageway", "bridge"))
    assert "(carriageway): they are not on the map" in roads
    assert "not worked out, for there is no network" in roads
    assert bridges.startswith("2 assets have no geometry (bridge)")
    assert "only through a section or link that they name" in bridges


def test_a_lost_geometry_is_no_statement(tmp_path: Path) -> None:
    lost = assets({}, {"asset_class": "signal", "quantity": 1.0, "geometry": None})
    pyogrio.write_dataframe(lost, tmp_path / "r.gpkg", layer="assets")
    with pytest.raises(RegisterError) as error:
        import_table(tmp_path / "r.gpkg")
    assert faults_of(error) == {(2, "geometry", "is missing or empty")}
    whole = validate_register(register(lost))  # a register in memory has none of a class
    assert without_geometry(whole.assets).tolist() == [False, True]
    with pytest.raises(RegisterError, match="is missing or empty"):
        validate_register(register(assets({}, {"geometry": None, "length_m": 5.0})))


def test_a_class_is_drawn_or_not(tmp_path: Path) -> None:
    path = write_register(validate_register(register(assets({}))), tmp_path / "r.gpkg")
    more = pd.DataFrame(assets({"asset_id": "b", "length_m": 5.0}).drop(columns="geometry"))
    pyogrio.write_dataframe(more, path, layer="carriageway_no_geometry", append=True)
    with pytest.raises(RegisterError, match=r"layer carriageway_no_geometry, row 1.*as others of its class have"):
        read_register(path)


def test_a_bridge_that_names_a_drawn_section_lies_on_it() -> None:
    bridge = {"asset_class": "bridge", "geometry": None}
    whole = validate_register(register(assets({}, bridge | {"parent_id": "a1"}, bridge)))
    layout = lay_out(whole.assets)
    assert (layout.placed >= 0).tolist() == [True, False]
    assert network_layers(whole, "r").layers["bridges"]["asset_id"].tolist() == ["a2", "a3"]


def test_sections_that_are_not_drawn_are_no_network(tmp_path: Path) -> None:
    whole = validate_register(register(assets({"geometry": None, "length_m": 9.0})))
    assert off_network(whole.assets, lay_out(whole.assets)) == []
    with pytest.raises(RegisterError, match=r"there is no network\n.*No asset has a geometry"):
        network_layers(whole, "r")
