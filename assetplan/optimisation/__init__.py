"""Choosing one option for each asset within limits on totals, with a proven bound on how good the choice is.

`selection` is the front: `optimise` on a table of options. `solving` is the driver: it solves a small problem as one
model and a large one by parts, and is the only place where solving a problem may mean solving another. `flows`
settles the flows of a choice that is made. Beneath them:

- `problem/`: what a problem is: options, groups, flows and limits, as arrays, as a table and as one PuLP model
- `bounds/`: prices on the limits (Lagrangian multipliers) and the bound they prove, by descent and column generation
- `search/`: rounding, repair, cores, dives, independent components and lumpy limits: from prices to better choices
- `conflicts/`: limits that cannot hold together, and the least change with which they would
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assetplan.optimisation.bounds.lagrangian import estimated_prices, relaxation_bound
    from assetplan.optimisation.flows import settle_flows
    from assetplan.optimisation.problem import Flows, Problem, Solution
    from assetplan.optimisation.problem.pulp_model import model_text
    from assetplan.optimisation.problem.table import problem_from
    from assetplan.optimisation.selection import Selection, best_of, optimise
    from assetplan.optimisation.solving import solve

__all__ = [
    "Flows", "Problem", "Selection", "Solution", "best_of", "estimated_prices", "model_text", "optimise",
    "problem_from", "relaxation_bound", "settle_flows", "solve",
]  # fmt: skip

_HOMES = {
    **dict.fromkeys(("Flows", "Problem", "Solution"), "problem"),
    **dict.fromkeys(("Selection", "best_of", "optimise"), "selection"),
    **dict.fromkeys(("estimated_prices", "relaxation_bound"), "bounds.lagrangian"),
    "model_text": "problem.pulp_model",
    "problem_from": "problem.table",
    "settle_flows": "flows",
    "solve": "solving",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: scipy alone takes a second."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
