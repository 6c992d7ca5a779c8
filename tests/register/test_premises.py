"""Premises and blocks of a register: kept in its file, and checked against each other and the components."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from register_helpers import assets, faults_of, mixed, register
from shapely import Point

from assetplan.errors import RegisterError
from assetplan.register import Register, read_register, validate_register, write_register
from assetplan.register.premises import premises_of, responsibility_of

PREMISES = pd.DataFrame({"premises_id": ["P1", "P2"], "responsibility": ["PFI", "shared"], "pupils": [180, None]})
BLOCKS = pd.DataFrame({"block_id": ["B1", "B2"], "premises_id": ["P1", "P2"], "floor_area_m2": [900.0, None]})


def components(*parents: str, **columns: list[str]) -> gpd.GeoDataFrame:
    """A flat roof on each of these blocks."""
    rows = [{"parent_id": parent, "measure": "grade", "value": 3} for parent in parents]
    frame = assets(*rows).assign(
        asset_class="building", group="roof_flat", road_class="", geometry=Point(450000, 300000)
    )
    return frame.assign(**columns)


def school(frame: gpd.GeoDataFrame, premises: pd.DataFrame = PREMISES, blocks: pd.DataFrame = BLOCKS) -> Register:
    """A register of these components on two premises."""
    return register(frame, premises=premises, blocks=blocks)


def test_premises_and_blocks_come_back_from_the_file_as_they_were(tmp_path: Path) -> None:
    ours = validate_register(school(components("B1", "B2", element=["Roofs", ""], responsibility=["", "tenant"])))
    back = read_register(write_register(ours, tmp_path / "r.gpkg"))
    pd.testing.assert_frame_equal(back.premises, ours.premises)
    pd.testing.assert_frame_equal(back.blocks, ours.blocks)
    assert back.assets["element"].tolist() == ["Roofs", ""]
    assert back.premises["pupils"].tolist()[0] == 180


def test_a_register_without_property_has_neither_its_tables_nor_its_columns(tmp_path: Path) -> None:
    import pyogrio

    path = write_register(mixed(), tmp_path / "r.gpkg")
    assert not {"premises", "blocks"} & set(pyogrio.list_layers(path)[:, 0])
    assert not {"element", "material", "responsibility"} & set(pyogrio.read_info(path, layer="building")["fields"])
    assert not len(read_register(path).premises)


def test_every_fault_of_property_is_listed_with_its_table() -> None:
    premises = pd.DataFrame(
        {"premises_id": ["P1", "P1"], "pupils": [-1, 5], "capacity": [10, -2], "suitability": ["E", "A"]}
    )
    blocks = pd.DataFrame({"block_id": ["B1", "B1", "B3"], "premises_id": ["P1", "", "P9"]})
    frame = components("B1", "", "B4")
    frame.loc[0, "value"] = 6
    with pytest.raises(RegisterError) as error:
        validate_register(school(frame, premises, blocks), "r.gpkg")
    assert faults_of(error) == {
        (1, "value", "measure grade runs from 1 to 5"),
        (2, "parent_id", "no block has this block_id"),
        (3, "parent_id", "no block has this block_id"),
        (2, "premises_id", "is there more than once"),
        (2, "premises_id", "a value is required"),
        (1, "pupils", "must be at least 0"),
        (2, "capacity", "must be at least 0"),
        (1, "suitability", "must be one of A, B, C, D"),
        (2, "block_id", "is there more than once"),
        (3, "premises_id", "no premises have this premises_id"),
    }
    assert {fault.file for fault in error.value.faults} == {"r.gpkg", "r.gpkg, premises", "r.gpkg, blocks"}


def test_a_component_without_block_in_a_file_is_named_by_its_layer(tmp_path: Path) -> None:
    path = write_register(school(components("B1", "house")), tmp_path / "r.gpkg")
    with pytest.raises(RegisterError) as error:
        read_register(path)
    assert [(f.file, f.row, f.value) for f in error.value.faults] == [("r.gpkg, layer building", 2, "house")]


def test_a_component_is_kept_up_by_whom_it_names_else_its_premises_else_the_council() -> None:
    ours = validate_register(school(components("B1", "B1", "B2", "B2", responsibility=["", "council", "", "academy"])))
    kept_up = responsibility_of(ours.assets, ours.blocks, ours.premises)
    assert kept_up.tolist() == ["PFI", "council", "council", "academy"]
    assert premises_of(ours.assets, ours.blocks).tolist() == ["P1", "P1", "P2", "P2"]
    bare = mixed()
    assert set(responsibility_of(bare.assets, bare.blocks, bare.premises)) == {"council"}
