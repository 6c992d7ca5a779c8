"""The plan file's language, read in order: what may be chosen, within which limits, for what."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse

from assetplan._types import Bools, Floats, Ints
from assetplan.connectivity.road_runs import RoadRuns
from assetplan.formulation.bids import BidOptions, bid_options, with_bids
from assetplan.formulation.block_sites import alone_in_block, blocks_of
from assetplan.formulation.closed_years import calendar_note
from assetplan.formulation.constraints import Basis, Flow, LimitRow, compose
from assetplan.formulation.crew_days import part_of_site
from assetplan.formulation.firm import hold_firm
from assetplan.formulation.formulation import Formulation
from assetplan.formulation.kinds import LIMIT_KINDS
from assetplan.formulation.objective import objective_of, objective_of_bids
from assetplan.formulation.past import as_done, at_outturn
from assetplan.formulation.rules import follow_rules
from assetplan.formulation.sales import joint, of_sales, with_burdens, with_sold, year_of_sale
from assetplan.formulation.schemes import join_schemes
from assetplan.formulation.section_worth import section_worth
from assetplan.formulation.sharing import SharedSites, share, standing
from assetplan.formulation.site_costs import SiteWorks, charge, on_own_sites
from assetplan.formulation.site_sizes import check_minimum
from assetplan.formulation.works import Works
from assetplan.inputs.load import Inputs
from assetplan.optimisation.problem import Problem
from assetplan.strategies import Candidates

MONEY = "£"
"""Unit of limits on money."""


def build_problem(inputs: Inputs, options: Candidates, runs: RoadRuns | None = None, whole: bool = True) -> Formulation:
    """State a plan as one choice for each asset and each bid within named limits on totals.

    Parameters
    ----------
    inputs : Inputs; the plan with its register and model
    options : Candidates; every strategy of every asset
    runs : RoadRuns, optional; where sections lie along their roads; without it no works share a site
    whole : bool
        Whether these are all assets of the plan: a source may have nothing to fund among some of them, and no bid
        is chosen with them.

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
    bids = with_burdens(inputs, bid_options(inputs, whole))
    sale = np.where(tied, -1, of_sales(bids, len(assets)))
    sharing = _shared(inputs, together.options, bids, ~tied & (sale < 0), runs, firm.scheme, whole)
    sharing, bids = with_sold(inputs, sharing, bids, sale)
    left = at_outturn(inputs, sharing.options)
    group = np.where(tied, together.group, np.where(sharing.group >= 0, sharing.group + len(inputs.plan.schemes), -1))
    mode = np.where(tied[left.asset], together.mode[sharing.twin], sharing.mode)
    works = _works(inputs, left)
    site = part_of_site(inputs, works, sharing.site, mode)
    basis = _basis(inputs, left, bids, works, site, sharing.closure, whole)
    if (sale >= 0).any():
        basis = replace(basis, sold=year_of_sale(mode, inputs.plan.years))
    objective, changes = objective_of(inputs, left)
    group, mode = joint(bids, sale, group, mode)
    problem, rows, flows = _composed(basis, objective, *((group, mode) if (group >= 0).any() else ()))
    notes = (*firm.notes, *together.notes, *calendar_note(inputs), *_idle(problem, rows))
    return Formulation(problem, rows, flows, left, bids, sharing, changes, firm.held, together.rows, notes)


def _works(inputs: Inputs, options: Candidates) -> Works:
    return Works.of(inputs.register.assets, inputs.model, options)


def _basis(
    inputs: Inputs,
    options: Candidates,
    bids: BidOptions,
    works: Works,
    site: Floats,
    closure: Floats,
    whole: bool,
) -> Basis:
    """What limits are stated on; bids have no sites, and close no road."""
    every = with_bids(works, bids)
    site, closure = (
        np.pad(part, (0, n - len(part))) for part, n in ((site, len(every.option)), (closure, every.n_options))
    )
    return Basis(inputs, options, bids, every, site, closure, whole)


def _composed(
    basis: Basis, objective: Floats, group: Ints | None = None, mode: Ints | None = None
) -> tuple[Problem, tuple[LimitRow, ...], tuple[Flow, ...]]:
    bids = basis.bids
    ids = basis.inputs.register.assets["asset_id"].to_numpy(dtype=object)
    if bids.bids:
        ids = np.concatenate([ids, bids.names])
        objective = np.concatenate([objective, objective_of_bids(basis.inputs, bids)])
    return compose([kind(basis) for kind in LIMIT_KINDS], objective, basis.starts, ids, group, mode)


def _shared(
    inputs: Inputs,
    options: Candidates,
    bids: BidOptions,
    free: Bools,
    runs: RoadRuns | None,
    firm: Ints,
    whole: bool,
) -> SharedSites:
    """The candidates with those that share a site, in schemes formed at the prices that own sites would have."""
    if inputs.plan.sites.costs != "shared" or runs is None or not ((runs.run >= 0).any() or _shared_access(inputs)):
        return _apart(inputs, options)
    check_minimum(inputs, runs)
    works = _works(inputs, options)
    sites = SiteWorks.of(works, inputs.sites)
    priced = _without_firm_sites(inputs, options, works, sites, firm)
    objective = objective_of(inputs, priced)[0]
    # A scheme's sections bear little of its site.
    none = np.zeros(len(works.option)), np.zeros(works.n_options)
    problem, rows, _ = _composed(_basis(inputs, priced, bids, _works(inputs, priced), *none, whole), objective)
    problem = less_firm(problem, np.flatnonzero(firm >= 0))
    bears = inputs.plan.objective.sought.bears_cost
    money = np.array([row.unit == MONEY for row in rows], dtype=bool)
    discount = inputs.model.rules.discount[: inputs.plan.years]
    worth = section_worth(problem, money, works, sites, discount, bears)
    return share(inputs, options, free, worth, runs, firm)


def _without_firm_sites(inputs: Inputs, options: Candidates, works: Works, sites: SiteWorks, firm: Ints) -> Candidates:
    """The candidates without the sites of firm works, which share them as they were approved.

    On sites of their own they may cost more than there is, and no price of money would mean anything then.
    """
    mine = (firm[works.asset] >= 0) & standing(options)[works.asset, works.year] & (sites.crew >= 0)
    if not mine.any():
        return options
    at = np.flatnonzero(mine)
    return charge(options, works.option[at], works.year[at], -sites.fixed[at], inputs.model.rules.discount)


def less_firm(problem: Problem, assets: Ints) -> Problem:
    """The problem without what the firm works of some assets use: it is the same whatever is chosen.

    A sample of the assets, from which prices are estimated, might else hold more of them than its share of the money.

    Parameters
    ----------
    problem : Problem; the first option of such an asset has its firm works alone
    assets : array (n,) of int; places of the assets
    """
    if not len(assets):
        return problem
    starts, owner = problem.starts, np.full(problem.n_assets, -1)
    owner[assets] = np.arange(len(assets))
    used = problem.usage[starts[assets]]
    of = np.repeat(owner, np.diff(starts))
    at = np.flatnonzero(of >= 0)
    each = sparse.csr_array((np.ones(len(at)), (at, of[at])), shape=(problem.n_options, len(assets)))
    total = np.asarray(used.sum(axis=0)).ravel()
    left = sparse.csr_array(problem.usage - each @ used)
    left.eliminate_zeros()
    if not left.nnz:  # nothing else is to be chosen, and no limit has a price either way
        return problem
    return replace(problem, usage=left, caps=problem.caps - total, floors=problem.floors - total)


def _apart(inputs: Inputs, options: Candidates) -> SharedSites:
    """The candidates where none shares a site: works of whole blocks are none of theirs."""
    if not (inputs.sites["whole"] == "yes").any():
        return SharedSites.none(options)
    return SharedSites.apart(options, alone_in_block(inputs, _works(inputs, options), standing(options)))


def _shared_access(inputs: Inputs) -> bool:
    """Whether treatments of components that stand in blocks have sites."""
    assets = inputs.register.assets
    groups = set(assets["group"][blocks_of(assets, inputs.tables.classes.where("schemes", "block")) >= 0])
    named = {treatment.name for group in groups for treatment in inputs.model.catalogue.treatments[group]}
    return not named.isdisjoint(inputs.sites.index)


def _idle(problem: Problem, rows: tuple[LimitRow, ...]) -> list[tuple[str, str]]:
    """Limits that no strategy uses: most likely they select something else than was meant."""
    used = np.zeros(len(rows), dtype=bool)
    used[problem.usage.indices] = True
    used[problem.flows.usage.indices] = True
    idle = [row.words for row, any_use in zip(rows, used, strict=True) if not any_use and row.key.kind != "line"]
    return [("limit without works", f"No strategy has works that count for {words}.") for words in idle]
