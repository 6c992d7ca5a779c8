"""Split a problem whose limits do not touch each other into problems of their own.

Budget lines that share no asset and no limit (no virement, no common total) are independent, so each part
can be solved, and its bound proved, by itself: the sums of choices, benefits and bounds are those of the
whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assetplan.optimisation.problem import Ints, Problem, Rows


@dataclass(frozen=True, eq=False)
class Part:
    """One independent part of a problem.

    Attributes
    ----------
    problem : Problem
        The part, with its own limits only.
    assets : array (n_part_assets,)
        Positions of its assets in the whole.
    options : array (n_part_options,)
        Positions of its options in the whole.
    rows : array (n_part_rows,)
        Positions of its rows among the rows of the whole.
    """

    problem: Problem
    assets: Ints
    options: Ints
    rows: Ints


def split(problem: Problem, rows: Rows) -> list[Part]:
    """Independent parts of a problem, in the order of their first asset; one part if all is connected.

    Assets that no limit touches make one part without rows.
    """
    group = _groups(problem, rows)
    owner = problem.owners()
    loose = np.isin(np.arange(problem.n_assets), owner[np.flatnonzero(np.diff(rows.usage.indptr))], invert=True)
    group[: problem.n_assets][loose] = -1
    of_asset, of_row = group[: problem.n_assets], group[problem.n_assets :]
    labels, first = np.unique(of_asset, return_index=True)
    return [_part(problem, rows, owner, of_asset == k, of_row == k) for k in labels[np.argsort(first)]]


def _groups(problem: Problem, rows: Rows) -> Ints:
    """Component of each asset and then of each row."""
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components

    n_rows = len(rows.limit)
    entry = rows.usage.tocoo()
    touched = sparse.coo_array(
        (np.ones(entry.nnz), (problem.owners()[entry.row], problem.n_assets + entry.col)),
        shape=(problem.n_assets + n_rows,) * 2,
    )
    # a cap and a floor of one resource have the same assets, so they come together by themselves
    return np.asarray(connected_components(touched, directed=False)[1], dtype=np.int64)


def _part(problem: Problem, rows: Rows, owner: Ints, assets: np.ndarray, mine: np.ndarray) -> Part:
    options = np.flatnonzero(assets[owner])
    resources = np.unique(rows.resource[mine])
    counts = np.diff(problem.starts)[assets]
    part = Problem(
        problem.benefit[options], problem.usage[options][:, resources], np.concatenate([[0], np.cumsum(counts)]),
        problem.caps[resources], problem.floors[resources], tuple(problem.resources[r] for r in resources),
    )  # fmt: skip
    return Part(part, np.flatnonzero(assets), options, np.flatnonzero(mine))
