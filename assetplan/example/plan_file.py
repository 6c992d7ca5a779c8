"""Write a plan file a council engineer can read and change."""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Mapping
from pathlib import Path

from assetplan.asset_classes import CARRIAGEWAY
from assetplan.finance import line_labels, published_profile
from assetplan.output import new_file
from assetplan.reference import load_table
from assetplan.register import read_register

_HEAD = """\
# A plan for assetplan: what is owned, what may be spent, what counts as good.
# Every key is in docs/plan-file.md; what is left out takes its default.

name = {name}
register = {register}
{mapping}first_year = {first_year}      # financial year that begins in April of this year
years = {years}

# What each budget line may spend in each year, in prices of the first year.
{origin}
[envelope]
unit = "£m"
prices = "real"

[envelope.lines]
"""

_TAIL = """
# Benefit is the present value of these cost streams under do-nothing less under the strategy.
[benefit]
streams = ["works", "reactive", "claims", "risk", "user", "detours"]
horizon = 60

[strategies]
max_treatments = 2     # of one asset within the plan years
min_interval = 3       # years between them

# Neighbouring works may share a site: sections of one road, a bridge or signals and their road.
[sites]
costs = "shared"       # or "single": each has its own; "none": unit costs hold for any size

[solver]
target_gap = {gap}      # relative distance from the proven bound at which a plan is called optimal
time_limit = 60        # seconds
{forecast}
[report]
title = {title}
note = {note}
"""

_FORECAST = """
# What was counted in the base year: forecasts of potholes and claims are scaled to it.
[forecast]
potholes = {potholes}
claims = {claims}
"""


def plan_text(
    name: str,
    register: str,
    share: float,
    origin: str,
    *,
    first_year: int = 2019,
    mapping: str = "",
    title: str = "",
    note: str = "",
    counts: Mapping[str, int] | None = None,
) -> str:
    """Text of a plan whose envelope is a share of the published five-year profile.

    Parameters
    ----------
    name, title, note : str
        Name of the plan, and what its report says at the top.
    register, mapping : str
        Register and column mapping, relative to the plan file.
    share : float
        Part of the published county's envelope (above 0).
    origin : str
        Where the envelope comes from, in a sentence or two.
    first_year : int
        First plan year; the profile's first year is taken for it.
    counts : mapping, optional
        Potholes and claims of the base year; without them neither is forecast.
    """
    profile = published_profile(share)
    labels = line_labels()
    width = max(len(line) for line in profile.index)
    digits = 3 if share >= 0.5 else 4 if share >= 0.01 else 6
    # In a small county one scheme is a visible share of a line, so nothing as near to the bound need exist.
    gap = "2e-4" if share >= 0.5 else "2e-3"
    rows = [
        f"{line.ljust(width)} = [{', '.join(f'{amount:.{digits}f}' for amount in amounts)}]  # {labels[line]}"
        for line, amounts in zip(profile.index, profile.to_numpy(), strict=True)
    ]
    head = _HEAD.format(
        name=_quoted(name),
        register=_quoted(register),
        mapping=f"mapping = {_quoted(mapping)}\n" if mapping else "",
        first_year=first_year,
        years=profile.shape[1],
        origin=textwrap.fill(" ".join(origin.split()), 110, initial_indent="# ", subsequent_indent="# "),
    )
    return (
        head
        + "\n".join(rows)
        + "\n"
        + _TAIL.format(
            title=_quoted(title or name),
            note=_quoted(note),
            gap=gap,
            forecast=_FORECAST.format(**counts) if counts else "",
        )
    )


def _quoted(text: str) -> str:
    # A JSON string is a TOML basic string, but for DEL, which no name holds.
    return json.dumps(text, ensure_ascii=False)


def published_length() -> float:
    """Carriageway length of the published county (km)."""
    table = load_table("example_county")
    return float(table.loc[table["name"].str.startswith("length_"), "value"].astype(float).sum())


def init_plan(
    register: Path, output: Path, first_year: int = 2019, mapping: Path | None = None, force: bool = False
) -> float:
    """Write a plan for a register, its envelope in proportion to carriageway length.

    Returns
    -------
    float
        Share of the published county's envelope.

    Raises
    ------
    RegisterError
        The register is faulty.
    OutputExistsError
        The plan file exists and `force` is false.
    ValueError
        The register has no carriageway to measure by.
    """
    assets = read_register(register, mapping).assets
    length = float(assets.loc[assets["asset_class"] == CARRIAGEWAY, "length_m"].sum()) / 1000
    if not length:
        raise ValueError(f"{register} has no carriageway, so there is no length to scale the envelope by")
    share = length / published_length()
    folder = output.parent.resolve()
    text = plan_text(
        output.stem,
        _relative(register, folder),
        share,
        f"The published county's envelope times {share:.4f}, this register's {length:,.0f} km of its "
        f"{published_length():,.0f} km of carriageway.",
        first_year=first_year,
        mapping=_relative(mapping, folder) if mapping else "",
    )
    with new_file(output, force) as part:
        part.write_text(text, encoding="utf-8")
    return share


def _relative(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path.resolve(), folder)).as_posix()
