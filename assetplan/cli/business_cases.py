"""`assetplan business-case`: a pack for each bid and scheme above a gate."""

from __future__ import annotations

from pathlib import Path

import click

from assetplan.cli.answer import JSON, answer
from assetplan.cli.layout import paragraph
from assetplan.cli.options import FILE, FOLDER, FORCE, output
from assetplan.words import plural, pounds


@click.command("business-case")
@click.argument("out", type=FOLDER)
@click.argument("name", default="")
@click.option(
    "--gate",
    type=click.FloatRange(min=0),
    help="Least cost (£) of a bid or scheme that needs a case; by default business_case.gate of the plan.",
)
@click.option("--assumptions", type=FILE, help="CSV of assumptions: case, assumption, owner, date.")
@click.option("--classification", default="", metavar="TEXT", help="How the papers are classified, as 'unrestricted'.")
@output("Folder to write: a page and a Word document for each case, and cases.csv.")
@FORCE
@JSON
def business_case_command(
    out: Path,
    name: str,
    gate: float | None,
    assumptions: Path | None,
    classification: str,
    output: Path,
    force: bool,
) -> None:
    """Write business cases of OUT, a planned folder: of NAME, a bid or scheme, or of all that cost --gate or more."""
    from assetplan.business_cases import write_business_cases

    if gate is not None and name:
        raise click.UsageError("state either the NAME of a bid or scheme, or --gate")
    cases = write_business_cases(out, output, gate, name, assumptions, classification, force)
    facts = [
        {"kind": case.kind, "title": case.title, "cost_gbp": case.cost, "recommended": bool(case.chosen)}
        for case in cases
    ]
    lines = [
        paragraph(
            f"{case['kind']} {case['title']}: {pounds(case['cost_gbp'])}, "
            f"{'recommended' if case['recommended'] else 'not recommended'}"
        )
        for case in facts
    ]
    answer("\n".join([*lines, f"{plural(len(cases), 'business case')} in {output}"]), {"cases": facts}, output)
