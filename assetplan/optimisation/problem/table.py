"""A table of options as a problem, checked row by row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from assetplan._types import Floats, Ints
from assetplan.optimisation.problem.problem import Flows, Problem

BENEFIT = "benefit"


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
    options, caps, floors, flows, together : as for `optimise`

    Returns
    -------
    (Problem, DataFrame)
        The problem, with only the resources that have a limit, and the table with each asset's rows together.

    Raises
    ------
    ValueError
        As for `optimise`.
    """
    _check_table(options)
    resources = [c for c in options.columns if c != BENEFIT]
    limited = [r for r in resources if r in caps or r in floors]
    high = _limits("cap", caps, limited, resources, np.inf)
    low = _limits("floor", floors, limited, resources, -np.inf)
    codes, names = pd.factorize(options.index.get_level_values(0))
    order = np.argsort(codes, kind="stable")
    table = options.iloc[order]
    figures = figures_of(table, [BENEFIT, *limited])
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


def figures_of(table: pd.DataFrame, columns: list[Any]) -> Floats:
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


def _more(rows: Any) -> str:
    return f" ({len(rows) - 1} more rows have the same fault)" if len(rows) > 1 else ""


def _limits(word: str, given: Mapping[Any, float], limited: list[Any], known: list[Any], none: float) -> Floats:
    unknown = [name for name in given if name not in known]
    if unknown:
        raise ValueError(f"{word} on unknown resource {unknown[0]!r}; options has {', '.join(map(str, known))}")
    return np.array([float(given.get(r, none)) for r in limited], dtype=np.float64)
