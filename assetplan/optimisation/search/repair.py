"""Greedy moves that make a choice feasible and then use up what room is left.

They give the start that a time limit may have to be content with, and clean up after rounding. A move is
judged by reduced values, so that what it takes from other limits is counted at their prices. A move changes one
asset's option, or the mode of a whole group. Flows stand still here: their amounts are taken off the limits first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from assetplan._types import Floats, Ints
from assetplan.optimisation.clock import SearchTime
from assetplan.optimisation.problem.canonical import CanonicalForm
from assetplan.optimisation.problem.choices import Choices

CANDIDATES = 20_000  # moves looked at in one pass of filling


@dataclass(frozen=True, eq=False)
class _Moves:
    """Changes of one asset, or of one group's mode, each.

    Attributes
    ----------
    options : array (n_parts,); options moved to, those of one move together
    starts : array (n_moves + 1,) or None; where each move begins; None where every move has one option
    """

    options: Ints
    starts: Ints | None

    def sums(self, by_option: Floats) -> Floats:
        """Figures by option → by move."""
        return by_option if self.starts is None else np.add.reduceat(by_option, self.starts[:-1])

    def take(self, moves: Ints) -> _Moves:
        """Some of the moves, in the order given."""
        if self.starts is None:
            return _Moves(self.options[moves], None)
        sizes = np.diff(self.starts)[moves]
        ends = np.cumsum(sizes)
        places = np.repeat(self.starts[moves] - (ends - sizes), sizes) + np.arange(ends[-1] if len(ends) else 0)
        return _Moves(self.options[places], np.concatenate([[0], ends]))

    def changes(self, form: CanonicalForm, chosen: Ints, owner: Ints) -> Any:
        """Change of each row's total by each move, CSR (n_moves, n_rows)."""
        change = form.usage[self.options] - form.usage[chosen[owner[self.options]]]
        if self.starts is not None:
            n = len(self.options)
            join = sparse.csr_array((np.ones(n), np.arange(n), self.starts), shape=(len(self.starts) - 1, n))
            change = join @ change
        return change.tocsr()


def _all_moves(choices: Choices, chosen: Ints, values: Floats, wanted: Ints) -> _Moves:
    """Every move of one asset to a wanted option, and of one group to another mode."""
    if choices.groups is None:
        return _Moves(wanted, None)
    single = wanted[choices.within_modes(chosen)[wanted]]
    switched, starts = choices.switches(chosen, values)
    n = len(single)
    return _Moves(np.concatenate([single, switched]), np.concatenate([np.arange(n), n + starts]))


def least_use(form: CanonicalForm) -> Ints:
    """Each asset's option that uses least of what is limited, shape (n_assets,).

    Rows count in units of their limits, so that a scarce resource weighs more; the larger benefit breaks ties.
    """
    if not len(form.limit):
        use = np.zeros(len(form.benefit))
    else:
        use = form.usage @ (1.0 / np.maximum(np.abs(form.limit), form.scale))
    at_least = form.choices.reduced_costs(-use) == 0
    return form.choices.best(np.where(at_least, form.benefit, -np.inf))[1]


def make_feasible(form: CanonicalForm, chosen: Ints, values: Floats, time_left: SearchTime) -> Ints | None:
    """Choice within every limit, reached by moves that lose least reduced value for the excess they remove.

    No move makes any excess larger, so the method ends.

    Parameters
    ----------
    form : CanonicalForm; the problem; its flows stand still
    chosen : array (n_assets,); option of each asset
    values : array (n_options,); reduced value of each option
    time_left : callable; seconds left

    Returns
    -------
    array (n_assets,) or None
        Option of each asset, or None where no single move helps or the time is out.
    """
    chosen = chosen.copy()
    stuck: set[int] = set()
    while time_left() > 0:
        over = form.excess(chosen)
        wrong = [int(j) for j in np.flatnonzero(over > form.tolerance) if j not in stuck]
        if not wrong:
            return None if stuck else chosen
        row = max(wrong, key=lambda j: over[j] / form.scale[j])
        if _reduce_row(form, chosen, values, over, row):
            stuck.clear()
        else:
            stuck.add(row)
    return None


def _reduce_row(form: CanonicalForm, chosen: Ints, values: Floats, over: Floats, row: int) -> bool:
    """Remove the excess of one row as far as single moves can; changes `chosen`; whether any move was made."""
    owner = form.choices.owner
    column = form.columns[[row]].toarray().ravel()
    using = column[chosen] != 0
    using[owner[column < 0]] = True  # no other asset has an option that uses less than its present one
    options = np.flatnonzero(using[owner])
    options = options[column[chosen][owner[options]] > column[options]]
    moves = _all_moves(form.choices, chosen, values, options)
    now = chosen[owner[moves.options]]
    saved = moves.sums(column[now] - column[moves.options])
    loss = np.maximum(moves.sums(values[now] - values[moves.options]), 0.0)
    useful = np.flatnonzero(saved > 0)
    # a move that saves more than the excess is worth only the excess
    order = useful[np.lexsort((useful, loss[useful] / np.minimum(saved[useful], over[row])))]
    moves = moves.take(order)
    tolerance = form.tolerance
    room = np.maximum(-over, 0.0) + tolerance * (over <= tolerance)
    room[row] = np.inf
    made = False
    for options, where, change in _fitting(form.choices, moves, moves.changes(form, chosen, owner), room):
        chosen[owner[options]] = options
        over[where] += change
        made = True
        if over[row] <= tolerance[row]:
            break
    return made


def fill(form: CanonicalForm, chosen: Ints, values: Floats) -> Ints:
    """Feasible choice with moves made, as long as they fit, that raise the benefit.

    Parameters
    ----------
    form : CanonicalForm; the problem; its flows stand still
    chosen : array (n_assets,); a feasible choice
    values : array (n_options,); reduced value of each option

    Returns
    -------
    array (n_assets,)
        A feasible choice with at least the same benefit.
    """
    owner = form.choices.owner
    chosen = chosen.copy()
    for by_benefit in (False, True):
        gain = form.benefit - form.benefit[chosen][owner]
        moves = _all_moves(form.choices, chosen, values, np.flatnonzero(gain > 0))
        gained = moves.sums(gain[moves.options])
        key = -gained if by_benefit else moves.sums((values[chosen][owner] - values)[moves.options])
        useful = np.flatnonzero(gained > 0)
        if len(useful) > CANDIDATES:
            useful = useful[np.argpartition(key[useful], CANDIDATES)[:CANDIDATES]]
        moves = moves.take(useful[np.lexsort((useful, key[useful]))])
        room = np.maximum(-form.excess(chosen), 0.0)
        for options, _, _ in _fitting(form.choices, moves, moves.changes(form, chosen, owner), room):
            chosen[owner[options]] = options
    return chosen


def _fitting(choices: Choices, moves: _Moves, change: Any, room: Floats) -> Iterator[tuple[Ints, Ints, Floats]]:
    """Moves that fit the room left, one an asset or group, in order; `room` shrinks with each that is taken."""
    mover = choices.unit[choices.owner[moves.options]]
    starts = np.arange(len(moves.options) + 1) if moves.starts is None else moves.starts
    too_much = np.flatnonzero(change.data > room[change.indices])
    doubtful = np.zeros(change.shape[0], dtype=bool)
    doubtful[np.searchsorted(change.indptr, too_much, side="right") - 1] = True
    moved: set[int] = set()
    # one that does not fit now will not fit later, unless an earlier move makes room: another pass sees that
    for i in np.flatnonzero(~doubtful):
        entries = slice(change.indptr[i], change.indptr[i + 1])
        where, size = change.indices[entries], change.data[entries]
        unit = int(mover[starts[i]])
        if unit in moved or np.any((size > 0) & (size > room[where])):
            continue
        moved.add(unit)
        room[where] -= size
        yield moves.options[starts[i] : starts[i + 1]], where, size
