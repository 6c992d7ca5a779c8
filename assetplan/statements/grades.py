"""Buildings by grade and priority, and why those that are life-expired wait."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from assetplan import condition
from assetplan._types import Floats, Texts
from assetplan.asset_classes import BUILDING
from assetplan.condition.building import NOT_STATED, PRIORITIES
from assetplan.finance import Statement, real
from assetplan.finance.statement import declared, named
from assetplan.outcome.outcome import Outcome
from assetplan.outcome.waiting import CAUSES, TREATED, WORTH, better_grades, due, life_expired, waiting
from assetplan.register.premises import kept_by_others
from assetplan.statements.ledger import Ledger
from assetplan.words import financial_year, plural

_MILLION = 1e6
_REASONS = dict(
    zip(
        (TREATED, *CAUSES),
        (
            "Treated in the plan years",
            "Waits: somebody else keeps it up",
            "Waits: marked for disposal",
            "Waits: no line, rule or treatment allows works on it",
            "Waits: not due in the plan years by its priority",
            "Waits: works that must be done take its money first",
            "Waits: it costs more than its budget has, or has left",
            "Waits: its money does more elsewhere",
        ),
        strict=True,
    )
)
_ALL = "All that wait"


def grades(ledger: Ledger) -> Iterator[Statement]:
    """Replacement value of building components by grade and priority, and their backlog: today and in both futures."""
    outcome = ledger.outcome
    assets, scale = outcome.inputs.register.assets, outcome.inputs.tables.classes[BUILDING].bands
    own = ((assets["asset_class"] == BUILDING) & ~kept_by_others(assets)).to_numpy(dtype=bool)
    if scale == "index" or not own.any():
        return
    names = condition.band_names(scale)
    value = assets["replacement_value"].fillna(0.0).to_numpy(dtype=float)[own]
    priority = _priority(assets["priority"].to_numpy(dtype=float)[own])
    last = financial_year(outcome.years[-1])
    cases = (
        ("today", outcome.nothing, 0), (f"{last}, with the plan", outcome.plan, -1),
        (f"{last}, if nothing is done", outcome.nothing, -1),
    )  # fmt: skip
    rows = []
    for label, future, place in cases:
        amounts = np.column_stack([value[:, None] * future.bands[own, place, : len(names)], future.backlog[own, place]])
        table = pd.DataFrame(amounts / _MILLION, columns=[*names, "backlog"]).groupby(priority).sum()
        rows += [
            {"priority": name, "when": label, **table.loc[name].round(3)} for name in _ORDER if name in table.index
        ]
        rows.append({"priority": "all", "when": label, **table.sum().round(3)})
    note = (
        "Replacement value of the components that the council keeps up, £m, by the chances of each grade. Backlog is "
        "what bringing all that is worse than B to B would cost. Priorities are as surveyed."
    )
    shown = pd.DataFrame(rows)[["priority", "when", "backlog", *names]]
    yield declared("grades").table(shown, real(ledger.plan.first_year), note, "£m", named(names))


_ORDER = (*(f"{number}: {name}" for number, name in enumerate(PRIORITIES, 1)), NOT_STATED)


def _priority(priority: Floats) -> Texts:
    """Name of each priority."""
    place = np.where(np.isnan(priority), len(PRIORITIES), np.nan_to_num(priority) - 1).astype(np.intp)
    return np.array(_ORDER, dtype=object)[place]


def life_expired_waits(ledger: Ledger) -> Iterator[Statement]:
    """Life-expired components by what becomes of them in the plan: treated, or why they wait."""
    outcome = ledger.outcome
    rows = np.flatnonzero(life_expired(outcome))
    if not len(rows):
        return
    assets = outcome.inputs.register.assets.iloc[rows]
    table = waiting(outcome, rows).assign(
        value=assets["replacement_value"].fillna(0.0).to_numpy() / _MILLION,
        backlog=outcome.nothing.backlog[rows, 0] / _MILLION,
        due=due(outcome)[rows],
    )
    parts = [(_REASONS[cause], table[table["cause"] == cause]) for cause in _REASONS]
    parts.append((_ALL, table[table["cause"] != TREATED]))
    out = pd.DataFrame(
        {
            "reason": name,
            "components": len(part),
            "due": int(part["due"].sum()),
            "replacement_value": round(float(part["value"].sum()), 3),
            "backlog": round(float(part["backlog"].sum()), 3),
            "at_prices": round(float(part["at_prices"].median()), 2) if part["at_prices"].notna().any() else np.nan,
        }
        for name, part in parts
        if len(part) or name == _ALL
    )
    yield declared("life_expired").table(out, real(ledger.plan.first_year), _sentences(outcome, table), "£m")


def _sentences(outcome: Outcome, table: pd.DataFrame) -> str:
    """What the table says in words, and what the money that is spent on components in better grades brings."""
    waits = table[table["cause"] != TREATED]
    worth = int((waits["cause"] == WORTH).sum())
    out = (
        f"Of {plural(len(table), 'life-expired component')}, {len(waits):,} wait, {worth:,} of them because their "
        "money does more elsewhere. The last column is of the middle component: below 1, the best works on it bring "
        "less than the money, at the prices of the limits, brings elsewhere."
    )
    sound = better_grades(outcome) & (outcome.schedule >= 0).any(axis=1)
    cost, gain = float(outcome.cost[sound].sum()), float(outcome.benefit[sound].sum())
    if cost > 0:
        count = plural(int(sound.sum()), "component")
        out += f" Works on {count} in better grades bring £{gain / cost:.2f} of benefit for each £1."
    return out


STATEMENTS = (grades, life_expired_waits)
