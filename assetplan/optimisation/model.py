"""The programme as one PuLP model with every variable and constraint named.

maximise  benefit = Σ_a Σ_o b_ao · take_a_o
choose_a:     Σ_o take_a_o = 1                     each asset takes one option
cap_r:        Σ_a Σ_o u_aor · take_a_o ≤ cap_r
floor_r:      Σ_a Σ_o u_aor · take_a_o ≥ floor_r
take_a_o ∈ {0, 1}
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from assetplan.optimisation import compat
from assetplan.optimisation.problem import Floats, Ints, Problem

NAME_LENGTH = 60  # the LP format allows 255 characters a name; two parts and a prefix must fit


def safe_names(names: Iterable[Any]) -> list[str]:
    """Register text → names an LP file takes, all different.

    Other characters than letters, digits and underscores become underscores; where two names become one, the
    later gets a number. Case does not tell names apart, since some readers of LP files ignore it.
    """
    taken: set[str] = set()
    safe = []
    for name in names:
        parts = name if isinstance(name, tuple) else (name,)
        base = re.sub(r"[^A-Za-z0-9_]", "_", "_".join(str(part) for part in parts))[:NAME_LENGTH] or "_"
        given, count = base, 1
        while given.lower() in taken:
            count += 1
            given = f"{base}_{count}"
        taken.add(given.lower())
        safe.append(given)
    return safe


def build_model(problem: Problem, options: Sequence[Any] | None = None) -> tuple[Any, list[Any]]:
    """PuLP model of a problem.

    Parameters
    ----------
    problem : Problem
        The problem.
    options : sequence, optional
        Name of each option, for its variable; its number within its asset when left out.

    Returns
    -------
    (LpProblem, list of LpVariable)
        The PuLP problem, and its variables in the order of the options.
    """
    import pulp

    model = pulp.LpProblem("programme", pulp.LpMaximize)
    owner = problem.owners()
    assets = safe_names(problem.asset_name(a) for a in range(problem.n_assets))
    within = options if options is not None else np.arange(problem.n_options) - problem.starts[owner]
    names = safe_names(f"{assets[a]}_{o}" for a, o in zip(owner, within, strict=True))
    variables = model.add_variable_dict("take", names, 0, 1, cat=pulp.LpBinary)
    take = [variables[name] for name in names]
    model += pulp.lpSum(float(b) * x for b, x in zip(problem.benefit, take, strict=True) if b), "benefit"
    for asset, (first, end) in enumerate(zip(problem.starts[:-1], problem.starts[1:], strict=True)):
        model += pulp.lpSum(take[first:end]) == 1, f"choose_{assets[asset]}"
    columns = problem.usage.tocsc()
    resources = safe_names(problem.resources)
    for r, name in enumerate(resources):
        entries = slice(columns.indptr[r], columns.indptr[r + 1])
        pairs = zip(columns.data[entries], columns.indices[entries], strict=True)
        terms = [float(u) * take[o] for u, o in pairs if u]
        if not terms:  # settled before any model is built: see infeasible.lone_conflicts
            continue
        if np.isfinite(problem.caps[r]):
            model += pulp.lpSum(terms) <= float(problem.caps[r]), f"cap_{name}"
        if np.isfinite(problem.floors[r]):
            model += pulp.lpSum(terms) >= float(problem.floors[r]), f"floor_{name}"
    return model, take


def model_text(problem: Problem, options: Sequence[Any] | None = None) -> str:
    """LP file of a problem, for reading, for other solvers, and for the golden tests.

    Parameters
    ----------
    problem : Problem
        The problem; keep it small, since every option is a variable.
    options : sequence, optional
        Name of each option; its number within its asset when left out.

    Returns
    -------
    str
        The text of the file.
    """
    return compat.lp_text(build_model(problem, options)[0])


def solve_model(
    problem: Problem, seconds: float, gap: float = 0.0, enough: float = np.inf, nodes: int | None = None
) -> tuple[Ints | None, float, bool]:
    """Solve a problem as one model.

    Parameters
    ----------
    problem : Problem
        The problem, of thousands of options at most.
    seconds : float
        Time limit [s]; HiGHS may pass it.
    gap : float, optional
        Stop when the bound is this near [unit of the benefit].
    enough : float, optional
        Stop at the first choice with at least this benefit.
    nodes : int, optional
        Most nodes to search.

    Returns
    -------
    chosen : array (n_assets,) or None
        Chosen option of each asset.
    bound : float
        A proven bound (`inf` if none).
    infeasible : bool
        Whether the model was proved infeasible.
    """
    shift = np.maximum.reduceat(problem.benefit, problem.starts[:-1])  # smaller figures keep more digits
    total = float(shift.sum())
    owner = problem.owners()
    shifted = Problem(
        problem.benefit - shift[owner], problem.usage, problem.starts, problem.caps, problem.floors,
        problem.resources,
    )  # fmt: skip
    model, take = build_model(shifted)
    answer = compat.run(model, seconds, gap, enough - total, nodes)
    if not answer.values:
        return None, -np.inf if answer.infeasible else answer.bound + total, answer.infeasible
    values: Floats = np.array([answer.values.get(x.name, 0.0) for x in take])
    heaviest = np.lexsort((-values, owner))[problem.starts[:-1]]
    return heaviest.astype(np.int64), answer.bound + total, False
