"""`assetplan inspect` and `assetplan survey`: what a register holds, and readings turned into its condition."""

from __future__ import annotations

from pathlib import Path

import click

from assetplan.cli.answer import JSON, answer
from assetplan.cli.options import FILE, FORCE, MAPPING, PATH, TABLES, output
from assetplan.cli.property import property_command


@click.command("inspect")
@click.argument("register", type=FILE)
@MAPPING
@TABLES
@click.option(
    "--year", type=click.IntRange(1900, 2200), help="At whose end condition stands; by default the last survey's."
)
@JSON
@output("Folder to write: a CSV for each table, and inspection.json.", required=False)
@FORCE
def inspect_command(
    register: Path,
    mapping: Path | None,
    tables: Path | None,
    year: int | None,
    output: Path | None,
    force: bool,
) -> None:
    """Say what REGISTER holds: what is owned, in which condition, for how long, and how much is assumed."""
    from assetplan import inspect, read_register
    from assetplan.cli.register_text import inspection_text
    from assetplan.inputs import read_parameters
    from assetplan.output import refuse_existing

    if output is not None:
        refuse_existing(output, force, folder=True, inputs={"register": register})
    parameters = read_parameters(tables)
    whole = read_register(register, mapping, parameters.names)
    if year is None and whole.assets["surveyed_year"].isna().all():
        raise click.UsageError("no asset of the register has a surveyed_year: give --year")
    inspected = inspect(whole, year, parameters)
    if output is not None:
        inspected.write(output, force)
    answer(inspection_text(inspected), inspected.records(), output)


@click.command("survey")
@click.argument("register", type=FILE)
@click.argument("readings", type=FILE)
@output("Register to write (.gpkg).")
@MAPPING
@click.option(
    "--measure",
    type=click.Choice(["rci", "pas2161", "pci", "iri"]),
    default="rci",
    show_default=True,
    help="What column value holds.",
)
@click.option(
    "--coverage", type=click.FloatRange(0, 1), help="Share of a section that must have been read; by default 0.5."
)
@click.option("--minimum", type=click.FloatRange(0), help="Shortest homogeneous section, m; by default 100.")
@TABLES
@click.option("--csv", type=PATH, help="Folder to write: sections, bands, homogeneous sections and faults, a CSV each.")
@FORCE
@JSON
def survey_command(
    register: Path,
    readings: Path,
    output: Path,
    mapping: Path | None,
    measure: str,
    coverage: float | None,
    minimum: float | None,
    tables: Path | None,
    csv: Path | None,
    force: bool,
) -> None:
    """Carry READINGS (CSV: link_id, start_m, end_m, date or year, value) to the road sections of REGISTER."""
    from assetplan import read_readings, read_register, survey, write_register
    from assetplan.cli.register_text import survey_facts, survey_text
    from assetplan.inputs import read_parameters
    from assetplan.output import refuse_existing

    inputs = {"register": register, "readings": readings}
    refuse_existing(output, force, inputs=inputs)
    if csv is not None:
        refuse_existing(csv, force, folder=True, inputs=inputs)
    whole = read_register(register, mapping, read_parameters(tables).names)
    surveyed = survey(whole, read_readings(readings, measure), coverage, minimum)
    write_register(surveyed.register, output, force)
    if csv is not None:
        surveyed.write(csv, force)
    answer(survey_text(surveyed), survey_facts(surveyed), output, csv)


REGISTER_COMMANDS = (inspect_command, survey_command, property_command)
