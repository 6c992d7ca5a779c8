"""`optimise`: the optimiser for a table of options."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import pandas as pd

from assetplan.display import Shown
from assetplan.optimisation.problem import Problem, Solution
from assetplan.optimisation.problem.table import problem_from
from assetplan.optimisation.solving import solve


class BaselineRules(Protocol):
    """Rules of thumb to compare with, such as `assetplan.baselines.Baselines`."""

    def solutions(self, problem: Problem, options: pd.DataFrame, solution: Solution) -> Mapping[str, Solution]:
        """Solution by name of the rule, each with the flows of the optimiser's own solution.

        Parameters
        ----------
        problem : Problem; the problem of the table
        options : DataFrame; its table, one row an option
        solution : Solution; what the optimiser chose
        """


@dataclass(frozen=True, eq=False, repr=False)
class Selection(Shown):
    """One strategy for each asset, and how good the choice is proved to be.

    Attributes
    ----------
    chosen : Series; asset_id → strategy_id, in the order the assets first appear
    benefit : float; total benefit of the choice [unit of the benefit column]
    bound : float; proven upper bound on the benefit of any choice within the limits
    gap : float; (bound − benefit) / |bound| [share]
    status : str; "optimal" if gap is at most the target gap, else "feasible"
    prices : Series
        Resource → benefit that one more unit of it would bring: at least 0 for a cap, at most 0 where a floor binds
        instead.
    used : Series; resource → total used by the choice
    seconds : float; time taken [s]
    flows : Series; flow → its amount
    baselines : Series; rule of thumb → its benefit within the same caps and flows, nan where it breaks a limit
    """

    chosen: pd.Series
    benefit: float
    bound: float
    gap: float
    status: str
    prices: pd.Series
    used: pd.Series
    seconds: float
    flows: pd.Series
    baselines: pd.Series


def optimise(
    options: pd.DataFrame,
    caps: Mapping[Any, float],
    floors: Mapping[Any, float] | None = None,
    target_gap: float = 1e-4,
    time_limit: float = 60.0,
    *,
    flows: pd.DataFrame | None = None,
    together: pd.DataFrame | None = None,
    baselines: BaselineRules | None = None,
) -> Selection:
    """Choose one strategy for each asset, with the most benefit in all that the limits allow.

    Parameters
    ----------
    options : DataFrame
        One row a strategy, indexed by (asset_id, strategy_id), with a column `benefit` and one column a resource;
        resources without a cap or floor are left alone.
    caps : mapping; resource → most that may be used in all
    floors : mapping, optional; resource → least that must be used in all
    target_gap : float, optional; gap at which to stop [share]; 0.0001 is a hundredth of a per cent
    time_limit : float, optional; time after which the best choice so far is returned [s]
    flows : DataFrame, optional
        Continuous decisions beside the choices, one row each, indexed by name: columns `benefit` (of one unit), `low`
        and `high` (both finite), and for any resource what one unit uses of it (less than nothing where it adds).
    together : DataFrame, optional
        Assets that choose together: indexed as `options`, a row for every strategy of such assets, with columns `group`
        and `mode`. All assets of a group take strategies of one mode.
    baselines : BaselineRules, optional
        Which rules of thumb to compare with. The choice is never worse than one that keeps the limits.

    Returns
    -------
    Selection
        The choice, its benefit, the proven bound, prices and totals.

    Raises
    ------
    InfeasibleError
        The limits cannot hold together; `limits` names those in conflict.
    ValueError
        A duplicate row, a figure that is not finite, a limit on an unknown resource, a negative gap or a time limit
        that is not positive.

    Examples
    --------
    >>> import pandas as pd
    >>> index = pd.MultiIndex.from_tuples([("A1", "none"), ("A1", "patch"), ("B2", "none"), ("B2", "rebuild")])
    >>> options = pd.DataFrame({"benefit": [0, 60, 0, 190], "cost": [0, 40, 0, 200]}, index=index)
    >>> optimise(options, caps={"cost": 220}).chosen.to_dict()
    {'A1': 'none', 'B2': 'rebuild'}
    """
    problem, table = problem_from(options, caps, {} if floors is None else floors, flows, together)
    solution = solve(problem, target_gap, time_limit)
    compared = {} if baselines is None else baselines.solutions(problem, table, solution)
    solution = best_of(problem, solution, compared.values(), target_gap)
    picked = table.index[solution.chosen]
    chosen = pd.Series(
        picked.get_level_values(1), index=picked.get_level_values(0).rename("asset_id"), name="strategy_id"
    )
    resources = pd.Index(problem.resources, name="resource", tupleize_cols=False)
    benefits = {name: rule.benefit if rule.status == "feasible" else np.nan for name, rule in compared.items()}
    return Selection(
        chosen, solution.benefit, solution.bound, solution.gap, solution.status,
        pd.Series(solution.prices, resources, name="price"), pd.Series(solution.used, resources, name="used"),
        solution.seconds, pd.Series(solution.amounts, pd.Index(problem.flows.names, name="flow"), name="amount"),
        pd.Series(benefits, name="benefit", dtype=np.float64),
    )  # fmt: skip


def best_of(problem: Problem, solution: Solution, others: Iterable[Solution], target_gap: float) -> Solution:
    """The solution, or a better feasible choice of a rule of thumb in its place with the same bound and prices.

    Parameters
    ----------
    problem : Problem; the problem
    solution : Solution; the optimiser's own
    others : iterable of Solution; those of the rules; the ones that break a limit are passed over
    target_gap : float; gap up to which the answer counts as optimal [share]
    """
    feasible = [other for other in others if other.status == "feasible"]
    best = max(feasible, key=lambda other: other.benefit, default=solution)
    if best.benefit <= solution.benefit:
        return solution
    return replace(best, seconds=solution.seconds).proved(solution.bound, solution.prices, target_gap)
