"""Some of a register's assets, with what belongs to them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from places import whole_register

from assetplan import read_register, write_register
from assetplan.register import validate_register


@pytest.fixture
def part():
    register = whole_register()
    district = register.districts["name"].iloc[0]
    return district, register.where(register.assets["district"] == district)


def test_a_part_keeps_what_belongs_to_its_assets_and_no_more(part, tmp_path: Path) -> None:
    district, kept = part
    whole = whole_register()
    assert set(kept.assets["district"]) == {district}
    assert set(kept.inspections["asset_id"]) <= set(kept.assets["asset_id"])
    assert len(kept.inspections) == whole.inspections["asset_id"].isin(kept.assets["asset_id"]).sum()
    blocks = kept.assets.loc[kept.assets["asset_class"] == "building", "parent_id"]
    assert set(kept.blocks["block_id"]) == set(blocks)
    assert set(kept.premises["premises_id"]) == set(kept.blocks["premises_id"])
    assert 0 < len(kept.blocks) < len(whole.blocks)
    # It is a register like any other.
    validate_register(kept)
    again = read_register(write_register(kept, tmp_path / "part.gpkg"))
    assert again.assets["asset_id"].tolist() == kept.assets["asset_id"].tolist()


def test_without_buildings_there_are_no_premises() -> None:
    whole = whole_register()
    roads = whole.where(np.asarray(whole.assets["asset_class"] == "carriageway"))
    assert len(roads.premises) == len(roads.blocks) == 0
    assert len(roads.places) == len(whole.places)
