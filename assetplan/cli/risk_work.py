"""Work of the command on risks: read or solve, write, and what is then printed."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from assetplan.cli.assurance_text import assets_text, register_text, shown, triggers_text
from assetplan.cli.assurance_work import write

if TYPE_CHECKING:
    from assetplan.finance.statement import Statement
    from assetplan.programme import Programme

BOOK, _TITLE = "risks.xlsx", "Risks"


def register_risk(
    path: Path,
    mapping: Path | None,
    previous: Path | None,
    as_at: datetime.date | None,
    output: Path | None,
    force: bool,
) -> tuple[str, list[Statement]]:
    """A council's register as text, as tables and, with `output`, as a folder with the register, identifiers kept.

    Parameters
    ----------
    path, mapping, previous : Path, Path or None; the register, its mapping, and that of the last report
    as_at : date or None; of the report; today by default
    output, force : Path or None, bool; folder to write, and whether it may be replaced
    """
    from assetplan.assurance.risks import read_risks, risk_report
    from assetplan.statements.risks import register_statements

    register = read_risks(path, mapping)
    before = None if previous is None else read_risks(previous, mapping)
    report = risk_report(register, as_at or datetime.date.today(), before, path.name)
    inputs = {"register": path, **({"last register": previous} if previous else {})}
    tables = [*register_statements(report)]
    write(tables, _TITLE, BOOK, output, force, inputs, {"risk_register": register.own()})
    return register_text(report), tables


def programme_risk(source: Path, output: Path | None, force: bool) -> tuple[str, list[Statement]]:
    """Risks of a plan, solved first, or of a planned folder, as text and as tables and, with `output`, as a folder.

    Parameters
    ----------
    source : Path; plan file or planned folder
    output, force : Path or None, bool; folder to write, and whether it may be replaced

    Raises
    ------
    ConfigError
        The plan of the folder did not work out the risk of its assets, and names no register.
    """
    from assetplan.answers.programme_risk import programme_risks
    from assetplan.statements.risks import asset_statements, register_statements, triggers_statement

    risks_of = programme_risks(_programme(source), str(source))
    texts: list[str] = []
    tables: list[Statement] = []
    if risks_of.assets is not None:
        parts = risks_of.assets, risks_of.classes, risks_of.schemes
        texts.append(assets_text(*parts))
        tables += asset_statements(*parts)
    if len(risks_of.triggers):
        texts.append(triggers_text(risks_of.triggers))
        tables.append(triggers_statement(risks_of.triggers))
    own = {}
    if risks_of.records.risks is not None and risks_of.records.register is not None:
        texts.append(register_text(risks_of.records.risks))
        tables += register_statements(risks_of.records.risks)
        own = {"risk_register": risks_of.records.register.own()}
    write(tables, _TITLE, BOOK, output, force, {"source": source}, own)
    return shown(texts), tables


def _programme(source: Path) -> Programme:
    from assetplan import plan, read_plan, read_programme

    if source.is_dir():
        return read_programme(source)
    stated = read_plan(source)
    return plan(stated.model_copy(update={"risk": stated.risk.model_copy(update={"assets": True})}))
