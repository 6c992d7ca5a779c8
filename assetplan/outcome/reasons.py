"""Why each asset has the strategy it has, in a sentence that holds for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assetplan._types import Bools, Floats, Ints, Texts
from assetplan.formulation.bids import NOT
from assetplan.formulation.block_sites import whole_works
from assetplan.formulation.works import Works
from assetplan.optimisation.problem import Problem
from assetplan.register.premises import KEEPERS, kept_by_others, premises_of
from assetplan.words import plural

if TYPE_CHECKING:
    from assetplan.outcome.outcome import Outcome


FIRM = "Firm in the earlier programme, so kept"
"""Beginning of the reason for firm works."""

OTHERS = "Kept up by"
"""Beginning of the reason for what somebody else than the council keeps up."""

TOO_SMALL = "Too small for a works site of its own"
"""Beginning of the reason for a section whose works are, and that lies in no candidate scheme."""


def reasons(outcome: Outcome) -> Texts:
    """Why each asset has what it has, array (n_assets,) of str."""
    treated = np.any(outcome.schedule >= 0, axis=1)
    out = np.empty(len(treated), dtype=object)
    for rows, why in ((np.flatnonzero(treated), _treated), (np.flatnonzero(~treated), _untreated)):
        out[rows] = why(outcome, rows)
    due = expansion_of(outcome)
    for row in np.flatnonzero(treated & (due >= outcome.inputs.plan.first_year)):
        out[row] += f" Its premises are due to be extended in {due[row]:.0f}: settle these works with that."
    options, first = outcome.formulation.bids, outcome.inputs.plan.first_year
    for row in outcome.chosen_bids:
        each = options.bids[options.bid[row]]
        if each.components and options.start[row] != NOT:
            year = first + options.start[row]
            sold = f"Its premises are sold in {year}: it takes no works."
            improved = f"The bid {each.name} stands in for its treatment in {year}, and pays for it."
            out[list(each.components)] = improved if each.treatment else sold
    return out


def expansion_of(outcome: Outcome) -> Floats:
    """Year in which the premises of each asset are due to be extended, NaN where none are, (n_assets,)."""
    register = outcome.inputs.register
    year = register.premises.set_index("premises_id")["expansion_year"]
    return premises_of(register.assets, register.blocks).map(year).to_numpy(dtype=np.float64)


def _brought(outcome: Outcome) -> Floats:
    """What each strategy brings of what the plan seeks (in its unit), without any price on change."""
    stability = outcome.inputs.plan.stability
    benefit = outcome.problem.benefit[: len(outcome.options.asset)]
    return benefit + (stability.price * outcome.formulation.changes if stability else 0.0)


def _amount(value: float, unit: str, decimals: str) -> str:
    figure = format(value, decimals)
    return f"£{figure}" if unit == "£" else f"{figure} {unit}"


def committed(outcome: Outcome) -> Bools:
    """Assets with a commitment that this plan has to keep; one for a year outside the plan is not."""
    assets = outcome.inputs.register.assets
    due = assets["committed_year"].isin(outcome.years[1:]) & (assets["committed_treatment"] != "")
    return due.to_numpy(dtype=bool)


def _treated(outcome: Outcome, rows: Ints) -> list[str]:
    options = outcome.options
    count = _count(outcome)
    sharing = _sharing(outcome)
    promised, firm = committed(outcome), outcome.formulation.firm
    idle = (options.schedule < 0).all(axis=1)
    free = np.maximum.reduceat(idle, options.starts[:-1])
    joint = {row: name for name, members in outcome.formulation.schemes.items() for row in members}
    whole = _whole(outcome)
    sought = outcome.inputs.plan.objective.sought
    cost, gain = outcome.cost.sum(axis=1), _brought(outcome)[outcome.chosen]
    value = np.divide(gain, cost, out=np.zeros(len(cost)), where=cost > 0)
    first, last = outcome.years[0], outcome.years[-1]
    now, left, done = outcome.nothing.index[:, 0], outcome.nothing.index[:, -1], outcome.plan.index[:, -1]
    out = []
    for row in rows.tolist():
        then = (
            f"condition {now[row]:.0f} in {first} would be {left[row]:.0f} in {last} untreated and is {done[row]:.0f}."
        )
        if promised[row]:
            out.append("Committed already, so kept.")
        elif firm[row]:
            out.append(f"{FIRM}; {then}")
        elif count[row] == 1:
            out.append(f"The plan's rules leave no other choice; {then}")
        elif not free[row]:
            out.append(f"The plan's rules ask for a treatment here; this is the best of {count[row]}; {then}")
        elif row in joint:
            out.append(f"Treated with the rest of scheme “{joint[row]}”, all of it or none; {then}")
        elif whole[row]:
            out.append(f"Treated with the rest of its block, all of it or none; {then}")
        elif row in sharing:
            out.append(f"Shares a site with {sharing[row]}; {then}")
        elif sought.least:
            out.append(f"{sought.each}; {then}")
        elif gain[row] <= 0:
            little = sought.little.format(seeks=sought.seeks)
            out.append(f"{little}, but the plan must reach a target or a least amount; {then}")
        else:
            each = sought.each.format(amount=_amount(value[row], sought.unit, ".2f"))
            out.append(f"{each} for each £1, best use of the money among {count[row]} strategies; {then}")
    return out


def _whole(outcome: Outcome) -> Bools:
    """Assets with works that all of their block has, (n_assets,)."""
    inputs, options = outcome.inputs, outcome.options.take(outcome.chosen)
    if not (inputs.sites["whole"] == "yes").any():
        return np.zeros(len(outcome.chosen), dtype=bool)
    works = Works.of(inputs.register.assets, inputs.model, options)
    return works.options_of(whole_works(inputs.sites, works))


def _count(outcome: Outcome) -> Ints:
    """Strategies that each asset may have, by itself or with its scheme (n_assets,)."""
    return np.add.reduceat(outcome.formulation.sharing.once, outcome.options.starts[:-1], dtype=np.int64)


def _sharing(outcome: Outcome) -> dict[int, str]:
    """With what an asset shares its site, and what that saves it, by row."""
    sites = outcome.formulation.sharing.sites(outcome.chosen)
    if sites.empty:
        return {}
    others = sites.groupby(["mode", "year"])["asset"].transform("size") - 1
    return {
        row: f"{plural(count, 'other')} beside it" + (f", which saves it £{saved:,.0f}" if round(saved) > 0 else "")
        for row, count, saved in zip(sites["asset"], others, sites["saved"], strict=True)
    }


def _untreated(outcome: Outcome, rows: Ints) -> list[str]:
    problem, assets = outcome.problem, outcome.inputs.register.assets
    count = _count(outcome)
    going = (assets["retention"] == "dispose").to_numpy()
    others, keeper = kept_by_others(assets), assets["responsibility"].to_numpy(dtype=object)
    bare = ~assets["group"].isin(outcome.inputs.model.catalogue.treatable).to_numpy()
    now = outcome.nothing.index[:, 0]
    sharing = outcome.formulation.sharing
    roads = assets["asset_class"].isin(outcome.inputs.tables.classes.where("schemes", "sections")).to_numpy()
    small, schemes = sharing.small, (sharing.group >= 0) & ~sharing.beside & roads
    rest = problem.n_options - len(sharing.once)  # bids', which are of no asset
    best, where, broke, dear = _best(problem, np.pad(~sharing.once, (0, rest)))
    price = np.asarray(problem.usage @ np.nan_to_num(outcome.solution.prices)).ravel()
    sought = outcome.inputs.plan.objective.sought
    value = _brought(outcome)
    out = []
    for row in rows.tolist():
        if others[row]:
            out.append(f"{OTHERS} {KEEPERS[keeper[row]]}, so the council does no works on it.")
        elif count[row] == 1 and bare[row]:
            out.append("The plan's budget has no line for any treatment of this kind of asset.")
        elif count[row] == 1 and going[row]:
            out.append("Marked for disposal, so it takes no major work; nothing else is called for.")
        elif small[row]:
            out.append(f"{TOO_SMALL}, and no scheme along its road or over its estate takes it in.")
        elif count[row] == 1:
            out.append(f"Condition {now[row]:.0f} calls for no treatment that may be used here in the plan years.")
        elif sought.least:
            out.append(sought.none)
        elif best[row] <= 0:
            out.append(f"None of {count[row] - 1} strategies tried would {sought.none.format(seeks=sought.seeks)}.")
        else:
            amount = _amount(value[where[row]], sought.unit, ",.0f")
            would = f"Treatment would {sought.would.format(amount=amount)}"
            if schemes[row]:
                out.append(
                    f"{would} as part of a scheme, but closing the road for that scheme does less than others do."
                )
            elif broke[row]:
                out.append(f"{would}, but its budget has no money in the years it could be treated.")
            elif dear[row]:
                out.append(f"{would}, but it costs more than its budget has in any year it could be.")
            elif price[where[row]] <= 0:
                out.append(f"{would}, but what its budget has left is too little for it.")
            else:
                out.append(f"{would}, but its money does more elsewhere.")
    return out


def _best(problem: Problem, copies: Bools) -> tuple[Floats, Ints, Bools, Bools]:
    """Each asset's best strategy by itself, and what bars those that are worth having; copies are left out.

    Returns
    -------
    (array, array, array of bool, array of bool), each (n_assets,)
        Largest benefit; its row, of those that limits let in by themselves if there is one; whether all that bring a
        benefit need a limit that is zero; whether all that bring one need more than a limit has.
    """
    allowance = most_of(problem)
    usage = problem.usage
    entry = np.repeat(np.arange(problem.n_options), np.diff(usage.indptr))
    over = usage.data > allowance[usage.indices] * (1 + 1e-9) + 1e-6
    barred = np.bincount(entry[over], minlength=problem.n_options) > 0
    empty = np.bincount(entry[over & (allowance[usage.indices] <= 0)], minlength=problem.n_options) > 0
    benefit = np.where(copies, -np.inf, problem.benefit)
    worth = benefit > 0
    starts = problem.starts[:-1]
    best = np.maximum.reduceat(benefit, starts)
    inside = np.where(barred, -np.inf, benefit)
    reach = np.maximum.reduceat(inside, starts)
    all_barred = ~np.logical_or.reduceat(worth & ~barred, starts)
    all_empty = ~np.logical_or.reduceat(worth & ~empty, starts)
    shown = np.where(np.repeat(all_barred, np.diff(problem.starts)), benefit, inside)
    top = np.flatnonzero(shown == np.repeat(np.where(all_barred, best, reach), np.diff(problem.starts)))
    where = top[np.searchsorted(top, starts)]
    return best, where.astype(np.int64), all_empty & (best > 0), all_barred & (best > 0)


def most_of(problem: Problem) -> Floats:
    """The most that all works together may use of each limit, whatever flows bring to it, (n_resources,)."""
    flows = problem.flows
    if not len(flows.names):
        return problem.caps
    usage = flows.usage.tocoo()
    given = np.maximum(-usage.data * flows.low[usage.row], -usage.data * flows.high[usage.row])
    return problem.caps + np.bincount(usage.col, given, len(problem.caps))
