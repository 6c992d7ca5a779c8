"""Command `calibrate`: decay learned from inspections, or fitted to a trend that a council reports."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import click
from click.core import ParameterSource

from assetplan.cli.answer import JSON, answer
from assetplan.cli.options import FILE, FORCE, PATH, LaterChoice, output, seed


def _families() -> tuple[str, ...]:
    """The families of curve, and auto."""
    from assetplan.calibration.fitting import AUTO
    from assetplan.deterioration.families import FAMILIES

    return (AUTO, *FAMILIES)


def _refuse_others(context: click.Context, kept: set[str], option: str) -> None:
    """Refuse options that another one leaves nothing to do."""
    for parameter in context.command.params:
        given = context.get_parameter_source(str(parameter.name)) is ParameterSource.COMMANDLINE
        if given and parameter.name not in kept:
            raise click.UsageError(f"{parameter.opts[-1]} has no effect with {option}: leave one of them out")


@click.command()
@click.argument("inspections", type=FILE)
@output("CSV to write: one row a group, for tables.calibration.")
@click.option("--group", help="Column that says which deterioration group an asset is in.")
@click.option("--model", type=click.Choice(["curve", "markov", "weibull"]), default="curve", show_default=True)
@click.option("--measure", default="index", show_default=True, help="What column value holds: index, rci, iri, bci, …")
@click.option(
    "--family",
    type=LaterChoice(_families),
    default="auto",
    show_default=True,
    help="Family of a curve; auto takes the likeliest for its number of parameters.",
)
@click.option("--states", help="What column state holds, best first, joined by commas; letters or 0, 1, … by default.")
@click.option("--max-drop", type=click.IntRange(min=1), help="States that a chain may drop at once; any by default.")
@click.option("--covariate", multiple=True, help="Column that shifts an asset's pace; may be given again.")
@click.option(
    "--failure", type=click.FloatRange(0, 100), default=40.0, show_default=True, help="Index that ends a Weibull life."
)
@seed("Of the assets held out.")
@click.option("--mapping", type=FILE, help="Column mapping (TOML) of the file; see docs/register.md.")
@click.option("--to-trend", type=FILE, help="Trend that the council reports (TOML or CSV); INSPECTIONS is then a plan.")
@click.option("--plot", type=PATH, help="Picture to write (SVG): decay with its interval, and the held-out check.")
@FORCE
@JSON
@click.pass_context
def calibrate(
    context: click.Context,
    inspections: Path,
    output: Path,
    group: str | None,
    model: Literal["curve", "markov", "weibull"],
    measure: str,
    states: str | None,
    covariate: tuple[str, ...],
    mapping: Path | None,
    to_trend: Path | None,
    plot: Path | None,
    force: bool,
    **fit: Any,
) -> None:
    """Learn decay from INSPECTIONS (a table: asset_id, date or year, value or state) and write it by group."""
    if to_trend is not None:
        from assetplan.cli.work import run_trend

        _refuse_others(context, {"inspections", "output", "to_trend", "force"}, "--to-trend")
        run_trend(inspections, to_trend, output, force)
        return
    from assetplan.calibration import calibrate, read_inspections
    from assetplan.cli.calibration_text import calibration_text
    from assetplan.condition import measure_names
    from assetplan.output import refuse_existing

    if measure not in measure_names():
        raise click.BadParameter(f"must be one of {', '.join(measure_names())}", param_hint="--measure")
    for path in filter(None, (output, plot)):
        refuse_existing(path, force, inputs={"inspections": inspections})
    names = [name.strip() for name in states.split(",")] if states else None
    readings = read_inspections(
        inspections, group=group, measure=measure, states=names, covariates=covariate, mapping=mapping
    )
    learned = calibrate(readings, model, **fit)
    learned.write(output, force)
    if plot is not None:
        from assetplan.report.calibration import draw_calibration

        draw_calibration(learned, plot, force)
    facts = {"model": learned.kind, "groups": learned.rows, "notes": learned.notes}
    answer(calibration_text(learned), facts, *filter(None, (output, plot)))
