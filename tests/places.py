"""Where things lie, and the small example county as it is read."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assetplan.register import Register

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
SMALL_COUNTY = ROOT / "data" / "example"


@cache
def county_register() -> Register:
    """Register of the small example county; tests must copy what they change."""
    from assetplan.register import read_register

    return read_register(SMALL_COUNTY / "register.gpkg")
