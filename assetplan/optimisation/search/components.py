"""Split a problem whose limits do not touch each other into problems of their own.

Budget lines that share no asset and no limit (no virement, no common total) are independent, so each part
can be solved, and its bound proved, by itself: the sums of choices, benefits and bounds are those of the
whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from assetplan._types import Bools, Ints
from assetplan.optimisation.problem import Flows, Problem
from assetplan.optimisation.problem.canonical import CanonicalForm


@dataclass(frozen=True, eq=False)
class Component:
    """One independent part of a problem.

    Attributes
    ----------
    problem : Problem; the part, with its own limits only
    assets : array (n_part_assets,); positions of its assets in the whole
    options : array (n_part_options,); positions of its options in the whole
    rows : array (n_part_rows,); positions of its rows among the rows of the whole
    flows : array (n_part_flows,); positions of its flows among the flows of the whole
    """

    problem: Problem
    assets: Ints
    options: Ints
    rows: Ints
    flows: Ints

    def own(self, chosen: Ints) -> Ints:
        """A choice of the whole as positions among the part's options, shape (n_part_assets,)."""
        return np.searchsorted(self.options, chosen[self.assets]).astype(np.int64)


def split(problem: Problem, rows: CanonicalForm) -> list[Component]:
    """Independent parts of a problem, in the order of their first asset; one part if all is connected.

    Assets that no limit touches make one part, the last, without rows; rows and flows that no asset touches go with
    the first part.
    """
    n_assets, n_rows = problem.n_assets, len(rows.limit)
    label = _components(problem, rows)
    of_asset, of_row, of_flow = np.split(label, [n_assets, n_assets + n_rows])
    touched = np.zeros(n_assets, dtype=bool)
    touched[problem.owners()[np.flatnonzero(np.diff(rows.usage.indptr))]] = True
    labels, first = np.unique(of_asset[touched], return_index=True)
    if not len(labels):
        return [_part(problem, rows, of_asset >= 0, of_row >= 0, of_flow >= 0)]
    lines = labels[np.argsort(first)]
    of_row[~np.isin(of_row, lines)] = lines[0]
    of_flow[~np.isin(of_flow, lines)] = lines[0]
    loose = ~np.isin(of_asset, lines)
    parts = [_part(problem, rows, of_asset == k, of_row == k, of_flow == k) for k in lines]
    none = [_part(problem, rows, loose, of_row < 0, of_flow < 0)] if loose.any() else []
    return parts + none


def _components(problem: Problem, rows: CanonicalForm) -> Ints:
    """Component of each asset, then of each row, then of each flow."""
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components

    n_assets, n_rows, n_flows = problem.n_assets, len(rows.limit), len(rows.flows.names)
    entry, flow = rows.usage.tocoo(), rows.flows.usage.tocoo()
    begin = [problem.owners()[entry.row], n_assets + n_rows + flow.row]
    end = [n_assets + entry.col, n_assets + flow.col]
    if problem.choices.groups is not None:
        groups = problem.choices.groups
        first = groups.asset[groups.branches[groups.groups]]  # one asset of each group
        begin.append(groups.asset)
        end.append(first[groups.group[groups.branch_of]])
    ones = np.ones(sum(map(len, begin)))
    size = n_assets + n_rows + n_flows
    joined = sparse.coo_array((ones, (np.concatenate(begin), np.concatenate(end))), shape=(size, size))
    # a cap and a floor of one resource have the same assets, so they come together by themselves
    return np.asarray(connected_components(joined, directed=False)[1], dtype=np.int64)


def _part(problem: Problem, rows: CanonicalForm, assets: Bools, mine: Bools, flowing: Bools) -> Component:
    options = np.flatnonzero(assets[problem.owners()])
    resources, flows = np.unique(rows.resource[mine]), np.flatnonzero(flowing)
    part, whole = problem.part(options, np.zeros(0, dtype=np.int64)), problem.flows
    part = replace(
        part, usage=part.usage[:, resources], caps=part.caps[resources], floors=part.floors[resources],
        resources=tuple(problem.resources[r] for r in resources),
        flows=Flows(
            tuple(whole.names[k] for k in flows), whole.benefit[flows], whole.usage[flows][:, resources],
            whole.low[flows], whole.high[flows],
        ),
    )  # fmt: skip
    return Component(part, np.flatnonzero(assets), options, np.flatnonzero(mine), flows)
