"""What a plan's buildings need, and how much of what is spent on them is planned."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from assetplan.asset_classes import BUILDING
from assetplan.finance import Statement, real
from assetplan.property import estate_of_plan, maintenance, property_statements
from assetplan.statements.ledger import Ledger

_REACTIVE = "reactive"


def property_of(ledger: Ledger) -> Iterator[Statement]:
    """The estate in the base year and ahead if nothing is done, where the register has premises or blocks."""
    register = ledger.outcome.inputs.register
    if not len(register.premises) and not len(register.blocks):
        return
    estate = estate_of_plan(ledger.outcome.inputs)
    yield from property_statements(estate, ledger.plan.years)
    reactive = ledger.outcome.plan.yearly.get(_REACTIVE)
    if reactive is None or not estate.ours.any():
        return
    parts = ledger.works, ledger.outcome.inputs.mandatory
    paid = pd.concat([part.loc[part["asset_class"] == BUILDING, ["year", "cost"]] for part in parts])
    works = paid.groupby("year")["cost"].sum()
    planned = works.reindex(ledger.plan.plan_years, fill_value=0.0).to_numpy(dtype=float)
    buildings = np.flatnonzero(register.assets["asset_class"] == BUILDING)
    outcome = ledger.outcome
    # Repairs end with the year before a sale.
    kept = outcome.formulation.kept(outcome.solution)[:, 1:]
    unplanned = np.asarray((reactive * kept)[buildings[estate.ours]].sum(axis=0))
    yield maintenance(ledger.plan.plan_years, planned, unplanned, real(ledger.plan.first_year))


STATEMENTS = (property_of,)
