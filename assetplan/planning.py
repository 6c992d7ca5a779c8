"""plan(): register → network → condition → strategies → finance → optimisation → programme, on one page."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from assetplan._types import Codes, Floats, Ints
from assetplan.answers.asset_risk import with_asset_risk
from assetplan.answers.outlook import CaseFutures, in_futures, outlook
from assetplan.answers.phasing import best_phasing
from assetplan.answers.site_rules import bound_without_rules
from assetplan.answers.standstill import INDEX, MEASURES, POOR, Aim, standstill
from assetplan.answers.trend import Trend, TrendFit, TrendRoads, at_pace, fit_pace, fitted
from assetplan.assurance_tables import assurance_tables
from assetplan.baselines import incremental_benefit_cost, worst_first, year_by_year
from assetplan.config import Plan
from assetplan.connectivity.weight_limits import weight_limit_forecast
from assetplan.errors import ConfigError, Fault
from assetplan.finance.statement import Statement
from assetplan.formulation import Formulation, build_problem
from assetplan.inputs.load import Inputs, load_inputs
from assetplan.inputs.settings import settings
from assetplan.optimisation.problem import Solution
from assetplan.optimisation.selection import best_of
from assetplan.outcome.bids import bid_table, bid_works
from assetplan.outcome.notes import notes
from assetplan.outcome.outcome import outcome_of
from assetplan.outcome.stored import stored_strategies
from assetplan.outcome.summary import Findings, summarise
from assetplan.outcome.tables import programme_tables
from assetplan.preparation import Clock, Prepared, Progress, SharedStages, prepare, solved
from assetplan.process import InTurn
from assetplan.programme import Programme
from assetplan.programme.summary_ahead import CURRENT_SPEND, PLAN
from assetplan.register import Register
from assetplan.statements import accounts
from assetplan.statements.business_case import business_case
from assetplan.statements.options import Option, current_spend, options_of
from assetplan.statements.payback import payback
from assetplan.strategies import LifecycleModel, Starting, candidates, simulate, starting_condition
from assetplan.strategies.names import NOTHING

YEARLY_GAP = 1e-2  # of each year in the year-by-year baseline, reached long before its time is out
# Of what today's money buys, which stands beside the plan in its business case and its forecasts.
CASE_GAP, CASE_SECONDS = 1e-2, 20.0
CURRENT_GAP = 3e-2  # of today's money: in a small county few whole schemes fit in it, and its range is wider
# Choices of today's money that a pace is fitted to in turn at most, and the change of pace that ends them.
TREND_ROUNDS, SETTLED = 4, 0.01


def plan(
    plan: Plan,
    register: Register | None = None,
    progress: Progress = lambda stage: None,
    shared: SharedStages | None = None,
    cores: int = 2,
) -> Programme:
    """Plan a register's treatments within the envelope.

    Parameters
    ----------
    plan : Plan; from `read_plan` or `make_plan`
    register : Register, optional; a register in memory, in place of the file the plan names
    progress : callable, optional
        Called with the name of each stage as it begins and, while it searches, with gap and bound after the name.
    shared : SharedStages, optional; stages of plans made before, for what this one has in common with them
    cores : int, optional; 1 where several plans share a machine, to do in turn what else is done beside the search

    Returns
    -------
    Programme
        The chosen programme, checked: its spend, limits and benefit are summed from its own choices.

    Raises
    ------
    RegisterError, ConfigError
        Faulty input; every fault is listed.
    InfeasibleError
        Limits and commitments cannot hold together; the limits are named.
    """
    clock, shared = Clock(progress), shared or SharedStages(keep=False)
    made = prepare(plan, register, clock, shared)
    inputs, formulation = made.inputs, made.formulation
    with _beside(cores) as beside:
        bound = beside.submit(bound_without_rules, inputs, made.options, made.runs)
        others = beside.submit(shared.once, "other cases", _cases_key(made), partial(_other_cases, made))
        by_rule = partial(_baselines, formulation, priority=np.argsort(made.starting.index, kind="stable"), plan=plan)
        # Where no money flows there are none of the plan's own flows to wait for.
        early = None if formulation.problem.flows.names else beside.submit(by_rule, np.zeros(0))
        first = solved(plan, formulation, clock)
        with clock.stage("baselines"):
            baselines = early.result() if early else by_rule(first.amounts)
            best = best_of(formulation.problem, first, baselines.values(), plan.solver.target_gap)
            solution = formulation.settle(best)
        planned = {PLAN: formulation.options.schedule[formulation.chosen(solution)]}
        ahead = beside.submit(in_futures, inputs, planned, {PLAN: formulation.kept(solution)})
        freed = beside.submit(best_phasing, plan, formulation, solution)
        with clock.stage("programme"):
            outcome = outcome_of(inputs, made.starting, made.traffic, formulation, solution)
            own_works, table = programme_tables(outcome)
            table = with_asset_risk(outcome, table) if plan.risk.assets else table
            bids = bid_table(outcome)
            works = bid_works(outcome, bids, own_works)
            strategies = stored_strategies(inputs.register.assets, inputs.model, formulation, solution)
        with clock.stage("payback"):
            returns = payback(outcome, own_works, made.traffic)
        with clock.stage("detours"):
            restrictions = weight_limit_forecast(inputs, made.layout, made.traffic, table, outcome.schedule)
        held: tuple[Statement, ...] = ()
        if plan.forecast.standstill is not None:
            with clock.stage("stand-still"):
                aim = Aim(plan.forecast.standstill, plan.forecast.clear_by)
                held = standstill(inputs, made.starting, made.on_own_sites, aim, CASE_GAP, CASE_SECONDS)
        with clock.stage("options"):
            minimum, cases = others.result()
            options = options_of(outcome, minimum) if minimum else ()
            case = business_case(outcome, made.traffic, options) if options else ()
        with clock.stage("programme"):
            finance = (*accounts(outcome, works), *returns.statements(), *case, *held)
            lint = notes(outcome, made.off_network)
        with clock.stage("rules of sites"):
            without = bound.result()
        with clock.stage("forecast"):
            cases |= ahead.result()
            forecast = outlook(inputs, {name: cases[name] for name in (NOTHING, PLAN, CURRENT_SPEND) if name in cases})
        with clock.stage("phasing"):
            phasing = freed.result()
    short = [statement for statement in finance if not statement.long]
    findings = Findings(
        lint, short, phasing, restrictions, forecast, clock.seconds, returns.rows(), returns.by_year(), without
    )
    summary = summarise(outcome, works, table, baselines, findings)
    layers = works, inputs.register.places, inputs.register.districts
    mandatory = inputs.mandatory if len(inputs.mandatory) else None
    kept = settings(plan), strategies, finance
    programme = Programme(summary, table, *layers, *kept, bids=bids, mandatory=mandatory).check()
    return replace(programme, assurance=assurance_tables(programme))


def finance_statements(
    plan: Plan, register: Register | None = None, progress: Progress = lambda stage: None
) -> tuple[Statement, ...]:
    """The statements of finance of a plan, without the rest of its programme.

    Errors as `plan`. The programme is solved as there, but for the rules of thumb that it is set beside.

    Parameters
    ----------
    plan : Plan; from `read_plan` or `make_plan`
    register : Register, optional; in place of the file the plan names
    progress : callable, optional; called with the name of each stage as it begins

    Returns
    -------
    tuple of Statement
        Each says which money it is in.
    """
    clock = Clock(progress)
    made = prepare(plan, register, clock)
    solution = made.formulation.settle(solved(plan, made.formulation, clock))
    outcome = outcome_of(made.inputs, made.starting, made.traffic, made.formulation, solution)
    with clock.stage("options"):
        case = business_case(outcome, made.traffic, options_of(outcome, _minimum(made)))
    with clock.stage("statements"):
        works = programme_tables(outcome)[0]
        every = bid_works(outcome, bid_table(outcome), works)
        return (*accounts(outcome, every), *payback(outcome, works, made.traffic).statements(), *case)


def standstill_statements(
    plan: Plan,
    measure: str = INDEX,
    clear_by: int | None = None,
    register: Register | None = None,
    progress: Progress = lambda stage: None,
    below: float | None = None,
) -> tuple[Statement, ...]:
    """The least money that holds today's condition, by line and year, beside the envelope; errors as `plan`.

    Parameters
    ----------
    plan : Plan; from `read_plan` or `make_plan`; its money and its targets play no part
    measure : str; what is held of every class: "index", its average index, or "poor", its share in poor condition
    clear_by : int, optional; year by whose end nothing is to be poor
    register, progress : as of `plan`
    below : float, optional; condition index below which stock counts as poor, in place of the bands poor and very poor

    Returns
    -------
    tuple of Statement
        "standstill" and "standstill_condition".
    """
    faults = [Fault("plan", 0, "measure", measure, f"must be one of {', '.join(MEASURES)}")] * (measure not in MEASURES)
    if clear_by is not None and (measure != POOR or clear_by not in plan.plan_years):
        rule = f"must be one of the plan's years, {plan.plan_years[0]} to {plan.plan_years[-1]}, with measure {POOR}"
        faults.append(Fault("plan", 0, "clear_by", str(clear_by), rule))
    if below is not None and (measure != POOR or not 0 < below <= 100):
        faults.append(Fault("plan", 0, "below", f"{below:g}", f"must be an index above 0, to 100, with measure {POOR}"))
    if faults:
        raise ConfigError(faults)
    clock = Clock(progress)
    made = prepare(plan, register, clock)
    with clock.stage("stand-still"):
        until = plan.solver.target_gap, plan.solver.time_limit
        return standstill(made.inputs, made.starting, made.on_own_sites, Aim(measure, clear_by, below), *until)


def fit_to_trend(
    plan: Plan, trend: Trend, register: Register | None = None, progress: Progress = lambda stage: None
) -> TrendFit:
    """A pace of roads at which the register grows as a council reports it, under the same spend; errors as `plan`.

    Today's money is chosen as the case of current spend is, and chosen anew at the pace that was fitted, until that
    settles.

    Parameters
    ----------
    plan : Plan; from `read_plan` or `make_plan`
    trend : Trend; from `read_trend`
    register, progress : as of `plan`
    """
    if trend.spend == "current" and not plan.envelope.current:
        rule = 'the trend was seen at current spend, so state it; or give the trend spend = "nothing"'
        raise ConfigError([Fault("plan", 0, "envelope.current", "", rule)])
    clock = Clock(progress)
    made, pace, before = prepare(plan, register, clock), 1.0, np.zeros(0)
    own = made.inputs.model
    for _ in range(TREND_ROUNDS):
        with clock.stage("current spend"):
            assets = made.inputs.register.assets
            roads = TrendRoads.of(assets, own, _done(made, trend.spend), plan.register_file)
            before = before if len(before) else roads.short(1.0)
            change = trend.change(float(roads.km.sum()))
        with clock.stage("pace"):
            last, pace = pace, fit_pace(roads, change)
        if trend.spend == "nothing" or abs(pace / last - 1) < SETTLED:
            break
        groups = {**own.groups, **at_pace(own, set(roads.assets["group"]), pace)}
        made = _again(made, replace(own, groups=groups), clock)
    return fitted(trend, roads, pace, change, before)


def _done(made: Prepared, spend: str) -> Codes:
    """Treatment codes of each asset under today's money, or under nothing, (n_assets, years)."""
    schedule = made.options.schedule
    if spend == "nothing":
        return np.full((len(made.inputs.register.assets), schedule.shape[1]), -1, dtype=schedule.dtype)
    return _minimum(made).schedule


def _again(made: Prepared, model: LifecycleModel, clock: Clock) -> Prepared:
    """The same plan as a problem with other groups."""
    assets = made.inputs.register.assets
    inputs = replace(made.inputs, tables=replace(made.inputs.tables, model=model))
    with clock.stage("strategies"):
        starting = starting_condition(assets, model)
        options = candidates(assets, starting, model, made.traffic)
        formulation = build_problem(inputs, options, made.runs)
    return replace(made, inputs=inputs, starting=starting, options=options, formulation=formulation)


def _minimum(made: Prepared) -> Option:
    """What today's money does, in the plan's own problem or, by a rule of thumb, with each asset on its own site."""
    today = made.formulation.assets_alone()
    if made.inputs.plan.forecast.current_spend != "optimised":
        today = made.on_own_sites
    return current_spend(made.inputs, today, made.starting.index, CURRENT_GAP, CASE_SECONDS)


def _other_cases(made: Prepared) -> tuple[Option | None, dict[str, CaseFutures]]:
    """What today's money does, where it is stated; and what the plan is forecast beside."""
    minimum = _minimum(made) if made.inputs.plan.envelope.current else None
    schedule = made.options.schedule
    shape = len(made.inputs.register.assets), schedule.shape[1]
    cases = {NOTHING: np.full(shape, -1, dtype=schedule.dtype)}
    if minimum:
        cases[CURRENT_SPEND] = minimum.schedule
    return minimum, in_futures(made.inputs, cases)


def _cases_key(made: Prepared) -> object:
    """All that the other cases are made from: money of lines only where today's is for the plan's own schemes."""
    plan = made.inputs.plan
    if plan.forecast.current_spend == "optimised":
        return object()
    return made.made_from, plan.model_dump_json(exclude={"name": True, "report": True, "envelope": {"lines_"}})


@contextmanager
def _beside(cores: int) -> Iterator[Executor]:
    """What does not wait for the choice, on a second core or in turn; what is not begun is dropped where that fails."""
    pool = ThreadPoolExecutor(1) if cores > 1 else InTurn()
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _baselines(formulation: Formulation, amounts: Floats, priority: Ints, plan: Plan) -> dict[str, Solution]:
    """What the field's rules of thumb make of the same caps, with the plan's own flows of money.

    They seek what the plan seeks from the money there is, so they have nothing to say of a plan that seeks the least.
    """
    if plan.objective.sought.least:
        return {}
    problem, seconds = formulation.problem, plan.solver.time_limit
    nothing = problem.starts[:-1]  # or what is committed
    last = np.arange(len(priority), problem.n_assets)  # bids have no condition
    return {
        "worst first": worst_first(problem, np.concatenate([priority, last]), amounts, nothing),
        "incremental benefit-cost": incremental_benefit_cost(problem, amounts, formulation.cost(), nothing),
        "year by year": year_by_year(problem, formulation.schedule(), amounts, YEARLY_GAP, seconds, nothing),
    }


def validate(plan: Plan, register: Register | None = None) -> Register:
    """Check a plan and everything it names up to the choice itself, without choosing.

    Returns
    -------
    Register
        The register as the plan uses it, what it lacks filled by rule.

    Raises
    ------
    RegisterError, ConfigError
        Faulty input; every fault is listed.
    """
    made = prepare(plan, register, Clock(lambda stage: None))
    checked = made.inputs.register
    return replace(checked, notes=(*checked.notes, *((words, count) for _, words, count in made.off_network)))


def predict(plan: Plan, register: Register | None = None) -> pd.DataFrame:
    """Condition of every asset by year if nothing is done.

    Returns
    -------
    DataFrame
        Columns asset_id, asset_class, group, residual_life (years, base year), chance_failed (0–1: at or below the
        failure index by the end of the last plan year) and one column a year from the base year to the last plan year
        with the condition index (0–100).

    Raises
    ------
    RegisterError, ConfigError
        Faulty input; every fault is listed.
    """
    inputs = load_inputs(plan, register)
    assets = inputs.register.assets
    starting = starting_condition(assets, inputs.model)
    nothing = np.full((len(assets), plan.years), -1, dtype=np.int8)
    trajectory = simulate(assets, starting, nothing, inputs.model)
    out = pd.DataFrame(assets[["asset_id", "asset_class", "group"]])
    out["residual_life"] = trajectory.residual_life[:, 0].round(2)
    out["chance_failed"] = _chance_failed(assets, starting, inputs).round(4)
    for place, year in enumerate(range(plan.first_year - 1, plan.first_year + plan.years)):
        out[str(year)] = trajectory.index[:, place].round(2)
    return out


def _chance_failed(assets: pd.DataFrame, starting: Starting, inputs: Inputs) -> Floats:
    """Chance of each asset to have failed by the end of the plan if nothing is done."""
    out = np.zeros(len(assets))
    years = np.array([float(inputs.plan.years)])
    for name, rows in assets.groupby("group").indices.items():
        group = inputs.model.groups[str(name)]
        out[rows] = group.failed(starting.index[rows], years, starting.pace[rows])[:, 0]
    return out
