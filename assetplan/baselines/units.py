"""What a rule of thumb decides on: an asset by itself, or a scheme that is built whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from assetplan._types import Floats, Ints
from assetplan.optimisation.problem import Problem


@dataclass(frozen=True, eq=False)
class Units:
    """A problem of units: assets by themselves, and groups whose assets have nothing to choose apart.

    Attributes
    ----------
    problem : Problem
        Without groups. An option of a scheme is one of its modes, each member at its most beneficial option there.
    members : sparse array (n_unit_options, n_options)
        Options of the whole problem that each option of a unit stands for.
    unit : array (n_assets,); unit of each asset
    start : array (n_units,); option at which each unit begins
    """

    problem: Problem
    members: sparse.csr_array
    unit: Ints
    start: Ints

    @classmethod
    def of(cls, problem: Problem, start: Ints) -> Units:
        """The units of a problem, begun at a choice; other groups stay in the mode that it gives them.

        Parameters
        ----------
        problem : Problem
        start : array (n_assets,); option at which each asset begins
        """
        choices, groups = problem.choices, problem.choices.groups
        allowed = choices.within_modes(start)
        if groups is None:
            every = sparse.eye_array(problem.n_options, format="csr")
            return cls(problem, every, np.arange(problem.n_assets), start)
        size = np.diff(np.append(groups.cells, len(groups.option)))
        begun = np.zeros(problem.n_options, dtype=bool)
        begun[start] = True
        first_branch = groups.held(begun)[0] & groups.held(begun)[1][groups.branch_of]
        wide = np.zeros(len(groups.groups), dtype=bool)
        np.logical_or.at(wide, groups.group[groups.branch_of[first_branch]], size[first_branch] > 1)
        whole = np.append(~wide, False)[choices.group_of]  # whether an asset is decided on with its group
        cells = np.flatnonzero(whole[groups.asset])
        option = groups.first(problem.benefit, groups.cell_best(problem.benefit))[cells]
        branch = groups.branch_of[cells]
        alone = np.flatnonzero(allowed & ~whole[choices.owner])
        row = np.concatenate([np.arange(len(alone)), len(alone) + np.unique(branch, return_inverse=True)[1]])
        column = np.concatenate([alone, option])
        n_rows = len(alone) + len(np.unique(branch))
        members = sparse.csr_array((np.ones(len(row)), (row, column)), shape=(n_rows, problem.n_options))
        owner = np.concatenate([choices.owner[alone], problem.n_assets + groups.group[np.unique(branch)]])
        unit = np.where(whole, problem.n_assets + choices.group_of, np.arange(problem.n_assets))
        names, code = np.unique(unit, return_inverse=True)
        starts = np.searchsorted(owner, np.append(names, names[-1] + 1))
        part = replace(
            problem, benefit=members @ problem.benefit, usage=sparse.csr_array(members @ problem.usage), starts=starts,
            assets=None, group=None, mode=None,
        )  # fmt: skip
        of_option = np.full(problem.n_options, -1)
        of_option[column] = row
        begin = np.zeros(len(names), dtype=np.int64)
        begin[code] = of_option[start]
        return cls(part, members, code, begin)

    def in_order(self, priority: npt.ArrayLike) -> Ints:
        """Units in order of the first of their assets among these."""
        code = self.unit[np.asarray(priority, dtype=np.int64)]
        first = np.unique(code, return_index=True)[1]
        return code[np.sort(first)]

    def total(self, amount: npt.ArrayLike) -> Floats:
        """Of each option of a unit, the sum over the options it stands for."""
        return np.asarray(self.members @ np.asarray(amount, dtype=np.float64).ravel())

    def actions(self, timing: npt.ArrayLike, owner: Ints) -> npt.NDArray[np.uint64]:
        """What each option of a unit does in each year, as a number that is the same where all its assets do the same.

        Parameters
        ----------
        timing : array (n_options, n_years); what each option does, −1 for nothing
        owner : array (n_options,); asset of each option
        """
        weight = np.random.default_rng(0).integers(1, 2**62, len(self.unit), dtype=np.uint64) * np.uint64(
            2
        ) + np.uint64(1)
        each = (np.asarray(timing, dtype=np.int64) + 1).astype(np.uint64) * weight[owner][:, None]
        rows = np.repeat(np.arange(self.members.shape[0]), np.diff(self.members.indptr))
        out = np.zeros((self.members.shape[0], each.shape[1]), dtype=np.uint64)
        np.add.at(out, rows, each[self.members.indices])
        return out

    def options(self, chosen: Ints) -> Ints:
        """Option of each asset where the units choose these, (n_assets,)."""
        picked = self.members[chosen].indices
        return np.sort(picked).astype(np.int64)
