"""The heavy assets first: partial relaxations that tighten the bound and settle what is hard to round.

In a small programme a few large assets (a bridge, a signal junction) make the linear relaxation loose: it buys a
share of each. A model that takes the heaviest whole and leaves the rest continuous has a tighter bound and few
decisions. Its heavy choices are then fixed, the rest is priced again, and the next heaviest follow, until what is
left is light enough to round. The rest's options that are worse than their asset's best at every price in a box
around the present prices need not be in the model: passing a limit is bought at the box's highest price and room
sold at its lowest, which keeps the bound valid.
"""

from __future__ import annotations

import numpy as np

from assetplan._types import Bools, Floats
from assetplan.optimisation.bounds.lagrangian import price_units
from assetplan.optimisation.bounds.restricted_master import MasterSolution, solve_mixed
from assetplan.optimisation.clock import SearchTime
from assetplan.optimisation.problem.canonical import CanonicalForm
from assetplan.optimisation.search.incumbent import PricedProblem

COLUMNS = 15_000  # options in one model beside one an asset
BOXES = (np.inf, 0.3, 0.1, 0.05, 0.03)  # shares by which prices may move, the first that keeps to COLUMNS


def weights(form: CanonicalForm, multipliers: Floats, may: Bools) -> Floats:
    """How heavy each asset is: the spread of priced use among options that may still be chosen, shape (n_assets,).

    Assets of a group weigh as much as all of it.

    Parameters
    ----------
    form : CanonicalForm
    multipliers : array (n_rows,); price of each row
    may : array (n_options,) of bool; options that may still be chosen
    """
    priced = np.asarray(abs(form.usage) @ multipliers)
    starts, unit = form.choices.starts[:-1], form.choices.unit
    most = np.maximum.reduceat(np.where(may, priced, -np.inf), starts)
    least = np.minimum.reduceat(np.where(may, priced, np.inf), starts)
    spread = np.maximum(np.where(np.isfinite(most), most - least, 0.0), 0.0)
    return np.asarray(np.bincount(unit, spread)[unit], dtype=np.float64)


def partial_relaxation(
    task: PricedProblem, reduced_cost: Floats, needed: float, whole: Bools, time_left: SearchTime, gap: float
) -> tuple[MasterSolution | None, float]:
    """Solve with some assets whole and the others continuous.

    Parameters
    ----------
    task : PricedProblem
    reduced_cost : array (n_options,); what the whole loses where an option is forced, at those prices
    needed : float; an option that loses more is in no choice that is looked for
    whole : array (n_assets,); the heavy assets
    time_left : callable; seconds left
    gap : float; distance between bound and value at which to stop [unit of the benefit]

    Returns
    -------
    (MasterSolution or None, float)
        The solution, and a bound on every choice within the limits that loses no more than is needed.
    """
    form, dual, values = task.form, task.dual, task.values
    choices, units = form.choices, price_units(form)
    base = choices.best(values)[1]
    may = reduced_cost <= needed
    shifted = abs(form.usage - form.usage[base][choices.owner])
    kept, width = may, np.full(len(units), np.inf)
    for box in BOXES:
        width = box * np.where(dual.multipliers > 0, dual.multipliers, 0.1 * units)
        if np.isfinite(box):
            kept = may & (whole[choices.owner] | (choices.least_reduced_costs(values, shifted @ width) <= 0))
        if kept.sum() - choices.n_assets <= COLUMNS:
            break
    kept = choices.close(kept, values)
    kept[base] = True
    low = np.where(np.isfinite(width), np.maximum(dual.multipliers - width, 0.0), 0.0)
    high = dual.multipliers + width
    return solve_mixed(form, kept, whole, low, high, time_left, gap, dual.bound)
