"""`assetplan property`: backlog, need, condition, sufficiency and surveys of a register's buildings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from assetplan.cli.answer import JSON, answer
from assetplan.cli.options import FILE, FORCE, MAPPING, TABLES, output

if TYPE_CHECKING:
    from assetplan.property import Estate

_WORST = 5  # rows of a long table that are printed
_YEARS = 30


@click.command("property")
@click.argument("source", metavar="REGISTER_OR_PLAN", type=FILE)
@MAPPING
@TABLES
@click.option(
    "--year",
    type=click.IntRange(1900, 2200),
    help="At whose end condition stands; by default the last survey's, of a plan the year before its first.",
)
@click.option(
    "--years",
    type=click.IntRange(1, 100),
    default=_YEARS,
    show_default=True,
    help="How many years the expected backlog is followed for.",
)
@output("Folder to write: property.xlsx and a CSV for each table.", required=False)
@FORCE
@JSON
def property_command(
    source: Path,
    mapping: Path | None,
    tables: Path | None,
    year: int | None,
    years: int,
    output: Path | None,
    force: bool,
) -> None:
    """Say what the buildings of REGISTER_OR_PLAN (.toml) need: backlog, facility condition index, schools, surveys."""
    from assetplan.cli.plan_text import statement_text
    from assetplan.output import new_folder
    from assetplan.programme import fill_tables
    from assetplan.property import property_statements

    if source.suffix.lower() == ".toml":
        if mapping or tables or year:
            raise click.UsageError("a plan states its own: leave --mapping, --tables and --year out")
        estate = _of_plan(source)
    else:
        estate = _of_register(source, mapping, tables, year)
    statements = property_statements(estate, years)
    if output is not None:
        with new_folder(output, force, {"register or plan": source}) as folder:
            fill_tables(statements, f"Property of {source.name}", folder, "property.xlsx")
    texts = [statement_text(each, most=_WORST if each.long else None) for each in statements]
    answer("\n\n".join(texts), {"tables": statements}, output)


def _of_plan(source: Path) -> Estate:
    """The estate of a plan's register in the year before its first."""
    from assetplan import read_plan
    from assetplan.inputs.load import load_inputs
    from assetplan.property import estate_of_plan

    return estate_of_plan(load_inputs(read_plan(source)))


def _of_register(source: Path, mapping: Path | None, tables: Path | None, year: int | None) -> Estate:
    """The estate of a register, at the end of a year or of that of its last survey."""
    from assetplan import read_register
    from assetplan.asset_classes import BUILDING
    from assetplan.errors import Fault, RegisterError
    from assetplan.inputs import read_parameters
    from assetplan.property import estate_of

    parameters = read_parameters(tables)
    register = read_register(source, mapping, parameters.names, premises_alone=True)
    if not len(register.premises) and not (register.assets["asset_class"] == BUILDING).any():
        rule = "there are no premises and no building components in it"
        raise RegisterError([Fault(source.name, 0, "", "", rule)])
    last = register.assets["surveyed_year"].max()
    if year is None and last != last and (len(register.assets) or len(register.blocks)):
        raise click.UsageError("no asset of the register has a surveyed_year: give --year")
    # Premises alone stand in no condition that a year could be of.
    return estate_of(register, parameters, year or (int(last) if last == last else 1))
