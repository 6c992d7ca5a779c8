"""All strategies of a plan, as its output folder keeps them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from assetplan._types import Ints
from assetplan.formulation import Formulation
from assetplan.optimisation.problem import Solution
from assetplan.programme import Strategies
from assetplan.strategies import LifecycleModel
from assetplan.strategies.names import strategy_names


def stored_strategies(
    assets: pd.DataFrame, model: LifecycleModel, formulation: Formulation, solution: Solution
) -> Strategies:
    """All strategies of a plan with what they cost, bring and use; of those that share a site, those chosen.

    Parameters
    ----------
    assets : DataFrame; table `assets` of the register, with `group`
    model : LifecycleModel; catalogue and discounting
    formulation : Formulation; the strategies, and what each brings and uses
    solution : Solution; what was chosen
    """
    chosen = formulation.chosen(solution)
    kept = _stored(formulation, chosen)
    options, problem = formulation.options.take(kept), formulation.problem
    name, names = strategy_names(assets, model, options)
    return Strategies(
        options.starts,
        names,
        name,
        np.round(options.cost.sum(axis=1), 2),
        np.round(options.cost @ model.rules.works_discount, 2),
        np.round(options.benefit, 2),
        np.round(formulation.sharing.saved[kept], 2),
        np.round(problem.benefit[kept], 2),
        formulation.changes[kept],
        problem.usage[kept],
        np.searchsorted(kept, chosen),
    )


def _stored(formulation: Formulation, chosen: Ints) -> Ints:
    """Options worth keeping: every works of an asset once, and of those that share a site what is chosen."""
    sharing = formulation.sharing
    kept = sharing.once
    shared = chosen[sharing.copies[chosen]]
    kept[np.isin(sharing.twin, sharing.twin[shared])] = False
    kept[shared] = True
    return np.flatnonzero(kept)
