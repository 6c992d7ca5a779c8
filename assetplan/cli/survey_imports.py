"""`assetplan import hmdif`, `pas2161` and `bridge-inspections`: condition surveys carried to a register."""

from __future__ import annotations

from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assetplan.cli.answer import JSON, answer
from assetplan.cli.layout import paragraph
from assetplan.cli.options import FILE, FORCE, PATH, output
from assetplan.output import new_folder, refuse_existing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import pandas as pd

    from assetplan.inspection import Survey

_REGISTER = click.option("--register", type=FILE, required=True, help="Register whose sections or bridges these are.")
_OWN_REGISTER = click.option(
    "--register", type=FILE, help="Register whose sections these are; by default one is made of the file's own."
)
_CSV = click.option("--csv", type=PATH, help="Folder to write: every table of the file, a CSV each.")
_COVERAGE = click.option(
    "--coverage", type=click.FloatRange(0, 1), help="Share of a section that must have been read; by default 0.5."
)
_ASSUMED = "  condition index assumed from defects: points of reference/hmdif_defects.csv, not an index of UKPMS"
_MAPPING = click.option("--mapping", type=FILE, help="What the file calls things (TOML); see docs/register.md.")


def _notes(notes: Iterable[tuple[str, int]]) -> list[str]:
    return [paragraph(f"  {note}: {count:,}", "    ") for note, count in notes]


def _click_command(name: str, *own: Callable[[Any], Any]) -> Callable[[Any], click.Command]:
    """A command that reads a file, with its own options before those that all of these have."""
    options = (click.argument("file", type=FILE), *own, _CSV, output("Register to write (.gpkg)."), FORCE, JSON)
    return lambda function: click.command(name)(reduce(lambda made, add: add(made), reversed(options), function))


@_click_command("hmdif", _REGISTER, _MAPPING, _COVERAGE)
def hmdif(
    file: Path,
    register: Path,
    mapping: Path | None,
    coverage: float | None,
    csv: Path | None,
    output: Path,
    force: bool,
) -> None:
    """A UKPMS exchange file (HMDIF): visual or machine survey, carried to the sections of a register."""
    from assetplan.inspection import hmdif_readings, read_hmdif, read_hmdif_mapping, survey
    from assetplan.register import read_register

    _refuse(output, csv, force, file, register)
    content = read_hmdif(file)
    tables = {f"records_{name.lower()}": table for name, table in content.records.items()}
    readings, notes = hmdif_readings(content, read_hmdif_mapping(mapping))
    carried = survey(read_register(register), readings, coverage)
    _write(carried, output, csv, force, tables)
    notes = [*content.notes, *notes]
    lines = _notes(notes)
    if readings.measure == "index":
        lines.append(paragraph(_ASSUMED, "    "))
    _end(carried, lines, {"notes": notes}, output, csv)


@_click_command("pas2161", _OWN_REGISTER, _MAPPING, _COVERAGE)
def pas2161(
    file: Path,
    register: Path | None,
    mapping: Path | None,
    coverage: float | None,
    csv: Path | None,
    output: Path,
    force: bool,
) -> None:
    """Road condition by PAS 2161: ten-metre results (CSV), carried to sections with their coverage."""
    from assetplan.inspection import against_register, pas2161_register, read_pas2161, survey
    from assetplan.register import read_register

    _refuse(output, csv, force, file, register)
    results = read_pas2161(file, mapping)
    whole = pas2161_register(results) if register is None else read_register(register)
    carried = survey(whole, results.readings, coverage)
    tables = {"coverage": results.coverage, "reasons": results.reasons, "network": results.network}
    _write(carried, output, csv, force, tables)
    notes = [*results.notes, *against_register(results, whole)]
    total, valid = results.coverage["total_m"].sum(), results.coverage["valid_m"].sum()
    lines = [*_notes(notes), f"  coverage: {valid / 1000:,.2f} km valid of {total / 1000:,.2f} km surveyed"]
    for reason, row in results.reasons.iterrows():
        lines.append(paragraph(f"    not valid, {reason}: {row['length_m'] / 1000:,.2f} km", "      "))
    facts = {"notes": notes, "valid_m": valid, "total_m": total, "not_valid": results.reasons.reset_index()}
    _end(carried, lines, facts, output, csv)


@_click_command("bridge-inspections", _REGISTER)
def bridge_inspections(file: Path, register: Path, csv: Path | None, output: Path, force: bool) -> None:
    """Inspections of bridges by element and date (CSV): BCI of the latest inspected elements."""
    from assetplan.delimited import write_csv
    from assetplan.inspection import inspect_bridges
    from assetplan.register import read_register, write_register

    _refuse(output, csv, force, file, register)
    result = inspect_bridges(read_register(register), file)
    write_register(result.register, output, force)
    if csv is not None:
        with new_folder(csv, force) as part:
            write_csv(result.bridges, part / "bridges.csv")
            write_csv(result.elements, part / "elements.csv")
    count = f"{len(result.bridges):,} bridges take their BCI from the latest inspected elements"
    facts = {"notes": result.notes, "bridges": len(result.bridges)}
    answer("\n".join([*_notes(result.notes), count]), facts, output, csv)


def _refuse(output: Path, csv: Path | None, force: bool, file: Path, register: Path | None) -> None:
    inputs = {"file": file, **({} if register is None else {"register": register})}
    refuse_existing(output, force, inputs=inputs)
    if csv is not None:
        refuse_existing(csv, force, folder=True, inputs=inputs)


def _write(carried: Survey, output: Path, csv: Path | None, force: bool, tables: Mapping[str, pd.DataFrame]) -> None:
    from assetplan.register import write_register

    write_register(carried.register, output, force)
    if csv is not None:
        carried.write(csv, force, tables)


def _end(carried: Survey, lines: list[str], facts: dict[str, Any], output: Path, csv: Path | None) -> None:
    from assetplan.cli.register_text import survey_facts, survey_text

    answer("\n".join([*lines, survey_text(carried)]), facts | survey_facts(carried), output, csv)
