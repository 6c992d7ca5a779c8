"""`assetplan`: the group of commands, and how their errors end.

Exit status: 0 done, 1 the data or the plan is wrong or cannot be met, 2 wrong usage.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import click

from assetplan.cli.answer import JSON, answer, as_json, remark, remark_files
from assetplan.cli.assurance import ASSURANCE_COMMANDS
from assetplan.cli.calibration import calibrate
from assetplan.cli.doctor import doctor, version_text
from assetplan.cli.faults import faults_text, refuse_other_file
from assetplan.cli.imports import import_group
from assetplan.cli.layout import echo, paragraph
from assetplan.cli.options import (
    FILE,
    FOLDER,
    FORCE,
    INPUTS,
    MAPPING,
    PATH,
    TABLES,
    TRUST_EDITS,
    Shares,
    asset_ids,
    output,
    seed,
)
from assetplan.cli.questions import QUESTION_COMMANDS
from assetplan.cli.registers import REGISTER_COMMANDS
from assetplan.cli.rounds import ROUND_COMMANDS
from assetplan.cli.survey_imports import bridge_inspections, hmdif, pas2161
from assetplan.errors import FaultyInputError, InfeasibleError, OutputExistsError

_SIZE = click.Choice(["small", "county"])


class _Commands(click.Group):
    """A group whose commands end with status 1 and a plain message where the user's input is at fault."""

    def invoke(self, ctx: click.Context) -> object:
        # Which folder it keeps its fonts in is no news for a user.
        logging.getLogger("matplotlib").setLevel(logging.ERROR)
        try:
            return super().invoke(ctx)
        except FaultyInputError as error:
            message = faults_text(error, ctx.params.get("faults"))
        except InfeasibleError as error:
            message = "\n".join(map(paragraph, str(error).split("\n")))
        except OutputExistsError as error:
            message = str(error)
        except FileNotFoundError as error:
            message = f"no such file: {error.filename or error}"
        except BrokenPipeError:
            raise
        except OSError as error:  # a full disk, a name too long, a folder of somebody else's
            message = f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)
        echo(f"assetplan: {message}", err=True)
        sys.exit(1)


def _show_version(context: click.Context, option: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        echo(version_text())
        context.exit()


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_show_version, help="Show versions and exit."
)
@click.option("--faults", type=PATH, help="CSV to write every fault to, if there are any.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors and what was asked for, and nothing else.")
def main(faults: Path | None, quiet: bool) -> None:
    """Plan the renewal of roads, bridges and buildings, and prove how near to best the plan is.

    The options below stand before the command's name.
    """
    if faults is not None:
        refuse_other_file(faults)


for _command in (hmdif, pas2161, bridge_inspections):
    import_group.add_command(_command)
for _command in (
    import_group,
    *REGISTER_COMMANDS,
    *ROUND_COMMANDS,
    *ASSURANCE_COMMANDS,
    *QUESTION_COMMANDS,
    calibrate,
    doctor,
):
    main.add_command(_command)


@main.command()
@click.argument("out", type=PATH, default=Path("maps/example"))
@click.option("--size", type=_SIZE, default="county", show_default=True)
@seed(default=1)
@FORCE
@JSON
def demo(out: Path, size: str, seed: int, force: bool) -> None:
    """Make the example county, plan it, and write programme and report to OUT."""
    import tempfile

    from assetplan.cli.work import run_plan
    from assetplan.example import write_example
    from assetplan.output import refuse_existing, tidy_end

    refuse_existing(out, force, folder=True)
    with tidy_end(), tempfile.TemporaryDirectory() as scratch:
        county = Path(scratch) / "county"
        write_example(county, size, seed)
        run_plan(county / "plan.toml", out, force)


@main.command()
@click.argument("out", type=PATH)
@click.option("--size", type=_SIZE, default="small", show_default=True)
@seed(default=1)
@FORCE
def example(out: Path, size: str, seed: int, force: bool) -> None:
    """Make an example county: a register and a plan in the folder OUT."""
    from assetplan.example.folder import FILES, write_example

    write_example(out, size, seed, force)
    remark_files(*(out / name for name in FILES))


@main.command()
@click.argument("register", type=FILE)
@output("Plan file to write (TOML).")
@click.option("--first-year", type=int, default=2019, show_default=True)
@MAPPING
@TABLES
@FORCE
@JSON
def init(register: Path, output: Path, first_year: int, mapping: Path | None, tables: Path | None, force: bool) -> None:
    """Write a plan for REGISTER with the published county's envelope in proportion to its roads, or to its value."""
    from assetplan import init_plan

    scaled = init_plan(register, output, first_year, mapping, force, tables)
    text = f"envelope at {scaled.share:.2%} of the published county's, by {scaled.measure}"
    answer(text, {"envelope_share": scaled.share, "by": scaled.measure}, output)
    remark(scaled.unmapped)


@main.command()
@click.argument("plan", type=FILE)
@JSON
def validate(plan: Path) -> None:
    """Check a plan and everything it names; list every fault."""
    from assetplan import read_plan, validate
    from assetplan.asset_classes import load_asset_classes
    from assetplan.cli.register_text import register_facts, register_text

    read = read_plan(plan)
    own = read.path(read.tables.asset_classes) if read.tables.asset_classes else None
    facts = register_facts(validate(read), load_asset_classes(own), read.first_year - 1)
    answer(f"{register_text(facts)}\n{plan}: no faults", facts)


@main.command()
@click.argument("plan", type=FILE)
@output("CSV to write; by default it is printed.", required=False)
@FORCE
@JSON
def predict(plan: Path, output: Path | None, force: bool) -> None:
    """Predict every asset's condition by year if nothing is done."""
    from assetplan import predict as forecast
    from assetplan import read_plan
    from assetplan.delimited import write_csv
    from assetplan.inputs.load import files_of, load_inputs
    from assetplan.output import new_file, refuse_existing
    from assetplan.register.no_map import no_map

    configuration = read_plan(plan)
    inputs = {"plan": plan, **files_of(configuration)}
    if output is not None:
        refuse_existing(output, force, inputs=inputs)
    register = load_inputs(configuration).register
    table = forecast(configuration, register)
    remark(no_map(register.assets), err=True)
    if output is not None:
        with new_file(output, force, inputs) as part:
            write_csv(table, part)
    if output is None or as_json():
        answer(table.to_csv(index=False, lineterminator="\n").rstrip("\n"), {"assets": table}, output)
    else:
        remark_files(output)


@main.command()
@click.argument("register", type=FILE)
@output("GeoPackage to write (.gpkg).")
@MAPPING
@TABLES
@seed("Of the sample for betweenness.")
@FORCE
@JSON
def network(register: Path, output: Path, mapping: Path | None, tables: Path | None, seed: int, force: bool) -> None:
    """Write the network of REGISTER: links, nodes, sections, schemes, bridges and places."""
    from assetplan.cli.network_text import network_facts, network_text
    from assetplan.connectivity.layers import network_layers, write_network
    from assetplan.inputs import read_parameters
    from assetplan.output import refuse_existing
    from assetplan.register import read_register
    from assetplan.register.no_map import no_map

    refuse_existing(output, force, inputs={"register": register})
    parameters = read_parameters(tables)
    whole = read_register(register, mapping, parameters.names)
    layers = network_layers(whole, str(register), seed, parameters)
    write_network(layers, output, force)
    facts = network_facts(layers)
    answer(network_text(facts), facts, output)
    remark(no_map(whole.assets))


@main.command()
@click.argument("plan", type=FILE)
@output("Folder to write.")
@FORCE
@JSON
def plan(plan: Path, output: Path, force: bool) -> None:
    """Choose the programme and write it, with its report, to a folder."""
    from assetplan.cli.work import run_plan

    run_plan(plan, output, force)


@main.command()
@click.argument("plan", type=FILE)
@output("Folder to write.")
@FORCE
@JSON
def finance(plan: Path, output: Path, force: bool) -> None:
    """Solve a plan and write its statements of finance alone: a workbook, a CSV each, JSON."""
    from assetplan.cli.work import run_finance

    run_finance(plan, output, force)


@main.command()
@click.argument("plan", type=FILE)
@click.option(
    "--measure",
    type=click.Choice(["index", "poor"]),
    help="What is held of each class: its average index, or its share in poor condition, the default of --clear-by and "
    "--below.",
)
@click.option("--clear-by", type=int, help="Year by whose end all that is poor is to be cleared, and then held.")
@click.option("--below", type=float, help="Condition index below which stock counts as poor, in place of 40.")
@output("Folder to write: a workbook, a CSV each, JSON; by default it is only printed.", required=False)
@FORCE
@JSON
def standstill(
    plan: Path, measure: str | None, clear_by: int | None, below: float | None, output: Path | None, force: bool
) -> None:
    """Work out the least money that holds today's condition, by line and year, beside the envelope."""
    from assetplan.cli.work import run_standstill

    poor = clear_by is not None or below is not None
    run_standstill(plan, output, force, measure or ("poor" if poor else "index"), clear_by, below)


@main.command()
@click.argument("folder", type=FOLDER)
@click.argument("asset_id", shell_complete=asset_ids)
@INPUTS
@TRUST_EDITS
@JSON
def explain(folder: Path, asset_id: str, inputs: Path | None, trust_edits: bool) -> None:
    """Say why an asset or bid of a planned FOLDER has what it has, and what would have changed that.

    With --inputs, what would have turned a bid is solved again.
    """
    from assetplan.cli.work import run_explain

    run_explain(folder, asset_id, inputs, trust_edits)


@main.command()
@click.argument("plan_file", metavar="PLAN", type=FILE)
@click.option("--money", type=Shares(), help="Shares of the plan's money, as 80%,100%,120%; by default 50% to 150%.")
@click.option("--carbon", type=Shares(), help="Shares of what its works emit, in place of money, as 60%,80%,100%.")
@output("Folder to write: points, lines and condition as CSV; by default only printed.", required=False)
@FORCE
@JSON
def frontier(
    plan_file: Path,
    money: tuple[float, ...] | None,
    carbon: tuple[float, ...] | None,
    output: Path | None,
    force: bool,
) -> None:
    """Show what more or less money would bring to a PLAN: benefit, condition, and the worth of one more pound."""
    from assetplan.cli.work import run_frontier

    if money and carbon:
        raise click.UsageError("--money and --carbon are two frontiers: ask for one")
    run_frontier(plan_file, carbon or money, output, force, "carbon" if carbon else "money")


@main.command()
@click.argument("plan_file", metavar="PLAN", type=FILE)
@click.option("--futures", type=int, help="How many futures are drawn; by default 60.")
@click.option("--solved-for", type=int, help="In how many of them the plan is solved as if known; by default 24.")
@click.option("--replanned", type=int, help="In how many it is made anew every year; by default 6.")
@seed("Of the futures; the same seed gives the same.")
@output("Folder to write: every table as CSV; by default only printed.", required=False)
@FORCE
@JSON
def uncertainty(plan_file: Path, output: Path | None, force: bool, seed: int, **counts: int | None) -> None:
    """Show what may become of a PLAN in many futures, which works stand in all, and what knowing more is worth."""
    from assetplan.cli.work import run_uncertainty

    run_uncertainty(plan_file, output, force, seed, {name: n for name, n in counts.items() if n is not None})


@main.command()
@click.argument("folder", type=FOLDER)
@click.option("--to", "url", required=True, help="Address of a database, as postgresql://host/db, without a password.")
@click.option("--schema", required=True, help="Schema of the tables; it is made where it is not there.")
@TRUST_EDITS
@click.option("--force", is_flag=True, help="Replace tables that an earlier publish wrote.")
def publish(folder: Path, url: str, schema: str, trust_edits: bool, force: bool) -> None:
    """Write the assets and works of a planned FOLDER to PostgreSQL with PostGIS, both tables or none."""
    from assetplan import publish, read_programme

    echo("\n".join(publish(read_programme(folder, trust_edits), url, schema, force)))


@main.command()
@click.argument("folder", type=FOLDER)
@output("HTML file to write; by default report.html in FOLDER.", required=False)
@TRUST_EDITS
@FORCE
def report(folder: Path, output: Path | None, trust_edits: bool, force: bool) -> None:
    """Write the report of a planned FOLDER again."""
    from assetplan import read_programme, write_report
    from assetplan.output import read_manifest, refuse_existing, write_manifest
    from assetplan.programme import REPORT
    from assetplan.register.no_map import no_map

    target, written = output or folder / REPORT, read_manifest(folder) or {}
    refuse_existing(target, force, inputs={f"programme's {name}": folder / name for name in written if name != REPORT})
    programme = read_programme(folder, trust_edits).check()
    write_report(programme, target, force)
    if output is None and written:
        write_manifest(folder, REPORT)
    remark(no_map(programme.assets))
    remark_files(target)
