"""How good the plan is: its proof, other ways of choosing, what one more pound would buy, the best phasing."""

from __future__ import annotations

from typing import Any

from assetplan.limits import LimitKey
from assetplan.programme.words import INDEX_YEAR, MARGIN, phasing_sentence, price_sentences, worth_words
from assetplan.report.facts import Facts
from assetplan.report.sections.funding import records
from assetplan.report.sections.section import Section
from assetplan.report.tables import Row, Table
from assetplan.report.wording import gap_words
from assetplan.words import capitalised, financial_year, is_missing, millions, number, pounds

_BENEFIT, _GAIN = ("£m", "Benefit", "Benefit"), ("million index-years", "Condition gained", "Index-years")


def _data(facts: Facts) -> dict[str, Any]:
    streams = facts.summary.get("streams") or []
    by_case = all(isinstance(row, dict) for row in streams)
    return {
        "proof": _proof(facts),
        "stream_names": [] if by_case else [str(name) for name in streams],
        "streams": _streams(facts, streams) if streams and by_case else None,
        "baselines": _baselines(facts),
        "prices": _prices(facts),
        "phasing": _phasing(facts),
        "records": records(facts),
    }


def _proof(facts: Facts) -> str | None:
    summary = facts.summary
    benefit, gap = summary.get("benefit"), summary.get("gap")
    bound: Any = summary.get("bound")
    if is_missing(benefit):
        return None
    if summary.get("of") == "condition":
        return _condition_proof(summary, benefit)
    aim = summary.get("objective")
    text = f"The plan's benefit is {pounds(benefit, 5)}" + (f" ({aim})" if aim else "")
    if facts.net:
        text += ", counted after the cost of the works themselves is taken off"
    if summary.get("of") == "least cost":
        text += f". Its works have a present cost of {pounds(-float(summary['reached']), 5)}"
        text += f". No choice of works reaches the same for less than {pounds(-float(bound), 5)}"
    elif not is_missing(bound):
        text += f". No choice of works within the same limits can return more than {pounds(bound, 5)}"
    return text + ("." if is_missing(gap) else f", so the plan is {gap_words(gap)}.")


def _condition_proof(summary: dict[str, Any], benefit: Any) -> str:
    reached, bound = (number(summary[name]) for name in ("reached", "bound"))
    return (
        f"The plan seeks condition, and gains {reached} index-years. {INDEX_YEAR} No choice of works within the same "
        f"limits can gain more than {bound}, so the plan is {gap_words(summary.get('gap'))}. Its benefit, which it "
        f"does not seek, is {pounds(benefit, 5)} (present value against do-nothing)."
    )


def _streams(facts: Facts, streams: list[dict[str, Any]]) -> Table:
    """Costs counted in the benefit, under both futures."""
    rows = [_stream_row(str(row.get("label", row["stream"])), row["do_nothing"], row["plan"]) for row in streams]
    totals = [sum(float(row[case]) for row in streams) for case in ("do_nothing", "plan")]
    rows.append(_stream_row("All costs", totals[0], totals[1], "total"))
    horizon = facts.summary.get("horizon")
    over = "" if is_missing(horizon) else f" over {number(horizon)} years"
    heads = ("Cost", "If nothing is done", "With the plan", "Saved by the plan")
    return Table("streams", f"Present value of costs{over} in both futures, £m", heads, rows)


def _stream_row(name: str, nothing: float, plan: float, kind: str = "") -> Row:
    saved = millions(float(nothing) - float(plan), 1)
    return Row(capitalised(name), (millions(nothing, 1), millions(plan, 1), saved), kind)


def _baselines(facts: Facts) -> Table | None:
    baselines = facts.summary.get("baselines") or []
    if not baselines:
        return None
    condition = facts.summary.get("of") == "condition"
    key, sign = ("reached", "") if condition else ("benefit", "£")
    unit, gain, each = _GAIN if condition else _BENEFIT
    ours = facts.summary.get(key)
    rows = [_baseline_row("This plan", ours, facts.cost, ours, sign, "total")]
    for row in baselines:
        name = f"{row.get('name', '')}{' (does not keep every limit)' if row.get('breaks') else ''}"
        rows.append(_baseline_row(name, row.get(key), row.get("cost"), ours, sign))
    heads = ("Way of choosing", "Cost, £m", f"{gain}, {unit}", f"{each} for each £1", f"Against this plan, {unit}")
    return Table("baselines", "This plan beside other ways of choosing, with the same money", heads, rows)


def _baseline_row(name: str, benefit: Any, cost: Any, ours: Any, sign: str, kind: str = "") -> Row:
    each = "–"
    if not is_missing(benefit) and not is_missing(cost) and float(cost) > 0:
        each = f"{sign}{number(float(benefit) / float(cost), 2)}"
    known = not is_missing(benefit) and not is_missing(ours)
    less = millions(float(benefit) - float(ours), 1) if known and kind != "total" else "–"
    return Row(capitalised(name), (millions(cost, 1), millions(benefit, 1), each, less), kind)


def _prices(facts: Facts) -> dict[str, Any] | None:
    """What one more pound would buy: sentences and a table, or the one sentence that says why there are none."""
    prices = [row for row in facts.summary.get("prices") or [] if not is_missing(row.get("price"))]
    if not prices:
        return None
    if not facts.summary.get("prices_known", True):
        return {"why_none": "The search stopped before it could tell what more money would buy."}
    binding = [row for row in prices if abs(float(row["price"])) > 0.005]
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


def _price_table(prices: list[dict[str, Any]], facts: Facts) -> Table:
    """Prices of the budget lines by year; those of other limits are not of pounds, or not of one year."""
    cells: dict[str, dict[int, float]] = {}
    for row in prices:
        key = LimitKey.from_json(row["key"])
        if key.kind == "line":
            label = facts.line_labels.get(key.line, capitalised(key.line.replace("_", " ")))
            cells.setdefault(label, {})[key.year] = float(row["price"])
    heads = ["Limit", *(financial_year(year) for year in facts.years)]
    rows = [
        Row(label, tuple(number(row[year], 2) if year in row else "–" for year in facts.years))
        for label, row in cells.items()
    ]
    condition = facts.summary.get("of") == "condition"
    caption = "Index-years gained by" if condition else "Benefit of"
    return Table("prices", f"{caption} one more pound on each limit{'' if condition else ', £'}", heads, rows)


def _phasing(facts: Facts) -> dict[str, Any] | None:
    """What the best phasing of the whole envelope would gain, and how it would lie."""
    phasing = facts.summary.get("phasing") or {}
    cases = phasing.get("cases") or []
    if phasing.get("note") or not cases:
        return {"note": phasing["note"]} if phasing.get("note") else None
    rows: list[Row] = []
    for case in cases:
        rows.append(Row(capitalised(str(case["case"])), kind="group"))
        amounts: dict[str, list[float]] = {}
        for row in phasing["amounts"]:
            if row["case"] == case["case"]:
                amounts.setdefault(facts.line_labels.get(row["line"], row["line"]), []).append(float(row["amount"]))
        rows += [Row(label, (*map(millions, by), millions(sum(by)))) for label, by in amounts.items()]
        every = [sum(year) for year in zip(*amounts.values(), strict=True)]
        rows.append(Row("All lines", (*map(millions, every), millions(sum(every))), "total"))
    heads = ("Budget line", *(financial_year(year) for year in facts.years), "Total")
    caption = "Spend if the same money were not tied to years, or to years and lines, £m"
    return {
        "note": "",
        "sentences": [phasing_sentence(row, facts.summary.get("of")) for row in cases],
        "table": Table("phasing", caption, heads, rows),
    }


SECTION = Section("value", "Value for money", "value_for_money.html", _data)
