"""The plan file's language, read in order: what may be chosen, within which limits, for what."""

from __future__ import annotations

import numpy as np

from assetplan.formulation.closed_years import calendar_note
from assetplan.formulation.constraints import Basis, LimitRow, compose
from assetplan.formulation.firm import hold_firm
from assetplan.formulation.formulation import Formulation
from assetplan.formulation.kinds import LIMIT_KINDS
from assetplan.formulation.objective import objective_of
from assetplan.formulation.past import as_done, at_outturn
from assetplan.formulation.rules import follow_rules
from assetplan.formulation.schemes import join_schemes
from assetplan.formulation.sharing import share
from assetplan.formulation.site_costs import on_own_sites
from assetplan.formulation.works import Works
from assetplan.inputs.load import Inputs
from assetplan.optimisation.problem import Problem
from assetplan.strategies import Candidates


def build_problem(inputs: Inputs, options: Candidates, whole: bool = True) -> Formulation:
    """State a plan as one choice for each asset within named limits on totals.

    Parameters
    ----------
    inputs : Inputs; the plan with its register and model
    options : Candidates; every strategy of every asset
    whole : bool; whether these are all assets of the plan; a source may have nothing to fund among some of them

    Returns
    -------
    Formulation
        The problem, what each limit means, and the strategies that rules and schemes leave.

    Raises
    ------
    ConfigError
        Rules, schemes or sources leave an asset without any strategy; two limits have one name.
    InfeasibleError
        A floor is above its own cap.
    """
    assets = inputs.register.assets
    firm = hold_firm(inputs, options)
    allowed = as_done(inputs, follow_rules(inputs, options, firm))
    tied = np.isin(assets["asset_id"], [name for scheme in inputs.plan.schemes for name in scheme.assets])
    together = join_schemes(inputs, on_own_sites(inputs, allowed, ~tied))
    sharing = share(inputs, together.options, ~tied, firm.scheme)
    left = at_outturn(inputs, sharing.options)
    group = np.where(tied, together.group, np.where(sharing.group >= 0, sharing.group + len(inputs.plan.schemes), -1))
    mode = np.where(tied[left.asset], together.mode[sharing.twin], sharing.mode)
    works = Works.of(assets, inputs.model, left)
    basis = Basis(inputs, left, works, sharing, mode, whole)
    objective, changes = objective_of(inputs, left)
    ids = assets["asset_id"].to_numpy(dtype=object)
    joint = (group, mode) if (group >= 0).any() else ()
    problem, rows, flows = compose([kind(basis) for kind in LIMIT_KINDS], objective, left, ids, *joint)
    notes = (*firm.notes, *together.notes, *calendar_note(inputs), *_idle(problem, rows))
    return Formulation(problem, rows, flows, left, sharing, changes, firm.held, together.rows, notes)


def _idle(problem: Problem, rows: tuple[LimitRow, ...]) -> list[tuple[str, str]]:
    """Limits that no strategy uses: most likely they select something else than was meant."""
    used = np.zeros(len(rows), dtype=bool)
    used[problem.usage.indices] = True
    used[problem.flows.usage.indices] = True
    idle = [row.words for row, any_use in zip(rows, used, strict=True) if not any_use and row.key.kind != "line"]
    return [("limit without works", f"No strategy has works that count for {words}.") for words in idle]
