"""What `uncertainty` prints."""

from __future__ import annotations

import pandas as pd

from assetplan.answers import Uncertainty
from assetplan.cli.layout import figure, paragraph, table
from assetplan.words import financial_year, millions, number, plural

TABLES = ("futures", "programmes", "targets", "money", "condition", "works", "knowledge", "groups", "replanning")
"""Tables of the answer, each a file."""
_MEASURES = {"benefit": ("benefit, £m", 1e-6, 2), "index": ("average index of", 1, 1), "poor": ("% poor of", 100, 1)}
_GAINS = {
    "perfect information": "knowing the future before choosing, on the best on average",
    "best on average": "choosing for all futures together, on the plan",
}


def uncertainty_text(answer: Uncertainty) -> str:
    """What may become of a plan, which works stand, and what knowing more is worth.

    Parameters
    ----------
    answer : Uncertainty; from `uncertainty`
    """
    futures = answer.futures
    winters = (futures["hard_winters"] > 0).mean()
    low, high = futures["prices"].quantile([0.1, 0.9])
    head = (
        f"{plural(len(futures), 'future')}. In {winters:.0%} of them there is a hard winter at least; in eight of ten "
        f"works of the last year cost {low:.2f} to {high:.2f} times what is expected. ± is the standard error of a "
        "mean or chance."
    )
    parts = [paragraph(head, ""), _programmes(answer), *_targets(answer), _money(answer), _condition(answer)]
    return "\n\n".join([*parts, _works(answer), _knowledge(answer), _groups(answer), *_replanning(answer)])


def _programmes(answer: Uncertainty) -> str:
    rows = [
        [
            *(row["name"], f"{millions(row['benefit'])} ± {millions(row['benefit_se'])}"),
            *(f"{millions(row['low'])} to {millions(row['high'])}", millions(row["worst"]), millions(row["cost"])),
        ]
        for row in answer.programmes.to_dict("records")
    ]
    heads = ["programme", f"mean, {_millions(answer)}", "eight in ten", "worst quarter", "cost, £m"]
    return table(heads, rows)


def _targets(answer: Uncertainty) -> list[str]:
    rows = []
    for row in answer.targets.to_dict("records"):
        share = pd.notna(row["at_most"])
        asked = f"at most {row['at_most']:.1%}" if share else f"at least {row['at_least']:g}"
        low, high = (f"{row[end]:.1%}" if share else f"{row[end]:.1f}" for end in ("low", "high"))
        name = row["name"] or row["asset_class"]
        rows.append([f"{name}, {row['year']}", asked, f"{low} to {high}", f"{row['met']:.0%} ± {row['met_se']:.0%}"])
    return [table(["target", "asked", "eight in ten", "chance it is met"], rows)] if rows else []


def _money(answer: Uncertainty) -> str:
    rows = [
        [
            *(str(line), *(f"{each:.0%}" for each in of_line["within"])),
            *(millions(of_line[name].sum()) for name in ("money", "nine_in_ten")),
        ]
        for line, of_line in answer.money.groupby("line", sort=False)
    ]
    years = [financial_year(year) for year in answer.money["year"].unique().tolist()]
    return table(["chance that its money is enough", *years, "money, £m", "enough in 9 of 10"], rows)


def _condition(answer: Uncertainty) -> str:
    last = answer.condition[answer.condition["year"] == answer.condition["year"].max()]
    rows = [
        [
            *(row["asset_class"], f"{row['index']:.1f} ± {row['index_se']:.1f}"),
            *(f"{row['index_low']:.1f} to {row['index_high']:.1f}", f"{row['poor']:.1%}"),
            f"{row['poor_low']:.1%} to {row['poor_high']:.1%}",
        ]
        for row in last.to_dict("records")
    ]
    return table(["condition at the end", "average index", "eight in ten", "poor", "eight in ten"], rows)


def _works(answer: Uncertainty) -> str:
    planned = int(answer.works["planned"].sum())
    text = (
        f"Of the plan's {plural(planned, 'works item')}, {len(answer.core):,} are in the best programme of every "
        f"future that was solved: the robust core. Of {len(answer.droppable):,} the asset is treated in none of them: "
        "safe to drop."
    )
    return paragraph(text, "")


def _knowledge(answer: Uncertainty) -> str:
    rows = [
        [_GAINS[row["measure"]], f"{millions(row['value'])} ± {millions(row['value_se'])}", millions(row["more"])]
        for row in answer.knowledge.to_dict("records")
    ]
    return table(["what would be gained", _millions(answer), "left open"], rows)


def _groups(answer: Uncertainty) -> str:
    priced = answer.groups["survey"].notna().any()
    rows = [
        [
            *(row["label"], f"{row['assets']:,}", f"{row['stock']:,.0f} {row['unit']}"),
            f"{row['value'] / 1e3:,.0f} ± {row['value_se'] / 1e3:,.0f}",
            *([figure(row["survey"] / 1e3, ",.0f"), figure(row["ratio"], ",.1f")] if priced else []),
        ]
        for row in answer.groups.to_dict("records")
    ]
    unit = "£000" if answer.unit == "£" else f"thousand {answer.unit}"
    prices = ["survey, £000", "worth of £1"] if priced else []
    note = "" if priced else "\nState what surveys cost in uncertainty.surveys, to see where they are worth most."
    return table(["what knowing a group alone gains", "assets", "stock", f"at most, {unit}", *prices], rows) + note


def _replanning(answer: Uncertainty) -> list[str]:
    """Means of the futures in which the plan is made anew, and of what that gains."""
    if not len(answer.replanning):
        return []
    rows = []
    for (measure, asset_class), part in answer.replanning.groupby(["measure", "asset_class"], sort=False):
        gain = part["anew"] - part["held"]
        words, scale, decimals = _MEASURES[str(measure)]
        means = [*part[["held", "anew"]].mean().tolist(), gain.mean(), gain.sem()]
        held, anew, more, error = (number(each * scale, decimals) for each in means)
        rows.append([f"{words} {asset_class}".strip(), held, anew, f"{more} ± {error}"])
    count = answer.replanning["future"].nunique()
    return [table([f"made anew every year, {plural(count, 'future')}", "held", "anew", "gain"], rows)]


def _millions(answer: Uncertainty) -> str:
    return "£m" if answer.unit == "£" else f"million {answer.unit}"
