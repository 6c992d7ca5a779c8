"""Which options may be chosen together, and the best such choice for any values: one an asset, one mode a group.

Sums over assets fall apart into one maximum an asset. A group (the sections of a scheme) chooses one mode for all
its assets, so its maximum is over modes of the sum over assets of the maximum over options: still exact, still by
array code, and so the prices of the limits never have to be paid on the tie between its assets.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from assetplan._types import Bools, Floats, Ints
from assetplan.display import Shown


@dataclass(frozen=True, eq=False)
class Groups:
    """Options of grouped assets in order of group, mode and asset, as nested runs.

    A *cell* holds an asset's options of one mode; a *branch* the cells of one mode of a group. Only branches in
    which every asset of the group has a cell are here: no other can be chosen.

    Attributes
    ----------
    option : array (n_grouped,); positions of the options
    asset : array (n_cells,); asset of each cell
    group, mode : array (n_branches,); group (0, 1, … in order) and mode of each branch
    cells : array (n_cells,); where each cell begins in `option`
    branches : array (n_branches,); where each branch begins in `cells`
    groups : array (n_groups,); where each group begins in `branches`
    """

    option: Ints
    asset: Ints
    group: Ints
    mode: Ints
    cells: Ints
    branches: Ints
    groups: Ints

    @cached_property
    def cell_of(self) -> Ints:
        """Cell of each grouped option."""
        return np.repeat(np.arange(len(self.cells)), np.diff(np.append(self.cells, len(self.option))))

    @cached_property
    def branch_of(self) -> Ints:
        """Branch of each cell."""
        return np.repeat(np.arange(len(self.branches)), np.diff(np.append(self.branches, len(self.cells))))

    def cell_best(self, values: Floats) -> Floats:
        """Best value in each cell."""
        return np.maximum.reduceat(values[self.option], self.cells)

    def branch_best(self, cell_best: Floats) -> Floats:
        """Best value of each branch, the sum over its cells."""
        return np.add.reduceat(cell_best, self.branches)

    def group_best(self, branch_best: Floats) -> Floats:
        """Best value of each group."""
        return np.maximum.reduceat(branch_best, self.groups)

    def held(self, kept: Bools) -> tuple[Bools, Bools]:
        """Cells of which an option is kept, and branches of which every cell is one."""
        cell = np.logical_or.reduceat(kept[self.option], self.cells)
        return cell, np.logical_and.reduceat(cell, self.branches)

    def first(self, values: Floats, best: Floats) -> Ints:
        """First option of each cell that has the cell's best value, shape (n_cells,)."""
        at_best = np.flatnonzero(values[self.option] == best[self.cell_of])
        return self.option[at_best[np.searchsorted(at_best, self.cells)]]


@dataclass(frozen=True, eq=False, repr=False)
class Choices(Shown):
    """What may be chosen together.

    Attributes
    ----------
    starts : array (n_assets + 1,); asset a owns options starts[a] to starts[a + 1] − 1
    groups : Groups or None; groups of assets that choose together
    """

    starts: Ints
    groups: Groups | None = None

    @staticmethod
    def of(starts: Ints, group: Ints | None, mode: Ints | None) -> Choices:
        """Choices of a problem's own arrays.

        Parameters
        ----------
        starts, group, mode : arrays, as of a `Problem`
        """
        if group is None or mode is None or not np.any(group >= 0):
            return Choices(starts)
        return Choices(starts, _groups(starts, group, mode))

    @property
    def n_assets(self) -> int:
        """Number of assets."""
        return len(self.starts) - 1

    @cached_property
    def counts(self) -> Ints:
        """Number of options of each asset."""
        return np.diff(self.starts)

    @cached_property
    def owner(self) -> Ints:
        """Asset of each option."""
        return np.repeat(np.arange(self.n_assets), self.counts)

    @cached_property
    def group_of(self) -> Ints:
        """Number of each asset's group, −1 for an asset by itself, shape (n_assets,)."""
        out = np.full(self.n_assets, -1, dtype=np.int64)
        if self.groups is not None:
            out[self.groups.asset] = self.groups.group[self.groups.branch_of]
        return out

    @property
    def grouped(self) -> Bools:
        """Whether each asset is in a group, shape (n_assets,)."""
        return self.group_of >= 0

    @cached_property
    def unit(self) -> Ints:
        """What chooses as one, an asset by itself or a group, as a number of each asset's, shape (n_assets,)."""
        return np.where(self.grouped, self.n_assets + self.group_of, np.arange(self.n_assets))

    def best_values(self, values: Floats) -> Floats:
        """Value of each asset's part in the best choice, shape (n_assets,); their sum is the most there is."""
        best: Floats = np.maximum.reduceat(values, self.starts[:-1])
        if self.groups is not None:
            cell = self.groups.cell_best(values)
            taken = self._taken_cells(cell)
            best[self.groups.asset[taken]] = cell[taken]
        return best

    def best(self, values: Floats) -> tuple[Floats, Ints]:
        """Value of each asset's part in the best choice, and the first option that has it, shapes (n_assets,)."""
        best = np.maximum.reduceat(values, self.starts[:-1])
        at_best = np.flatnonzero(values == np.repeat(best, self.counts))
        chosen = at_best[np.searchsorted(at_best, self.starts[:-1])].astype(np.int64)
        if self.groups is not None:
            cell = self.groups.cell_best(values)
            taken = self._taken_cells(cell)
            assets = self.groups.asset[taken]
            best[assets], chosen[assets] = cell[taken], self.groups.first(values, cell)[taken]
        return best, chosen

    def _taken_cells(self, cell: Floats) -> Ints:
        """Cells of each group's best branch, the first of equal ones."""
        assert self.groups is not None
        branch = self.groups.branch_best(cell)
        best = self.groups.group_best(branch)
        at_best = np.flatnonzero(branch == best[self.groups.group])
        taken = at_best[np.searchsorted(at_best, self.groups.groups)]
        wanted = np.zeros(len(branch), dtype=bool)
        wanted[taken] = True
        return np.flatnonzero(wanted[self.groups.branch_of])

    def reduced_costs(self, values: Floats) -> Floats:
        """Reduced cost of each option: loss of the best total if forced (`inf`: barred), shape (n_options,)."""
        best = np.maximum.reduceat(values, self.starts[:-1])
        out: Floats = np.repeat(best, self.counts) - values
        if self.groups is not None:
            out[self.grouped[self.owner]] = np.inf
            cell = self.groups.cell_best(values)
            branch = self.groups.branch_best(cell)
            lost = (self.groups.group_best(branch)[self.groups.group] - branch)[self.groups.branch_of]
            out[self.groups.option] = (lost + cell)[self.groups.cell_of] - values[self.groups.option]
        return out

    def least_reduced_costs(self, values: Floats, reach: Floats) -> Floats:
        """Least reduced cost of each option over all values within reach.

        Parameters
        ----------
        values : array (n_options,)
        reach : array (n_options,)
            How far each option's value may rise beside that of its asset's present best, at least 0.

        Returns
        -------
        array (n_options,)
            Below 0 where the option, with the others of its branch that go best with it, may come out ahead.
        """
        best = np.maximum.reduceat(values, self.starts[:-1])
        out: Floats = np.repeat(best, self.counts) - values - reach
        if self.groups is not None:
            groups = self.groups
            out[self.grouped[self.owner]] = np.inf
            cell = groups.cell_best(values)
            branch = groups.branch_best(cell)
            lost = groups.group_best(branch)[groups.group] - branch
            short = cell[groups.cell_of] - (values + reach)[groups.option]
            least = np.minimum.reduceat(short, groups.cells)
            others = (lost + np.add.reduceat(least, groups.branches))[groups.branch_of] - least
            out[groups.option] = others[groups.cell_of] + short
        return out

    def moved(self, size: Floats, values: Floats, chosen: Ints) -> Floats:
        """Change of total use where each option is taken, those of its branch with it, shape (n_options,).

        Parameters
        ----------
        size : array (n_options,); use of each option
        values : array (n_options,); what makes an option the best of its cell: others of a branch go there
        chosen : array (n_assets,); option of each asset now
        """
        out: Floats = size - size[chosen][self.owner]
        if self.groups is not None:
            groups = self.groups
            first = groups.first(values, groups.cell_best(values))
            step = size[first] - size[chosen[groups.asset]]
            others = np.add.reduceat(step, groups.branches)[groups.branch_of] - step
            out[groups.option] += others[groups.cell_of]
        return out

    def smoothed(self, values: Floats, temperature: float) -> tuple[float, Floats]:
        """Log-sum-exp in place of every maximum: the total, and its derivative by option, shape (n_options,)."""
        best = np.maximum.reduceat(values, self.starts[:-1])
        weights = np.exp((values - np.repeat(best, self.counts)) / temperature)
        sums = np.add.reduceat(weights, self.starts[:-1])
        weights /= np.repeat(sums, self.counts)
        soft = best + temperature * np.log(sums)
        if self.groups is None:
            return float(soft.sum()), weights
        groups = self.groups
        weights[self.grouped[self.owner]] = 0.0
        inner, within = _soft(values[groups.option], groups.cells, groups.cell_of, temperature)
        outer, mode = _soft(np.add.reduceat(inner, groups.branches), groups.groups, groups.group, temperature)
        weights[groups.option] = within * mode[groups.branch_of][groups.cell_of]
        return float(soft[~self.grouped].sum() + outer.sum()), weights

    def close(self, kept: Bools, values: Floats) -> Bools:
        """Kept options, and in every branch of which one is kept the best of each other asset of the group."""
        if self.groups is None:
            return kept
        groups = self.groups
        branch = np.logical_or.reduceat(groups.held(kept)[0], groups.branches)
        best = groups.first(values, groups.cell_best(values))
        kept = kept.copy()
        kept[best[branch[groups.branch_of]]] = True
        return kept

    def with_groups(self, assets: Bools) -> Bools:
        """Assets with all others of their groups, shape (n_assets,)."""
        return np.bincount(self.unit, assets)[self.unit] > 0

    def sharers(self, assets: Bools) -> Ints:
        """How many of these assets each asset's group holds, at least 1, shape (n_assets,)."""
        return np.where(self.grouped, np.maximum(np.bincount(self.unit, assets)[self.unit], 1), 1).astype(np.int64)

    def mended(self, kept: Bools) -> Bools:
        """Kept options, and all of the groups that these leave without a mode."""
        if self.groups is None:
            return kept
        groups = self.groups
        torn = ~np.logical_or.reduceat(groups.held(kept)[1], groups.groups)
        kept = kept.copy()
        kept[groups.option[torn[groups.group][groups.branch_of][groups.cell_of]]] = True
        return kept

    def undecided(self, kept: Bools) -> Bools:
        """Assets that have a choice among the kept options, with all of their group, shape (n_assets,)."""
        return self.with_groups(np.add.reduceat(kept, self.starts[:-1], dtype=np.int64) > 1)

    def _picked(self, chosen: Ints) -> Bools:
        """Whether each option is chosen, shape (n_options,)."""
        picked = np.zeros(len(self.owner), dtype=bool)
        picked[chosen] = True
        return picked

    def within_modes(self, chosen: Ints) -> Bools:
        """Options an asset may move to by itself: those of the mode its group is in, shape (n_options,)."""
        out = np.ones(len(self.owner), dtype=bool)
        if self.groups is not None:
            out[self.grouped[self.owner]] = False
            cell = self.groups.held(self._picked(chosen))[0]
            out[self.groups.option[cell[self.groups.cell_of]]] = True
        return out

    def switches(self, chosen: Ints, values: Floats) -> tuple[Ints, Ints]:
        """Every change of a group's mode, each asset to its best option there: options, and where each change begins.

        Returns
        -------
        (array, array (n_switches + 1,))
            Options of all changes in turn, and the bounds of each change among them.
        """
        if self.groups is None:
            return np.zeros(0, dtype=np.int64), np.zeros(1, dtype=np.int64)
        groups = self.groups
        now = np.logical_or.reduceat(groups.held(self._picked(chosen))[0], groups.branches)
        cells = np.flatnonzero(~now[groups.branch_of])
        sizes = np.diff(np.append(groups.branches, len(groups.cells)))[~now]
        return groups.first(values, groups.cell_best(values))[cells], np.concatenate([[0], np.cumsum(sizes)])

    def is_allowed(self, chosen: Ints) -> bool:
        """Whether a choice has one option an asset, its own, and one mode a group."""
        if not np.array_equal(self.owner[chosen], np.arange(self.n_assets)):
            return False
        if self.groups is None:
            return True
        whole = self.groups.held(self._picked(chosen))[1]
        return bool(np.all(np.add.reduceat(whole, self.groups.groups, dtype=np.int64) == 1))


def _soft(values: Floats, starts: Ints, run: Ints, temperature: float) -> tuple[Floats, Floats]:
    """Log-sum-exp of each run, and the weights within it."""
    best = np.maximum.reduceat(values, starts)
    weights = np.exp((values - best[run]) / temperature)
    sums = np.add.reduceat(weights, starts)
    return best + temperature * np.log(sums), weights / sums[run]


def _groups(starts: Ints, group: Ints, mode: Ints) -> Groups:
    owner = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    grouped = np.flatnonzero(group[owner] >= 0)
    size = np.unique(group[group >= 0], return_counts=True)
    names, number = np.unique(group[owner[grouped]], return_inverse=True)
    order = np.lexsort((grouped, owner[grouped], mode[grouped], number))
    option, number = grouped[order], number[order]
    asset, label = owner[option], mode[option]
    cells = _changes(number, label, asset)
    branches = _changes(number[cells], label[cells])
    width = np.diff(np.append(branches, len(cells)))
    whole = width == size[1][number[cells][branches]]
    in_whole = np.repeat(np.repeat(whole, width), np.diff(np.append(cells, len(option))))
    option, number, asset, label = option[in_whole], number[in_whole], asset[in_whole], label[in_whole]
    if len(np.unique(number)) < len(names):
        lost = names[np.setdiff1d(np.arange(len(names)), number)[0]]
        raise ValueError(f"the assets of group {lost} have no mode in common")
    cells = _changes(number, label, asset)
    branches = _changes(number[cells], label[cells])
    firsts = cells[branches]
    return Groups(
        option, asset[cells], number[firsts], label[firsts], cells, branches, _changes(number[firsts])
    )  # fmt: skip


def _changes(*keys: Ints) -> Ints:
    """Where a run of equal keys begins."""
    n = len(keys[0])
    new = np.zeros(n, dtype=bool)
    new[:1] = True
    for key in keys:
        new[1:] |= key[1:] != key[:-1]
    return np.flatnonzero(new)
