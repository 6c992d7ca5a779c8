"""The section on money: who pays, what is borrowed and whether it can be borne, the books that follow."""

from __future__ import annotations

from dataclasses import replace

from assetplan.finance.statement import Statement
from assetplan.programme.borrowing import borrowing_sentences, tightest_sentence
from assetplan.report.charts import NOTHING_COLOUR, PLAN_COLOUR, SERIES_COLOURS, Series, beside, lines, stacked_bars
from assetplan.report.facts import Facts
from assetplan.report.statement import across, heading, listing, note, span, statement
from assetplan.report.tables import Row, fold
from assetplan.report.wording import escape, number, sentence
from assetplan.report.wording import money as in_words

_CAUSES = ("financing", "affordability", "approved_profile")
_VALUED = ("valuation_today", "valuation_do_nothing", "valuation_plan")
_LENT_COLOURS = ("#a8842c", "#7a0026", "#d9601a")
# What has a place of its own; any other statement follows the books.
_PLACED = frozenset(
    (
        *("financing", "checklist", "sources", "affordability", "approved_profile", "variance", "business_case"),
        *("avoided_cost", "medium_term", "medium_term_cumulative", "prudential", "tax_base", "late_multiple"),
        *("movements", *_VALUED),
    )
)
_LATE = ("label", "early", "early_cost", "late", "late_cost", "price_base", "multiple", "multiple_a_year")
_UNITS = {"£": "£", "£000": "£ thousand", "£m": "£ million"}


def has_money(facts: Facts) -> bool:
    """Say whether the plan says where its money comes from or what was approved."""
    return not facts.statements.keys().isdisjoint(_CAUSES)


def money(facts: Facts) -> str:
    """Return the section on money, or "" where the plan says nothing of where it comes from or what was approved."""
    if not has_money(facts):
        return ""
    found = facts.statements
    items = "".join(f"<li>{escape(said)}</li>" for said in borrowing_sentences(found.values(), facts.summary.get("of")))
    body = f"<ul>{items}</ul>" if items else ""
    body += _sources(found) + _debt(found, facts) + _profile(found) + _options(found) + _books(found, facts)
    return f'<section aria-labelledby="money-heading"><h2 id="money-heading">The money</h2>{body}</section>'


def records(facts: Facts) -> str:
    """Return valuation and late against early, folded, for a plan without the section on money."""
    if has_money(facts):
        return ""
    return _valuation(facts.statements) + _late(facts.statements)


def _sources(found: dict[str, Statement]) -> str:
    """Spend by year and who pays it, borrowing last."""
    parts = []
    if "financing" in found:
        parts.append(f"<h3>Where the money comes from</h3>{_financing(found['financing'], found.get('sources'))}")
    if "checklist" in found:
        parts.append(across(found["checklist"]))
    if "sources" in found:
        parts.append(fold("Sources of money, year by year", _by_source(found["sources"])))
    return "".join(parts)


def _financing(table: Statement, sources: Statement | None) -> str:
    rows = table.rows[table.rows["year"] != "total"]
    payers = [str(name) for name in rows.columns[2:-1]]
    own = [] if sources is None else sources.rows["source"].astype(str).tolist()
    lent = [name for name in payers if name not in own]
    # Neighbours of a stack differ in lightness; those of borrowing stand out.
    colours = [SERIES_COLOURS[place % 3] for place in range(len(payers) - len(lent))]
    colours += [_LENT_COLOURS[place % len(_LENT_COLOURS)] for place in range(len(lent))]
    order = [name for name in payers if name not in lent] + lent
    millions = table.pounds / 1e6
    series = [
        Series(f"{name} (borrowed)" if name in lent else name, (rows[name] * millions).tolist(), colour)
        for name, colour in zip(order, colours, strict=True)
    ]
    borrowed = rows[lent].sum(axis=1) * table.pounds
    told = ", ".join(f"{in_words(amount)} in {year}" for year, amount in zip(rows["year"], borrowed, strict=True))
    said = f"Borrowed: {told}." if borrowed.any() else "Nothing is borrowed."
    labels = rows["year"].tolist()
    chart = stacked_bars(
        "payers", "Spend by year and who pays it", f"{said} {sentence(table.prices)}.", f"£ million, {table.prices}",
        labels, series, [float("nan")] * len(labels),
    )  # fmt: skip
    return beside(chart, across(table, verbatim=payers), "payers", len(labels) + 2)


def _by_source(table: Statement) -> str:
    """What each source has, gives and keeps, the years from left to right."""
    years = list(dict.fromkeys(table.rows["year"]))
    rows = []
    for name, own in table.rows.groupby("source", sort=False):
        first = own.iloc[0]
        sure = "" if first["certainty"] == 1 else f", counted at {number(first['certainty'] * 100)}\u00a0%"
        places = "".join(f", {key} {first[key]}" for key in ("stage", "site", "purpose") if first[key])
        rows.append(Row(f"{name}: {first['type']}{sure}{places}; may fund {first['may_fund']}", kind="group"))
        for column in ("available", "used", "left"):
            cells = tuple(number(value, table.decimals[column]) for value in own[column])
            rows.append(Row(heading(column), cells))
    return listing(table, ["", *years], rows) + note(table)


def _debt(found: dict[str, Statement], facts: Facts) -> str:
    """Debt cost beside income until the debt is paid off; figures of the plan years and the year after."""
    if "affordability" not in found:
        return ""
    table = found["affordability"]
    rows = table.rows
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
    said = f"{tightest_sentence(table)} Forecast income bears no debt."
    title = "Debt cost and confirmed income, each year until the debt is paid off"
    chart = lines("debt", title, said, f"{_UNITS[table.unit]} a year, {table.prices}", labels, series)
    near = replace(table, rows=rows.iloc[: len(facts.years) + 1])
    # Every year of debt, as the chart shows it.
    every = statement(replace(table, name="affordability_all", rows=shown, note=""))
    folded = fold(f"Every year to {labels[-1]}", every)
    pair = beside(chart, across(near), "debt", len(near.rows) + 2)
    return f"<h3>What the debt costs, and what may bear it</h3>{pair}{folded}"


def _profile(found: dict[str, Statement]) -> str:
    """The approved profile and how far the programme is from it."""
    parts = []
    if "approved_profile" in found:
        parts.append(_approved(found["approved_profile"]))
    if "variance" in found:
        parts.append(_variance(found["variance"]))
    return f"<h3>The approved profile</h3>{''.join(parts)}" if parts else ""


def _approved(table: Statement) -> str:
    """Lines by year; the two ends of a range stand in one cell."""
    money_columns = [str(name) for name in table.rows.columns[3:]]
    out = []
    for (line, _), own in table.rows.groupby(["line", table.rows["range"] != ""], sort=False):
        low, high = own.iloc[0], own.iloc[-1]
        cells = tuple(span(low[name], high[name], table.decimals[name]) for name in money_columns)
        total = str(line).startswith("total")
        out.append(Row(low["label"] or sentence(line), cells, "total" if total else ""))
    return listing(table, ["Budget line", *map(heading, money_columns)], out) + note(table)


def _variance(table: Statement) -> str:
    """Totals by line, and behind them every year."""
    rows = table.rows
    sums, years = rows[rows["year"] == "total"], [str(year) for year in dict.fromkeys(rows["year"])]
    totals = [Row(row["label"], _beside_approved(row, table)) for row in sums.to_dict("records")]
    whole = replace(table, title=f"{table.title}, all years together")
    every = []
    for label, own in rows.groupby("label", sort=False):
        every.append(Row(str(label), kind="group"))
        cells = zip(*(_beside_approved(row, table) for row in own.to_dict("records")), strict=True)
        every += [Row(head, tuple(by)) for head, by in zip(("Approved", "Planned", "Variance"), cells, strict=True)]
    detail = replace(table, name="variance_years", title=f"{table.title}, by year")
    return (
        listing(whole, ("Budget line", "Approved", "Planned", "Variance"), totals)
        + note(table)
        + fold("Variance by year", listing(detail, ["", *map(sentence, years)], every))
    )


def _beside_approved(row: dict, table: Statement) -> tuple[str, str, str]:
    places = max(table.decimals[name] for name in ("approved_low", "approved_high", "planned", "variance"))
    planned, variance = (number(row[name], places) for name in ("planned", "variance"))
    return span(row["approved_low"], row["approved_high"], places), planned, variance


def _options(found: dict[str, Statement]) -> str:
    """The case for each line: its options, and what they avoid."""
    shown = [statement(found[name]) for name in ("business_case", "avoided_cost") if name in found]
    return f"<h3>The case for each line</h3>{''.join(shown)}" if shown else ""


def _books(found: dict[str, Statement], facts: Facts) -> str:
    """What follows for the council's books."""
    parts = []
    if "medium_term" in found:
        parts.append(_lines(found["medium_term"]))
    if "medium_term_cumulative" in found:
        parts.append(fold("Medium-term plan, cumulative", _lines(found["medium_term_cumulative"])))
    if "prudential" in found:
        parts.append(fold("Prudential indicators", across(found["prudential"])))
    if "tax_base" in found:
        parts.append(fold("Extra council tax from homes", across(found["tax_base"])))
    parts += [_valuation(found), _late(found)]
    if "movements" in found:
        parts.append(fold("Virements and money carried over", statement(_named(found["movements"], facts))))
    parts += [fold(escape(table.title), statement(table)) for name, table in found.items() if name not in _PLACED]
    body = "".join(parts)
    return f"<h3>What follows for the council's books</h3>{body}" if body else ""


def _lines(table: Statement) -> str:
    """Lines of the medium-term plan, what each is first."""
    columns = [str(name) for name in table.rows.columns]
    return statement(table, sorted(columns, key=lambda name: name != "detail"))


def _named(table: Statement, facts: Facts) -> Statement:
    """Lines by what they are called."""
    labels = dict(zip(facts.spend["line"].astype(str), facts.spend["label"].astype(str), strict=True))
    columns = {name: table.rows[name].map(lambda line: labels.get(line, line)) for name in ("from", "to")}
    return replace(table, rows=table.rows.assign(**columns))


def _valuation(found: dict[str, Statement]) -> str:
    """Replacement cost today, and depreciated at the end with and without the plan, side by side."""
    tables = [found[name] for name in _VALUED if name in found]
    if len(tables) < len(_VALUED):
        return ""
    depreciated = [dict(zip(table.rows["component"], table.rows["drc"], strict=True)) for table in tables]
    places = max(max(table.decimals[name] for name in ("grc", "drc")) for table in tables)
    rows = []
    for name, gross in zip(tables[0].rows["component"], tables[0].rows["grc"], strict=True):
        cells = [gross, *(by.get(name) for by in depreciated)]
        kind = "total" if str(name).lower().startswith("total") else ""
        rows.append(Row(sentence(name), tuple(number(value, places) for value in cells), kind))
    heads = ("Component", "GRC", "DRC today", "DRC at the end, if nothing is done", "DRC at the end, with the plan")
    table = replace(tables[0], name="valuation", title="Valuation by component")
    return fold("Valuation by component", listing(table, heads, rows) + note(tables[0]))


def _late(found: dict[str, Statement]) -> str:
    if "late_multiple" not in found:
        return ""
    table = found["late_multiple"]
    columns = [name for name in _LATE if name in table.rows]
    return fold("Cost of late treatment against early", statement(table, columns))
