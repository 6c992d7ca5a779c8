"""Every statement of a plan, in the order in which a board reads them."""

from __future__ import annotations

import pandas as pd

from assetplan.finance import Statement
from assetplan.outcome.outcome import Outcome
from assetplan.statements import (
    allowances,
    bids,
    carbon,
    compliance,
    debt,
    energy,
    epc,
    firm,
    grades,
    local_roads,
    money,
    profile,
    property,
    records,
)
from assetplan.statements.ledger import Ledger


def accounts(outcome: Outcome, works: pd.DataFrame) -> list[Statement]:
    """Every statement that a plan gives cause for: what it does not have (borrowing, a profile) has no statement."""
    ledger = Ledger(outcome, works)
    parts = (
        profile,
        allowances,
        money,
        bids,
        debt,
        records,
        firm,
        local_roads,
        carbon,
        grades,
        property,
        energy,
        epc,
        compliance,
    )
    makers = (make for part in parts for make in part.STATEMENTS)
    return [table for make in makers for table in make(ledger)]
