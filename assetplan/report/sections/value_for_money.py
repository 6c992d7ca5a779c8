"""How good the plan is: its proof, other ways of choosing, what one more pound would buy, the best phasing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assetplan.finance.statement import real
from assetplan.limits import LimitKey
from assetplan.programme.summary import PriceRow, Summary
from assetplan.programme.words import MARGIN, in_full, phasing_sentence, price_sentences, worth_words
from assetplan.report.facts import Facts
from assetplan.report.sections.funding import records
from assetplan.report.sections.section import Section
from assetplan.report.statement_table import as_it_stands
from assetplan.report.tables import Row, Table
from assetplan.report.wording import gap_words
from assetplan.words import capitalised, financial_year, millions, number, pounds


def _data(facts: Facts) -> dict[str, Any]:
    return {
        "proof": _proof(facts),
        "streams": _streams(facts) if facts.summary.streams else None,
        "payback": as_it_stands(facts.statements["payback"], _PAYBACK) if "payback" in facts.statements else None,
        "by_year": _by_year(facts) if facts.summary.benefit_by_year else None,
        "baselines": _baselines(facts),
        "prices": _prices(facts),
        "phasing": _phasing(facts),
        "records": records(facts),
    }


_PAYBACK = ("label", "one_off_cost", "benefit_in_plan", "benefit_followed", "payback_years", "payback")
_YEARS_AFTER = 5  # of benefit by year, beyond the plan


def _by_year(facts: Facts) -> Table:
    """What the plan costs and saves in the plan years and some years after, not discounted."""
    shown = facts.summary.benefit_by_year[: len(facts.years) + _YEARS_AFTER]
    saved = [row["burdens"] + row["works"] for row in shown]
    parts = (
        ("One-off cost", [row["cost"] for row in shown], ""),
        ("Costs of poor condition saved", [row["burdens"] for row in shown], ""),
        ("Later works avoided", [row["works"] for row in shown], ""),
        ("Benefit of the year", saved, "total"),
        ("Benefit to date", [row["cumulative"] for row in shown], "total"),
    )
    rows = [Row(name, tuple(millions(amount, 1) for amount in amounts), kind) for name, amounts, kind in parts]
    heads = ("", *(financial_year(row["year"]) for row in shown))
    caption = f"One-off cost and benefit by year, £m, not discounted, {real(facts.summary.price_base)}"
    return Table("benefit-by-year", caption, heads, rows)


def _proof(facts: Facts) -> str:
    summary, sought = facts.summary, facts.summary.sought
    if sought.counted:
        return _own_proof(summary)
    text = f"The plan's benefit is {pounds(summary.benefit, 5)} ({summary.objective})"
    if facts.net:
        text += ", counted after the cost of the works themselves is taken off"
    if sought.least:
        text += f". Its works have a {sought.least} of {in_full(-summary.reached, sought.unit)}"
        text += f". No choice of works reaches the same for less than {in_full(-summary.bound, sought.unit)}"
    else:
        text += f". No choice of works within the same limits can return more than {pounds(summary.bound, 5)}"
    return f"{text}, so the plan is {gap_words(summary.gap)}."


def _own_proof(summary: Summary) -> str:
    """The proof of a plan that counts something else than benefit."""
    sought = summary.sought
    reached, bound = (in_full(amount, sought.unit) for amount in (summary.reached, summary.bound))
    note = f" {sought.note}" if sought.note else ""
    return (
        f"The plan seeks {sought.seeks}, and gains {reached}.{note} No choice of works within the same limits can gain "
        f"more than {bound.removesuffix(f' {sought.unit}')}, so the plan is {gap_words(summary.gap)}. Its benefit, "
        f"which it does not seek, is {pounds(summary.benefit, 5)} (present value against do-nothing)."
    )


def _streams(facts: Facts) -> Table:
    """Costs counted in the benefit, under both futures."""
    streams = facts.summary.streams
    rows = [_stream_row(row["label"], row["do_nothing"], row["plan"]) for row in streams]
    nothing, plan = sum(row["do_nothing"] for row in streams), sum(row["plan"] for row in streams)
    rows.append(_stream_row("All costs", nothing, plan, "total"))
    caption = "Present value of costs in both futures, £m"
    heads = ("Cost", "If nothing is done", "With the plan", "Saved by the plan")
    return Table("streams", caption, heads, rows)


def _stream_row(name: str, nothing: float, plan: float, kind: str = "") -> Row:
    saved = millions(nothing - plan, 1)
    return Row(capitalised(name), (millions(nothing, 1), millions(plan, 1), saved), kind)


def _baselines(facts: Facts) -> Table | None:
    baselines = facts.summary.baselines
    if not baselines:
        return None
    sought = facts.summary.sought
    gain = capitalised(sought.counted or "benefit")
    sign, unit, each = (
        ("£", "£m", gain) if sought.unit == "£" else ("", f"million {sought.unit}", capitalised(sought.unit))
    )
    ours = facts.summary.reached if sought.counted else facts.summary.benefit
    rows = [_baseline_row("This plan", ours, facts.summary.cost, ours, sign, "total")]
    for row in baselines:
        name = row["name"] + (" (does not keep every limit)" if row["breaks"] else "")
        rows.append(_baseline_row(name, row["reached"] if sought.counted else row["benefit"], row["cost"], ours, sign))
    heads = ("Way of choosing", "Cost, £m", f"{gain}, {unit}", f"{each} for each £1", f"Against this plan, {unit}")
    return Table("baselines", "This plan beside other ways of choosing, with the same money", heads, rows)


def _baseline_row(name: str, benefit: float, cost: float, ours: float, sign: str, kind: str = "") -> Row:
    each = f"{sign}{number(benefit / cost, 2)}" if cost > 0 else "–"
    less = "–" if kind == "total" else millions(benefit - ours, 1)
    return Row(capitalised(name), (millions(cost, 1), millions(benefit, 1), each, less), kind)


def _prices(facts: Facts) -> dict[str, Any] | None:
    """What one more pound would buy: sentences and a table, or the one sentence that says why there are none."""
    prices = facts.summary.prices
    if not prices:
        return None
    if not facts.summary.prices_known:
        return {"why_none": "The search stopped before it could tell what more money would buy."}
    binding = [row for row in prices if abs(row["price"]) > 0.005]
    if not binding:
        return {"why_none": "No limit holds the plan back: one more pound on any line would add nothing."}
    return {
        "why_none": "",
        "sentences": price_sentences(facts.summary),
        "notes": f"{worth_words(facts.summary)} {MARGIN}",
        "free": len(prices) - len(binding),
        "limits": len(prices),
        "table": _price_table(prices, facts),
    }


def _price_table(prices: Sequence[PriceRow], facts: Facts) -> Table:
    """Prices of the budget lines by year; those of other limits are not of pounds, or not of one year."""
    cells: dict[str, dict[int, float]] = {}
    for row in prices:
        key = LimitKey.from_json(row["key"])
        if key.kind == "line":
            label = facts.line_labels.get(key.line, capitalised(key.line.replace("_", " ")))
            cells.setdefault(label, {})[key.year] = row["price"]
    heads = ["Limit", *(financial_year(year) for year in facts.years)]
    rows = [
        Row(label, tuple(number(row[year], 2) if year in row else "–" for year in facts.years))
        for label, row in cells.items()
    ]
    sought, pound = facts.summary.sought, "one more pound on each limit"
    caption = f"{capitalised(sought.unit)} gained by {pound}" if sought.counted else f"Benefit of {pound}, £"
    return Table("prices", caption, heads, rows)


def _phasing(facts: Facts) -> dict[str, Any] | None:
    """What the best phasing of the whole envelope would gain, and how it would lie."""
    phasing = facts.summary.phasing
    cases = phasing["cases"]
    if phasing["note"] or not cases:
        return {"note": phasing["note"]} if phasing["note"] else None
    rows: list[Row] = []
    for case in cases:
        rows.append(Row(capitalised(str(case["case"])), kind="group"))
        amounts: dict[str, list[float]] = {}
        for row in phasing["amounts"]:
            if row["case"] == case["case"]:
                amounts.setdefault(facts.line_labels.get(row["line"], row["line"]), []).append(row["amount"])
        rows += [Row(label, (*map(millions, by), millions(sum(by)))) for label, by in amounts.items()]
        every = [sum(year) for year in zip(*amounts.values(), strict=True)]
        rows.append(Row("All lines", (*map(millions, every), millions(sum(every))), "total"))
    heads = ("Budget line", *(financial_year(year) for year in facts.years), "Total")
    caption = "Spend if the same money were not tied to years, or to years and lines, £m"
    return {
        "note": "",
        "sentences": [phasing_sentence(row, facts.summary.sought.unit) for row in cases],
        "table": Table("phasing", caption, heads, rows),
    }


SECTION = Section("value", "Value for money", "value_for_money.html", _data)
