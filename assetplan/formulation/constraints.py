"""What a kind of limit adds to a problem, what it is stated on, and how all kinds become one problem.

A kind of limit is a small function from a `Basis` to `Constraints`: rows (limits on totals), and flows (continuous
decisions that may use rows of any kind, by their keys). `compose` stacks them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy import sparse

from assetplan._types import Bools, Floats, Ints
from assetplan.errors import ConfigError, Fault
from assetplan.formulation.bids import BidOptions
from assetplan.formulation.mandatory import MandatoryUse, MandatoryWorks, mandatory_flows
from assetplan.formulation.works import Works
from assetplan.inputs.load import Inputs
from assetplan.limits import FlowKey, LimitKey
from assetplan.optimisation.problem import Flows, Problem
from assetplan.strategies import Candidates


@dataclass(frozen=True, eq=False)
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
    key : LimitKey; what it is known by; no two are called the same
    words : str; how the plan file says it, as 'limits[2] "north" at_least 2021'
    unit : str; unit of cap, floor and use
    cap, floor : float; most and least; `inf` and `-inf` where there is none
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
    key : FlowKey; what it is known by
    high : float; the most it may be [£]
    uses : tuple of (LimitKey, float); key of a row, and how much of it £1 of the flow uses; negative where it brings
    revenue_cost : float
        What £1 of it costs revenue in all years [cash £]: of a drawdown its interest and provision, else zero.
    low : float; the least it may be [£]: zero but in years that are past, and of mandatory works
    """

    key: FlowKey
    high: float
    uses: tuple[tuple[LimitKey, float], ...]
    revenue_cost: float = 0.0
    low: float = 0.0


@dataclass(frozen=True)
class Constraints:
    """What one kind of limit adds: its rows, what candidates use of them (rows counted from 0), its flows.

    `mandatory` is what mandatory works use of its rows.
    """

    rows: tuple[LimitRow, ...] = ()
    entries: Entries = field(default_factory=lambda: Entries.stack(()))
    flows: tuple[Flow, ...] = ()
    mandatory: tuple[MandatoryUse, ...] = ()


@dataclass(frozen=True, eq=False)
class Basis:
    """What limits are stated on.

    Attributes
    ----------
    inputs : Inputs; the plan with its register and model
    options : Candidates; the strategies that rules and schemes leave
    bids : BidOptions; what may be done beside them, whose options follow those of the assets
    works : Works; every works item of each, those of bids last
    site, closure : array (n_works,), (n_options,)
        Part of its crew's site that each of the works bears, and of the closure of the road that each strategy bears
        [0 to 1].
    whole : bool; whether these are all assets of the plan; a source may have nothing to fund among some of them
    sold : array (n_options,) or None
        Plan year in which each strategy has its asset sold, the number of years where it keeps it; None where nothing
        may be sold.
    """

    inputs: Inputs
    options: Candidates
    bids: BidOptions
    works: Works
    site: Floats
    closure: Floats
    whole: bool = True
    sold: Ints | None = None

    @cached_property
    def mandatory(self) -> MandatoryWorks:
        """Works that are paid whatever is chosen."""
        return MandatoryWorks(self.inputs.mandatory, self.inputs.plan.first_year)

    @property
    def starts(self) -> Ints:
        """Which options are whose, those of the assets and then those of the bids, as in `Problem`."""
        ours = self.options.starts
        return np.concatenate([ours, ours[-1] + self.bids.starts[1:]])

    def entries(self, where: Bools, row: int, amount: Floats) -> Entries:
        """What the works where a condition holds use of one row, each its amount; both arrays (n_works,).

        Parameters
        ----------
        where : array (n_works,) of bool; works that count
        row : int; place of the row among those of its kind of limit
        amount : array (n_works,); what each uses, in the unit of the row
        """
        items = np.flatnonzero(where)
        return Entries(self.works.option[items], np.full(len(items), row, dtype=np.intp), amount[items])


def compose(
    constraints: Sequence[Constraints],
    objective: Floats,
    starts: Ints,
    assets: Sequence[str],
    group: Ints | None = None,
    mode: Ints | None = None,
) -> tuple[Problem, tuple[LimitRow, ...], tuple[Flow, ...]]:
    """One problem of all constraints, with its limits and flows in their order.

    Parameters
    ----------
    constraints : sequence of Constraints; in the order in which their rows shall stand
    objective : array (n_options,); what is maximised
    starts : array (n_assets + 1,); which options are whose, as in `Problem`
    assets : sequence of str; identifier of each asset
    group, mode : array, optional; schemes, as in `Problem`

    Raises
    ------
    ConfigError
        Two limits have one name.
    """
    rows = tuple(row for each in constraints for row in each.rows)
    paid_first = mandatory_flows(use for each in constraints for use in each.mandatory)
    flows = (
        *(flow for each in constraints for flow in each.flows),
        *(Flow(key, total, uses, low=total) for key, total, uses in paid_first),
    )
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
        starts,
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
