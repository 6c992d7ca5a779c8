"""What strategies save year by year, beyond the plan years too: what a payback is reckoned from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from assetplan._types import Codes, Floats
from assetplan.strategies.candidates import Starting, by_group, members_of, start_of
from assetplan.strategies.energy import energy_saved
from assetplan.strategies.model import LifecycleModel
from assetplan.strategies.traffic import Traffic
from assetplan.strategies.trajectory import watch


def saved_after_plan(
    assets: pd.DataFrame,
    starting: Starting,
    schedule: Codes,
    model: LifecycleModel,
    traffic: Traffic | None,
    n_years: int,
) -> tuple[Floats, Floats]:
    """Works and burdens that strategies save against do-nothing in each year after the plan, not discounted.

    They are expected ones, in prices of the first year; of an asset marked for disposal there are none.

    Parameters
    ----------
    assets, starting, schedule, model, traffic : as for `simulate`
    n_years : int; years after the plan to follow

    Returns
    -------
    two of array (n_assets, n_years)
        Works, and burdens [£].
    """
    works, burdens = np.zeros((2, len(assets), n_years))
    treated = (schedule >= 0).any(axis=1) & (assets["retention"] != "dispose").to_numpy(dtype=bool)
    for group, rows in by_group(assets):
        mine = rows[treated[rows]]
        if not len(mine):
            continue
        # Both cases at once: what a policy makes of a year is worked out for all of its group together.
        both = np.concatenate([mine, mine])
        codes = np.concatenate([schedule[mine], np.full_like(schedule[mine], -1)])
        treatments = model.catalogue.treatments[group]
        members = members_of(assets, both, treatments, model, traffic)
        start = start_of(group, model, starting, both, members.exposure.limits is not None)
        *_, last = watch(start, codes, treatments)
        for out, amounts in zip((works, burdens), model.later_by_year(group, last, members, n_years), strict=True):
            planned, nothing = np.split(amounts, 2)
            out[mine] = nothing - planned
    if model.energy is not None:
        total = model.rules.years + n_years
        saved = energy_saved(assets, schedule, model.catalogue, model.energy.savings, total)
        burdens += (saved * model.energy.prices(total)).sum(axis=1)[:, model.rules.years :]
    return works, burdens
