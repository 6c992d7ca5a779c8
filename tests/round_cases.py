"""The small plan that rounds are made of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from constraint_cases import small_register

from assetplan.register import write_register

PLAN = """
name = "base"
register = "register.gpkg"
first_year = 2019
years = 3
sites = { costs = "none" }
forecast = { futures = 0 }
[envelope]
unit = "£"
[envelope.lines]
carriageway_preventative = [20_000, 20_000, 20_000]
carriageway_major = [60_000, 60_000, 60_000]
bridges = [90_000, 90_000, 90_000]
footways = [9_000, 9_000, 9_000]
"""


def write_inputs(folder: Path, plan: str = PLAN) -> Path:
    """Write plan.toml and its register.gpkg into a folder, over those that are there."""
    register = small_register()
    assets, inspections = register.assets, register.inspections
    known = set(assets["asset_id"])
    assets = assets.assign(parent_id=assets["parent_id"].where(assets["parent_id"].isin(known), ""))
    part = replace(register, assets=assets, inspections=inspections[inspections["asset_id"].isin(known)])
    write_register(part, folder / "register.gpkg", force=True)
    (folder / "plan.toml").write_text(plan, encoding="utf-8")
    return folder
