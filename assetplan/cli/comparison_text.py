"""What `compare`, `alternatives` and `frontier` print."""

from __future__ import annotations

from typing import Any

import pandas as pd

from assetplan.answers import Alternatives, Comparison, Frontier
from assetplan.answers.causes import cause_words
from assetplan.answers.comparison import CHANGES
from assetplan.cli.layout import block, figure, items, paragraph, table
from assetplan.programme import Programme
from assetplan.words import financial_year, millions, plural

_LARGEST, _SETTINGS = 10, 12
_TEXT = 40  # characters of a setting's value
_CARBON_HEADS = ["carbon, t", "known"]
_CARBON_NOTE = (
    "Carbon is what works emit, t CO2e, as far as it is known: known is the share of the cost of the works of which it "
    "is, and the rest is not counted."
)


def comparison_text(before: Programme, after: Programme, comparison: Comparison) -> str:
    """Two programmes beside each other: what changed, money by line, causes, settings, and the largest changes.

    Parameters
    ----------
    before, after : Programme; the two
    comparison : Comparison; of them, from `compare`
    """
    span = [financial_year(year) for year in (comparison.years[0], comparison.years[-1])]
    items_before, kept, share = comparison.kept
    changed = comparison.assets.groupby("change").agg(
        assets=("asset_id", "size"), before=("cost_before", "sum"), after=("cost_after", "sum")
    )
    head = block(
        f"{before.summary.plan} beside {after.summary.plan}, {span[0]} to {span[1]}",
        paragraph(
            f"{kept:,} of {plural(items_before, 'works item')} of the first are in the second too: {share:.1%} of cost."
        ),
        *([f"The second bore £{comparison.change_paid:,.0f} for change."] if comparison.change_paid else []),
    )
    parts = [head, _figures_text(_figures(before), _figures(after))]
    if not len(comparison.assets):
        return "\n\n".join([*parts, "No asset differs.", *_settings(comparison)])
    rows = [
        [CHANGES[key], f"{row['assets']:,.0f}", millions(row["before"]), millions(row["after"])]
        for key in CHANGES
        if key in changed.index
        for row in [changed.loc[key]]
    ]
    parts.append(table(["assets that differ, £m", "assets", "before", "after"], rows))
    parts += [_by_line(after, comparison), *_causes(after, comparison), *_settings(comparison), _largest(comparison)]
    return "\n\n".join(parts)


def comparison_facts(before: Programme, after: Programme, comparison: Comparison) -> dict[str, Any]:
    """The figures of both, and every table of the comparison.

    Parameters
    ----------
    before, after, comparison : Programme, Programme, Comparison; as of `comparison_text`
    """
    items_before, kept, share = comparison.kept
    return {
        "years": comparison.years,
        "before": _figures(before),
        "after": _figures(after),
        "works_before": items_before,
        "works_kept": kept,
        "works_kept_cost_share": share,
        "change_paid_gbp": comparison.change_paid,
        **{name: getattr(comparison, name) for name in ("totals", "settings", "assets")},
        "causes": comparison.causes(),
    }


def _figures(programme: Programme) -> dict[str, Any]:
    summary = programme.summary
    return {
        "plan": summary.plan, "benefit_gbp": programme.benefit, "cost_gbp": summary.cost, "treated": summary.treated,
        "gap_share": programme.gap,
    }  # fmt: skip


def _figures_text(*pair: dict[str, Any]) -> str:
    rows = [
        ["benefit, £m", *(millions(each["benefit_gbp"]) for each in pair)],
        ["cost of works, £m", *(millions(each["cost_gbp"]) for each in pair)],
        ["assets treated", *(f"{each['treated']:,}" for each in pair)],
        ["gap", *(f"{each['gap_share']:.4%}" for each in pair)],
    ]
    return table(["", "before", "after"], rows)


def _by_line(after: Programme, comparison: Comparison) -> str:
    labels = {row["line"]: row["label"] for row in after.summary.spend}
    heads = {
        "before": "before", "came_in": "came in", "went_out": "went out", "moved": "other year",
        "treatment": "treatment", "repriced": "other cost", "mandatory": "mandatory", "after": "after",
    }  # fmt: skip
    names = [name for name in heads if name in comparison.totals]
    rows = [
        [str(labels.get(row["name"], row["name"])), *(millions(row[name]) for name in names)]
        for row in comparison.totals.query("by == 'line'").to_dict("records")
    ]
    return table(["cost by line, £m", *(heads[name] for name in names)], rows)


def _causes(after: Programme, comparison: Comparison) -> list[str]:
    """Why, most assets first; nothing where the plans are of other years or without prices."""
    if not comparison.assets["cause"].any():
        return ["Causes are worked out for plans of the same years whose prices are known."]
    labels = {row["line"]: row["label"] for row in after.summary.spend}
    texts = [
        f"{cause_words(row['cause'], row['what'], labels)}: {plural(row['assets'], 'asset')}"
        for row in comparison.causes().to_dict("records")
    ]
    return [block("Why they differ, by the largest part of what turned the choice", *items(texts))]


def _settings(comparison: Comparison) -> list[str]:
    """What the plan files state otherwise, the first few."""
    rows = comparison.settings.to_dict("records")
    if not rows:
        return []
    texts = [f"{row['key']}: {_cut(row['before'])} → {_cut(row['after'])}" for row in rows[:_SETTINGS]]
    texts += [f"… and {len(rows) - _SETTINGS} more"] * (len(rows) > _SETTINGS)
    return [block("What the plan files state otherwise", *items(texts))]


def _cut(text: str) -> str:
    return (text if len(text) <= _TEXT else text[: _TEXT - 1] + "…") or "–"


def _largest(comparison: Comparison) -> str:
    """The assets whose cost differs most."""
    assets = comparison.assets
    order = (assets["cost_after"] - assets["cost_before"]).abs().sort_values(ascending=False, kind="stable").index
    texts = [
        f"{row['asset_id']} {row['name'] or row['road']}: {row['before'] or '–'} → {row['after'] or '–'}, "
        f"£{row['cost_before']:,.0f} → £{row['cost_after']:,.0f}"
        for row in assets.loc[order[:_LARGEST]].to_dict("records")
    ]
    return block("Where the cost differs most", *items(texts))


def alternatives_text(near: Alternatives) -> str:
    """Programmes near the optimum, what each gives up, and what all of them have.

    Parameters
    ----------
    near : Alternatives; from `alternatives`
    """
    # Sites are counted where the plan limits them, districts where there are several, carbon where any is known.
    limited, spread = near.programmes["sites"].notna().any(), near.programmes["even"].notna().any()
    emits = near.programmes["carbon"].notna().any()
    rows = [
        [
            *(row["name"], millions(row["benefit"]), f"{row['given_up']:.2%}", millions(row["cost"])),
            f"{row['treated']:,}",
            *([f"{row['sites']:,.0f}"] if limited else []),
            *(_carbon_cells(row["carbon"], row["carbon_known"]) if emits else []),
            f"{row['a_road_km']:,.1f}",
            *([f"{row['even']:.0%}"] if spread else []),
            *(f"{row['unlike']:.0%}", f"{row['gap']:.2%}"),
        ]
        for row in near.programmes.to_dict("records")
    ]
    sites, even = ["sites"] if limited else [], ["even"] if spread else []
    made = ["programme", "benefit, £m", "given up", "cost, £m", "treated"]
    heads = [*made, *sites, *(_CARBON_HEADS if emits else []), "A road, km", *even, "unlike", "gap"]
    core, some = len(near.core), len(near.assets)
    what = ("asset or bid", "assets and bids") if "bids" in near.programmes else ("asset",)
    text = (
        f"All {len(rows)} programmes treat {plural(core, *what)}; {some - core:,} are treated by some of them alone. "
        "Unlike is the share of the cost of a programme's works that the plan does not have. The gap says how near "
        "each is proved to be to the best at what it excels in."
    )
    if emits:
        text += f" {_CARBON_NOTE}"
    if spread:
        text += " Even is what the district with least for the value of its assets has of an even spread."
    return f"{table(heads, rows)}\n\n{paragraph(text, '')}"


def _carbon_cells(carbon: float, known: float) -> list[str]:
    return [figure(carbon, ",.0f"), f"{known:.0%}"]


def frontier_text(reached: Frontier) -> str:
    """What each share of the money or carbon brings, and what one more pound of each line would.

    Parameters
    ----------
    reached : Frontier; from `frontier`
    """
    points = reached.points
    if "benefit" not in points:
        return f"With none of these shares of its {'carbon' if reached.of_carbon else 'money'} can the plan be met."
    emits = points["carbon"].notna().any()
    rows = []
    for row in points.to_dict("records"):
        limit = f"{row['carbon_limit']:,.0f}" if reached.of_carbon else millions(row["money"])
        cells = [f"{row['share']:.0%}", limit]
        if pd.isna(row["benefit"]):
            rows.append([*cells, row["status"], *[""] * (7 if emits else 5)])
            continue
        cells += [millions(row["benefit"]), f"{row['gap']:.3%}", millions(row["cost"]), f"{row['preventative']:.0%}"]
        cells += [f"{row['treated']:,.0f}", *(_carbon_cells(row["carbon"], row["carbon_known"]) if emits else [])]
        rows.append([*cells, f"{row['marginal']:,.2f}"])
    scaled, more = (["carbon", "t CO2e"], "1 t more") if reached.of_carbon else (["money", "£m"], "£1 more")
    made = ["benefit, £m", "gap", "cost, £m", "preventative", "treated"]
    heads = [*scaled, *made, *(_CARBON_HEADS if emits else []), more]
    note = "£1 more is what one more pound would bring, spread as the money is."
    if reached.of_carbon:
        note = "1 t more is what one more tonne of CO2e would bring."
    by_line = reached.lines.pivot(index="share", columns="line", values="marginal")
    streams = reached.streams.pivot(index="share", columns="stream", values="amount") / 1e6
    poor = reached.condition.pivot(index="share", columns="asset_class", values="poor")
    return "\n\n".join(
        [
            table(heads, rows),
            paragraph(f"{note} {_CARBON_NOTE}" if emits else note, indent=""),
            _by_share("£1 more of", by_line, ".2f"),
            _by_share("poor at the end", poor, ".1%"),
            _by_share("costs, £m", streams, ",.2f"),
            "Costs are those beside works in the plan's years.",
        ]
    )


def _by_share(head: str, wide: pd.DataFrame, decimals: str) -> str:
    rows = [[f"{share:.0%}", *(f"{value:{decimals}}" for value in row)] for share, *row in wide.itertuples()]
    return table([head, *map(str, wide.columns)], rows)
