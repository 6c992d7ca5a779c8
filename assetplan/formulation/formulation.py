"""What the pieces of the language are made of, and how they become one problem.

Each kind of limit is a small function that gives `Constraints`: rows (limits on totals), and flows (continuous
decisions that may use rows of any kind, by their keys). `compose` stacks them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from scipy import sparse

from assetplan._types import Bools, Floats, Ints
from assetplan.errors import ConfigError, Fault, InfeasibleError
from assetplan.formulation.sharing import Shared
from assetplan.limits import FlowKey, LimitKey
from assetplan.optimisation.bounds.restricted_master import best_amounts
from assetplan.optimisation.problem import Flows, Problem, Solution
from assetplan.optimisation.problem.constraints import rows_of
from assetplan.strategies import Candidates

# Kinds of limit that say who pays, and the share of their rounding that settling keeps off them.
_MONEY = ("source", "funding", "affordability", "virement")
_PENNIES = 4.0


@dataclass(frozen=True)
class Entries:
    """What candidates use of rows: entry i is `amount[i]` of row `row[i]` by candidate `option[i]`."""

    option: Ints
    row: Ints
    amount: Floats

    @staticmethod
    def stack(parts: Sequence[Entries]) -> Entries:
        """All entries, each part's as they are."""
        nothing = np.zeros(0, dtype=np.intp)
        return Entries(
            np.concatenate([nothing, *(part.option for part in parts)]),
            np.concatenate([nothing, *(part.row for part in parts)]),
            np.concatenate([np.zeros(0), *(part.amount for part in parts)]),
        )


@dataclass(frozen=True)
class LimitRow:
    """One limit on a total.

    Attributes
    ----------
    key : LimitKey
        What it is known by; no two are called the same.
    words : str
        How the plan file says it, as 'limits[2] "north" at_least 2021'.
    unit : str
        Unit of cap, floor and use.
    cap, floor : float
        Most and least; `inf` and `-inf` where there is none.
    """

    key: LimitKey
    words: str
    unit: str
    cap: float = np.inf
    floor: float = -np.inf


@dataclass(frozen=True)
class Flow:
    """One continuous decision.

    Attributes
    ----------
    key : FlowKey
        What it is known by.
    high : float
        The most it may be [£].
    uses : tuple of (LimitKey, float)
        Key of a row, and how much of it £1 of the flow uses; negative where it brings.
    revenue_cost : float
        What £1 of it costs revenue in all years [cash £]: of a drawdown its interest and provision, else zero.
    low : float
        The least it may be [£]: zero but in years that are past.
    """

    key: FlowKey
    high: float
    uses: tuple[tuple[LimitKey, float], ...]
    revenue_cost: float = 0.0
    low: float = 0.0


@dataclass(frozen=True)
class Constraints:
    """What one kind of limit adds: its rows, what candidates use of them (rows counted from 0), its flows."""

    rows: tuple[LimitRow, ...] = ()
    entries: Entries = field(default_factory=lambda: Entries.stack(()))
    flows: tuple[Flow, ...] = ()


@dataclass(frozen=True)
class Formulation:
    """A plan as a problem, with what each part of it means.

    Attributes
    ----------
    problem : Problem
        What is to be solved; its benefit is the plan's objective.
    rows : tuple of LimitRow
        What each resource of the problem is.
    flows : tuple of Flow
        What each flow of the problem is.
    options : Candidates
        The strategies that the plan's rules and schemes leave, row by row the options of the problem; cost and benefit
        hold those of sites and mobilisation. Their benefit is that of the report, whatever the objective.
    sharing : Shared
        Who may share a site, and what each option saves by it.
    changes : array (n_options,) of bool
        Where a strategy differs from an earlier programme's, and so bears the price of stability.
    schemes : mapping of str → tuple of int
        Name of each scheme and the rows of its assets.
    notes : tuple of (str, str)
        (check, message) of what a reader should know of the rules.
    """

    problem: Problem
    rows: tuple[LimitRow, ...]
    flows: tuple[Flow, ...]
    options: Candidates
    sharing: Shared
    changes: Bools
    schemes: Mapping[str, tuple[int, ...]]
    notes: tuple[tuple[str, str], ...]

    def caps_with(self, amounts: Floats) -> Floats:
        """Cap of each resource on the works alone, with flows of these amounts, (n_resources,)."""
        return self.problem.caps - np.asarray(self.problem.flows.usage.T @ amounts).ravel()

    @cached_property
    def place(self) -> dict[LimitKey, int]:
        """Position of each resource."""
        return {row.key: place for place, row in enumerate(self.rows)}

    def in_plan_words(self, error: InfeasibleError) -> InfeasibleError:
        """The error with where the plan file says each limit that it names."""
        named = set(error.limits) | {change.limit for change in error.changes}
        words = "\n".join(f"  {row.key} [{row.unit}] is {row.words}" for row in self.rows if row.key in named)
        where = f"\nIn the plan file:\n{words}" if words else ""
        return InfeasibleError(f"{error}{where}", error.limits, error.changes)

    def settle(self, solution: Solution) -> Solution:
        """The same choice with no more money moved or taken than is spent, and as little borrowed as it allows.

        Other money goes first: what borrowing costs revenue is made least. A solver may move money that no works need,
        and let a source give more than its works cost; what is not spent is left, first by the sources that the plan
        file names last, and last by those that must be used.
        """
        problem, amounts = self.problem, self._least_moved(solution)
        spent = np.asarray(problem.usage[solution.chosen].sum(axis=0)).ravel()
        self._leave_unspent(amounts, spent)
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
        moved = np.array([flow.key.kind in ("carry-over", "virement") for flow in self.flows])
        if not (revenue_cost.any() or moved.any()):
            return as_solved.copy()
        paid = np.array([flow.key.kind in ("source", "drawdown") for flow in self.flows])
        free = moved | (paid & revenue_cost.any())
        low, high = np.where(free, problem.flows.low, as_solved), np.where(free, problem.flows.high, as_solved)
        cost = -revenue_cost - moved
        rows = rows_of(replace(problem, flows=replace(problem.flows, benefit=cost, low=low, high=high)))
        money = np.isin([self.rows[place].key.kind for place in rows.resource], _MONEY)
        # A solver passes a limit by as much as rounding may: within a little less, nobody overpays a penny.
        for kept in (_PENNIES * rows.tolerance * money, 0.0):
            best = best_amounts(replace(rows, limit=rows.limit - kept), solution.chosen)
            if best is not None:
                return np.where(free, best, as_solved)
        return as_solved.copy()


def compose(
    constraints: Sequence[Constraints],
    objective: Floats,
    options: Candidates,
    assets: Sequence[str],
    group: Ints | None = None,
    mode: Ints | None = None,
) -> tuple[Problem, tuple[LimitRow, ...], tuple[Flow, ...]]:
    """One problem of all constraints, with its limits and flows in their order.

    Parameters
    ----------
    constraints : sequence of Constraints
        In the order in which their rows shall stand.
    objective : array (n_options,)
        What is maximised.
    options : Candidates
        What is chosen among.
    assets : sequence of str
        Identifier of each asset.
    group, mode : array, optional
        Schemes, as in `Problem`.

    Raises
    ------
    ConfigError
        Two limits have one name.
    """
    rows = tuple(row for each in constraints for row in each.rows)
    flows = tuple(flow for each in constraints for flow in each.flows)
    twice = [name for name, count in Counter(str(row.key) for row in rows).items() if count > 1]
    if twice:
        raise ConfigError(Fault("plan", 0, "", name, "is the name of two limits") for name in twice)
    first = np.cumsum([0, *(len(each.rows) for each in constraints)])
    entries = Entries.stack([each.entries for each in constraints])
    row = entries.row + np.repeat(first[:-1], [len(each.entries.row) for each in constraints])
    shape = (len(objective), len(rows))
    problem = Problem(
        objective,
        sparse.csr_array((entries.amount, (entries.option, row)), shape=shape),
        options.starts,
        np.array([row.cap for row in rows]),
        np.array([row.floor for row in rows]),
        tuple(row.key for row in rows),
        assets,
        _flows(rows, flows),
        group,
        mode,
    )
    return problem, rows, flows


def _flows(rows: Sequence[LimitRow], flows: Sequence[Flow]) -> Flows:
    place = {row.key: i for i, row in enumerate(rows)}
    uses = [(k, place[key], amount) for k, flow in enumerate(flows) for key, amount in flow.uses]
    n = len(flows)
    k, row, amount = np.array(uses, dtype=float).reshape(-1, 3).T
    return Flows(
        tuple(flow.key for flow in flows),
        np.zeros(n),
        sparse.csr_array((amount, (k.astype(np.intp), row.astype(np.intp))), shape=(n, len(rows))),
        np.array([flow.low for flow in flows]),
        np.array([flow.high for flow in flows]),
    )
