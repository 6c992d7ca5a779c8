"""Proof that limits cannot hold together, and which ones.

With no benefit to gain, the dual of `dual.py` with each price between 0 and 1 (in scaled rows) is the least
total by which the linear relaxation must pass its limits. A negative value proves that no choice exists
(Farkas 1902, the theorem of the alternative), and the rows with prices are enough for the proof. A deletion
filter (Chinneck and Dravnieks 1991, doi:10.1287/ijoc.3.2.157) then drops every row that the others do
without. Limits that only whole options break are found with the PuLP model where the problem is small.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace

import numpy as np
from scipy import sparse

from assetplan._types import Floats
from assetplan.errors import Change, InfeasibleError
from assetplan.optimisation.bounds.lagrangian import bound_at, minimise_dual, reduced_values
from assetplan.optimisation.problem import Problem
from assetplan.optimisation.problem.canonical import Rows
from assetplan.optimisation.search.one_model import solve_model

ROUNDING = 1e-13  # relative error of a sum of a million doubles, pairwise


def least_totals(problem: Problem, rows: Rows) -> Floats:
    """Least total of each row over all choices and flows, each row by itself, shape (n_rows,)."""
    columns = (rows.columns[[j]].toarray().ravel() for j in range(len(rows.limit)))
    least = np.array([-problem.choices.best_values(-column).sum() for column in columns])
    low, high = (sparse.diags_array(end) @ rows.flows.usage for end in (rows.flows.low, rows.flows.high))
    return least + np.asarray(np.minimum(low.toarray(), high.toarray()).sum(axis=0))


def lone_conflict_of(problem: Problem, rows: Rows) -> list[int] | None:
    """The row that no choice meets even by itself, the one furthest from it, if there is one."""
    over = least_totals(problem, rows) - rows.limit
    if not np.any(over > rows.tolerance):
        return None
    return [int(np.argmax(np.where(over > rows.tolerance, over / rows.scale, -np.inf)))]


def without_benefit(rows: Rows) -> Rows:
    """The same rows with nothing to gain from the flows."""
    return replace(rows, flows=replace(rows.flows, benefit=np.zeros(len(rows.flows.names))))


def conflict_of(problem: Problem, rows: Rows, time_left: Callable[[], float]) -> list[int] | None:
    """Smallest set of rows (none can be left out) that even the linear relaxation cannot meet together.

    Parameters
    ----------
    problem : Problem
        The problem.
    rows : Rows
        Its limits.
    time_left : callable
        Seconds left.

    Returns
    -------
    list of int or None
        Positions of the rows, or None if no conflict was proved.
    """
    members = _farkas(problem, rows, list(range(len(rows.limit))), time_left)
    if members is None:
        return None
    for row in list(members):
        smaller = _farkas(problem, rows, [j for j in members if j != row], time_left)
        if smaller is not None and row in members:
            members = smaller
    return members


def _farkas(problem: Problem, rows: Rows, kept: list[int], time_left: Callable[[], float]) -> list[int] | None:
    """Those of the kept rows whose prices prove that the kept rows cannot hold together."""
    if not kept:
        return None
    part = without_benefit(rows.subset(kept))
    nothing = np.zeros(problem.n_options)
    prices = minimise_dual(nothing, problem.choices, part, time_left, ceiling=1.0 / part.scale).multipliers
    # prices next to nothing are the linear programme's rounding
    prices = np.where(prices * part.scale > 1e-7, prices, 0.0)
    best = problem.choices.best_values(reduced_values(nothing, part, prices))
    value = bound_at(nothing, problem.choices, part, prices)
    noise = part.tolerance @ prices + ROUNDING * np.abs(best).sum()
    return [kept[i] for i in np.flatnonzero(prices)] if value < -noise else None


def whole_conflict_of(problem: Problem, rows: Rows, clash: Sequence[int], time_left: Callable[[], float]) -> list[int]:
    """Smallest set of rows (none can be left out) of a clash that no choice of whole options meets together."""
    members = list(clash)
    for row in list(members):
        if time_left() <= 0:
            break
        rest = [j for j in members if j != row]
        if solve_model(only(problem, rows, rest), time_left()).infeasible:
            members = rest
    return members


def only(problem: Problem, rows: Rows, kept: Sequence[int]) -> Problem:
    """The problem with no other limits than the kept rows, and nothing to gain."""
    caps, floors = np.full_like(problem.caps, np.inf), np.full_like(problem.floors, -np.inf)
    for j in kept:
        side, value = (caps, rows.limit[j]) if rows.sign[j] > 0 else (floors, -rows.limit[j])
        side[rows.resource[j]] = value
    flows = replace(problem.flows, benefit=np.zeros(len(problem.flows.names)))
    return replace(problem, benefit=np.zeros(problem.n_options), caps=caps, floors=floors, flows=flows)


def conflict_error(
    problem: Problem, rows: Rows, members: Sequence[int], changes: Sequence[Change] = ()
) -> InfeasibleError:
    """The error for a set of rows proved to be in conflict, in words for a council officer."""
    least = least_totals(problem, rows)
    opening = "This limit cannot hold" if len(members) == 1 else "These limits cannot hold together"
    others = [j for j in np.flatnonzero(least - rows.limit > rows.tolerance) if j not in members]
    message = f"{opening}: {'; '.join(_wording(problem, rows, least, j) for j in members)}"
    if others:
        message += f". Nor can, alone: {'; '.join(_wording(problem, rows, least, int(j)) for j in others)}"
    if changes:
        message += f". The least change with which all limits hold: {'; '.join(map(_change, changes))}"
    return InfeasibleError(message, dict.fromkeys(rows.key(problem, j) for j in members), changes)


def not_found_error(changes: Sequence[Change], seconds: float) -> InfeasibleError:
    """The error where no feasible choice was reached and none proved impossible.

    Parameters
    ----------
    changes : sequence of Change
        What the nearest choice would need; empty if there is none.
    seconds : float
        Time spent [s].
    """
    message = f"No choice within the limits was found in {seconds:.0f} s, and none was proved impossible"
    if changes:
        message += f". The nearest one needs: {'; '.join(map(_change, changes))}"
    return InfeasibleError(message + ". Loosen the limits or allow more time", [c.limit for c in changes], changes)


def _change(change: Change) -> str:
    return f"{change.side} of {_text(change.limit)} {_figure(change.needed)} in place of {_figure(change.now)}"


def _text(key: Hashable) -> str:
    return " ".join(map(str, key)) if isinstance(key, tuple) else str(key)


def _side(problem: Problem, rows: Rows, row: int) -> str:
    return f"{'cap' if rows.sign[row] > 0 else 'floor'} of {_text(rows.key(problem, row))}"


def _wording(problem: Problem, rows: Rows, least: Floats, row: int) -> str:
    side, limit, alone = _side(problem, rows, row), rows.limit[row], least[row]
    if rows.sign[row] > 0:
        committed = f"; at least {_figure(alone)} is committed" if alone > 0 else ""
        return f"{side} (at most {_figure(limit)}{committed})"
    return f"{side} (at least {_figure(-limit)}; at most {_figure(-alone)} can be reached)"


def _figure(value: float) -> str:
    value += 0.0  # no sign on zero
    return f"{value:,.0f}" if abs(value) >= 1000 or value == round(value) else f"{value:,.6g}"
