"""The pack of business cases of a planned folder: a page and a Word document for each, and a list of them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from assetplan.assurance.tables import dates_of, faults_where, read_own
from assetplan.business_cases.case import BusinessCase
from assetplan.business_cases.document import CaseDocument, document_of
from assetplan.business_cases.gathering import BY_SCHEME, cases_of
from assetplan.business_cases.word import write_word
from assetplan.config.base import POUNDS
from assetplan.delimited import write_csv
from assetplan.errors import ConfigError, Fault, RegisterError
from assetplan.finance.statement import declared
from assetplan.output import new_folder
from assetplan.programme import Programme, read_programme
from assetplan.programme.statements import BOOK
from assetplan.report.figure import ReportFigure, asset_text
from assetplan.report.markup import render
from assetplan.words import day, financial_year

LIST = "cases.csv"
_HEADER_ROW = 5  # of a statement's sheet


def write_business_cases(
    source: Path,
    folder: Path,
    gate: float | None = None,
    name: str = "",
    assumptions: Path | None = None,
    classification: str = "",
    force: bool = False,
) -> tuple[BusinessCase, ...]:
    """Write the business cases of a planned folder: case-001.html and .docx, …, and cases.csv, which says what each is.

    Files have numbers, for the names of bids and schemes are text of users.

    Parameters
    ----------
    source, folder : path; the planned folder, and the folder to make
    gate : float, optional; the least cost that needs a case [£]; by default the plan's `business_case.gate`
    name : str; the one bid or scheme that is wanted; "" for all above the gate
    assumptions : path, optional; a CSV of table `case_assumptions`
    classification : str; how the papers are classified
    force : bool; whether a folder of that name may be replaced

    Returns
    -------
    tuple of BusinessCase
        In the order of the files.

    Raises
    ------
    RegisterError, ConfigError
        The folder is not of a plan, there is no such bid or scheme or none above the gate, or assumptions break their
        rules; every fault is listed.
    OutputExistsError
        The folder exists and `force` is false, or it holds what was not written with it.
    """
    programme = read_programme(source)
    if name:
        gate = 0.0
    elif gate is None:
        gate = own_gate(programme)
    if gate is None:
        raise ConfigError(
            [Fault("plan", 0, "business_case.gate", "", "is needed where no bid, scheme or gate is named")]
        )
    cases = cases_of(programme, gate, name, _by_scheme(source, programme))
    if not cases:
        raise RegisterError([Fault(str(source), 0, "gate", f"{gate:g}", "no bid or scheme costs as much")])
    given = read_assumptions(assumptions, cases) if assumptions else pd.DataFrame(columns=["case", *_GIVEN])
    inputs = {"plan": source, **({"assumptions": assumptions} if assumptions else {})}
    with new_folder(folder, force, inputs) as part:
        rows = []
        for number, case in enumerate(cases, 1):
            mine = given[given["case"].isin(["", case.name])][[*_GIVEN]].reset_index(drop=True)
            document = document_of(case, programme.summary, mine, classification)
            stem = f"case-{number:03d}"
            (part / f"{stem}.html").write_text(page_of(document), encoding="utf-8", newline="\n")
            write_word(document, part / f"{stem}.docx")
            answer = "yes" if case.chosen else "no"
            rows.append((stem, case.kind, case.name, case.title, round(case.cost, 2), answer))
        table = pd.DataFrame(rows, columns=["file", "kind", "name", "title", "cost", "recommended"])
        write_csv(table, part / LIST)
    return cases


_GIVEN = ("assumption", "owner", "date")


def read_assumptions(path: Path, cases: tuple[BusinessCase, ...]) -> pd.DataFrame:
    """Assumptions of business cases, dates in words.

    Parameters
    ----------
    path, cases : Path, tuple of BusinessCase; the file, and the cases whose names it may have

    Raises
    ------
    ConfigError
        A row has no assumption, owner or date, or is of a case that is not in the pack; every fault is listed.
    """
    table, faults = read_own("case_assumptions", path)
    dates, wrong = dates_of(table, "date")
    known = {case.name for case in cases}
    other = (table["case"] != "") & ~table["case"].isin(known)
    faults += [*wrong, *faults_where(table, "case", other, "is no case of this pack: blank is all of them")]
    for column in _GIVEN:
        faults += faults_where(table, column, table[column] == "", "is needed")
    if faults:
        raise ConfigError(faults)
    return table.assign(date=[day(text) for text in dates.dt.strftime("%Y-%m-%d")])


def page_of(document: CaseDocument) -> str:
    """A document as a page that stands alone.

    Parameters
    ----------
    document : CaseDocument
    """
    body = render("business_case.html", case=document)
    return ReportFigure(document.title, body, [asset_text("report.css")]).render()


def own_gate(programme: Programme) -> float | None:
    """The plan's own least cost of a case (£); None where it states none.

    Parameters
    ----------
    programme : Programme
    """
    plan = (programme.settings or {}).get("plan") or {}
    stated = plan.get("business_case")
    return None if stated is None else float(stated["gate"]) * POUNDS[plan["envelope"]["unit"]]


def _by_scheme(source: Path, programme: Programme) -> pd.DataFrame:
    """Rows of the statement of benefits by scheme, which a folder keeps in its workbook alone."""
    from assetplan.reading.workbook import read_sheet

    years = [financial_year(year) for year in programme.years]
    spec = declared(BY_SCHEME)
    named = {column.words: column.name for column in spec.columns}
    rows = read_sheet(source / BOOK, BY_SCHEME, _HEADER_ROW, ()).rename(columns=named)
    return rows.astype({"scheme_id": "str"}).assign(**{year: pd.to_numeric(rows[year]) for year in years})
