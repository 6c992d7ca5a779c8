"""Proof that limits cannot hold together, and which ones.

With no benefit to gain, the dual of `lagrangian.py` with each price between 0 and 1 (in scaled rows) is the least
total by which the linear relaxation must pass its limits. A negative value proves that no choice exists
(Farkas 1902, the theorem of the alternative), and the rows with prices are enough for the proof. A deletion
filter (Chinneck and Dravnieks 1991, doi:10.1287/ijoc.3.2.157) then drops every row that the others do
without. Limits that only whole options break are named with the PuLP model where the problem is small.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np

from assetplan._types import Floats
from assetplan.errors import Change, InfeasibleError
from assetplan.optimisation.bounds.lagrangian import bound_at, minimise_dual, reduced_values
from assetplan.optimisation.clock import SearchTime
from assetplan.optimisation.problem import Problem
from assetplan.optimisation.problem.canonical import CanonicalForm
from assetplan.optimisation.search.one_model import solve_model

ROUNDING = 1e-13  # relative error of a sum of a million doubles, pairwise


def lone_conflict_of(form: CanonicalForm) -> list[int] | None:
    """The row that no choice meets even by itself, the one furthest from it, if there is one."""
    over = form.total_range()[0] - form.limit
    if not np.any(over > form.tolerance):
        return None
    return [int(np.argmax(np.where(over > form.tolerance, over / form.scale, -np.inf)))]


def conflict_of(form: CanonicalForm, time_left: SearchTime) -> list[int] | None:
    """Rows, none of which can be left out, that even the linear relaxation cannot meet together; None if unproved."""
    members = _farkas(form, list(range(len(form.limit))), time_left)
    if members is None:
        return None
    for row in list(members):
        smaller = _farkas(form, [j for j in members if j != row], time_left)
        if smaller is not None and row in members:
            members = smaller
    return members


def _farkas(form: CanonicalForm, kept: list[int], time_left: SearchTime) -> list[int] | None:
    """Those of the kept rows whose prices prove that the kept rows cannot hold together."""
    if not kept:
        return None
    part = form.only(kept)
    prices = minimise_dual(part, time_left, ceiling=1.0 / part.scale).multipliers
    # prices next to nothing are the linear programme's rounding
    prices = np.where(prices * part.scale > 1e-7, prices, 0.0)
    best = part.choices.best_values(reduced_values(part, prices))
    noise = part.tolerance @ prices + ROUNDING * np.abs(best).sum()
    return [kept[i] for i in np.flatnonzero(prices)] if bound_at(part, prices) < -noise else None


def whole_conflict_of(problem: Problem, form: CanonicalForm, clash: Sequence[int], time_left: SearchTime) -> list[int]:
    """Rows of a clash, none of which can be left out, that no choice of whole options meets together.

    Parameters
    ----------
    problem : Problem
    form : CanonicalForm; the same in canonical form
    clash : sequence of int; positions of rows that cannot hold together
    time_left : callable; seconds left; rows are dropped as long as there are any
    """
    members = list(clash)
    for row in list(members):
        if time_left() <= 0:
            break
        rest = [j for j in members if j != row]
        if solve_model(_with_only(problem, form, rest), time_left).infeasible:
            members = rest
    return members


def _with_only(problem: Problem, form: CanonicalForm, kept: Sequence[int]) -> Problem:
    """The problem with no other limits than the kept rows, and nothing to gain."""
    caps, floors = np.full_like(problem.caps, np.inf), np.full_like(problem.floors, -np.inf)
    for j in kept:
        side, value = (caps, form.limit[j]) if form.sign[j] > 0 else (floors, -form.limit[j])
        side[form.resource[j]] = value
    flows = replace(problem.flows, benefit=np.zeros(len(problem.flows.names)))
    return replace(problem, benefit=np.zeros(problem.n_options), caps=caps, floors=floors, flows=flows)


def conflict_error(form: CanonicalForm, members: Sequence[int], changes: Sequence[Change]) -> InfeasibleError:
    """The error for rows proved to be in conflict, in words for a council officer.

    Parameters
    ----------
    form : CanonicalForm
    members : sequence of int; positions of the rows
    changes : sequence of Change; the least change with which all limits hold; empty if it is not known
    """
    least = form.total_range()[0]
    opening = "This limit cannot hold" if len(members) == 1 else "These limits cannot hold together"
    others = [int(j) for j in np.flatnonzero(least - form.limit > form.tolerance) if j not in members]
    message = f"{opening}: {'; '.join(_wording(form, least, j) for j in members)}"
    if others:
        message += f". Nor can, alone: {'; '.join(_wording(form, least, j) for j in others)}"
    if changes:
        message += f". The least change with which all limits hold: {'; '.join(map(_change, changes))}"
    return InfeasibleError(message, dict.fromkeys(form.keys[j] for j in members), changes)


def not_reached_error(changes: Sequence[Change], seconds: float) -> InfeasibleError:
    """The error where no feasible choice was reached and none proved impossible.

    Parameters
    ----------
    changes : sequence of Change; what the nearest choice would need; empty if there is none
    seconds : float; time spent [s]
    """
    message = f"In {seconds:.0f} s the search came upon no choice within the limits, and proved none impossible"
    if changes:
        message += f". The nearest one needs: {'; '.join(map(_change, changes))}"
    return InfeasibleError(message + ". Loosen the limits or allow more time", [c.limit for c in changes], changes)


def _change(change: Change) -> str:
    return f"{change.side} of {_text(change.limit)} {_figure(change.needed)} in place of {_figure(change.now)}"


def _text(key: Hashable) -> str:
    return " ".join(map(str, key)) if isinstance(key, tuple) else str(key)


def _wording(form: CanonicalForm, totals: Floats, row: int) -> str:
    name, limit, alone = _text(form.keys[row]), form.limit[row], totals[row]
    if form.sign[row] > 0:
        least = f"; at least {_figure(alone)} whatever is chosen" if alone > 0 else ""
        return f"cap of {name} (at most {_figure(limit)}{least})"
    return f"floor of {name} (at least {_figure(-limit)}; at most {_figure(-alone)} can be reached)"


def _figure(value: float) -> str:
    value += 0.0  # no sign on zero
    return f"{value:,.0f}" if abs(value) >= 1000 or value == round(value) else f"{value:,.6g}"
