"""What the pieces of the language are made of, and how they become one problem.

Each kind of constraint is a small function that gives a `Part`: rows (limits on totals), and flows (continuous
decisions that may use rows of any part, by name). `compose` stacks the parts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import sparse

from assetplan._types import Bools, Floats, Ints
from assetplan.errors import ConfigError, Fault, InfeasibleError
from assetplan.formulation.sharing import Shared
from assetplan.optimisation.bounds.restricted_master import best_amounts
from assetplan.optimisation.problem import Flows, Problem, Solution
from assetplan.optimisation.problem.constraints import rows_of
from assetplan.strategies import Candidates

# Kinds of rows that say who pays, and the share of their rounding that settling keeps off them.
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
class Row:
    """One limit on a total.

    Attributes
    ----------
    name : str
        What people call it, as "bridges 2022"; no two are the same.
    words : str
        How the plan file says it, as 'limits[2] "north" at_least 2021'.
    unit : str
        Unit of cap, floor and use.
    kind : str
        line, line floor, virement, preventative, limit, source, funding, affordability or target.
    cap, floor : float
        Most and least; `inf` and `-inf` where there is none.
    """

    name: str
    words: str
    unit: str
    kind: str
    cap: float = np.inf
    floor: float = -np.inf


@dataclass(frozen=True)
class Flow:
    """One continuous decision.

    Attributes
    ----------
    name, kind : str
        What people call it; "carry-over", "virement", "source", "source use", "drawdown" or, of a source in a
        year that is past, "spent".
    high : float
        The most it may be (£).
    uses : tuple of (str, float)
        Name of a row, and how much of it £1 of the flow uses; less than nothing where it brings.
    facts : mapping
        What it is about: line and year of a carry-over (and to_year), line, year and direction ("out" or "in") of a
        virement, source, year and what it funds of a source or of its use; source and year of a drawdown.
    dear : float
        What £1 of it costs revenue in all years (cash £): of a drawdown its interest and provision, else nought.
    low : float
        The least it may be (£): nought but in years that are past.
    """

    name: str
    kind: str
    high: float
    uses: tuple[tuple[str, float], ...]
    facts: Mapping[str, str | int]
    dear: float = 0.0
    low: float = 0.0


@dataclass(frozen=True)
class Part:
    """One kind of constraint: its rows, what candidates use of them (rows counted from 0), its flows."""

    rows: tuple[Row, ...] = ()
    entries: Entries = field(default_factory=lambda: Entries.stack(()))
    flows: tuple[Flow, ...] = ()


@dataclass(frozen=True)
class Limits:
    """Every resource of a problem and every flow, in the problem's order.

    Attributes
    ----------
    rows : tuple of Row
        One a resource. Those of the envelope's lines come first, line by line and year by year.
    flows : tuple of Flow
        One a flow.
    """

    rows: tuple[Row, ...]
    flows: tuple[Flow, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Name of each resource."""
        return tuple(row.name for row in self.rows)

    @property
    def words(self) -> tuple[str, ...]:
        """How the plan file says each."""
        return tuple(row.words for row in self.rows)

    @property
    def units(self) -> tuple[str, ...]:
        """Unit of each."""
        return tuple(row.unit for row in self.rows)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kind of each."""
        return tuple(row.kind for row in self.rows)


@dataclass(frozen=True)
class Formulation:
    """A plan as a problem, with what each part of it means.

    Attributes
    ----------
    problem : Problem
        What is to be solved; its benefit is the plan's objective.
    limits : Limits
        What each resource and flow of the problem is.
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
    limits: Limits
    options: Candidates
    sharing: Shared
    changes: Bools
    schemes: Mapping[str, tuple[int, ...]]
    notes: tuple[tuple[str, str], ...]

    def caps_with(self, amounts: Floats) -> Floats:
        """Cap of each resource on the works alone, with flows of these amounts, (n_resources,)."""
        return self.problem.caps - np.asarray(self.problem.flows.usage.T @ amounts).ravel()

    def in_plan_words(self, error: InfeasibleError) -> InfeasibleError:
        """The error with where the plan file says each limit that it names."""
        place = {row.name: row for row in self.limits.rows}
        named = dict.fromkeys([*error.limits, *(change.limit for change in error.changes)])
        said = [f"  {name} [{place[name].unit}] is {place[name].words}" for name in named if name in place]
        told = "\nIn the plan file:\n" + "\n".join(said) if said else ""
        return InfeasibleError(f"{error}{told}", error.limits, error.changes)

    def settle(self, solution: Solution) -> Solution:
        """The same choice with no more money moved or taken than is spent, and as little borrowed as it allows.

        Other money goes first: what borrowing costs revenue is made least. A solver may move money that no works need,
        and let a source give more than its works cost; what is not spent is left, first by the sources that the plan
        file names last, and last by those that must be used.
        """
        problem, amounts = self.problem, self._least(solution)
        spent = np.asarray(problem.usage[solution.chosen].sum(axis=0)).ravel()
        place = {name: i for i, name in enumerate(self.limits.names)}
        wanted = {flow.facts["source"] for flow in self.limits.flows if flow.kind == "source use"}
        given: dict[str, list[int]] = {}
        for k, flow in enumerate(self.limits.flows):
            if flow.kind == "source":
                given.setdefault(flow.uses[0][0], []).append(k)
        for name, flows in given.items():
            left = float(amounts[flows].sum()) - spent[place[name]]
            if left < 0:  # by rounding: the largest makes it up
                amounts[max(flows, key=lambda k: amounts[k])] -= left
            for k in sorted(flows, key=lambda k: (self.limits.flows[k].facts["source"] in wanted, -k)):
                taken = min(max(left, 0.0), amounts[k])
                amounts[k] -= taken
                left -= taken
        paid: Counter[tuple[str | int, str | int]] = Counter()
        for k, flow in enumerate(self.limits.flows):
            if flow.kind in ("source", "spent"):
                paid[flow.facts["source"], flow.facts["year"]] += amounts[k]
        for k, flow in enumerate(self.limits.flows):
            if flow.kind == "drawdown":
                amounts[k] = max(paid[flow.facts["source"], flow.facts["year"]], problem.flows.low[k])
        used = spent + np.asarray(problem.flows.usage.T @ amounts).ravel()
        return replace(solution, amounts=amounts, used=used)

    def _least(self, solution: Solution) -> Floats:
        """Amounts of the flows that pay for the same works at the least cost of debt, with the least money moved.

        What lines move and what sources pay share no limit, so that the least sum of both is the least of each.
        """
        problem, still = self.problem, solution.amounts
        dear = np.array([flow.dear for flow in self.limits.flows])
        moved = np.array([flow.kind in ("carry-over", "virement") for flow in self.limits.flows])
        if not (dear.any() or moved.any()):
            return still.copy()
        paid = np.array([flow.kind in ("source", "drawdown") for flow in self.limits.flows])
        free = moved | (paid & dear.any())
        low, high = np.where(free, problem.flows.low, still), np.where(free, problem.flows.high, still)
        cost = -dear - moved
        rows = rows_of(replace(problem, flows=replace(problem.flows, benefit=cost, low=low, high=high)))
        money = np.isin([self.limits.rows[place].kind for place in rows.resource], _MONEY)
        # A solver passes a limit by as much as rounding may: within a little less, nobody overpays a penny.
        for kept in (_PENNIES * rows.tolerance * money, 0.0):
            found = best_amounts(replace(rows, limit=rows.limit - kept), solution.chosen)
            if found is not None:
                return np.where(free, found, still)
        return still.copy()


def compose(
    parts: Iterable[Part],
    objective: Floats,
    options: Candidates,
    assets: Sequence[str],
    group: Ints | None = None,
    mode: Ints | None = None,
) -> tuple[Problem, Limits]:
    """One problem of all parts.

    Parameters
    ----------
    parts : iterable of Part
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
    parts = list(parts)
    rows = tuple(row for part in parts for row in part.rows)
    flows = tuple(flow for part in parts for flow in part.flows)
    limits = Limits(rows, flows)
    twice = [name for name, count in Counter(limits.names).items() if count > 1]
    if twice:
        raise ConfigError(Fault("plan", 0, "", name, "is the name of two limits") for name in twice)
    first = np.cumsum([0, *(len(part.rows) for part in parts)])
    entries = Entries.stack([part.entries for part in parts])
    row = entries.row + np.repeat(first[:-1], [len(part.entries.row) for part in parts])
    shape = (len(objective), len(rows))
    problem = Problem(
        objective,
        sparse.csr_array((entries.amount, (entries.option, row)), shape=shape),
        options.starts,
        np.array([row.cap for row in rows]),
        np.array([row.floor for row in rows]),
        limits.names,
        assets,
        _flows(limits),
        group,
        mode,
    )
    return problem, limits


def _flows(limits: Limits) -> Flows:
    place = {name: i for i, name in enumerate(limits.names)}
    uses = [(k, place[name], amount) for k, flow in enumerate(limits.flows) for name, amount in flow.uses]
    n = len(limits.flows)
    k, row, amount = np.array(uses, dtype=float).reshape(-1, 3).T
    return Flows(
        tuple(flow.name for flow in limits.flows),
        np.zeros(n),
        sparse.csr_array((amount, (k.astype(np.intp), row.astype(np.intp))), shape=(n, len(limits.rows))),
        np.array([flow.low for flow in limits.flows]),
        np.array([flow.high for flow in limits.flows]),
    )
