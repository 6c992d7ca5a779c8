"""Money, years, strategies and limits of a programme in plain words."""

from __future__ import annotations

import math
from dataclasses import replace

from assetplan.limits import CREW_DAYS, LimitKey
from assetplan.programme.summary import LimitResult, PhasingCase, Summary
from assetplan.strategies.names import NOTHING, steps_of
from assetplan.words import and_list, financial_year, number, plural, pounds, significant

MARGIN = "These hold for small changes: the more a limit is moved, the less each further pound brings."
_FREE = 5e-4
_ALIKE = 1e-4  # prices that differ by less are the same (share)
# Kinds of limit that are an amount of something, of which more may be had.
_AMOUNTS = ("line", "source", "limit", "crew")
# Kinds of limit of which one sentence, of its dearest year, is enough.
_OF_EACH_YEAR = ("line", "crew")
# Kinds that only say that money goes from one place to another.
_BALANCES = ("virement", "funding")


def gained(amount: float, unit: str) -> str:
    """An amount of what a plan seeks, in its unit, rounded to what matters: three figures."""
    if unit == "£":
        return pounds(amount)
    sign, size = ("-" if amount < 0 else ""), significant(abs(amount))
    return f"{sign}{size:,.0f} {unit}" if size else f"0 {unit}"


def in_full(amount: float, unit: str, figures: int = 5) -> str:
    """A total of what a plan seeks, in its unit: an amount of money to so many figures, any other whole.

    Parameters
    ----------
    amount : float; the total [unit]
    unit : str; "£" or what else the plan seeks
    figures : int; significant figures of money
    """
    return pounds(amount, figures) if unit == "£" else f"{number(amount)} {unit}"


def strategy_words(strategy: str) -> str:
    """A strategy as people say it: "surface dressing in 2020/21, then resurfacing in 2023/24"."""
    if strategy == NOTHING:
        return "do nothing"
    return ", then ".join(f"{name.replace('_', ' ')} in {financial_year(year)}" for name, year in steps_of(strategy))


def line_phrases(summary: Summary) -> dict[str, str]:
    """What each budget line is called within a sentence."""
    return {row["line"]: str(row["label"])[:1].lower() + str(row["label"])[1:] for row in summary.spend}


def limit_words(key: LimitKey, summary: Summary) -> str:
    """A limit within a sentence: "bridges in 2022/23", "surface dressing capacity in 2021/22"."""
    if not key.year_last or key.year not in summary.years:
        return str(key).replace("_", " ")
    subject = key.subject.replace("_", " ")
    if key.kind == "line":
        subject = line_phrases(summary).get(key.line, subject)
    return f"{subject} in {financial_year(key.year)}"


def price_sentences(summary: Summary) -> list[str]:
    """What more of each limit that binds is worth, the most telling first.

    One of a budget line or a crew, in its dearest year; none where prices are not known.
    """
    if not summary.prices_known:
        return []
    rows = [row for row in summary.limits if abs(row["price"]) > _FREE and row["key"]["kind"] not in _BALANCES]
    rows.sort(key=lambda row: -abs(row["price"]) * step(row))
    first: dict[LimitKey, LimitResult] = {}
    for row in rows:
        key = LimitKey.from_json(row["key"])
        first.setdefault(replace(key, year=0) if key.kind in _OF_EACH_YEAR else key, row)
    return [price_sentence(row, summary) for row in first.values()]


def paid_first_sentences(summary: Summary) -> list[str]:
    """What statutory works take of the envelope, and the years in which money has one price on several lines.

    Empty where no statutory works are charged to the envelope.
    """
    rows = [row for row in summary.spend if row.get("mandatory", 0.0) > 0]
    if not rows:
        return []
    total = pounds(sum(row["mandatory"] for row in rows), 4)
    lines = and_list(dict.fromkeys(row["label"] for row in rows))
    return [
        f"{total} of statutory works is paid first, from {lines}; the programme is chosen with what is left.",
        *_one_price(summary),
    ]


def _one_price(summary: Summary) -> list[str]:
    """A sentence for each year in which the dearest pound is worth the same on several budget lines."""
    if not summary.prices_known:
        return []
    called, out = line_phrases(summary), []
    for year in summary.years:
        of_year = [row for row in summary.limits if row["key"]["kind"] == "line" and row["key"]["year"] == year]
        dearest = max((row["price"] for row in of_year), default=0.0)
        alike = [row for row in of_year if row["price"] >= dearest * (1 - _ALIKE)]
        if dearest > _FREE and len(alike) > 1:
            by = min(map(step, alike))
            names = and_list([called[row["key"]["line"]] for row in alike])
            worth = gained(dearest * by, summary.sought.unit)
            more = f"another {quantity(by, alike[0]['unit'])} is worth {worth} on each of {names}"
            out.append(f"Money has one price in {financial_year(year)}: {more}.")
    return out


def worth_words(summary: Summary) -> str:
    """What worth means in these sentences."""
    return f"Worth is {summary.sought.worth}. {summary.sought.note}".strip()


def step(limit: LimitResult) -> float:
    """A round amount that is a small change of a limit, at most a million."""
    size = max(abs(limit["cap"] or 0.0), abs(limit["floor"] or 0.0))
    if size <= 0:
        return 1e5 if limit["unit"].startswith("£") else 1.0
    return float(10.0 ** min(6, math.floor(math.log10(size / 2))))


def price_sentence(limit: LimitResult, summary: Summary) -> str:
    """What a small change of one limit is worth, as a sentence."""
    by = step(limit)
    key = LimitKey.from_json(limit["key"])
    amount, name = quantity(by, limit["unit"]), limit_words(key, summary)
    worth = gained(abs(limit["price"]) * by, summary.sought.unit)
    if key.kind not in _AMOUNTS and not (limit["price"] < 0 and key.kind == "line floor"):
        return f"Easing “{name}” by {amount} is worth {worth}."
    if limit["price"] < 0:
        return f"Asking for {amount} less of {name} is worth {worth}."
    return f"Another {amount} of {name} is worth {worth}."


def quantity(amount: float, unit: str) -> str:
    """An amount with its unit: "£1m", "10,000 m2"."""
    if unit == "£" or unit.startswith("£ of "):
        return pounds(amount) + unit.removeprefix("£")
    if unit.startswith("£m"):
        return f"£{amount:,.10g}m{unit.removeprefix('£m')}"
    return f"{amount:,.10g} {unit.removesuffix('s') if amount == 1 and unit == CREW_DAYS else unit}"


def phasing_sentence(case: PhasingCase, unit: str = "£") -> str:
    """What one case of the best phasing gains of what the plan seeks, as a sentence."""
    free = {
        "years free": "If each line could spend its money in any year",
        "years and lines free": "If all the money could go to any line in any year",
    }[case["case"]]
    if case["most"] is None:
        return f"{free}: the search came upon no better programme in the time, and proved nothing."
    if case["least"] <= 0:
        return f"{free}, it would gain {gained(case['most'], unit)} at most."
    least, most = gained(case["least"], unit), gained(case["most"], unit)
    return f"{free}, it would gain {least}." if least == most else f"{free}, it would gain {least} to {most}."


def firm_sentence(summary: Summary) -> str:
    """Which years of a programme are firm, as a sentence."""
    if not summary.firm_years:
        return "The programme is indicative in all its years."
    firm = and_list(financial_year(year) for year in summary.firm_years)
    rest = "" if summary.firm_years[-1] == summary.years[-1] else " and indicative after that"
    return f"The programme is firm for {firm}{rest}."


def closures_sentence(summary: Summary) -> str:
    """How many routine jobs may be done under the closures of schemes and what that saves; "" where there are none."""
    rows = summary.shared_closures
    if not rows:
        return ""
    jobs, saving = sum(row["jobs"] for row in rows), sum(row["saving"] for row in rows)
    saved = f", which saves {pounds(saving)} of traffic management" if jobs else ""
    return f"{plural(jobs, 'routine job')} may be done under the closures of schemes{saved}."


def crew_cells(summary: Summary) -> dict[str, list[str]]:
    """Days used and available of each crew that the plan file states, by year: "118 of 130", "118" without a limit."""
    stated = {row["crew"] for row in summary.crews if row["days_available"] is not None}
    cells: dict[str, list[str]] = {}
    for row in summary.crews:
        if row["crew"] in stated:
            used, most = row["days_used"], row["days_available"]
            decimals = 0 if (most or used) >= 100 else 1
            of = "" if most is None else f" of {number(most, decimals)}"
            cells.setdefault(row["crew"], []).append(number(used, decimals) + of)
    return cells


def sites_sentences(summary: Summary) -> list[str]:
    """Sites on the sections of each class by year and their sizes, and what the rules of sites cost at most."""
    called = {row.asset_class: row.plural for row in summary.asset_classes}
    years = f"{summary.years[0]} to {summary.years[-1]}" if len(summary.years) > 1 else str(summary.years[0])
    out = []
    for row in summary.sites["by_class"]:
        counts = and_list([f"{count:,}" for count in row["by_year"]])
        short = row["shortest_m"]
        shortest = "" if short is None else f", the shortest that is not committed {short:,.0f} m"
        out.append(
            f"{called[row['asset_class']]}: {counts} sites in {years}, half longer than {row['median_m']:,.0f} m"
            f"{shortest}, {pounds(row['mean_cost'])} each on average."
        )
    free = summary.sites["without_rules"]
    if free:
        most = in_full(free, summary.sought.unit, 4)
        cost = max(1 - summary.reached / free, 0.0)
        out.append(
            f"Without the rules of sites the same money could bring at most {most}: they cost at most {cost:.1%} of it."
        )
    return out
