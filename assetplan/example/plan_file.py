"""Write plan files a council engineer can read and change, from `templates`."""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Iterable, Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from assetplan.asset_classes import CARRIAGEWAY
from assetplan.finance import line_labels, published_profile
from assetplan.output import new_file
from assetplan.reference import load_table
from assetplan.register import read_register


@lru_cache(maxsize=1)
def templates() -> Environment:
    """The packaged plan files, in which a text is quoted as TOML does."""
    made = Environment(
        loader=PackageLoader("assetplan.example"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # A JSON string is a TOML basic string, but for DEL, which no name holds.
    made.filters["quoted"] = partial(json.dumps, ensure_ascii=False)
    return made


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
    name, title, note : str; name of the plan, and what its report says at the top
    register, mapping : str; register and column mapping, relative to the plan file
    share : float; part of the published county's envelope (above 0)
    origin : str; where the envelope comes from, in a sentence or two
    first_year : int; first plan year: the profile's first year is taken for it
    counts : mapping, optional; potholes and claims of the base year; without them neither is forecast
    """
    profile = published_profile(share)
    digits = 3 if share >= 0.5 else 4 if share >= 0.01 else 6
    lines = budget_lines(profile.index)
    for line in lines:
        line["amounts"] = [f"{amount:.{digits}f}" for amount in profile.loc[line["name"]]]
    template = templates().get_template("plan.toml")
    return template.render(
        name=name,
        register=register,
        mapping=mapping,
        first_year=first_year,
        years=profile.shape[1],
        origin=textwrap.fill(" ".join(origin.split()), 110, initial_indent="# ", subsequent_indent="# "),
        lines=lines,
        # In a small county one scheme is a visible share of a line, so nothing as near to the bound need exist.
        gap="2e-4" if share >= 0.5 else "2e-3",
        counts=counts,
        title=title or name,
        note=note,
    )


def budget_lines(names: Iterable[str]) -> list[dict[str, Any]]:
    """Budget lines with their label, and their name as a key of one width."""
    labels, width = line_labels(), max(map(len, names))
    return [{"name": name, "key": name.ljust(width), "label": labels[name]} for name in names]


def published_length() -> float:
    """Carriageway length of the published county (km)."""
    table = load_table("example_county")
    return float(table.loc[table["name"].str.startswith("length_"), "value"].astype(float).sum())


def init_plan(
    register: Path, output: Path, first_year: int = 2019, mapping: Path | None = None, force: bool = False
) -> float:
    """Write a plan for a register, its envelope in proportion to carriageway length.

    Parameters
    ----------
    register : Path; the register
    output : Path; plan file to write
    first_year : int; first plan year
    mapping : Path, optional; what the register calls its columns
    force : bool; whether a plan file that is there may be replaced

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
