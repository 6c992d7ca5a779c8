"""`optimise`: the optimiser for a table of options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from assetplan.optimisation.problem import Floats, Problem

BENEFIT = "benefit"


@dataclass(frozen=True, eq=False)
class Selection:
    """One strategy for each asset, and how good the choice is proved to be.

    Attributes
    ----------
    chosen : Series
        asset_id → strategy_id, in the order the assets first appear.
    benefit : float
        Total benefit of the choice [unit of the benefit column].
    bound : float
        Proven upper bound on the benefit of any choice within the limits.
    gap : float
        (bound − benefit) / |bound| [share].
    status : str
        "optimal" if gap is at most the target gap, else "feasible".
    prices : Series
        Resource → benefit that one more unit of it would bring: at least 0 for a cap, at most 0 where a floor binds
        instead.
    used : Series
        Resource → total used by the choice.
    seconds : float
        Time taken [s].
    """

    chosen: pd.Series
    benefit: float
    bound: float
    gap: float
    status: str
    prices: pd.Series
    used: pd.Series
    seconds: float


def optimise(
    options: pd.DataFrame,
    caps: Mapping[Any, float],
    floors: Mapping[Any, float] | None = None,
    target_gap: float = 1e-4,
    time_limit: float = 60.0,
) -> Selection:
    """Choose one strategy for each asset, with the most benefit in all that the limits allow.

    Parameters
    ----------
    options : DataFrame
        One row a strategy, indexed by (asset_id, strategy_id), with a column `benefit` and one column a resource;
        resources without a cap or floor are left alone.
    caps : mapping
        Resource → most that may be used in all.
    floors : mapping, optional
        Resource → least that must be used in all.
    target_gap : float, optional
        Gap at which to stop [share]; 0.0001 is a hundredth of a per cent.
    time_limit : float, optional
        Time after which the best choice so far is returned [s].

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
    from assetplan.optimisation.core import solve

    problem, table = problem_from(options, caps, {} if floors is None else floors)
    solution = solve(problem, target_gap, time_limit)
    picked = table.index[solution.chosen]
    chosen = pd.Series(
        picked.get_level_values(1), index=picked.get_level_values(0).rename("asset_id"), name="strategy_id"
    )
    resources = pd.Index(problem.resources, name="resource", tupleize_cols=False)
    return Selection(
        chosen, solution.benefit, solution.bound, solution.gap, solution.status,
        pd.Series(solution.prices, resources, name="price"), pd.Series(solution.used, resources, name="used"),
        solution.seconds,
    )  # fmt: skip


def problem_from(
    options: pd.DataFrame, caps: Mapping[Any, float], floors: Mapping[Any, float]
) -> tuple[Problem, pd.DataFrame]:
    """Arrays of a table of options, checked.

    Parameters
    ----------
    options : DataFrame
        As for `optimise`.
    caps : mapping
        As for `optimise`.
    floors : mapping
        As for `optimise`.

    Returns
    -------
    (Problem, DataFrame)
        The problem, with only the resources that have a limit, and the table with each asset's rows together.

    Raises
    ------
    ValueError
        As for `optimise`.
    """
    from scipy import sparse

    _check_table(options)
    resources = [c for c in options.columns if c != BENEFIT]
    limited = [r for r in resources if r in caps or r in floors]
    high = _limits("cap", caps, limited, resources, np.inf)
    low = _limits("floor", floors, limited, resources, -np.inf)
    codes, names = pd.factorize(options.index.get_level_values(0))
    order = np.argsort(codes, kind="stable")
    table = options.iloc[order]
    figures = _figures(table, [BENEFIT, *limited])
    counts = np.bincount(codes, minlength=len(names))
    problem = Problem(
        figures[:, 0], sparse.csr_array(figures[:, 1:]), np.concatenate([[0], np.cumsum(counts)]), high, low,
        tuple(limited), list(names),
    )  # fmt: skip
    return problem, table


def _check_table(options: pd.DataFrame) -> None:
    if options.index.nlevels != 2:
        raise ValueError(f"options must be indexed by (asset_id, strategy_id), not by {options.index.nlevels} level")
    if BENEFIT not in options.columns:
        raise ValueError("options has no column 'benefit'")
    if not options.columns.is_unique:
        twice = options.columns[options.columns.duplicated()][0]
        raise ValueError(f"options has two columns {twice!r}")
    if len(options) == 0:
        raise ValueError("options has no rows")
    repeated = options.index[options.index.duplicated()]
    if len(repeated):
        raise ValueError(f"options has {_row(repeated[0])} more than once{_more(repeated)}")


def _figures(table: pd.DataFrame, columns: list[Any]) -> Floats:
    """Columns as numbers, shape (n_rows, n_columns)."""
    arrays = []
    for column in columns:
        try:
            array = table[column].to_numpy(dtype=np.float64, na_value=np.nan)
        except (TypeError, ValueError) as wrong:
            raise ValueError(f"column {column!r} of options must hold numbers: {wrong}") from wrong
        bad = np.flatnonzero(~np.isfinite(array))
        if len(bad):
            row = bad[0]
            raise ValueError(f"{column} of {_row(table.index[row])} is {array[row]}; it must be finite{_more(bad)}")
        arrays.append(array)
    return np.column_stack(arrays)


def _row(label: tuple[Any, Any]) -> str:
    return f"({label[0]}, {label[1]})"


def _more(found: Any) -> str:
    return f" ({len(found) - 1} more rows have the same fault)" if len(found) > 1 else ""


def _limits(word: str, given: Mapping[Any, float], limited: list[Any], known: list[Any], none: float) -> Floats:
    unknown = [name for name in given if name not in known]
    if unknown:
        raise ValueError(f"{word} on unknown resource {unknown[0]!r}; options has {', '.join(map(str, known))}")
    return np.array([float(given.get(r, none)) for r in limited], dtype=np.float64)
