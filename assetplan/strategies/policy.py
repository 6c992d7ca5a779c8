"""What a group gets after the plan years: the policy of least whole-life cost, or the one that a council states.

A policy says for every state what is done, if anything, at the start of a year. The one of least cost comes by
policy iteration (Howard 1960, *Dynamic programming and Markov processes*; Puterman 1994, *Markov decision processes*,
chapter 6). That a plan of some years leads into a long-run policy is how Golabi, Kulkarni and Way did it for the roads
of Arizona (1982, doi:10.1287/inte.12.6.5).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from assetplan._types import Bools, Codes, Floats, Ints
from assetplan.strategies.chain_state import ChainLifecycle
from assetplan.strategies.grid import Grid
from assetplan.treatments import FollowOn, Treatment

_MOST = 200  # rounds of policy iteration; a handful is usual
_GAIN = 1e-9  # part of a cost below which another action is no better


@dataclass(frozen=True, eq=False)
class Action:
    """One thing that may be done in a year, or waiting: where, at what price, and where it leads.

    Attributes
    ----------
    rows : array (k,) of int; points of the grid where it may be done
    price : array (k,); share of the unit cost that it takes there; 0 of waiting
    after : CurveState or ChainState; state of those points once it is done
    moves : sparse array (k, n_points); chances of each point a year later
    """

    rows: Ints
    price: Floats
    after: Any
    moves: Any


@dataclass(frozen=True, eq=False)
class Policy:
    """What is done at each point of a grid, with where it leads.

    Attributes
    ----------
    grid : Grid
    treatments : tuple of Treatment; those that it may use
    chosen : array (n_points,); place in them of what is done there, −1 for nothing
    price : array (n_points,); share of that treatment's unit cost which it takes
    moves : sparse array (n_points, n_points); chances of each point a year later
    after : CurveState or ChainState; the points once it is done
    """

    grid: Grid
    treatments: tuple[Treatment, ...]
    chosen: Codes
    price: Floats
    moves: Any
    after: Any

    def for_ever(self, factor: float, yearly: Floats) -> Floats:
        """Present value of yearly amounts (n_points, …) for ever, the first at once.

        Parameters
        ----------
        factor : float; what £1 is worth a year earlier [0 to below 1]
        yearly : array (n_points, …)
        """
        if factor not in self._systems:
            self._systems[factor] = _factored(self.moves, factor)
        return np.asarray(self._systems[factor].solve(yearly))

    @cached_property
    def _systems(self) -> dict[float, Any]:
        """Factored systems by factor."""
        return {}


def _factored(moves: Any, factor: float) -> Any:
    from scipy.sparse import eye_array
    from scipy.sparse.linalg import splu

    return splu((eye_array(moves.shape[0]) - factor * moves).tocsc())


def actions(
    grid: Grid, waits: Bools, treatments: Sequence[Treatment], allowed: Sequence[Bools] | Bools
) -> list[Action]:
    """Waiting, then each treatment where it is allowed.

    Parameters
    ----------
    grid : Grid
    waits : array (n_points,); where nothing may be done
    treatments, allowed : sequence of Treatment, sequence of array (n_points,); where each may be used
    """
    rows = np.flatnonzero(waits)
    still = grid.points.take(rows)
    out = [Action(rows, np.zeros(len(rows)), still, _chances(grid, still))]
    for treatment, where in zip(treatments, allowed, strict=True):
        rows = np.flatnonzero(where)
        after, cost = grid.points.take(rows).treat(treatment)
        out.append(Action(rows, cost / treatment.unit_cost, after, _chances(grid, after)))
    return out


def _chances(grid: Grid, state: Any) -> Any:
    from scipy.sparse import csr_array

    places, weights = grid.locate(state.step())
    rows = np.repeat(np.arange(len(places)), places.shape[1])
    kept = weights.ravel() > 0
    shape = (len(places), int(np.prod(grid.shape)))
    return csr_array((weights.ravel()[kept], (rows[kept], places.ravel()[kept])), shape=shape)


def least_cost_policy(
    grid: Grid,
    treatments: tuple[Treatment, ...],
    prices: Floats,
    burden: Callable[[Any], Floats],
    factor: float,
) -> Policy:
    """The policy of least present value of works and burdens, for ever, that lets no asset stand failed.

    What is at or below its failure index is renewed at once, where any treatment may renew it: a highway authority has
    to maintain what it holds (Highways Act 1980, section 41), whatever neglect would cost.

    Parameters
    ----------
    grid : Grid
    treatments : tuple of Treatment; those that may be used, where their own rules allow
    prices : array (n_treatments,); cost of each [£ per unit of quantity], sites in it
    burden : callable; yearly burden of a state [£ per unit of quantity, in the year's middle]
    factor : float; what £1 is worth a year earlier [0–1]
    """
    points = grid.points
    allowed = np.array([points.eligible(t) for t in treatments], dtype=bool).reshape(len(treatments), -1)
    renewing = np.array([t.renews for t in treatments], dtype=bool)
    failed = points.index() <= grid.model.group.failure_index + 1e-9
    due = failed & allowed[renewing].any(axis=0) if len(treatments) else np.zeros(len(failed), dtype=bool)
    allowed &= renewing[:, None] | ~due
    options = actions(grid, ~due, treatments, allowed)
    paid = [np.zeros(len(options[0].rows)), *(prices[k] * a.price for k, a in enumerate(options[1:]))]
    cost = [p + np.sqrt(factor) * burden(a.after) for p, a in zip(paid, options, strict=True)]
    chosen = np.zeros(len(failed), dtype=np.int8)
    for code in np.flatnonzero(renewing)[::-1]:
        chosen[due & allowed[code]] = code + 1
    for _ in range(_MOST):
        moves, now = _of(chosen, options, cost)
        worth = _factored(moves, factor).solve(now)
        best, better = worth - _GAIN * np.abs(worth), chosen.copy()
        for code, (option, paid_now) in enumerate(zip(options, cost, strict=True)):
            value = paid_now + factor * (option.moves @ worth)
            gains = value < best[option.rows]
            best[option.rows[gains]], better[option.rows[gains]] = value[gains], code
        if (better == chosen).all():
            break
        chosen = better
    return _policy(grid, treatments, chosen, options)


def stated_policy(grid: Grid, steps: Sequence[FollowOn]) -> Policy:
    """The policy that a council states: at or below each threshold its treatment, the lowest threshold first.

    Parameters
    ----------
    grid : Grid
    steps : sequence of FollowOn; lowest threshold first
    """
    points, index = grid.points, grid.points.index()
    treatments = tuple(step.treatment for step in steps)
    free, where = np.ones(len(index), dtype=bool), []
    for step in steps:
        acts = free & (index <= step.index_at_or_below + 1e-9)
        if isinstance(grid.model, ChainLifecycle):
            acts &= points.phases @ grid.model.mended(step.treatment) > 0.5
        where.append(acts)
        free = free & ~acts
    options = actions(grid, free, treatments, where)
    chosen = np.zeros(len(index), dtype=np.int8)
    for code, option in enumerate(options[1:], start=1):
        chosen[option.rows] = code
    return _policy(grid, treatments, chosen, options)


def _policy(grid: Grid, treatments: tuple[Treatment, ...], chosen: Codes, options: list[Action]) -> Policy:
    moves, price = _of(chosen, options, [option.price for option in options])
    after = grid.points
    for code, option in enumerate(options):
        mine = np.flatnonzero(chosen[option.rows] == code)
        after = after.put(option.rows[mine], option.after.take(mine))
    return Policy(grid, treatments, (chosen - 1).astype(np.int8), price, moves, after)


def _of(chosen: Codes, options: list[Action], values: list[Floats]) -> tuple[Any, Floats]:
    """Moves and values of a policy, from those of each action."""
    from scipy.sparse import vstack

    order, value = np.empty(len(chosen), dtype=np.intp), np.empty(len(chosen))
    parts, place = [], 0
    for code, (option, amounts) in enumerate(zip(options, values, strict=True)):
        mine = np.flatnonzero(chosen[option.rows] == code)
        rows = option.rows[mine]
        order[rows] = place + np.arange(len(rows))
        value[rows] = amounts[mine]
        parts.append(option.moves[mine])
        place += len(rows)
    return vstack(parts, format="csr")[order], value
