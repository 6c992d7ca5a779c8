"""Rules of thumb beside `optimise`: which to compare with, from the table of options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from assetplan.baselines.rules import incremental_benefit_cost, worst_first, year_by_year
from assetplan.optimisation.problem import Problem, Solution
from assetplan.optimisation.problem.table import figures_of


@dataclass(frozen=True, eq=False)
class Baselines:
    """Rules of thumb to compare with, incremental benefit–cost always among them.

    Attributes
    ----------
    condition : Series, optional; asset_id → condition, the worst lowest: adds "worst first"
    years : mapping, optional
        Resource → year in which it is spent: adds "year by year", the optimum of each year by itself.
    cost : str, optional
        Column of the options that is the cost by which benefit is divided; all limited resources together if left out.
    """

    condition: pd.Series | None = None
    years: Mapping[Any, int] | None = None
    cost: str | None = None

    def solutions(self, problem: Problem, options: pd.DataFrame, solution: Solution) -> dict[str, Solution]:
        """Solution of each rule, with the flows of the optimiser's own.

        Parameters
        ----------
        problem : Problem; the problem of the table
        options : DataFrame; its table, one row an option (n_options rows)
        solution : Solution; what the optimiser chose

        Raises
        ------
        ValueError
            An asset without a condition, or a cost that is not a number.
        """
        solutions = {}
        if self.condition is not None:
            condition = self.condition.reindex(pd.Index(list(problem.assets or ()))).to_numpy(dtype=np.float64)
            if np.isnan(condition).any():
                asset = problem.asset_name(int(np.isnan(condition).argmax()))
                raise ValueError(f"condition of asset {asset!r} is missing")
            solutions["worst first"] = worst_first(problem, np.argsort(condition, kind="stable"), solution.amounts)
        cost = None if self.cost is None else figures_of(options, [self.cost])[:, 0]
        solutions["incremental benefit-cost"] = incremental_benefit_cost(problem, solution.amounts, cost)
        if self.years is not None:
            years = sorted(set(self.years.values()))
            by_year = np.zeros((len(problem.resources), len(years)))
            for row, resource in enumerate(problem.resources):
                if resource in self.years:
                    by_year[row, years.index(self.years[resource])] = 1.0
            solutions["year by year"] = year_by_year(problem, problem.usage @ by_year, solution.amounts)
        return solutions
