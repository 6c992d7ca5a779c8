"""Small estates that the tests of property share."""

from __future__ import annotations

from typing import Any

import pandas as pd
from register_helpers import assets, register
from shapely import Point

from assetplan.inputs import read_parameters
from assetplan.property import Estate, estate_of
from assetplan.register import Register, validate_register

PARAMETERS = read_parameters()
WALL = {"asset_class": "building", "group": "brick_wall", "road_class": "", "measure": "grade", "value": 2,
        "surveyed_year": 2025, "quantity": 500.0, "geometry": Point(450000, 300000)}  # fmt: skip


def property_register(
    *components: dict[str, Any],
    blocks: list[dict[str, Any]] | None = None,
    premises: list[dict[str, Any]] | None = None,
) -> Register:
    """Brick walls of 500 m² at grade B but for what is stated; without blocks their parents are buildings."""
    frame = assets(*(WALL | {"parent_id": "B1"} | row for row in components))
    parts = {
        name: pd.DataFrame(rows) for name, rows in (("blocks", blocks), ("premises", premises)) if rows is not None
    }
    return validate_register(register(frame, **parts))


def estate(*components: dict[str, Any], base: int = 2025, **parts: Any) -> Estate:
    """The estate of such a register."""
    return estate_of(property_register(*components, **parts), PARAMETERS, base)
