"""What buildings and lights use, cost and emit in each year, if nothing is done and under the plan."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from assetplan._types import Floats
from assetplan.carbon import KG_PER_TONNE
from assetplan.energy import FUELS
from assetplan.finance import Statement, real
from assetplan.finance.statement import Column, declared
from assetplan.outcome.energy import energy_of
from assetplan.statements.ledger import Ledger
from assetplan.words import and_list, plural


def energy(ledger: Ledger) -> Iterator[Statement]:
    """Energy by class and fuel in both futures, of a plan that states it: kWh, £ and t CO2e."""
    if ledger.plan.energy is None:
        return
    of = energy_of(ledger.outcome)
    classes, rows = ledger.outcome.inputs.tables.classes, list[dict[str, object]]()
    unknown: dict[str, None] = {}
    for case, by_class in (("do-nothing", of.nothing), ("plan", of.plan)):
        for name, kwh in by_class.items():
            for place in np.flatnonzero(of.nothing[name].any(axis=1)):
                row = {"case": case, "used_by": classes[name].plural, "fuel": FUELS[place]}
                rows.append({**row, "unit": "kWh", **_years(ledger, kwh[place], 0)})
                if of.price is not None:
                    rows.append({**row, "unit": "£", **_years(ledger, kwh[place] * of.price[place], 0)})
                emitted = kwh[place] * of.factor[place] / KG_PER_TONNE
                rows.append({**row, "unit": "t CO2e", **_years(ledger, emitted, 3)})
                if np.isnan(emitted).any():
                    unknown[FUELS[place]] = None
    if not rows:
        return
    note = "Each figure is rounded by itself. The latest factor of carbon that is known is held."
    if unknown:
        note += f" What {and_list(unknown)} emits is not known, and is blank."
    if of.price is None:
        stated = bool(ledger.plan.energy.prices)
        why = "leaves energy out of benefit.streams" if stated else "states no prices (energy.prices)"
        note += f" The plan {why}, so energy counts in no benefit."
    if of.apart:
        note += f" {plural(of.apart, 'block')} without components are in both cases alike."
    years = [Column(year, year, "number or blank") for year in ledger.years]
    yield declared("energy").table(pd.DataFrame(rows), real(ledger.plan.first_year), note, own=years)


def _years(ledger: Ledger, amounts: Floats, decimals: int) -> dict[str, float]:
    rounded = np.append(amounts, amounts.sum()).round(decimals)
    return dict(zip([*ledger.years, "total"], rounded.tolist(), strict=True))


STATEMENTS = (energy,)
