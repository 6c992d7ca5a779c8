"""Command `monitor`: what schemes of a programme have spent and are to spend, against their budget."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assetplan.cli.answer import JSON, answer
from assetplan.cli.options import FILE, FOLDER, FORCE, TRUST_EDITS, output
from assetplan.output import new_folder, refuse_existing

if TYPE_CHECKING:
    from assetplan.monitoring import Actuals, Approved, Monitoring
    from assetplan.programme import Programme


@click.command()
@click.argument("folder", metavar="OUT", type=FOLDER)
@click.argument("actuals", metavar="ACTUALS", type=FILE)
@click.option("--late-days", type=click.FloatRange(min=0), help="Days that a scheme may be late and be AMBER.")
@click.option("--over-percent", type=click.FloatRange(min=0), help="Per cent that it may be above its budget.")
@output("Folder to write: a workbook, a CSV each, summary.json; by default it is only printed.", required=False)
@click.option("--spent", type=click.Path(path_type=Path), help="Folder to write that [spent] of the next plan names.")
@TRUST_EDITS
@FORCE
@JSON
def monitor(
    folder: Path,
    actuals: Path,
    late_days: float | None,
    over_percent: float | None,
    output: Path | None,
    spent: Path | None,
    trust_edits: bool,
    force: bool,
) -> None:
    """Set ACTUALS (a CSV of actuals and forecasts by scheme and quarter) beside the programme of the folder OUT.

    Forecast outturn against budget by line and scheme, inclusions, rephasing kept apart from variance, schemes that are
    off track on date or money, and how far benefits are. Tolerances are the plan's where they are not stated.
    """
    from assetplan.cli.monitoring_text import monitoring_text, spent_text
    from assetplan.monitoring import approved_of, as_done, monitor, read_actuals
    from assetplan.programme import read_programme

    inputs = {"programme": folder, "actuals": actuals}
    for written in (each for each in (output, spent) if each is not None):
        refuse_existing(written, force, folder=True, inputs=inputs)
    programme = read_programme(folder, trust_edits)
    approved = approved_of(programme)
    reported = read_actuals(actuals, approved)
    result = monitor(approved, reported, late_days, over_percent)
    done = None if spent is None else as_done(programme, approved, reported, result)
    facts: dict[str, Any] = _figures(programme, approved, reported, result)
    texts = [monitoring_text(programme.summary.title, approved, reported, result)]
    if output is not None:
        with new_folder(output, force, inputs) as part:
            _fill(part, programme, approved, reported, result)
    if spent is not None and done is not None:
        with new_folder(spent, force, inputs) as part:
            done.programme.fill(part)
        texts.append(spent_text(done, approved, spent))
        facts["spent"] = {"until": done.until, "moved": done.moved, "to_pay": done.to_pay, "assumed": done.assumed}
    answer("\n\n".join(texts), facts, output)


def _fill(folder: Path, programme: Programme, approved: Approved, actuals: Actuals, result: Monitoring) -> None:
    """Write, to a folder that is there, monitoring.xlsx, a CSV each table, scheme_progress.csv and summary.json."""
    from assetplan.delimited import write_csv
    from assetplan.monitoring.outturn import progress_of
    from assetplan.programme import fill_tables
    from assetplan.statements.monitoring import monitoring_statements

    tables = monitoring_statements(approved, actuals, result)
    fill_tables(tables, f"{programme.summary.title}: monitoring", folder, "monitoring.xlsx")
    write_csv(progress_of(result.schemes), folder / "scheme_progress.csv")
    text = json.dumps(_figures(programme, approved, actuals, result), indent=1, ensure_ascii=False, allow_nan=False)
    (folder / "summary.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def _figures(programme: Programme, approved: Approved, actuals: Actuals, result: Monitoring) -> dict[str, Any]:
    """Its figures, as summary.json has them."""
    from assetplan.monitoring.outturn import AMOUNTS
    from assetplan.statements.monitoring import monitoring_statements

    schemes, tables = result.schemes, monitoring_statements(approved, actuals, result)
    return {
        "plan": programme.summary.plan,
        "prices": approved.prices,
        "until": str(actuals.until or ""),
        **{str(name): round(float(amount), 2) for name, amount in result.cells[list(AMOUNTS)].sum().items()},
        "schemes": len(approved.names),
        "reported": len(schemes) - int(schemes["included"].sum()),
        "included": int(schemes["included"].sum()),
        "off_track": int((schemes["off_track"] != "").sum()),
        "tables": [each.as_json() for each in tables if not each.long],
    }
