"""Write plan files a council engineer can read and change, from `templates`."""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from assetplan.asset_classes import CARRIAGEWAY
from assetplan.config import read_table_files
from assetplan.errors import Fault, RegisterError
from assetplan.finance import line_labels, published_profile
from assetplan.inputs import read_parameters
from assetplan.output import new_file
from assetplan.reference import load_table
from assetplan.register import RegisterNames, fill_assumed, read_register
from assetplan.register.no_map import no_map

if TYPE_CHECKING:
    import geopandas as gpd


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
    counts: Mapping[str, float] | None = None,
    sites: int | None = None,
    tables: Mapping[str, str] | None = None,
    property_half: Mapping[str, float] | None = None,
) -> str:
    """Text of a plan whose envelope is a share of the published five-year profile.

    Parameters
    ----------
    name, title, note : str; name of the plan, and what its report says at the top
    register, mapping : str; register and column mapping, relative to the plan file
    share : float; part of the published county's envelope (above 0)
    origin : str; where the envelope comes from, in a sentence or two
    first_year : int; first plan year: the profile's first year is taken for it
    counts : mapping, optional
        Potholes of the base year, claims and their money as `[claims]` has them; without them neither is forecast.
    sites : int, optional; most sites a year on roads and footways; without it their number has no limit
    tables : mapping, optional; the council's own tables, relative to the plan file, by name
    property_half : mapping, optional
        Prices of energy, `electricity_price` and `gas_price` [£/kWh], and `virement`, the share of a line's money that
        may move; with them the plan has sales of premises and names the records of an example.
    """
    profile = published_profile(share)
    digits = 3 if share >= 0.5 else 4 if share >= 0.01 else 6
    current = load_table("published_profile").groupby("line")["current_m"].first()
    lines = budget_lines(profile.index)
    for line in lines:
        line["amounts"] = [f"{amount:.{digits}f}" for amount in profile.loc[line["name"]]]
        line["current"] = f"{current[line['name']] * share:.{digits}f}"
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
        sites=sites,
        growth=load_table("published_money").set_index("name").loc["construction_growth", "value"],
        tables=tables,
        property_half=property_half,
        title=title or name,
        note=note,
    )


def budget_lines(names: Iterable[str]) -> list[dict[str, Any]]:
    """Budget lines with their label, and their name as a key of one width."""
    labels, width = line_labels(), max(map(len, names))
    return [{"name": name, "key": name.ljust(width), "label": labels[name]} for name in names]


@dataclass(frozen=True)
class EnvelopeShare:
    """How much of the published county's envelope a plan has, and by which measure of its register.

    Attributes
    ----------
    share : float
        Above 0; 1 is the published county's.
    measure : str
        "carriageway length", or "replacement value" where the register has no carriageway.
    origin : str
        Where the share comes from, in a sentence.
    unmapped : str
        That assets have no geometry, in a sentence; "" where all have.
    """

    share: float
    measure: str
    origin: str
    unmapped: str = ""


def envelope_share(assets: gpd.GeoDataFrame, file: str, names: RegisterNames) -> EnvelopeShare:
    """The published county's envelope in proportion to a register's carriageway, or to its value where it has none.

    Parameters
    ----------
    assets : GeoDataFrame
        Table `assets` of the register.
    file : str
        Name of the register, for the fault.
    names : RegisterNames
        Classes and groups of the assets, by which value is assumed where the register has none.

    Raises
    ------
    RegisterError
        The register has neither carriageway length nor value.
    """
    length = float(assets.loc[assets["asset_class"] == CARRIAGEWAY, "length_m"].sum()) / 1000
    # By rule where the register says no value, as an import would fill it.
    valued = assets.assign(replacement_value=assets["replacement_value"].where(assets["replacement_value"] > 0))
    value = 0.0 if length else float(fill_assumed(valued, names)["replacement_value"].sum()) / 1e6
    for measure, mine, whole, unit in (
        ("carriageway length", length, _published("length_"), "km of carriageway"),
        ("replacement value", value, _published("_value") / 1e6, "£m of replacement value"),
    ):
        if mine > 0:
            share = mine / whole
            origin = f"The published county's envelope times {share:.4g}: {mine:,.3g} of its {whole:,.0f} {unit}."
            return EnvelopeShare(share, measure, origin, no_map(assets))
    rule = "has neither carriageway nor anything of value: there is nothing to scale the envelope by"
    raise RegisterError([Fault(file, 0, "", "", rule)])


def _published(part: str) -> float:
    """Sum of the published county's figures whose name holds a text."""
    table = load_table("example_county")
    return float(table.loc[table["name"].str.contains(part, regex=False), "value"].astype(float).sum())


def init_plan(
    register: Path,
    output: Path,
    first_year: int = 2019,
    mapping: Path | None = None,
    force: bool = False,
    tables: Path | None = None,
) -> EnvelopeShare:
    """Write a plan for a register, its envelope in proportion to what the register holds.

    Parameters
    ----------
    register : Path; the register
    output : Path; plan file to write
    first_year : int; first plan year
    mapping : Path, optional; what the register calls its columns
    force : bool; whether a plan file that is there may be replaced
    tables : Path, optional; TOML file whose section [tables] names the council's own tables

    Raises
    ------
    ConfigError
        A table that `tables` names is faulty.
    OutputExistsError
        The plan file exists and `force` is false.
    RegisterError
        The register is faulty, or has neither carriageway nor anything of value.
    """
    names = read_parameters(tables).names
    scaled = envelope_share(read_register(register, mapping, names).assets, str(register), names)
    folder = output.parent.resolve()
    own = read_table_files(tables).model_dump(exclude_defaults=True) if tables else {}
    text = plan_text(
        output.stem,
        _relative(register, folder),
        scaled.share,
        scaled.origin,
        first_year=first_year,
        mapping=_relative(mapping, folder) if mapping else "",
        tables={name: _relative(tables.parent / file, folder) for name, file in own.items()} if tables else None,
    )
    with new_file(output, force) as part:
        part.write_text(text, encoding="utf-8")
    return scaled


def _relative(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path.resolve(), folder)).as_posix()
