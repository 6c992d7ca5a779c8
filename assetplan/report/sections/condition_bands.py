"""The sections of the report that rest on the programme's figures: headline, condition, money, works."""

from __future__ import annotations

from typing import Any

import pandas as pd

from assetplan.condition import BANDS
from assetplan.report.charts import NOTHING_COLOUR, PLAN_COLOUR, Series, beside, lines, stacked_bars
from assetplan.report.facts import Facts
from assetplan.report.outlook import outlook
from assetplan.report.restrictions import restrictions
from assetplan.report.tables import Row, table
from assetplan.report.wording import (
    class_label,
    class_order,
    escape,
    financial_year,
    gap_words,
    is_missing,
    millions,
    money,
    number,
    percent,
    sentence,
    unit_of,
)

LARGEST = 20
"""Rows of the table of largest works."""


def headline(facts: Facts) -> str:
    """Return the headline figures."""
    tiles = [_tile("Programme", money(facts.cost), f"over {_years(len(facts.years))}")]
    tiles += _benefit_tiles(facts)
    if facts.has_roads:
        tiles.append(_poor_tile(facts))
    tiles += _share_tiles(facts)
    return (
        '<section aria-labelledby="headline-heading"><h2 id="headline-heading">Headline figures</h2>'
        f'<ul class="tiles">{"".join(tiles)}</ul></section>'
    )


def _years(count: int) -> str:
    words = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return f"{words[count] if count < len(words) else count} year{'' if count == 1 else 's'}"


def _tile(name: str, figure: str, detail: str) -> str:
    return (
        f'<li><span class="tile-name">{escape(name)}</span> <strong>{escape(figure)}</strong> '
        f'<span class="tile-detail">{escape(detail)}</span></li>'
    )


def _benefit_tiles(facts: Facts) -> list[str]:
    summary = facts.summary
    benefit: Any = summary.get("benefit")
    if is_missing(benefit):
        return []
    each = float(benefit) / facts.cost if facts.cost > 0 else float("nan")
    beyond = " beyond its cost" if facts.net else ""
    ratio = f"£{number(each, 2)}{beyond} for each £1 spent" if facts.cost > 0 else "nothing is spent"
    gap: Any = summary.get("gap")
    proof = gap_words(gap)
    within = proof.removeprefix("within ").removesuffix(" of the best possible")
    quality = (
        _tile("Proven to be within", within, f"of the {_most(summary)} possible")
        if proof.startswith("within")
        else _tile("How good a choice", sentence(proof.removeprefix("proven to be the ")), "")
    )
    return [_tile("Benefit", money(benefit), ratio), quality]


def _most(summary: dict[str, Any]) -> str:
    """The best, said of what the plan seeks where the tile beside it says another thing."""
    return {"condition": "most condition", "least cost": "least cost"}.get(str(summary.get("of")), "best")


def _poor_tile(facts: Facts) -> str:
    plan, nothing = facts.poor_km(facts.last, "plan"), facts.poor_km(facts.last, "do-nothing")
    decimals = 1 if facts.road_km.sum() < 100 else 0
    return _tile(
        f"Roads poor or very poor in {financial_year(facts.last)}",
        f"{number(plan, decimals)} km",
        f"today {number(facts.poor_km(facts.base, 'plan'), decimals)} km; "
        f"{number(nothing, decimals)} km if nothing is done",
    )


def _share_tiles(facts: Facts) -> list[str]:
    summary = facts.summary
    total = summary.get("assets", len(facts.programme.assets))
    treated = summary.get("treated", facts.programme.works["asset_id"].nunique())
    tiles = [_tile("Assets treated", number(treated), f"of {number(total)}")]
    if not is_missing(facts.preventative_share):
        rest = money(sum(facts.kinds.values()) - facts.kinds.get("preventative", 0.0))
        tiles.append(_tile("Preventative works", percent(facts.preventative_share), f"of spend; {rest} on other works"))
    return tiles


def condition(facts: Facts) -> str:
    """Return the condition section: bands by asset class, the forecast of road condition, the years ahead, limits."""
    parts = [_class_bands(facts), _forecast(facts), outlook(facts), restrictions(facts)]
    body = "".join(parts) or "<p>The programme holds no condition figures.</p>"
    return f'<section aria-labelledby="condition-heading"><h2 id="condition-heading">Condition</h2>{body}</section>'


def _cases(facts: Facts) -> list[tuple[str, int, str]]:
    last = financial_year(facts.last)
    return [
        ("Today", facts.base, "plan"),
        (f"{last}, with the plan", facts.last, "plan"),
        (f"{last}, if nothing is done", facts.last, "do-nothing"),
    ]


def _class_bands(facts: Facts) -> str:
    rows = pd.DataFrame(facts.summary.get("condition") or [])
    if rows.empty:
        return ""
    out: list[Row] = []
    for asset_class in sorted(rows["asset_class"].astype(str).unique(), key=class_order):
        own = rows[rows["asset_class"] == asset_class]
        totals = own.groupby(["year", "case"])["quantity"].sum()
        unit = unit_of(own["unit"].iloc[0] if "unit" in own else "", float(totals.max()))
        out.append(Row(f"{class_label(asset_class)}, {unit.label}", kind="group"))
        for label, year, case in _cases(facts):
            inside = own[(own["year"] == year) & (own["case"] == case)].groupby("band")["quantity"].sum()
            if asset_class == "carriageway" and unit.label == "km":
                # As on the map: the summary's own sums are of an index not yet rounded for storage.
                inside = pd.Series(facts.road_bands(year, case) * unit.divisor, index=BANDS)
            if not inside.empty:
                cells = [number(inside.get(band, 0.0) / unit.divisor, unit.decimals) for band in BANDS]
                poor = inside.reindex(BANDS[3:]).sum() / inside.sum() if inside.sum() > 0 else float("nan")
                out.append(Row(label, (*cells, percent(poor, 1))))
    heads = ("Asset class and case", *(sentence(band) for band in BANDS), "Poor or very poor")
    return table("class-bands", "Quantity in each condition band, by asset class", heads, out)


def _forecast(facts: Facts) -> str:
    if not facts.has_roads:
        return ""
    years = [facts.base, *facts.years]
    labels = [financial_year(year) for year in years]
    poor = {case: [facts.poor_km(year, case) for year in years] for case in ("plan", "do-nothing")}
    mean = {case: [facts.mean_index(year, case) for year in years] for case in ("plan", "do-nothing")}
    decimals = 1 if facts.road_km.sum() < 100 else 0
    chart = lines(
        "forecast",
        "Length of road in poor or very poor condition",
        f"From {number(poor['plan'][0], decimals)} km today to {number(poor['plan'][-1], decimals)} km at the end of "
        f"{labels[-1]} with the plan, and {number(poor['do-nothing'][-1], decimals)} km if nothing is done.",
        "km of road in poor or very poor condition",
        labels,
        [
            Series("Do nothing", poor["do-nothing"], NOTHING_COLOUR, "7 4", "square"),
            Series("Plan", poor["plan"], PLAN_COLOUR),
        ],
    )
    rows = [
        Row("Poor or very poor, km", kind="group"),
        Row("Plan", tuple(number(value, decimals) for value in poor["plan"])),
        Row("Do nothing", tuple(number(value, decimals) for value in poor["do-nothing"])),
        Row("Average condition index, by length", kind="group"),
        Row("Plan", tuple(number(value, 1) for value in mean["plan"])),
        Row("Do nothing", tuple(number(value, 1) for value in mean["do-nothing"])),
    ]
    figures = table("forecast-table", "Road condition at the end of each year", ("Case", *labels), rows)
    return f"<h3>Forecast of road condition</h3>{beside(chart, figures, 'forecast', len(years))}"


def spending(facts: Facts) -> str:
    """Return the section on spend by year and line against the limits."""
    heading = '<section aria-labelledby="spend-heading"><h2 id="spend-heading">Spending</h2>'
    if not facts.lines or facts.cost <= 0:
        return f"{heading}<p>The programme spends nothing.</p></section>"
    amounts = {label: facts.line_years(label, "amount") for label in facts.lines}
    labels = [financial_year(year) for year in facts.years]
    totals = [sum(values[k] for values in amounts.values()) for k in range(len(labels))]
    said = ", ".join(f"{money(total)} in {label}" for total, label in zip(totals, labels, strict=True))
    # The largest line lies at the bottom, where its changes from year to year show best.
    stack = sorted(amounts, key=lambda label: -sum(amounts[label]))
    chart = stacked_bars(
        "spend",
        "Spend by year and budget line",
        f"{said}. Marks show the limit of each year.",
        "£ million",
        labels,
        [Series(label, [value / 1e6 for value in amounts[label]]) for label in stack],
        [value / 1e6 for value in facts.limits],
        "limit of the year",
    )
    base = facts.summary.get("price_base")
    prices = "" if is_missing(base) else f", {financial_year(base) if _is_year(base) else base} prices"
    caption = f"Spend by budget line, £m{prices}, with the limit of each below it"
    figures = table("spend-table", caption, ("Budget line", *labels, "Total"), _spend_rows(facts, amounts))
    return f"{heading}{beside(chart, figures, 'spend', len(labels) + 2)}</section>"


def _is_year(value: object) -> bool:
    return isinstance(value, int) and 1900 < value < 2300


def _spend_rows(facts: Facts, amounts: dict[str, list[float]]) -> list[Row]:
    rows = []
    for label, values in amounts.items():
        rows.append(Row(label, (*map(millions, values), millions(sum(values)))))
        rows += _limit_row(facts.line_years(label, "limit"))
    totals = [sum(values[k] for values in amounts.values()) for k in range(len(facts.years))]
    rows.append(Row("All lines", (*map(millions, totals), millions(sum(totals))), "total"))
    return rows + _limit_row(facts.limits)


def _limit_row(limits: list[float]) -> list[Row]:
    known = [value for value in limits if not is_missing(value)]
    if not known:
        return []
    total = millions(sum(known)) if len(known) == len(limits) else "–"
    return [Row("limit", (*map(millions, limits), total), "muted")]


def works(facts: Facts) -> str:
    """Return the section on the largest works, grouped by road, year and treatment."""
    heading = '<section aria-labelledby="works-heading"><h2 id="works-heading">Largest works</h2>'
    schemes = facts.schemes
    if schemes.empty:
        return f"{heading}<p>The programme holds no works.</p></section>"
    shown = schemes.head(LARGEST)
    rows = [
        Row(str(row["place"]) or class_label(row["asset_class"]), _scheme_cells(row))
        for row in shown.to_dict("records")
    ]
    heads = ("Road or asset", "Class", "Year", "Treatment", "Length, km", "Items", "Cost, £")
    share = float(shown["cost"].sum()) / facts.cost if facts.cost > 0 else 0.0
    intro = (
        f"<p>Works on one road in one year with one treatment are taken together. The {len(shown)} largest of "
        f"{number(len(schemes))} come to {percent(share)} of the programme.</p>"
    )
    listing = table("largest-works", "Largest works by cost", heads, rows, text_columns=(0, 1, 2))
    return f"{heading}{intro}{listing}{_sites(facts.summary.get('sites') or {})}</section>"


def _sites(sites: dict[str, Any]) -> str:
    """Works that share a site, and what that saves; "" where none do."""
    if not sites.get("sharing"):
        return ""
    count, schemes, sections = (number(sites[name]) for name in ("sharing", "schemes", "sections"))
    return (
        f"<h3>Schemes</h3><p>{count} of {number(sites['works'])} works share a site with their neighbours, which saves "
        f"{money(sites['saved'])} beside a site for each. {schemes} are schemes of two carriageway sections or more: "
        f"{sections} sections, {number(sites['length_km'], 1)} km, half of them longer than "
        f"{number(sites['median_m'])} m and the longest {number(sites['longest_m'])} m.</p>"
    )


def _scheme_cells(row: dict[Any, Any]) -> tuple[str, ...]:
    length = row["length_m"]
    linear = row["asset_class"] in ("carriageway", "footway")
    committed = " (committed)" if row["committed"] else ""
    return (
        class_label(row["asset_class"]),
        financial_year(row["year"]),
        f"{row['label']}{committed}",
        number(length / 1000, 1) if linear and not is_missing(length) and length > 0 else "–",
        number(row["items"]),
        number(row["cost"]),
    )
