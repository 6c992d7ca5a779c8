"""The least change of limits that makes them hold: the same problem with every limit elastic, at a price.

Each limit may be passed by an amount of its own: a flow that costs one for each share of the limit (where that is
zero, of the largest single use). Nothing else counts. Its optimum is the least total share by which limits must move
(Chinneck and Dravnieks 1991, doi:10.1287/ijoc.3.2.157, call it the elastic programme).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse

from assetplan._types import Floats
from assetplan.errors import Change
from assetplan.optimisation.problem import Flows, Problem
from assetplan.optimisation.problem.canonical import CanonicalForm

NOTICEABLE = 1e-6  # share of a limit, or of the largest use of it, below which passing it is rounding


def elastic(problem: Problem, form: CanonicalForm) -> Problem:
    """The problem with a flow for every limit that passes it, after its own flows, and nothing else to gain or lose."""
    n_rows, flows = len(form.limit), problem.flows
    high = np.maximum(form.total_range()[1] - form.limit, 0.0)
    worth = 1.0 / np.where(form.limit != 0, np.abs(form.limit), form.scale)
    passing = sparse.csr_array((-form.sign, (np.arange(n_rows), form.resource)), (n_rows, len(problem.resources)))
    joined = Flows(
        (*flows.names, *(f"beyond limit {j}" for j in range(n_rows))),
        np.concatenate([np.zeros(len(flows.names)), -worth]),
        sparse.vstack([flows.usage, passing], format="csr"),
        np.concatenate([flows.low, np.zeros(n_rows)]),
        np.concatenate([flows.high, high]),
    )
    return replace(problem, benefit=np.zeros(problem.n_options), flows=joined)


def changes(form: CanonicalForm, over: Floats) -> list[Change]:
    """What each limit that is passed would have to become, to four figures, on the loose side.

    A limit passed by rounding alone is named only where all are.
    """
    noticeable = over > NOTICEABLE * np.maximum(np.abs(form.limit), form.scale)
    moved = np.flatnonzero(noticeable if noticeable.any() else over > 0)
    sides = ["cap" if sign > 0 else "floor" for sign in form.sign]
    needed = form.sign * [_outward(limit) for limit in form.limit + over]
    return [Change(form.keys[j], sides[j], float(form.sign[j] * form.limit[j]), float(needed[j])) for j in moved]


def _outward(limit: float) -> float:
    """The next number up with four figures: a limit to the last digit leaves next to nothing to choose from."""
    if limit == 0:
        return 0.0
    unit = 10.0 ** (np.floor(np.log10(abs(limit))) - 3)
    return float(np.ceil(limit / unit - 1e-6) * unit)  # 1e-6: what linear programmes round to
