"""A plan as a problem, what each part of it means, and its money settled once it is solved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from assetplan._types import Bools, Codes, Floats, Ints, Texts
from assetplan.display import Shown
from assetplan.errors import InfeasibleError
from assetplan.formulation.bids import BidOptions
from assetplan.formulation.constraints import Flow, LimitRow
from assetplan.formulation.firm import KEY
from assetplan.formulation.sales import year_of_sale
from assetplan.formulation.sharing import SharedSites
from assetplan.inputs.mandatory import MANDATORY
from assetplan.limits import BID_LINK, LimitKey
from assetplan.optimisation import settle_flows
from assetplan.optimisation.problem import Problem, Solution
from assetplan.optimisation.problem.problem import usage_totals
from assetplan.strategies import Candidates
from assetplan.words import plural

# Kinds of limit that say who pays, and how many times their rounding settling stays within them.
_MONEY = ("source", "funding", "affordability", "virement", "receipts")
_ROUNDINGS = 4.0


@dataclass(frozen=True, eq=False, repr=False)
class Formulation(Shown):
    """A plan as a problem, with what each part of it means.

    Attributes
    ----------
    problem : Problem; what is to be solved; its benefit is the plan's objective
    rows : tuple of LimitRow; what each resource of the problem is
    flows : tuple of Flow; what each flow of the problem is
    options : Candidates
        The strategies that the plan's rules and schemes leave, row by row the first options of the problem; cost and
        benefit hold those of sites and mobilisation. Their benefit is that of the report, whatever the objective.
    bids : BidOptions; what may be done beside them, row by row the last options of the problem
    sharing : SharedSites; which assets may share a site, and what each option saves by it
    changes : array (n_options,) of bool
        Where a strategy differs from an earlier programme's, and so bears the price of stability.
    firm : array (n_assets,) of object
        Firm works of an earlier programme that each asset keeps, as a strategy's text; "" for none.
    schemes : mapping of str → tuple of int; name of each scheme and the rows of its assets
    notes : tuple of (str, str); (check, message) of what a reader should know of the rules
    """

    problem: Problem
    rows: tuple[LimitRow, ...]
    flows: tuple[Flow, ...]
    options: Candidates
    bids: BidOptions
    sharing: SharedSites
    changes: Bools
    firm: Texts
    schemes: Mapping[str, tuple[int, ...]]
    notes: tuple[tuple[str, str], ...]

    def chosen(self, solution: Solution) -> Ints:
        """Row of each asset's strategy among `options` in a solution, (n_assets,)."""
        return solution.chosen[: len(self.options.starts) - 1]

    def chosen_bids(self, solution: Solution) -> Ints:
        """Row of each bid's option among `bids` in a solution, (n_bids,)."""
        return solution.chosen[len(self.options.starts) - 1 :] - len(self.options.asset)

    def kept(self, solution: Solution) -> Bools:
        """Assets that are not sold by the end of the base year and of each plan year, (n_assets, years + 1)."""
        years, mode = self.options.schedule.shape[1], self.problem.mode
        if mode is None:
            return np.ones((len(self.options.starts) - 1, years + 1), dtype=bool)
        return np.arange(years + 1) <= year_of_sale(mode[self.chosen(solution)], years)[:, None]

    def assets_alone(self, chosen: Ints | None = None) -> Formulation:
        """The same choice of the assets with all bids decided, their money gone.

        Parameters
        ----------
        chosen : array (n_bids,), optional
            Row of each bid's option; by default it is left out, or begun as soon as it may be where it must be.
        """
        if not self.bids.bids:
            return self
        decided = len(self.options.asset) + (self.bids.starts[:-1] if chosen is None else chosen)
        rows = self._beside(decided)
        problem = self.problem.part(rows, decided)
        linked = np.array([row.key.kind == BID_LINK for row in self.rows], dtype=bool)
        return replace(
            self,
            problem=replace(problem, caps=np.where(linked, np.inf, problem.caps)) if linked.any() else problem,
            options=self.options.take(rows),
            sharing=self.sharing.taking(rows),
            changes=self.changes[rows],
            bids=self.bids.none(),
        )

    def _beside(self, decided: Ints) -> Ints:
        """Options of assets that the chosen options of bids leave: of a sale, those of its mode."""
        problem, n = self.problem, len(self.options.asset)
        if problem.group is None or problem.mode is None:
            return np.arange(n)
        mode = dict(
            zip(problem.group[len(self.options.starts) - 1 :].tolist(), problem.mode[decided].tolist(), strict=True)
        )
        mode.pop(-1, None)
        group = problem.group[self.options.asset]
        wanted = np.array([mode.get(int(each), 0) for each in group])
        return np.flatnonzero(~np.isin(group, list(mode)) | (problem.mode[:n] == wanted))

    def of_assets(self, solution: Solution) -> tuple[Formulation, Solution]:
        """The choice of the assets with the bids as a solution has them, and the assets' part of that solution."""
        if not self.bids.bids:
            return self, solution
        bids = len(self.options.asset) + self.chosen_bids(solution)
        gained = float(self.problem.benefit[bids].sum())
        own = replace(
            solution,
            chosen=np.searchsorted(self._beside(bids), self.chosen(solution)),
            benefit=solution.benefit - gained,
            bound=solution.bound - gained,
            used=solution.used - usage_totals(self.problem.usage, bids),
        )
        return self.assets_alone(self.chosen_bids(solution)), own

    def cost(self) -> Floats:
        """What each option of the problem costs in the plan years, (n_options,) [£]."""
        return np.concatenate([self.options.cost.sum(axis=1), self.bids.cost.sum(axis=(1, 2))])

    def benefit(self) -> Floats:
        """Benefit of each option of the problem, whatever the objective, (n_options,) [£]."""
        return np.concatenate([self.options.benefit, self.bids.benefit])

    def schedule(self) -> Codes:
        """Works of each option of the problem by plan year, (n_options, years): of a bid, 0 where it begins."""
        begins = np.arange(self.options.schedule.shape[1]) == self.bids.start[:, None]
        return np.concatenate([self.options.schedule, np.where(begins, 0, -1).astype(self.options.schedule.dtype)])

    def caps_with(self, amounts: Floats) -> Floats:
        """Cap of each resource on the works alone, with flows of these amounts, (n_resources,)."""
        return self.problem.caps - np.asarray(self.problem.flows.usage.T @ amounts).ravel()

    @cached_property
    def mandatory_use(self) -> Floats:
        """What mandatory works use of each resource, whatever is chosen, (n_resources,)."""
        flows = self.problem.flows
        paid_first = np.array([flow.key.kind == MANDATORY for flow in self.flows], dtype=bool)
        return np.asarray(flows.usage.T @ np.where(paid_first, flows.low, 0.0), dtype=np.float64).ravel()

    @cached_property
    def place(self) -> dict[LimitKey, int]:
        """Position of each resource."""
        return {row.key: place for place, row in enumerate(self.rows)}

    def in_plan_words(self, error: InfeasibleError) -> InfeasibleError:
        """The error with where the plan file says each limit that it names."""
        named = set(error.limits) | {change.limit for change in error.changes}
        words = "\n".join(f"  {row.key} [{row.unit}] is {row.words}" for row in self.rows if row.key in named)
        where = f"\nIn the plan file:\n{words}" if words else ""
        kept = int((self.firm != "").sum())
        held = f"\nFirm works of the earlier programme stand on {plural(kept, 'asset')} ({KEY})." if kept else ""
        first = "".join(
            f"\nMandatory works, paid first, take £{used:,.2f} of {row.key}."
            for row, used in zip(self.rows, self.mandatory_use, strict=True)
            if row.key in named and used > 0
        )
        return InfeasibleError(f"{error}{where}{held}{first}", error.limits, error.changes)

    def settle(self, solution: Solution) -> Solution:
        """The same choice with no more money moved or taken than is spent, and as little borrowed as it allows.

        Other money goes first: what borrowing costs revenue is made least. A solver may move money that no works need,
        and let a source give more than its works cost; what is not spent is left, first by the sources that the plan
        file names last, and last by those that must be used.
        """
        problem, amounts = self.problem, self._least_moved(solution)
        spent = np.asarray(problem.usage[solution.chosen].sum(axis=0)).ravel()
        self._leave_unspent(amounts, spent + self.mandatory_use)
        paid: Counter[tuple[str, int]] = Counter()
        for flow, amount in zip(self.flows, amounts, strict=True):
            if flow.key.kind in ("source", "spent"):
                paid[flow.key.source, flow.key.year] += amount
        for k, flow in enumerate(self.flows):
            if flow.key.kind == "drawdown":
                amounts[k] = max(paid[flow.key.source, flow.key.year], problem.flows.low[k])
        used = spent + np.asarray(problem.flows.usage.T @ amounts).ravel()
        return replace(solution, amounts=amounts, used=used)

    def _leave_unspent(self, amounts: Floats, spent: Floats) -> None:
        """Take from the flows of sources, in place, what the works that they fund do not spend."""
        must_be_used = {flow.key.source for flow in self.flows if flow.key.kind == "source use"}
        funded: dict[LimitKey, list[int]] = {}
        for k, flow in enumerate(self.flows):
            if flow.key.kind == "source":
                funded.setdefault(flow.uses[0][0], []).append(k)
        for key, flows in funded.items():
            left = float(amounts[flows].sum()) - spent[self.place[key]]
            if left < 0:  # by rounding: the largest makes it up
                amounts[max(flows, key=lambda k: amounts[k])] -= left
            for k in sorted(flows, key=lambda k: (self.flows[k].key.source in must_be_used, -k)):
                taken = min(max(left, 0.0), amounts[k])
                amounts[k] -= taken
                left -= taken

    def _least_moved(self, solution: Solution) -> Floats:
        """Amounts of the flows that pay for the same works at the least cost of debt, with the least money moved.

        What lines move and what sources pay share no limit, so that the least sum of both is the least of each.
        """
        problem, as_solved = self.problem, solution.amounts
        revenue_cost = np.array([flow.revenue_cost for flow in self.flows])
        moved = np.array([flow.key.kind in ("carry-over", "virement", "receipt") for flow in self.flows])
        if not (revenue_cost.any() or moved.any()):
            return as_solved.copy()
        paid = np.array([flow.key.kind in ("source", "drawdown") for flow in self.flows])
        free = moved | (paid & revenue_cost.any())
        money = np.array([row.key.kind in _MONEY for row in self.rows])
        # A solver passes a limit by as much as rounding may: within a little less, nobody overpays a penny.
        return settle_flows(problem, solution, revenue_cost + moved, free, _ROUNDINGS * money)
