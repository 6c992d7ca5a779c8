"""What `plan`, `finance` and `standstill` print."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from assetplan.cli.layout import block, figure, items, paragraph, table, wrapped
from assetplan.objectives import Sought
from assetplan.programme import Programme
from assetplan.programme.borrowing import borrowing_sentences
from assetplan.programme.summary import BaselineRow, Summary
from assetplan.programme.summary_ahead import CURRENT_SPEND, ForecastRow
from assetplan.programme.words import (
    MARGIN,
    closures_sentence,
    crew_cells,
    in_full,
    paid_first_sentences,
    phasing_sentence,
    price_sentences,
    sites_sentences,
    worth_words,
)
from assetplan.register.basis import BasisRow, largely_assumed
from assetplan.register.no_map import NO_DETOURS, without_network
from assetplan.words import financial_year, millions, plural, pounds

if TYPE_CHECKING:
    from assetplan.config import Plan
    from assetplan.finance.statement import Statement

_PRICES = 8
_STAGES = 2


def summary_text(programme: Programme) -> str:
    """The summary of a plan: money by line and year, benefit, bound, gap, treated assets, notes."""
    summary = programme.summary
    parts = [
        _headline(summary.title, programme.years, summary.condition_basis),
        f"Spend, £m (of which the envelope allows), in prices of {summary.price_base}",
        _spend(programme),
        _figures(programme),
        *_paid_first(summary),
        *_borrowing(programme.accounts, summary.sought),
        *_worth(programme),
        *_phasing(programme),
        *_years_ahead(programme),
        *_weight_limits(programme),
        *_sites(programme),
        *_routine_jobs(programme),
        *_crews(programme),
        block("Model notes", *items([f"{note['check']}: {note['message']}" for note in summary.lint])),
    ]
    return "\n\n".join(parts)


def _headline(title: str, years: Sequence[int], basis: Iterable[BasisRow]) -> str:
    """The first line: what was planned and, where that is much, how much of its condition is assumed."""
    doubt = largely_assumed(basis, years[0] - 1)
    return paragraph(f"{title}, {financial_year(years[0])} to {financial_year(years[-1])}{doubt and ': '}{doubt}")


def finance_text(tables: Sequence[Statement], plan: Plan, basis: Iterable[BasisRow]) -> str:
    """What statements of finance make of borrowing, which there are and which money each is in.

    Parameters
    ----------
    tables : sequence of Statement; as written
    plan : Plan; its title, years and objective are printed
    basis : iterable of BasisRow; what the condition rests on that it begins from
    """
    listed = [[each.name, each.basis or "no money", f"{len(each.rows):,}"] for each in tables]
    parts = [
        _headline(plan.report.title or plan.name, plan.plan_years, basis),
        *(_borrowing(tables, plan.objective.sought) or ["The plan has no borrowing facility."]),
        table(["statement", "money", "rows"], listed),
    ]
    return "\n\n".join(parts)


def statements_text(tables: Sequence[Statement]) -> str:
    """Statements as tables, each with its title and note: stand-still money, statutory compliance.

    Parameters
    ----------
    tables : sequence of Statement
    """
    return "\n\n".join(statement_text(each, ("line", "asset_class")) for each in tables)


def statement_text(statement: Statement, without: Collection[str] = (), most: int | None = None) -> str:
    """A statement: title and basis, rows, note.

    Parameters
    ----------
    statement : Statement
    without : collection of str; columns that are left out
    most : int, optional; rows shown, by default all
    """
    shown = [str(name) for name in statement.rows.columns if name not in without]
    rows = statement.rows.head(len(statement.rows) if most is None else most)
    body = list(zip(*(rows[name].map(_figure(statement, name)) for name in shown), strict=True))
    title = f"{statement.title}, {statement.basis}" if statement.basis else statement.title
    more = f"{len(rows):,} of {len(statement.rows):,}" if len(rows) < len(statement.rows) else ""
    cells = table([statement.heading(name) for name in shown], body, _texts(statement, shown))
    parts = [paragraph(title), cells, more, paragraph(statement.note, "")]
    return "\n\n".join(filter(None, parts))


def _texts(statement: Statement, shown: Sequence[str]) -> set[int]:
    """Places of the first column and of those that hold text, which may take several lines."""
    return {0, *(place for place, name in enumerate(shown) if statement.known[name].kind == "text")}


def _figure(statement: Statement, column: str) -> Callable[[Any], str]:
    """How a cell of a column of a statement is printed."""
    decimals = statement.decimals.get(column)
    return str if decimals is None else partial(figure, decimals=f",.{decimals}f")


def _paid_first(summary: Summary) -> list[str]:
    """What statutory works take, and where the rest of the money has one price."""
    sentences = paid_first_sentences(summary)
    return [block("Statutory works first, then one price of money", *items(sentences))] if sentences else []


def _borrowing(tables: Sequence[Statement], sought: Sought) -> list[str]:
    """What is borrowed, whether the council can bear it and what more income would buy."""
    sentences = borrowing_sentences(tables, sought)
    return [block("Borrowing", *items(sentences))] if sentences else []


def _spend(programme: Programme) -> str:
    rows, wide = pd.DataFrame(programme.summary.spend), programme.spend()
    labels, limits = dict(zip(rows["line"], rows["label"], strict=True)), rows.groupby("line")["limit"].sum()
    body = [
        [labels.get(line, "All lines"), *map(millions, amounts), millions(limits.get(line, limits.sum()))]
        for line, amounts in zip(wide.index, wide.to_numpy(), strict=True)
    ]
    return table(["line", *map(str, programme.years), "total", "allowed"], body)


def _figures(programme: Programme) -> str:
    summary, unit = programme.summary, programme.summary.sought.unit
    streams = [row["stream"] for row in summary.streams]
    proof = "proved optimal to the target gap" if summary.status == "optimal" else "feasible, not proved optimal"
    rows = [
        ("benefit", f"{pounds(summary.benefit, 5)} present value against do-nothing"),
        ("", "counting " + ", ".join(streams)),
        *([("sought", f"{in_full(summary.reached, unit)}: {summary.objective}")] if summary.sought.counted else []),
        ("bound", _bound(summary)),
        ("gap", f"{summary.gap:.4%} ({proof})"),
        ("treated", f"{summary.treated:,} of {summary.assets:,} assets"),
        *((row["kind"], pounds(row["amount"], 4)) for row in summary.kinds),
        *((row["name"], _baseline(row, summary.sought)) for row in summary.baselines),
        ("unverified", f"{len(summary.unverified)} parameters in use; the report and summary.json list them"),
        ("seconds", _seconds(summary.seconds)),
    ]
    width = max(len(name) for name, _ in rows)
    under = " " * (width + 2)
    lines = [wrapped(text, initial_indent=f"{name.ljust(width)}  ", subsequent_indent=under) for name, text in rows]
    return "\n".join(line for row in lines for line in row)


def _seconds(by_stage: Mapping[str, float]) -> str:
    """The stages that took longest, on one line, and the others together."""
    longest = sorted(by_stage, key=lambda name: -by_stage[name])[:_STAGES]
    others = sum(spent for name, spent in by_stage.items() if name not in longest)
    return ", ".join([*(f"{name} {by_stage[name]:.1f}" for name in longest), f"others {others:.1f}"])


def _bound(summary: Summary) -> str:
    unit, least = summary.sought.unit, summary.sought.least
    if least:
        return f"{in_full(-summary.bound, unit)}: no programme reaches the same for a lower {least} of works"
    return f"{in_full(summary.bound, unit)}: no programme within these limits can do better"


def _worth(programme: Programme) -> list[str]:
    """What more of each limit is worth, the most telling first."""
    if not programme.summary.prices_known:
        return []
    sentences = price_sentences(programme.summary)
    if not sentences:
        return ["What one more pound buys\n  - Nothing: no limit holds the plan back."]
    rest = len(sentences) - _PRICES
    more = [f"… and {rest} smaller ones, in the report"] if rest > 0 else []
    note = f"{worth_words(programme.summary)} {MARGIN}"
    lines = wrapped(note, initial_indent="  ", subsequent_indent="  ")
    return [block("What one more pound buys", *items([*sentences[:_PRICES], *more]), *lines)]


def _phasing(programme: Programme) -> list[str]:
    """What freeing the money from its years and lines would gain, and how it would lie."""
    phasing = programme.summary.phasing
    if phasing["note"]:
        note = wrapped(f"Not worked out. {phasing['note']}", initial_indent="  ", subsequent_indent="  ")
        return [block("The best phasing", *note)]
    gains = items([phasing_sentence(row, programme.summary.sought.unit) for row in phasing["cases"]])
    free = [amount for amount in phasing["amounts"] if amount["case"] == phasing["cases"][0]["case"]]
    labels = {row["line"]: row["label"] for row in programme.summary.spend}
    byline: dict[str, list[float]] = {}
    for amount in free:
        byline.setdefault(labels.get(amount["line"], amount["line"]), []).append(amount["amount"])
    body = [[label, *map(millions, amounts), millions(sum(amounts))] for label, amounts in byline.items()]
    amounts_by_line = table(["with years free", *map(str, programme.years), "total"], body)
    return [block("The best phasing of the same money, £m", *gains, "", amounts_by_line)]


_AHEAD = {
    ("length", "under 5"): ("road with under 5 years left, km", 1.0),
    ("potholes", ""): ("safety potholes a year", 1.0),
    ("claims", ""): ("claims a year", 1.0),
    ("claims_paid", ""): ("paid for claims, £000 a year", 1e3),
    ("large_claims", ""): ("large claims beside, £000", 1e3),
    ("backlog", ""): ("buildings to grade B, £m", 1e6),
}


def _years_ahead(programme: Programme) -> list[str]:
    """What the last plan year holds, with the range of its futures, beside today."""
    first, last = programme.years[0] - 1, programme.years[-1]
    rows = {(r["measure"], r["band"], r["case"], r["year"]): r for r in programme.summary.forecast}
    today = {case for *_, case, _ in rows} & {CURRENT_SPEND}
    heads = {"plan": "plan", **{case: case for case in today}, "do-nothing": "do nothing"}
    cells = [(first, "plan"), *((last, case) for case in heads)]
    body = []
    for (measure, band), (label, unit) in _AHEAD.items():
        known = [rows[measure, band, case, year] for year, case in cells if (measure, band, case, year) in rows]
        if len(known) == len(cells):
            body.append([label, *(_range(row, unit) for row in known)])
    if not body:
        return []
    basis = programme.summary.futures
    title = f"The years ahead: middle of {basis['futures']} futures, and the range of {basis['level']:.0%} of them"
    return [block(title, "", table(["", str(first), *(f"{last}, {head}" for head in heads.values())], body))]


def _weight_limits(programme: Programme) -> list[str]:
    """Weight limits today and in the last plan year."""
    rows = {(row["case"], row["year"]): row for row in programme.summary.restrictions["years"]}
    if not any(row["restricted"] for row in rows.values()):
        return []
    first, last = programme.years[0] - 1, programme.years[-1]
    cells = [("plan", first), ("plan", last), ("do-nothing", last)]
    bare = without_network(programme.assets)
    today, plan, nothing = (
        plural(rows[key]["restricted"], "bridge") + ("" if bare else f", {pounds(rows[key]['detour_cost'])} a year")
        for key in cells
    )
    falling = len(programme.summary.restrictions["falling"])
    change = f"{today} today; in {last} {plan} with the plan, {nothing} if nothing is done"
    more = f"{falling:,} would be limited further by {last} if nothing is done"
    if bare:
        return [block("Weight limits on bridges", *items([change, more, NO_DETOURS]))]
    return [block("Weight limits on bridges, and what their detours cost", *items([change, more]))]


def _sites(programme: Programme) -> list[str]:
    """Works that share a site, and what that saved."""
    sites = programme.summary.sites
    if not sites["sharing"]:
        return []
    shared = (
        f"{sites['sharing']:,} of {sites['works']:,} works share one: {sites['schemes']:,} schemes of "
        f"{sites['sections']:,} sections, {sites['length_km']:,.0f} km, half of them longer than "
        f"{sites['median_m']:,.0f} m and the longest {sites['longest_m']:,.0f} m"
    )
    more = f"sharing saved {pounds(sites['saved'])} against a site for each"
    return [block("Works sites", *items([shared, more, *sites_sentences(programme.summary)]))]


def _routine_jobs(programme: Programme) -> list[str]:
    """Routine jobs that may be done under the closures of schemes, and what that saves."""
    sentence = closures_sentence(programme.summary)
    return [block("Routine jobs", *items([sentence]))] if sentence else []


def _crews(programme: Programme) -> list[str]:
    """Days of each crew that the plan file states."""
    body = crew_cells(programme.summary)
    if not body:
        return []
    heads = ["crew-days, of those it has", *map(str, programme.years)]
    return [block("Crews", "", table(heads, [[crew, *cells] for crew, cells in body.items()]))]


def _range(row: ForecastRow, unit: float) -> str:
    digits = 1 if row["unit"] in ("km", "£", "£ a year") and row["high"] / unit < 100 else 0
    middle, low, high = (f"{value / unit:,.{digits}f}" for value in (row["middle"], row["low"], row["high"]))
    return middle if low == high else f"{middle} ({low} to {high})"


def _baseline(row: BaselineRow, sought: Sought) -> str:
    broken = row["breaks"]
    others = f" and {len(broken) - 1} more" if len(broken) > 1 else ""
    kept = f", but does not keep: {broken[0]}{others}" if broken else ""
    reached = in_full(row["reached"] if sought.counted else row["benefit"], sought.unit, 4)
    return f"{reached} for {pounds(row['cost'], 4)}{kept}"
