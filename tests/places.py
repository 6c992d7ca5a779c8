"""Where things lie, and the small example county as it is read."""

from __future__ import annotations

import contextlib
import runpy
import shutil
import warnings
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from assetplan.register import Register

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
CASES = ROOT.parent / "shared" / "cases"
SMALL_COUNTY = ROOT / "data" / "example"


def case(name: str, folder: Path) -> Path:
    """A copy of an input that once failed, in a folder of the test's own; the test is skipped where there are none."""
    if not CASES.is_dir():
        pytest.skip("the inputs that once failed are not here")
    copy = Path(shutil.copytree(CASES / name, folder / name, copy_function=shutil.copyfile))
    copy.chmod(0o755)
    return copy


def made_case(name: str, folder: Path) -> Path:
    """`case`, with the inputs that its make.py writes."""
    copy = case(name, folder)
    with contextlib.chdir(copy), warnings.catch_warnings(action="ignore", category=ResourceWarning):
        runpy.run_path("make.py")
    return copy


@cache
def whole_register() -> Register:
    """Register of the small example county with premises and blocks; tests must copy what they change."""
    from assetplan.register import read_register

    return read_register(SMALL_COUNTY / "register.gpkg")


@cache
def county_register() -> Register:
    """Register of the small example county without its property half; tests must copy what they change."""
    from assetplan.register.premises import COMPONENT_COLUMNS, no_property

    whole = whole_register()
    return replace(whole, assets=whole.assets.assign(**dict.fromkeys(COMPONENT_COLUMNS, "")), **no_property())


_HALF = ("[envelope.virement]", "[tables]", "[energy]", "[disposals]", "[receipts]", "[risk]", "[indicators]")


def plain_plan(folder: Path, register: bool = True) -> Path:
    """The small county's plan without its property half in a folder of the test's own, with or without its register."""
    from assetplan.register import write_register

    text = (SMALL_COUNTY / "plan.toml").read_text(encoding="utf-8")
    kept = [part for part in text.split("\n\n") if not any(name in part for name in _HALF)]
    plan = folder / "plan.toml"
    plan.write_text("\n\n".join(kept).replace(', "energy"]', "]"), encoding="utf-8")
    if register:
        write_register(county_register(), folder / "register.gpkg")
    return plan


def part_of(register: Register, chosen: NDArray[np.bool_]) -> Register:
    """A register with some of its assets, and those that they belong to."""
    assets = register.assets
    wanted = set(assets["asset_id"][chosen])
    while more := set(assets["parent_id"][assets["asset_id"].isin(wanted)]) - wanted - {""}:
        wanted |= more
    kept = (table[table["asset_id"].isin(wanted)].reset_index(drop=True) for table in (assets, register.inspections))
    return replace(register, **dict(zip(("assets", "inspections"), kept, strict=True)))
