"""Choosing one strategy for each asset: the model, its solution at scale, and rules of thumb to compare with.

The way through the room: `selection` (tables) and `problem` (arrays) state the problem, `choices` and `rows` hold what
may be chosen together and every limit in one form. `solving` solves it: a small problem as one PuLP `model` (through
`compat`), a large one split into independent `parts` and priced by `dual` with the linear programmes of `master`;
`search` then looks for a better choice with `cores` of undecided options and with the `heavy` assets first, each choice
kept in `state` and put right by `repair`. `infeasible` names limits in conflict and `relax` the least change that mends
them; `baselines` are what a council would do without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assetplan.optimisation.baselines import best_of, incremental_benefit_cost, worst_first, year_by_year
    from assetplan.optimisation.problem import Flows, Problem, Solution
    from assetplan.optimisation.problem.pulp_model import model_text
    from assetplan.optimisation.selection import Baselines, Selection, optimise, problem_from
    from assetplan.optimisation.solving import solve

__all__ = [
    "Baselines",
    "Flows",
    "Problem",
    "Selection",
    "Solution",
    "best_of",
    "incremental_benefit_cost",
    "model_text",
    "optimise",
    "problem_from",
    "solve",
    "worst_first",
    "year_by_year",
]

_HOMES = {
    "Baselines": "selection",
    "Flows": "problem",
    "Problem": "problem",
    "Selection": "selection",
    "Solution": "problem",
    "best_of": "baselines",
    "incremental_benefit_cost": "baselines",
    "model_text": "problem.pulp_model",
    "optimise": "selection",
    "problem_from": "selection",
    "solve": "solving",
    "worst_first": "baselines",
    "year_by_year": "baselines",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: scipy alone takes a second."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
