"""Greedy moves that make a choice feasible and then use up what room is left.

They give the start that a time limit may have to be content with, and clean up after rounding. A move is
judged by reduced values, so that what it takes from other limits is counted at their prices.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from assetplan.optimisation.dual import best_options
from assetplan.optimisation.problem import Floats, Ints, Problem, Rows, excess

CANDIDATES = 20_000  # moves looked at in one pass of filling


@dataclass(frozen=True, eq=False)
class _Moves:
    """Changes of one asset each, cheapest first.

    Attributes
    ----------
    option : array (n_moves,)
        The option moved to.
    asset : array (n_moves,)
        Its asset.
    change : CSR array (n_moves, n_rows)
        Change of each row's total.
    """

    option: Ints
    asset: Ints
    change: Any


def least_use(problem: Problem, rows: Rows) -> Ints:
    """Each asset's option that uses least of what is limited, shape (n_assets,).

    Rows count in units of their limits, so that a scarce resource weighs more; the larger benefit breaks ties.
    """
    if not len(rows.limit):
        use = np.zeros(problem.n_options)
    else:
        use = rows.usage @ (1.0 / np.maximum(np.abs(rows.limit), rows.scale))
    least, _ = best_options(-use, problem.starts)
    at_least = -use == np.repeat(least, np.diff(problem.starts))
    return best_options(np.where(at_least, problem.benefit, -np.inf), problem.starts)[1]


def make_feasible(
    problem: Problem, rows: Rows, chosen: Ints, values: Floats, time_left: Callable[[], float]
) -> Ints | None:
    """Choice within every limit, reached by moves that lose least reduced value for the excess they remove.

    No move makes any excess larger, so the method ends.

    Parameters
    ----------
    problem : Problem
        The problem.
    rows : Rows
        Its limits.
    chosen : array (n_assets,)
        Option of each asset.
    values : array (n_options,)
        Reduced value of each option.
    time_left : callable
        Tells the seconds left.

    Returns
    -------
    array (n_assets,) or None
        Option of each asset, or None where no single move helps or the time is out.
    """
    chosen = chosen.copy()
    owner = problem.owners()
    stuck: set[int] = set()
    while time_left() > 0:
        over = excess(rows, chosen)
        wrong = [int(j) for j in np.flatnonzero(over > rows.tolerance) if j not in stuck]
        if not wrong:
            return None if stuck else chosen
        row = max(wrong, key=lambda j: over[j] / rows.scale[j])
        if _reduce_row(rows, chosen, values, owner, over, row):
            stuck.clear()
        else:
            stuck.add(row)
    return None


def _reduce_row(rows: Rows, chosen: Ints, values: Floats, owner: Ints, over: Floats, row: int) -> bool:
    """Remove the excess of one row as far as single moves can; changes `chosen`; whether any move was made."""
    column = rows.columns[[row]].toarray().ravel()
    saving = column[chosen][owner] - column
    options = np.flatnonzero(saving > 0)
    loss = np.maximum((values[chosen][owner] - values)[options], 0.0)
    # a move that saves more than the excess is worth only the excess
    order = np.lexsort((options, loss / np.minimum(saving[options], over[row])))
    moves = _moves_to(rows, chosen, owner, options[order])
    room = np.maximum(-over, 0.0) + rows.tolerance * (over <= rows.tolerance)
    room[row] = np.inf
    made = False
    for option, asset, where, change in _fitting(moves, room):
        chosen[asset] = option
        over[where] += change
        made = True
        if over[row] <= rows.tolerance[row]:
            break
    return made


def fill(problem: Problem, rows: Rows, chosen: Ints, values: Floats) -> Ints:
    """Feasible choice with moves made, as long as they fit, that raise the benefit.

    Parameters
    ----------
    problem : Problem
        The problem.
    rows : Rows
        Its limits.
    chosen : array (n_assets,)
        A feasible choice.
    values : array (n_options,)
        Reduced value of each option.

    Returns
    -------
    array (n_assets,)
        A feasible choice with at least the same benefit.
    """
    owner = problem.owners()
    chosen = chosen.copy()
    for by_benefit in (False, True):
        gain = problem.benefit - problem.benefit[chosen][owner]
        options = np.flatnonzero(gain > 0)
        key = -gain[options] if by_benefit else (values[chosen][owner] - values)[options]
        if len(key) > CANDIDATES:
            near = np.argpartition(key, CANDIDATES)[:CANDIDATES]
            options, key = options[near], key[near]
        options = options[np.lexsort((options, key))]
        moves = _moves_to(rows, chosen, owner, options)
        room = np.maximum(-excess(rows, chosen), 0.0)
        for option, asset, _, _ in _fitting(moves, room):
            chosen[asset] = option
    return chosen


def _moves_to(rows: Rows, chosen: Ints, owner: Ints, options: Ints) -> _Moves:
    asset = owner[options]
    return _Moves(options, asset, (rows.usage[options] - rows.usage[chosen[asset]]).tocsr())


def _fitting(moves: _Moves, room: Floats) -> Any:
    """Moves that fit the room left, one an asset, in order; `room` shrinks with each that is taken."""
    change = moves.change
    too_much = np.flatnonzero(change.data > room[change.indices])
    doubtful = np.zeros(len(moves.option), dtype=bool)
    doubtful[np.searchsorted(change.indptr, too_much, side="right") - 1] = True
    moved: set[int] = set()
    # one that does not fit now will not fit later, unless an earlier move makes room: another pass sees that
    for i in np.flatnonzero(~doubtful):
        entries = slice(change.indptr[i], change.indptr[i + 1])
        where, size = change.indices[entries], change.data[entries]
        asset = int(moves.asset[i])
        if asset in moved or np.any((size > 0) & (size > room[where])):
            continue
        moved.add(asset)
        room[where] -= size
        yield moves.option[i], asset, where, size
