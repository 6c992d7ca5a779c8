"""The approved profile, and how far the programme is from it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from assetplan.config.envelope import Range
from assetplan.finance.envelope import held_back
from assetplan.finance.statement import Statement, declared, named
from assetplan.statements.ledger import Ledger

_SUM = "total"
_CERTAIN = "total of lines without a range"


def approved_profile(ledger: Ledger) -> Iterator[Statement]:
    """Current and additional money by line and year, as it was approved; a line that is a range has two rows."""
    envelope, labels = ledger.plan.envelope, ledger.outcome.inputs.tables.labels
    rows: list[dict[str, object]] = []
    for line, added in envelope.additional.items():
        sides = {"low": added.low, "high": added.high} if isinstance(added, Range) else {"": added}
        for side, amounts in sides.items():
            row = {"line": line, "label": labels[line], "range": side}
            rows.append(_counted(row, envelope.current.get(line, 0.0), np.array(amounts), ledger.years))
    if not rows:
        return
    table = pd.DataFrame(rows)
    money = ["current", *ledger.years, "total_additional"]
    ranged = (table["range"] != "").any()
    sums = [(_SUM, "low"), (_SUM, "high")] if ranged else [(_SUM, "")]
    if ranged:
        sums.insert(0, (_CERTAIN, ""))
    for name, side in sums:
        mine = table["range"] == "" if name == _CERTAIN else table["range"].isin(["", side])
        sums_of = {column: round(float(table.loc[mine, column].sum()), 9) for column in money}
        rows.append({"line": name, "label": "", "range": side, **sums_of})
    note = "Current money is a year's; the additional money of each year comes on top of it."
    if ranged:
        note += " A range is not a survey: the plan chooses within it, and no one figure stands for it."
    yield ledger.table(declared("approved_profile"), pd.DataFrame(rows), note, named(ledger.years))


def _counted(row: dict[str, str], current: float, amounts: np.ndarray, years: list[str]) -> dict[str, object]:
    by_year = dict(zip(years, amounts.tolist(), strict=True))
    return {**row, "current": current, **by_year, "total_additional": round(float(amounts.sum()), 9)}


def variance(ledger: Ledger) -> Iterator[Statement]:
    """What the programme spends beside what was approved, by line and year and over the plan."""
    approved, labels = ledger.plan.envelope.approved, ledger.outcome.inputs.tables.labels
    if not approved:
        return
    parts = []
    for line, sides in approved.items():
        low, high = (np.array(side) * ledger.plan.envelope.pounds for side in sides)
        spent = ledger.spent.loc[line].to_numpy(dtype=float)
        low, high, spent = (np.append(amounts, amounts.sum()) for amounts in (low, high, spent))
        shown = {name: ledger.shown(amounts) for name, amounts in (("low", low), ("high", high), ("planned", spent))}
        outside = np.where(shown["planned"] > shown["high"], shown["planned"] - shown["high"], 0.0)
        outside += np.where(shown["planned"] < shown["low"], shown["planned"] - shown["low"], 0.0)
        parts.append(
            pd.DataFrame(
                {
                    "line": line,
                    "label": labels[line],
                    "year": [*ledger.years, _SUM],
                    "approved_low": shown["low"],
                    "approved_high": shown["high"],
                    "planned": shown["planned"],
                    "variance": outside.round(9) + 0.0,
                }
            )
        )
    note = "Variance is what is planned above the approved money, or below it (negative); within a range it is zero."
    yield ledger.table(declared("variance"), pd.concat(parts, ignore_index=True), note)


def contingency_held(ledger: Ledger) -> Iterator[Statement]:
    """What the contingency of each line holds, apart from the money for works."""
    envelope, labels = ledger.plan.envelope, ledger.outcome.inputs.tables.labels
    if not envelope.contingency:
        return
    money = np.array(list(envelope.lines.values())) * envelope.pounds
    held = money * held_back(ledger.plan)
    money, held = (np.vstack([each, each.sum(axis=0)]) for each in (money, held))
    rows = [
        {
            "line": line,
            "label": label,
            "year": year,
            "money": float(ledger.shown(money[place, when])),
            "held": float(ledger.shown(held[place, when])),
            "for_works": round(float(ledger.shown(money[place, when]) - ledger.shown(held[place, when])), 9) + 0.0,
        }
        for place, (line, label) in enumerate([*((line, labels[line]) for line in envelope.lines), (_SUM, "All lines")])
        for when, year in enumerate(ledger.years)
    ]
    note = (
        "Held: a share of the line's money that no works may spend. What latent defects are expected to cost is apart."
    )
    yield ledger.table(declared("contingency_held"), pd.DataFrame(rows), note)


STATEMENTS = (approved_profile, variance, contingency_held)
