"""What of the programme's cost is design and supervision, risk allowance and optimism bias, apart from the works."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from assetplan.asset_classes import BID, SALE
from assetplan.config.allowances import Allowances
from assetplan.finance.allowances import ALLOWANCES, allowance_shares
from assetplan.finance.statement import Statement, declared, named
from assetplan.statements.ledger import Ledger

_TOTAL = "total"
_WORKS = "Works"


def allowances(ledger: Ledger) -> Iterator[Statement]:
    """Works and each allowance by line and year, of a plan that states allowances."""
    if ledger.plan.allowances == Allowances():
        return
    parts = _parts(ledger)
    labels = ledger.outcome.inputs.tables.labels
    rows = [
        {"line": line, "label": label, "part": part, **dict(zip(ledger.years, amounts, strict=True))}
        for line, label in [*((line, labels[line]) for line in ledger.plan.envelope.lines), (_TOTAL, "All lines")]
        for part, amounts in zip((_WORKS, *ALLOWANCES.values()), parts[line].tolist(), strict=True)
    ]
    table = pd.DataFrame(rows)
    table["total"] = table[ledger.years].sum(axis=1).round(9)
    note = (
        "The four parts of a line come to what it spends. Statutory works, sales and mobilisation that the plan states "
        "bear no allowance of their own; of schemes that state one, it is split as their works are."
    )
    yield ledger.table(declared("allowances"), table, note, named(ledger.years))


def _parts(ledger: Ledger) -> dict[str, np.ndarray]:
    """Line → works and each allowance by year, as printed (1 + n_allowances, n_years); the total last."""
    plan, works = ledger.plan, ledger.works
    stage = {bid.name: bid.stage for bid in ledger.outcome.inputs.bids}
    of_bid = (works["asset_class"] == BID.asset_class).to_numpy(dtype=bool)
    keys = pd.DataFrame(
        {
            "first": np.where(of_bid, works["asset_id"], works["treatment"]),
            "second": np.where(of_bid, [stage.get(str(name), "") for name in works["asset_id"]], ""),
            "line": works["line"],
        }
    )
    codes, distinct = pd.factorize(pd.MultiIndex.from_frame(keys))
    shares = np.array([allowance_shares(plan, *names) for names in distinct]).reshape(-1, len(ALLOWANCES))[codes]
    shares[(works["treatment"] == SALE).to_numpy(dtype=bool)] = 0.0
    base = 1 / (1 + shares.sum(axis=1))
    spent = {line: np.zeros((1 + len(ALLOWANCES), plan.years)) for line in plan.envelope.lines}
    year = works["year"].to_numpy(dtype=int) - plan.first_year
    cost = works["cost"].to_numpy(dtype=float) * ledger.price[year]
    for line, amounts in spent.items():
        mine = (works["line"] == line).to_numpy(dtype=bool)
        for place in range(len(ALLOWANCES)):
            part = (cost * base * shares[:, place])[mine]
            amounts[1 + place] = np.bincount(year[mine], part, plan.years)
        amounts[0] = ledger.spent.loc[line].to_numpy(dtype=float) - amounts[1:].sum(axis=0)
    shown = {line: ledger.shown(amounts) + 0.0 for line, amounts in spent.items()}
    return shown | {_TOTAL: np.sum(list(shown.values()), axis=0).round(9)}


STATEMENTS = (allowances,)
