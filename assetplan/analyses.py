"""What is asked of a plan beside its programme: programmes near the optimum, other money, and other futures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assetplan.answers.alternatives import Alternatives, alternatives_of
from assetplan.answers.bid_levers import BidLevers
from assetplan.answers.drawn import DrawnFutures
from assetplan.answers.frontier import Frontier, carbon_limited, frontier_of
from assetplan.answers.plan_b import STEPS, PlanB, SolvedPlan, failures, plan_b_of
from assetplan.answers.turned_bids import bid_levers_of
from assetplan.answers.uncertainty import Effort, Uncertainty, uncertainty_of
from assetplan.config import Plan
from assetplan.errors import ConfigError, Fault
from assetplan.finance import Statement
from assetplan.formulation import build_problem
from assetplan.inputs.load import load_inputs
from assetplan.preparation import Clock, Prepared, Progress, prepare, solved
from assetplan.register import Register
from assetplan.statements.compliance import compliance_statements

# Of programmes near the plan's: how near each is to the best at what it excels in, and what it may give up at most.
NEAR_GAP, NEAR_SECONDS, NEAR_MOST = 2e-2, 10.0, 0.5
# Shares of its money at which a plan is solved anew, how near each is to its best, and the most.
SHARES, FRONTIER_GAP, SHARE_MOST = tuple(k / 10 for k in range(5, 16)), 1e-3, 10.0
POINT_SECONDS = 20.0  # for each of them
AXES = "money", "carbon"
"""What a frontier may scale."""
# Of futures: how many, in how many of them the plan is solved and made anew each year, how near each search comes.
FUTURES, SOLVED, REPLANNED, FUTURE_GAP, FUTURE_SECONDS = 60, 24, 6, 5e-3, 20.0
MOST_FUTURES = 1000
MOST_STEPS = 20  # of a sum that fails


def alternatives(
    plan: Plan,
    within: float = 0.01,
    register: Register | None = None,
    progress: Progress = lambda stage: None,
) -> Alternatives:
    """Programmes that bring nearly what the plan's own does, as unlike it as they can be or the best at something else.

    Parameters
    ----------
    plan : Plan; from `read_plan` or `make_plan`
    within : float, optional; share of the plan's benefit that each may give up [above 0, to 0.5]
    register, progress : as of `plan`

    Raises
    ------
    RegisterError, ConfigError
        Faulty input, every fault is listed; `within` out of its range.
    InfeasibleError
        Limits and commitments cannot hold together; the limits are named.
    """
    if not 0 < within <= NEAR_MOST:
        rule = f"must be a share above 0, to {NEAR_MOST:g}"
        raise ConfigError([Fault("alternatives", 0, "within", f"{within:g}", rule)])
    clock = Clock(progress)
    made = prepare(plan, register, clock)
    solution = solved(plan, made.formulation, clock)
    with clock.stage("alternatives"):
        return alternatives_of(made.inputs, made.formulation, solution, within, NEAR_GAP, NEAR_SECONDS)


def bid_levers(
    plan: Plan, bid: str, register: Register | None = None, progress: Progress = lambda stage: None
) -> BidLevers:
    """What would have turned the choice of a bid, one thing at a time, each solved again.

    Parameters
    ----------
    plan : Plan; from `read_plan` or `make_plan`
    bid : str; its name
    register, progress : as of `plan`

    Raises
    ------
    RegisterError, ConfigError
        Faulty input, every fault is listed; the plan has no such bid.
    InfeasibleError
        Limits and commitments cannot hold together; the limits are named.
    """
    clock = Clock(progress)
    made = prepare(plan, register, clock)
    if bid not in made.formulation.bids.names:
        raise ConfigError([Fault("plan", 0, "bids", bid, "is no bid of this plan")])
    own = _solved_plan(plan, made, clock)
    with clock.stage("bid"):
        return bid_levers_of(own, bid)


def compliance(plan: Plan, register: Register | None = None) -> list[Statement]:
    """Statutory compliance of a plan in tables: what is overdue, falls due in each year and costs; nothing is solved.

    Parameters
    ----------
    plan, register : as of `plan`

    Raises
    ------
    RegisterError, ConfigError
        Faulty input, every fault is listed; the plan names no statutory tests.
    """
    if not plan.tables.statutory_tests:
        rule = "name a table of statutory tests, with the columns of docs/compliance.md"
        raise ConfigError([Fault("plan", 0, "tables.statutory_tests", "", rule)])
    return compliance_statements(load_inputs(plan, register))


def frontier(
    plan: Plan,
    shares: Sequence[float] = SHARES,
    register: Register | None = None,
    progress: Progress = lambda stage: None,
    of: str = "money",
) -> Frontier:
    """What more or less money brings: benefit, condition and the worth of one more pound at shares of the plan's money.

    Every line's money in every year is scaled alike; schemes are those that the plan itself may choose among. Of carbon
    the shares are of what the plan's own works emit, and its money stays as it is.

    Parameters
    ----------
    plan : Plan; from `read_plan` or `make_plan`
    shares : sequence of float, optional; shares of the plan's money, or of its carbon [above 0, to 10]
    register, progress : as of `plan`
    of : str, optional; what is scaled: "money" or "carbon"

    Raises
    ------
    RegisterError, ConfigError
        Faulty input, every fault is listed; no share or one out of its range; for money, a plan whose money comes from
        sources or that seeks the least of something; for carbon, a plan of whose works none is known.
    InfeasibleError
        For carbon: limits and commitments cannot hold together; the limits are named.
    """
    faults = [
        Fault("frontier", 0, of, f"{share:g}", f"must be a share above 0, to {SHARE_MOST:g}")
        for share in shares
        if not 0 < share <= SHARE_MOST
    ]
    if not shares:
        faults.append(Fault("frontier", 0, of, "", f"must name a share of the {of} at least"))
    if of not in AXES:
        faults.append(Fault("frontier", 0, "of", of, f"must be {' or '.join(AXES)}"))
    if of == "money" and (plan.sources or plan.borrowing):
        faults.append(Fault("frontier", 0, "sources", "", "fund only what they may, so the money cannot be scaled"))
    if of == "money" and plan.objective.sought.least:
        faults.append(Fault("frontier", 0, "objective", "", f"is {plan.objective.sought.seeks}, not what money brings"))
    if faults:
        raise ConfigError(faults)
    clock = Clock(progress)
    made = prepare(plan, register, clock)
    formulation = made.formulation
    if of == "carbon":
        formulation = carbon_limited(made.inputs, formulation, solved(plan, formulation, clock))
    with clock.stage("frontier"):
        return frontier_of(made.inputs, made.starting, made.traffic, formulation, shares, FRONTIER_GAP, POINT_SECONDS)


def plan_b(
    plan: Plan,
    amount: float | None = None,
    steps: int = STEPS,
    register: Register | None = None,
    progress: Progress = lambda stage: None,
) -> PlanB:
    """What drops first if income of a plan fails, and what comes first if money appears, each step solved anew.

    Each source that may fail is taken away by itself; a sum is taken from all spend in equal steps, and given to any
    lines likewise.

    Parameters
    ----------
    plan : Plan; from `read_plan` or `make_plan`
    amount : float, optional; sum that fails, and that appears [the envelope's unit, above 0]; none where left out
    steps : int, optional; equal parts of it [1 to 20]
    register, progress : as of `plan`

    Raises
    ------
    RegisterError, ConfigError
        Faulty input, every fault is listed; no sum, and no income that may fail.
    InfeasibleError
        Limits and commitments cannot hold together; the limits are named.
    """
    faults = []
    if amount is not None and not 0 < amount < np.inf:
        faults.append(Fault("plan-b", 0, "sum", f"{amount:g}", "must be above 0"))
    if not 1 <= steps <= MOST_STEPS:
        faults.append(Fault("plan-b", 0, "steps", str(steps), f"must be 1 to {MOST_STEPS}"))
    if faults:
        raise ConfigError(faults)
    clock = Clock(progress)
    made = prepare(plan, register, clock)
    if amount is None and not failures(made.inputs):
        rule = "must be stated: the plan has no grant, receipt, contribution or confirmed income that may fail"
        raise ConfigError([Fault("plan-b", 0, "sum", "", rule)])
    own = _solved_plan(plan, made, clock)
    with clock.stage("plan b"):
        return plan_b_of(own, None if amount is None else amount * plan.envelope.pounds, steps)


def _solved_plan(plan: Plan, made: Prepared, clock: Clock) -> SolvedPlan:
    """A plan solved, and how it is stated anew."""
    return SolvedPlan(
        made.inputs, made.starting, made.traffic, made.formulation, solved(plan, made.formulation, clock),
        lambda inputs: build_problem(inputs, made.options, made.runs),
        plan.solver.target_gap, plan.solver.time_limit,
    )  # fmt: skip


def uncertainty(
    plan: Plan,
    futures: int = FUTURES,
    solved_for: int | None = None,
    replanned: int | None = None,
    seed: int = 0,
    register: Register | None = None,
    progress: Progress = lambda stage: None,
) -> Uncertainty:
    """What may become of the plan, which of its works stand whatever comes, and what it would be worth to know more.

    Futures of decay, prices of works, grants and winters are drawn by what is known of the register's groups and by
    `[uncertainty]` of the plan.

    Parameters
    ----------
    plan : Plan; from `read_plan` or `make_plan`
    futures : int, optional; how many are drawn [2 to 1000]
    solved_for : int, optional
        In how many of them the plan is solved as if each were known [2 to `futures`; 24 or all of them by default].
    replanned : int, optional
        In how many of them it is made anew every year as condition is observed [0 to `futures`; 6 or all of them by
        default]; of a plan that seeks benefit.
    seed : int, optional; the same seed gives the same futures, and more futures keep the first
    register, progress : as of `plan`

    Raises
    ------
    RegisterError, ConfigError
        Faulty input, every fault is listed; a number of futures out of its range; a plan that seeks the least cost.
    InfeasibleError
        Limits and commitments cannot hold together; the limits are named.
    """
    most = max(min(futures, MOST_FUTURES), 2)
    solving = min(SOLVED, most) if solved_for is None else solved_for
    anew = min(REPLANNED, most) if replanned is None else replanned
    ranges = {"futures": (futures, 2, MOST_FUTURES), "solved for": (solving, 2, most), "replanned": (anew, 0, most)}
    faults = [
        Fault("uncertainty", 0, name, str(value), f"must be a whole number from {low} to {high}")
        for name, (value, low, high) in ranges.items()
        if not low <= value <= high
    ]
    sought = plan.objective
    if sought.sought.least:
        faults.append(Fault("uncertainty", 0, "objective", "", f"is {sought.sought.seeks}, which no future changes"))
    if faults:
        raise ConfigError(faults)
    clock = Clock(progress)
    made = prepare(plan, register, clock)
    solution = made.formulation.settle(solved(plan, made.formulation, clock))
    with clock.stage("futures"):
        drawn = DrawnFutures.of(made.inputs, futures, seed)
        effort = Effort(solving, anew if sought.of == "benefit" else 0, FUTURE_GAP, FUTURE_SECONDS)
        formulation, own = made.formulation.of_assets(solution)
        return uncertainty_of(drawn, made.starting, made.traffic, formulation, own, effort)
