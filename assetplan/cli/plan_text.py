"""What commands print: plain text that reads the same on a terminal and in a log."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assetplan.asset_classes import CARRIAGEWAY
from assetplan.calibration import Calibration
from assetplan.programme import Programme
from assetplan.programme.borrowing import borrowing_sentences
from assetplan.programme.summary import BaselineRow, ForecastRow, SpendRow, Summary
from assetplan.programme.words import MARGIN, phasing_sentence, price_sentences, worth_words
from assetplan.register import Register, assumed_share
from assetplan.words import financial_year, millions, plural, pounds

if TYPE_CHECKING:
    import pandas as pd

    from assetplan.config import Plan
    from assetplan.connectivity.layers import NetworkLayers
    from assetplan.finance.statement import Statement

_WIDTH = 100
_PRICES = 8
_FEW = 10  # bridges and links named of a network


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table with its first column to the left and the others to the right."""
    columns = list(zip(head, *rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    lines = [
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in [head, *rows]
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def summary_text(programme: Programme, folder: Path) -> str:
    """The summary of a plan: money by line and year, benefit, bound, gap, treated assets, notes, files."""
    summary = programme.summary
    parts = [
        f"{summary.title}, {financial_year(programme.years[0])} to {financial_year(programme.years[-1])}",
        "Spend, £m (of which the envelope allows), in prices of " + str(summary.price_base),
        _spend(programme),
        _figures(programme),
        *_borrowing(programme.accounts, programme.summary.of),
        *_worth(programme),
        *_phasing(programme),
        *_outlook(programme),
        *_limits(programme),
        *_sites(programme),
        _notes(programme),
        _files(folder),
    ]
    return "\n\n".join(parts)


def _files(folder: Path) -> str:
    return "Files in " + str(folder) + ": " + ", ".join(sorted(path.name for path in folder.iterdir()))


def finance_text(tables: Sequence[Statement], plan: Plan, folder: Path) -> str:
    """What statements of finance say of borrowing, which there are and which money each is in, and the files."""
    listed = [[found.name, found.basis or "no money", f"{len(found.rows):,}"] for found in tables]
    parts = [
        plan.report.title or plan.name,
        *(_borrowing(tables, plan.objective.of) or ["The plan has no borrowing facility."]),
        table(["statement", "money", "rows"], listed),
        textwrap.fill(_files(folder), _WIDTH, subsequent_indent="  ", break_on_hyphens=False, break_long_words=False),
    ]
    return "\n\n".join(parts)


def _borrowing(tables: Sequence[Statement], of: str) -> list[str]:
    """What is borrowed, whether the council can bear it and what more income would buy."""
    said = borrowing_sentences(tables, of)
    return ["\n".join(["Borrowing", *_items(said)])] if said else []


def _spend(programme: Programme) -> str:
    rows: dict[str, list[SpendRow]] = {}
    for row in programme.summary.spend:
        rows.setdefault(row["label"], []).append(row)
    body = [
        [
            label,
            *(millions(r["amount"]) for r in line),
            millions(sum(r["amount"] for r in line)),
            millions(sum(r["limit"] for r in line)),
        ]
        for label, line in rows.items()
    ]
    years = [sum(line[place]["amount"] for line in rows.values()) for place in range(len(programme.years))]
    limit = sum(r["limit"] for line in rows.values() for r in line)
    body.append(["All lines", *(millions(value) for value in years), millions(sum(years)), millions(limit)])
    return table(["line", *map(str, programme.years), "total", "allowed"], body)


def _figures(programme: Programme) -> str:
    summary = programme.summary
    streams = [row["stream"] for row in summary.streams]
    untold = "proved optimal to the target gap" if summary.status == "optimal" else "feasible, not proved optimal"
    rows = [
        (
            "benefit",
            f"{pounds(summary.benefit, 5)} present value against do-nothing, over {summary.horizon} years",
        ),
        ("", "counting " + ", ".join(streams)),
        *_reached(summary),
        ("bound", _bound(summary)),
        ("gap", f"{summary.gap:.4%} ({untold})"),
        ("treated", f"{summary.treated:,} of {summary.assets:,} assets"),
        *((row["kind"], pounds(row["amount"], 4)) for row in summary.kinds),
        *((row["name"], _baseline(row, summary.of)) for row in summary.baselines),
        ("unverified", f"{len(summary.unverified)} parameters in use; the report and summary.json list them"),
        ("seconds", ", ".join(f"{name} {spent:.1f}" for name, spent in summary.seconds.items())),
    ]
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name.ljust(width)}  {said}" for name, said in rows)


def _reached(summary: Summary) -> list[tuple[str, str]]:
    """What the plan seeks where that is not the benefit and no amount of money."""
    if summary.of != "condition":
        return []
    return [("sought", f"{summary.reached:,.0f} index-years: {summary.objective}")]


def _bound(summary: Summary) -> str:
    if summary.of == "condition":
        return f"{summary.bound:,.0f} index-years: no programme within these limits can do better"
    if summary.of == "least cost":
        return f"{pounds(-summary.bound, 5)}: no programme reaches the same for a lower present cost of works"
    return f"{pounds(summary.bound, 5)}: no programme within these limits can do better"


def _worth(programme: Programme) -> list[str]:
    """What more of each limit is worth, the most telling first."""
    if not programme.summary.prices_known:
        return []
    said = price_sentences(programme.summary)
    if not said:
        return ["What one more pound buys\n  - Nothing: no limit holds the plan back."]
    rest = len(said) - _PRICES
    more = [f"… and {rest} smaller ones, in the report"] if rest > 0 else []
    note = f"{worth_words(programme.summary)} {MARGIN}"
    lines = [
        *_items([*said[:_PRICES], *more]),
        *textwrap.wrap(note, _WIDTH, initial_indent="  ", subsequent_indent="  "),
    ]
    return ["\n".join(["What one more pound buys", *lines])]


def _phasing(programme: Programme) -> list[str]:
    """What freeing the money from its years and lines would gain, and how it would lie."""
    phasing = programme.summary.phasing
    if phasing["note"]:
        return [f"The best phasing\n  Not worked out. {phasing['note']}"]
    lines = ["The best phasing of the same money, £m"]
    for row in phasing["cases"]:
        lines += _items([phasing_sentence(row, programme.summary.of)])
    free = [amount for amount in phasing["amounts"] if amount["case"] == phasing["cases"][0]["case"]]
    labels = {row["line"]: row["label"] for row in programme.summary.spend}
    byline: dict[str, list[float]] = {}
    for amount in free:
        byline.setdefault(labels.get(amount["line"], amount["line"]), []).append(amount["amount"])
    body = [[label, *map(millions, amounts), millions(sum(amounts))] for label, amounts in byline.items()]
    return ["\n".join([*lines, "", table(["with years free", *map(str, programme.years), "total"], body)])]


_AHEAD = {
    ("length", "under 5"): ("road with under 5 years left, km", 1.0),
    ("potholes", ""): ("safety potholes a year", 1.0),
    ("claims", ""): ("claims a year", 1.0),
    ("backlog", ""): ("buildings to grade B, £m", 1e6),
}


def _outlook(programme: Programme) -> list[str]:
    """What the last plan year holds, with the range of its futures, beside today."""
    first, last = programme.years[0] - 1, programme.years[-1]
    rows = {(r["measure"], r["band"], r["case"], r["year"]): r for r in programme.summary.forecast}
    body = []
    for (measure, band), (label, unit) in _AHEAD.items():
        cells = [(first, "plan"), (last, "plan"), (last, "do-nothing")]
        found = [rows.get((measure, band, case, year)) for year, case in cells]
        if all(found):
            body.append([label, *(_range(row, unit) for row in found if row)])
    if not body:
        return []
    said = programme.summary.futures
    head = f"The years ahead: middle of {said['futures']} futures, and the range of {said['level']:.0%} of them"
    return ["\n".join([head, "", table(["", str(first), f"{last}, plan", f"{last}, do nothing"], body)])]


def _limits(programme: Programme) -> list[str]:
    """Weight limits today and in the last plan year."""
    rows = {(row["case"], row["year"]): row for row in programme.summary.restrictions["years"]}
    if not any(row["restricted"] for row in rows.values()):
        return []
    first, last = programme.years[0] - 1, programme.years[-1]
    cells = [("plan", first), ("plan", last), ("do-nothing", last)]
    today, plan, nothing = (
        f"{plural(rows[key]['restricted'], 'bridge')}, {pounds(rows[key]['detour_cost'])} a year" for key in cells
    )
    falling = len(programme.summary.restrictions["falling"])
    said = f"{today} today; in {last} {plan} with the plan, {nothing} if nothing is done"
    more = f"{falling:,} would be limited further by {last} if nothing is done"
    return ["\n".join(["Weight limits on bridges, and what their detours cost", *_items([said, more])])]


def _sites(programme: Programme) -> list[str]:
    """Works that share a site, and what that saved."""
    sites = programme.summary.sites
    if not sites["sharing"]:
        return []
    said = (
        f"{sites['sharing']:,} of {sites['works']:,} works share one: {sites['schemes']:,} schemes of "
        f"{sites['sections']:,} sections, {sites['length_km']:,.0f} km, half of them longer than "
        f"{sites['median_m']:,.0f} m and the longest {sites['longest_m']:,.0f} m"
    )
    more = f"sharing saved {pounds(sites['saved'])} against a site for each"
    return ["\n".join(["Works sites", *_items([said, more])])]


def _range(row: ForecastRow, unit: float) -> str:
    digits = 1 if row["unit"] in ("km", "£") and row["high"] / unit < 100 else 0
    middle, low, high = (f"{value / unit:,.{digits}f}" for value in (row["middle"], row["low"], row["high"]))
    return middle if low == high else f"{middle} ({low} to {high})"


def _items(texts: Sequence[str]) -> list[str]:
    return [
        line for text in texts for line in textwrap.wrap(text, _WIDTH, initial_indent="  - ", subsequent_indent="    ")
    ]


def _baseline(row: BaselineRow, of: str) -> str:
    broken = row["breaks"]
    others = f" and {len(broken) - 1} more" if len(broken) > 1 else ""
    kept = f", but does not keep: {broken[0]}{others}" if broken else ""
    reached = f"{row['reached']:,.0f} index-years" if of == "condition" else pounds(row["benefit"], 4)
    return f"{reached} for {pounds(row['cost'], 4)}{kept}"


def _notes(programme: Programme) -> str:
    said = [f"{note['check']}: {note['message']}" for note in programme.summary.lint]
    return "\n".join(["Model notes", *_items(said)])


def calibration_text(learned: Calibration) -> str:
    """What a calibration learned by group, how it does on assets it did not see, and what was set aside."""
    rows = [
        (
            str(row["group"]),
            f"{row['assets']:,}",
            f"{row['pairs']:,}",
            _years(row["life"]),
            f"{_years(row['life_low'])} to {_years(row['life_high'])}",
            *(_points(row[name]) for name in ("error", "no_change", "constant_rate")),
            _percent(row["within_80"]),
            _percent(row["within_95"]),
        )
        for row in learned.rows.to_dict("records")
    ]
    heads = (
        "group",
        "assets",
        "pairs",
        "life",
        "95% interval",
        "error",
        "no change",
        "constant rate",
        "in 80%",
        "in 95%",
    )
    said = textwrap.fill(
        "Life is in years: "
        + _LIFE[learned.kind]
        + ". Error is the root mean square on assets held out from the fit, in "
        "index points, beside that of two simple rules; the last columns say how many of their readings lay within the "
        "80% and 95% intervals.",
        _WIDTH,
    )
    return "\n".join([table(heads, rows), "", said, *_items(learned.notes)])


_LIFE = {
    "curve": "from an index of 100 to one of 40",
    "markov": "from the best state to the worst, on average",
    "weibull": "from new to failure, on average",
}


def _years(value: float) -> str:
    return f"{value:.1f}" if math.isfinite(value) else "not seen"


def _points(value: float) -> str:
    return "–" if value != value else f"{value:.2f}"


def _percent(value: float) -> str:
    return "–" if value != value else f"{value:.0%}"


def network_text(found: NetworkLayers) -> str:
    """What a network holds, what was found on the way, and the bridges and links that matter most."""
    counts = [
        (name, f"{value:.1%}" if name.startswith("share") else f"{value:,.0f}") for name, value in found.counts.items()
    ]
    parts = [table(["network", ""], counts)]
    kinds = found.notes["kind"].value_counts().sort_index()
    if len(kinds):
        parts.append("\n".join(f"  {kind}: {count:,}" for kind, count in kinds.items()))
    bridges = found.layers["bridges"].sort_values(["detour_km", "asset_id"], ascending=[False, True]).head(_FEW)
    rows = [
        [str(row.asset_id), str(row.name)[:40], f"{row.detour_km:,.1f}", f"{row.closure_cost_per_day:,.0f}"]
        for row in bridges[bridges["detour_km"] > 0].drop(columns="geometry").itertuples(index=False)
    ]
    if rows:
        parts.append(table(["longest detours: bridge", "name", "km", "£ a day closed"], rows))
    # Links of one chain between junctions share their detour: one stands for all.
    links = found.layers["links"]
    links = links[links["owned"]].sort_values(["criticality", "link"], ascending=[False, True])
    links = links.drop_duplicates(["road", "detour_km", "criticality"]).head(_FEW)
    rows = [
        [str(row.asset_id), str(row.road)[:40], f"{row.betweenness:.4f}", f"{row.criticality:,.0f}"]
        for row in links.drop(columns="geometry").itertuples(index=False)
    ]
    parts.append(table(["most critical links: section", "road", "betweenness", "£ a day closed"], rows))
    return "\n\n".join([*parts, *_severed(found.layers["places"])])


def _severed(places: pd.DataFrame) -> list[str]:
    """Which places one closed road, or the limits in force, cut off."""
    heavy = places["heavy"]
    told = {
        "one closed road would cut off": places[places["cut_off_by"] > 0],
        "limits in force cut off, for the heaviest vehicles,": places[heavy == "cut off"],
        "limits in force take farther from help, for the heaviest vehicles,": places[heavy == "farther"],
    }
    lines = []
    for words, some in told.items():
        if len(some):
            kinds = ", ".join(f"{kind} {count:,}" for kind, count in some["kind"].value_counts().sort_index().items())
            more = f" and {len(some) - _FEW:,} more" if len(some) > _FEW else ""
            lines.append(f"{words} {plural(len(some), 'place')} ({kinds}): {', '.join(some['name'].head(_FEW))}{more}")
    return ["\n".join(textwrap.fill(line, _WIDTH, subsequent_indent="  ") for line in lines)] if lines else []


def register_text(register: Register) -> str:
    """What a register holds: assets by class, roads by class, what was left out, what was assumed."""
    assets = register.assets
    rows = [
        [
            str(name),
            f"{len(part):,}",
            f"{part['length_m'].sum() / 1000:,.1f}" if part["length_m"].notna().any() else "",
            f"{part['replacement_value'].sum() / 1e6:,.1f}",
        ]
        for name, part in assets.groupby("asset_class")
    ]
    parts = [table(["class", "assets", "km", "replacement £m"], rows)]
    roads = assets[assets["asset_class"] == CARRIAGEWAY]
    if len(roads):
        by_class = (roads.groupby("road_class")["length_m"].sum() / 1000).items()
        parts.append("carriageway km: " + ", ".join(f"{name} {length:,.1f}" for name, length in by_class))
    if register.notes:
        parts.append("\n".join(f"  {note}: {count:,}" for note, count in register.notes))
    shares = assumed_share(assets)
    if len(shares):
        said = ", ".join(f"{column} {share:.0%}" for column, share in shares.items())
        parts.append(textwrap.fill(f"assumed by rule, share of assets: {said}", _WIDTH, subsequent_indent="  "))
    return "\n".join(parts)
