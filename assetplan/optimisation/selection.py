"""`optimise`: the optimiser for a table of options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from assetplan._types import Floats, Ints
from assetplan.optimisation.problem import Flows, Problem, Solution

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
    flows : Series
        Flow → its amount.
    baselines : Series
        Rule of thumb → its benefit within the same caps and flows, nan where it breaks a limit.
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
    baselines: Baselines | None = None,
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
    flows : DataFrame, optional
        Continuous decisions beside the choices, one row each, indexed by name: columns `benefit` (of one unit), `low`
        and `high` (both finite), and for any resource what one unit uses of it (less than nothing where it adds).
    together : DataFrame, optional
        Assets that choose together: indexed as `options`, a row for every strategy of such assets, with columns `group`
        and `mode`. All assets of a group take strategies of one mode.
    baselines : Baselines, optional
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
    from assetplan.optimisation.baselines import best_of
    from assetplan.optimisation.solving import solve

    problem, table = problem_from(options, caps, {} if floors is None else floors, flows, together)
    solution = solve(problem, target_gap, time_limit)
    compared = {} if baselines is None else _compared(baselines, problem, table, solution)
    solution = best_of(problem, solution, compared.values(), target_gap)
    picked = table.index[solution.chosen]
    chosen = pd.Series(
        picked.get_level_values(1), index=picked.get_level_values(0).rename("asset_id"), name="strategy_id"
    )
    resources = pd.Index(problem.resources, name="resource", tupleize_cols=False)
    benefits = {name: found.benefit if found.status == "feasible" else np.nan for name, found in compared.items()}
    return Selection(
        chosen, solution.benefit, solution.bound, solution.gap, solution.status,
        pd.Series(solution.prices, resources, name="price"), pd.Series(solution.used, resources, name="used"),
        solution.seconds, pd.Series(solution.amounts, pd.Index(problem.flows.names, name="flow"), name="amount"),
        pd.Series(benefits, name="benefit", dtype=np.float64),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Baselines:
    """Rules of thumb to compare with, incremental benefit–cost always among them.

    Attributes
    ----------
    condition : Series, optional
        asset_id → condition, the worst lowest: adds "worst first".
    years : mapping, optional
        Resource → year in which it is spent: adds "year by year", the optimum of each year by itself.
    cost : str, optional
        Column of the options that is the cost by which benefit is divided; all limited resources together if left out.
    """

    condition: pd.Series | None = None
    years: Mapping[Any, int] | None = None
    cost: str | None = None


def _compared(given: Baselines, problem: Problem, table: pd.DataFrame, solution: Solution) -> dict[str, Solution]:
    from assetplan.optimisation.baselines import incremental_benefit_cost, worst_first, year_by_year

    found = {}
    if given.condition is not None:
        condition = given.condition.reindex(pd.Index(list(problem.assets or ()))).to_numpy(dtype=np.float64)
        if np.isnan(condition).any():
            raise ValueError(f"condition of asset {problem.asset_name(int(np.isnan(condition).argmax()))!r} is missing")
        found["worst first"] = worst_first(problem, np.argsort(condition, kind="stable"), solution.amounts)
    cost = None if given.cost is None else _figures(table, [given.cost])[:, 0]
    found["incremental benefit-cost"] = incremental_benefit_cost(problem, solution.amounts, cost)
    if given.years is not None:
        years = sorted(set(given.years.values()))
        by_year = np.zeros((len(problem.resources), len(years)))
        for row, resource in enumerate(problem.resources):
            if resource in given.years:
                by_year[row, years.index(given.years[resource])] = 1.0
        found["year by year"] = year_by_year(problem, problem.usage @ by_year, solution.amounts)
    return found


def problem_from(
    options: pd.DataFrame,
    caps: Mapping[Any, float],
    floors: Mapping[Any, float],
    flows: pd.DataFrame | None = None,
    together: pd.DataFrame | None = None,
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
    flows : DataFrame, optional
        As for `optimise`.
    together : DataFrame, optional
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
    group, mode = (None, None) if together is None else _together(table, together, len(names), codes[order])
    problem = Problem(
        figures[:, 0], sparse.csr_array(figures[:, 1:]), np.concatenate([[0], np.cumsum(counts)]), high, low,
        tuple(limited), list(names), _flows(flows, limited), group, mode,
    )  # fmt: skip
    return problem, table


def _flows(table: pd.DataFrame | None, limited: list[Any]) -> Flows:
    if table is None:
        return Flows.none(len(limited))
    missing = [c for c in (BENEFIT, "low", "high") if c not in table.columns]
    unknown = [c for c in table.columns if c not in (BENEFIT, "low", "high") and c not in limited]
    if missing or unknown:
        what = f"no column {missing[0]!r}" if missing else f"a column {unknown[0]!r}, on which there is no limit"
        raise ValueError(f"flows has {what}")
    if not table.index.is_unique:
        raise ValueError(f"flows has {table.index[table.index.duplicated()][0]} more than once")
    uses = np.column_stack([table[c].to_numpy(np.float64) if c in table else np.zeros(len(table)) for c in limited])
    figures = (table[c].to_numpy(dtype=np.float64) for c in (BENEFIT, "low", "high"))
    gain, low, high = figures
    return Flows(tuple(map(str, table.index)), gain, uses, low, high)


def _together(table: pd.DataFrame, together: pd.DataFrame, n_assets: int, owner: Ints) -> tuple[Ints, Ints]:
    """Group by asset and mode by option, as numbers."""
    stray = together.index.difference(table.index)
    if len(stray):
        raise ValueError(f"together has {_row(stray[0])}, which options has not{_more(stray)}")
    codes, _ = pd.factorize(together["group"])
    placed = pd.Series(codes, together.index).reindex(table.index, fill_value=-1).to_numpy()
    group = np.full(n_assets, -1, dtype=np.int64)
    group[owner] = placed
    mixed = np.flatnonzero(placed != group[owner])
    if len(mixed):
        raise ValueError(f"together gives no one group for {_row(table.index[mixed[0]])} and its asset's other rows")
    modes, _ = pd.factorize(together["mode"])
    mode = pd.Series(modes, together.index).reindex(table.index, fill_value=0).to_numpy(dtype=np.int64)
    return group, mode


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
