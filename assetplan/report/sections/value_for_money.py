"""What one more pound would buy, and what freeing the money from its years and lines would."""

from __future__ import annotations

from typing import Any

from assetplan.limits import LimitKey
from assetplan.programme.words import MARGIN, phasing_sentence, price_sentences, worth_words
from assetplan.report.facts import Facts
from assetplan.report.tables import Row, table
from assetplan.report.wording import escape, financial_year, is_missing, millions, number, sentence


def worth(facts: Facts) -> str:
    """Return what more of each limit is worth, then the best phasing of the whole envelope."""
    return _prices(facts) + _phasing(facts)


def _prices(facts: Facts) -> str:
    prices = [row for row in facts.summary.get("prices") or [] if not is_missing(row.get("price"))]
    if not prices:
        return ""
    heading = "<h3>What one more pound would buy</h3>"
    if not facts.summary.get("prices_known", True):
        return f"{heading}<p>The search stopped before it could tell what more money would buy.</p>"
    binding = [row for row in prices if abs(float(row["price"])) > 0.005]
    if not binding:
        return f"{heading}<p>No limit holds the plan back: one more pound on any line would add nothing.</p>"
    free = len(prices) - len(binding)
    idle = (
        f" {number(free)} of {number(len(prices))} limits do not bind: more of them would add nothing." if free else ""
    )
    items = "".join(f"<li>{escape(text)}</li>" for text in price_sentences(facts.summary))
    note = f"<p>{escape(worth_words(facts.summary))} {escape(MARGIN)}{escape(idle)}</p>"
    return f"{heading}<ul>{items}</ul>{note}{_price_table(prices, facts)}"


def _price_table(prices: list[dict[str, Any]], facts: Facts) -> str:
    """Prices of the budget lines by year; those of other limits are not of pounds, or not of one year."""
    labels = {row["line"]: row["label"] for row in facts.summary["spend"]}
    cells: dict[str, dict[int, float]] = {}
    for row in prices:
        key = LimitKey.from_json(row["key"])
        if key.kind == "line":
            label = labels.get(key.line, sentence(key.line.replace("_", " ")))
            cells.setdefault(label, {})[key.year] = float(row["price"])
    heads = ["Limit", *(financial_year(year) for year in facts.years)]
    rows = [
        Row(label, tuple(number(row[year], 2) if year in row else "–" for year in facts.years))
        for label, row in cells.items()
    ]
    condition = facts.summary.get("of") == "condition"
    caption = "Index-years gained by" if condition else "Benefit of"
    unit = "" if condition else ", £"
    return table("prices", f"{caption} one more pound on each limit{unit}", heads, rows)


def _phasing(facts: Facts) -> str:
    found = facts.summary.get("phasing") or {}
    heading = "<h3>What the best phasing would gain</h3>"
    if found.get("note"):
        return f"{heading}<p>Not worked out. {escape(found['note'])}</p>"
    cases = found.get("cases") or []
    if not cases:
        return ""
    items = "".join(f"<li>{escape(phasing_sentence(row, facts.summary.get('of')))}</li>" for row in cases)
    labels = {row["line"]: row["label"] for row in facts.summary["spend"]}
    rows: list[Row] = []
    for case in cases:
        rows.append(Row(sentence(str(case["case"])), kind="group"))
        amounts: dict[str, list[float]] = {}
        for row in found["amounts"]:
            if row["case"] == case["case"]:
                amounts.setdefault(labels.get(row["line"], row["line"]), []).append(float(row["amount"]))
        rows += [Row(label, (*map(millions, by), millions(sum(by)))) for label, by in amounts.items()]
        every = [sum(year) for year in zip(*amounts.values(), strict=True)]
        rows.append(Row("All lines", (*map(millions, every), millions(sum(every))), "total"))
    heads = ("Budget line", *(financial_year(year) for year in facts.years), "Total")
    listing = table("phasing", "Spend if the same money were not tied to years, or to years and lines, £m", heads, rows)
    return f"{heading}<p>The envelope fixes what each line may spend in each year.</p><ul>{items}</ul>{listing}"
