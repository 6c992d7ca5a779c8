"""A business case as parts of a document, the same for the page and for Word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from assetplan.business_cases.case import FULL, MINIMUM, NOTHING, RECOMMENDED, BusinessCase
from assetplan.finance.statement import declared, real
from assetplan.programme.summary import Summary
from assetplan.report.statement_table import as_it_stands
from assetplan.report.tables import Noted
from assetplan.words import capitalised, pounds

Part = str | Noted
_OTHERS = (
    "Minimum and full are not bound by the plan's limits: one that costs less or brings more than the "
    "recommended option falls in a year whose money does more elsewhere."
)
_BEST = "Recommended is here its best option; the case itself is not recommended."
_BY_YEAR = "What is saved in each year; a benefit that is stated as a present value falls in no year."


@dataclass(frozen=True)
class CaseDocument:
    """A business case to be laid out.

    Attributes
    ----------
    title, subject : str; its heading, and what stands above it
    cover : sequence of (str, str); what it is headed with
    sections : sequence of (str, sequence of Part); headings with their paragraphs and tables
    """

    title: str
    subject: str
    cover: Sequence[tuple[str, str]]
    sections: Sequence[tuple[str, Sequence[Part]]]


def document_of(case: BusinessCase, summary: Summary, assumptions: pd.DataFrame, classification: str) -> CaseDocument:
    """The document of a case.

    Parameters
    ----------
    case : BusinessCase
    summary : Summary; of the programme that it is of
    assumptions : DataFrame; assumption, owner, date of this case; from `read_assumptions`
    classification : str; how the paper is classified, as "exempt, paragraph 3"
    """
    prices = real(summary.price_base)
    cover = [
        ("Plan", summary.title or summary.plan),
        ("Subject", f"{capitalised(case.kind)}: {case.title}"),
        ("Classification", classification or "not stated: to be settled before this paper leaves the council"),
        ("Electoral divisions", case.where or "not known"),
        ("Recommendation", "Recommended" if case.chosen else "Not recommended"),
    ]
    sections: list[tuple[str, list[Part]]] = [
        ("Summary", [*commentary(case), f"Why: {case.reason}"]),
        ("Options", [_table(case.options, "case_options", prices, _OTHERS if case.chosen else _BEST)]),
        ("Criterion", [f"{capitalised(case.criterion)}."]),
        ("Funding, in the order in which it is tried", [_table(case.funding, "case_funding", prices)]),
        ("Benefits by year and payback", [_table(case.benefits, "case_benefits", prices, _BY_YEAR), case.payback]),
        ("Risks", _or_none(case.risks, "case_risks", "None: no open risk of the council's register names it.")),
        ("Programme", _or_none(case.programme, "case_programme", "None: it is not in the programme.", prices)),
        ("Assumptions", _or_none(assumptions, "case_assumptions", "None were given for it.")),
    ]
    if summary.unverified:
        count = f"{len(summary.unverified):,}"
        sections[-1][1].append(
            f"Beside them the plan rests on {count} parameters without a verified source; summary.json lists them."
        )
    return CaseDocument(case.title, summary.authority, cover, sections)


def commentary(case: BusinessCase) -> list[str]:
    """Two sentences made from the figures: what the recommended option costs and brings, and what lies beside it.

    Parameters
    ----------
    case : BusinessCase
    """
    rows = case.options.set_index("option")
    cost = {name: float(rows.loc[name, "cost"] + rows.loc[name, "later"]) for name in rows.index}
    benefit = {name: float(rows.loc[name, "benefit"]) for name in rows.index}
    each = float(rows["per_pound"][RECOMMENDED])
    ratio = f", £{each:,.2f} for each £1" if each > 0 else ""
    sought = "The recommended option" if case.chosen else "The best option of it"
    first = f"{sought} costs {pounds(cost[RECOMMENDED])} and {_brings(benefit[RECOMMENDED])}{ratio}."
    others = [
        f"{what} costs {pounds(cost[name])} and {_brings(benefit[name])}"
        for name, what in ((MINIMUM, "the minimum"), (FULL, "the fullest option"))
        if (cost[name], benefit[name]) != (cost[RECOMMENDED], benefit[RECOMMENDED])
    ]
    second = "; ".join([*others, f"{NOTHING} costs nothing now and brings none of it"])
    return [first, f"{capitalised(second)}."]


def _brings(benefit: float) -> str:
    """What an option brings in words, whether it is worth its cost or not."""
    if benefit < 0:
        return f"brings {pounds(-benefit)} less than it costs"
    return f"brings {pounds(benefit)} of benefit beyond its cost"


def _or_none(rows: pd.DataFrame, name: str, none: str, prices: str = "") -> list[Part]:
    return [_table(rows, name, prices)] if len(rows) else [none]


def _table(rows: pd.DataFrame, name: str, prices: str, note: str = "") -> Noted:
    shown = rows.round({"cost": 0, "later": 0, "benefit": 0, "amount": 0, "cumulative": 0})
    return as_it_stands(declared(name).table(shown, prices, note))
