"""The money: who pays, what is borrowed and whether it can be borne, the books that follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from assetplan.finance.statement import Statement
from assetplan.programme.borrowing import borrowing_sentences, tightest_sentence
from assetplan.report.charts import NOTHING_COLOUR, PLAN_COLOUR, SERIES_COLOURS, Beside, Series, lines, stacked_bars
from assetplan.report.facts import Facts
from assetplan.report.sections import bids_and_sales, compliance
from assetplan.report.sections.property import STATEMENTS as PROPERTY
from assetplan.report.sections.section import Section
from assetplan.report.statement_table import as_it_stands, noted, span, years_across
from assetplan.report.tables import Fold, Noted, Row
from assetplan.words import capitalised, number, pounds

_CAUSES = ("financing", "affordability", "approved_profile")
_VALUED = ("valuation_today", "valuation_do_nothing", "valuation_plan")
_LENT_COLOURS = ("#a8842c", "#7a0026", "#d9601a")
# What has a place of its own; any other statement follows the books.
_PLACED = frozenset(
    (
        *("financing", "checklist", "sources", "affordability", "approved_profile", "variance", "business_case"),
        *("avoided_cost", "medium_term", "medium_term_cumulative", "prudential", "tax_base", "late_multiple"),
        *("carbon", "energy", "epc_duties", "movements", "standstill", "standstill_condition", "payback", "grades"),
        *("life_expired", *_VALUED, *PROPERTY, *compliance.TABLES, *bids_and_sales.STATEMENTS),
    )
)
_LATE = ("label", "early", "early_cost", "late", "late_cost", "price_base", "multiple", "multiple_a_year")
_UNITS = {"£": "£", "£000": "£ thousand", "£m": "£ million"}


def has_money(facts: Facts) -> bool:
    """Say whether the plan states where its money comes from or what was approved."""
    return not facts.statements.keys().isdisjoint(_CAUSES)


def records(facts: Facts) -> list[Fold]:
    """Return business case, valuation and late against early, folded, for a plan without the section on money."""
    if has_money(facts):
        return []
    cases = _there(facts.statements, lambda own: Fold(own.title, as_it_stands(own)), "business_case", "avoided_cost")
    return [*cases, *_records(facts.statements)]


def _data(facts: Facts) -> dict[str, Any] | None:
    if not has_money(facts):
        return None
    statements = facts.statements
    return {
        "sentences": borrowing_sentences(statements.values(), facts.summary.sought),
        "sources": _sources(statements),
        "debt": _debt(statements["affordability"], facts) if "affordability" in statements else [],
        "profile": _profile(statements),
        "cases": _there(statements, as_it_stands, "business_case", "avoided_cost"),
        "books": _books(statements, facts),
    }


def _there(statements: dict[str, Statement], show: Callable[[Statement], Any], *names: str) -> list[Any]:
    """Those of some statements that the plan has, as they are shown."""
    return [show(statements[name]) for name in names if name in statements]


def _sources(statements: dict[str, Statement]) -> list[Any]:
    """Spend by year and who pays it, borrowing last; other money before borrowing; each source year by year."""
    return [
        *_there(statements, lambda own: _financing(own, statements.get("sources")), "financing"),
        *_there(statements, years_across, "checklist"),
        *_there(statements, lambda own: Fold(f"{own.title}, year by year", _by_source(own)), "sources"),
    ]


def _financing(statement: Statement, sources: Statement | None) -> Beside:
    rows = statement.rows[statement.rows["year"] != "total"]
    payers = [str(name) for name in rows.columns[2:-1]]
    own = [] if sources is None else sources.rows["source"].astype(str).tolist()
    lent = [name for name in payers if name not in own]
    # Neighbours of a stack differ in lightness; those of borrowing stand out.
    colours = [SERIES_COLOURS[place % 3] for place in range(len(payers) - len(lent))]
    colours += [_LENT_COLOURS[place % len(_LENT_COLOURS)] for place in range(len(lent))]
    order = [name for name in payers if name not in lent] + lent
    millions = statement.pounds / 1e6
    series = [
        Series(f"{name} (borrowed)" if name in lent else name, (rows[name] * millions).tolist(), colour)
        for name, colour in zip(order, colours, strict=True)
    ]
    borrowed = rows[lent].sum(axis=1) * statement.pounds
    by_year = ", ".join(f"{pounds(amount)} in {year}" for year, amount in zip(rows["year"], borrowed, strict=True))
    text = f"Borrowed: {by_year}." if borrowed.any() else "Nothing is borrowed."
    labels = rows["year"].tolist()
    chart = stacked_bars(
        "payers", "Spend by year and who pays it", f"{text} {capitalised(statement.prices)}.",
        f"£ million, {statement.prices}", labels, series, [float("nan")] * len(labels),
    )  # fmt: skip
    return Beside(chart, years_across(statement, verbatim=payers), len(labels) + 2)


def _by_source(statement: Statement) -> Noted:
    """What each source has, gives and keeps, the years from left to right."""
    years = list(dict.fromkeys(statement.rows["year"]))
    rows = []
    for name, own in statement.rows.groupby("source", sort=False):
        first = own.iloc[0]
        sure = "" if first["certainty"] == 1 else f", counted at {number(first['certainty'] * 100)}\u00a0%"
        places = "".join(f", {key} {first[key]}" for key in ("stage", "site", "purpose") if first[key])
        rows.append(Row(f"{name}: {first['type']}{sure}{places}; may fund {first['may_fund']}", kind="group"))
        for column in ("available", "used", "left"):
            cells = tuple(number(value, statement.decimals[column]) for value in own[column])
            rows.append(Row(statement.heading(column), cells))
    return noted(statement, ["", *years], rows)


def _debt(statement: Statement, facts: Facts) -> list[Any]:
    """Debt cost beside income until the debt is paid off; figures of the plan years and the year after."""
    rows = statement.rows
    owing = rows.index[rows["debt_cost"] > 0]
    end = max(len(facts.years) + 1, int(owing[-1]) + 1 if len(owing) else 0)
    shown = rows.iloc[:end]
    series = [
        Series("Confirmed income", shown["confirmed_income"].tolist(), PLAN_COLOUR),
        Series("Debt cost", shown["debt_cost"].tolist(), NOTHING_COLOUR, "", "square"),
    ]
    if shown["forecast_income"].any():
        series.append(Series("Forecast income", shown["forecast_income"].tolist(), "#5a6470", "3 4"))
    labels = shown["year"].tolist()
    text = f"{tightest_sentence(statement)} Forecast income bears no debt."
    title = "Debt cost and confirmed income, each year until the debt is paid off"
    chart = lines("debt", title, text, f"{_UNITS[statement.unit]} a year, {statement.prices}", labels, series)
    near = replace(statement, rows=rows.iloc[: len(facts.years) + 1])
    # Every year of debt, as the chart shows it.
    every = as_it_stands(replace(statement, name="affordability_all", rows=shown, note=""))
    return [Beside(chart, years_across(near), len(near.rows) + 2), Fold(f"Every year to {labels[-1]}", every)]


def _profile(statements: dict[str, Statement]) -> list[Any]:
    """The approved profile and how far the programme is from it."""
    variance = _variance(statements["variance"]) if "variance" in statements else []
    return [*_there(statements, _approved, "approved_profile"), *variance]


def _approved(statement: Statement) -> Noted:
    """Lines by year; the two ends of a range stand in one cell."""
    columns = [str(name) for name in statement.rows.columns[3:]]
    out = []
    for (line, _), own in statement.rows.groupby(["line", statement.rows["range"] != ""], sort=False):
        low, high = own.iloc[0], own.iloc[-1]
        cells = tuple(span(low[name], high[name], statement.decimals[name]) for name in columns)
        total = str(line).startswith("total")
        out.append(Row(low["label"] or capitalised(line), cells, "total" if total else ""))
    return noted(statement, ["Budget line", *map(statement.heading, columns)], out)


def _variance(statement: Statement) -> list[Noted | Fold]:
    """Totals by line, and behind them every year."""
    rows = statement.rows
    sums, years = rows[rows["year"] == "total"], [str(year) for year in dict.fromkeys(rows["year"])]
    totals = [Row(row["label"], _beside_approved(row, statement)) for row in sums.to_dict("records")]
    every = []
    for label, own in rows.groupby("label", sort=False):
        every.append(Row(str(label), kind="group"))
        cells = zip(*(_beside_approved(row, statement) for row in own.to_dict("records")), strict=True)
        every += [Row(head, tuple(by)) for head, by in zip(("Approved", "Planned", "Variance"), cells, strict=True)]
    whole = replace(statement, title=f"{statement.title}, all years together")
    detail = replace(statement, name="variance_years", title=f"{statement.title}, by year", note="")
    return [
        noted(whole, ("Budget line", "Approved", "Planned", "Variance"), totals),
        Fold("Variance by year", noted(detail, ["", *map(capitalised, years)], every)),
    ]


def _beside_approved(row: dict, statement: Statement) -> tuple[str, str, str]:
    places = max(statement.decimals[name] for name in ("approved_low", "approved_high", "planned", "variance"))
    planned, variance = (number(row[name], places) for name in ("planned", "variance"))
    return span(row["approved_low"], row["approved_high"], places), planned, variance


def _books(statements: dict[str, Statement], facts: Facts) -> list[Any]:
    """What follows for the council's books."""
    others = [name for name in statements if name not in _PLACED]
    return [
        *_there(statements, _detail_first, "medium_term"),
        *_there(statements, lambda own: Fold(own.title, _detail_first(own)), "medium_term_cumulative"),
        *_there(statements, lambda own: Fold(own.title, years_across(own)), "prudential", "tax_base"),
        *_records(statements),
        *_there(statements, lambda own: Fold(own.title, as_it_stands(_labelled(own, facts))), "movements"),
        *_there(statements, lambda own: Fold(own.title, as_it_stands(own)), *others),
    ]


def _detail_first(statement: Statement) -> Noted:
    """Lines of the medium-term plan, what each is first."""
    columns = [str(name) for name in statement.rows.columns]
    return as_it_stands(statement, sorted(columns, key=lambda name: name != "detail"))


def _labelled(statement: Statement, facts: Facts) -> Statement:
    """Lines under their labels."""
    labels = facts.line_labels
    columns = {name: statement.rows[name].map(lambda line: labels.get(line, line)) for name in ("from", "to")}
    return replace(statement, rows=statement.rows.assign(**columns))


def _records(statements: dict[str, Statement]) -> list[Fold]:
    """Valuation of the stock, and cost of late treatment against early."""
    whole = all(name in statements for name in _VALUED)
    valued = [Fold("Valuation by component", _valuation([statements[name] for name in _VALUED]))] if whole else []
    return [*valued, *_there(statements, _late, "late_multiple")]


def _late(statement: Statement) -> Fold:
    return Fold(statement.title, as_it_stands(statement, [name for name in _LATE if name in statement.rows]))


def _valuation(valued: list[Statement]) -> Noted:
    """Replacement cost today, and depreciated at the end with and without the plan, side by side."""
    depreciated = [dict(zip(one.rows["component"], one.rows["drc"], strict=True)) for one in valued]
    places = max(max(one.decimals[name] for name in ("grc", "drc")) for one in valued)
    rows = []
    for name, gross in zip(valued[0].rows["component"], valued[0].rows["grc"], strict=True):
        cells = [gross, *(by.get(name) for by in depreciated)]
        kind = "total" if str(name).lower().startswith("total") else ""
        rows.append(Row(capitalised(name), tuple(number(value, places) for value in cells), kind))
    heads = ("Component", "GRC", "DRC today", "DRC at the end, if nothing is done", "DRC at the end, with the plan")
    return noted(replace(valued[0], name="valuation", title="Valuation by component"), heads, rows)


SECTION = Section("money", "The money", "funding.html", _data)
