"""The business case of every budget line: do nothing, today's money, the plan, every asset its best; what each avoids.

An option is one strategy for each asset. It is told against do-nothing, what is committed alone, so that money and
benefit that are there in any case count for none. What an asset's strategy saves goes to lines by share of its cost, as
the benefit of works does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from assetplan import condition
from assetplan._types import Floats, Ints
from assetplan.errors import InfeasibleError
from assetplan.finance import Statement, in_first_year_prices, real
from assetplan.finance.rounding import in_steps, printed
from assetplan.finance.statement import Column, StatementSpec, numbers, texts
from assetplan.formulation.works import Works
from assetplan.optimisation.problem import Problem
from assetplan.optimisation.solving import solve
from assetplan.outcome.outcome import Outcome
from assetplan.reference import load_table
from assetplan.strategies import Traffic, Trajectory, simulate

NOTHING, MINIMUM, RECOMMENDED, FULL = OPTIONS = ("do-nothing", "minimum", "recommended", "full")
_CASE = StatementSpec(
    "business_case",
    "Business case by line",
    (
        *texts("line", label="What it is", option="", means=""),
        *numbers("works", "cost", "present_value", "benefit"),
        Column("benefit_per_pound", kind="number or blank"),
        Column("poor_share", kind="number or blank"),
    ),
)
_AVOIDED = StatementSpec(
    "avoided_cost",
    "Avoided cost by stream",
    (
        *texts("stream"),
        *(Column(name, kind="number or blank") for name in ("do_nothing", "plan")),
        *numbers("avoided"),
        *texts("basis"),
    ),
)
LATER = "later works"
TOTAL = "total"
# Limits that today's money leaves out: floors and targets, which the plan is to reach, and where its money comes from.
_LEFT_OUT = ("line floor", "target", "virement", "source", "funding", "affordability")
_COMMITTED = "what is committed alone"
_NONE_FOUND = f"nothing was found within today's money and the plan's other limits: {_COMMITTED}"


@dataclass(frozen=True, eq=False)
class Option:
    """One option: a strategy for each asset, and what the option means on each line.

    Attributes
    ----------
    name : str
        One of `OPTIONS`.
    means : tuple of str
        One a line of the envelope.
    chosen : array (n_assets,)
        Row of each asset's strategy among the plan's candidates.
    gap : float
        How far a search that ran out of time is from its bound [share]; zero for all others.
    """

    name: str
    means: tuple[str, ...]
    chosen: Ints
    gap: float = 0.0


@dataclass(frozen=True, eq=False)
class OptionFigures:
    """What an option comes to on each line, arrays (n_lines,).

    Attributes
    ----------
    works : array of int
        Works items.
    cost, present : array
        Works in the plan years, sites and mobilisation included, and their present value [£].
    avoided : dict of str → array
        Present value of each stream under do-nothing less under the option, of the assets treated on the line [£]; the
        last is `LATER`: works after the plan years, less what is left of value at the horizon.
    streams : dict of str → float
        Present value of each of these streams, of all assets together [£].
    poor : array
        Share of the line's stock in poor or very poor condition at the end of the plan; NaN where it has none.
    """

    works: Ints
    cost: Floats
    present: Floats
    avoided: dict[str, Floats]
    streams: dict[str, float]
    poor: Floats


def business_case(outcome: Outcome, traffic: Traffic | None, gap: float, seconds: float) -> tuple[Statement, ...]:
    """The business case by line and option, and what the plan avoids by stream.

    Parameters
    ----------
    outcome : Outcome
        A solved plan.
    traffic : Traffic or None
        As the plan's candidates were made with.
    gap : float
        Gap at which the search within today's money stops [share].
    seconds : float
        Time after which it stops [s, above 0].

    Returns
    -------
    tuple of Statement
        "business_case": a row a line and option, then their totals. "avoided_cost": a row a stream, then the published
        upper bound. Benefit is the sum of the avoided streams less what is spent beside do-nothing, as printed.
    """
    options = options_of(outcome, gap, seconds)
    found = figures(outcome, options, traffic)
    steps = [_in_steps(each, found[0], outcome.inputs.plan.envelope.unit) for each in found]
    return _pack(outcome, options, found, steps), _avoided(outcome, found[0].streams, steps)


def options_of(outcome: Outcome, gap: float, seconds: float) -> tuple[Option, ...]:
    """The four options, do-nothing first.

    Parameters as `business_case`.
    """
    problem, sought = outcome.problem, outcome.inputs.plan.objective.sought
    full = f"that gains every asset the most {sought.seeks}" if sought.counted else "of most benefit for every asset"
    n_lines = len(outcome.inputs.limits.lines)
    # First of the cheapest: do-nothing, or what is committed or must be done, one mode a group.
    nothing = problem.choices.best(-outcome.options.cost.sum(axis=1))[1]
    return (
        Option(NOTHING, (_COMMITTED,) * n_lines, nothing),
        _minimum(outcome, nothing, gap, seconds),
        Option(RECOMMENDED, ("the plan's own programme",) * n_lines, outcome.chosen),
        Option(FULL, (f"the strategy {full}, whatever it costs",) * n_lines, problem.choices.best(_sought(outcome))[1]),
    )


def _sought(outcome: Outcome) -> Floats:
    """What each candidate brings: what the plan seeks, or benefit (£) where that is to spend least."""
    return outcome.options.benefit if outcome.inputs.plan.objective.sought.least else outcome.problem.benefit


def _minimum(outcome: Outcome, nothing: Ints, gap: float, seconds: float) -> Option:
    """The best that today's money buys; where a line has none, or less than is committed, what is committed."""
    plan, limits = outcome.inputs.plan, outcome.inputs.limits
    current = plan.envelope.current
    stated = [line in current for line in limits.lines]
    alone = Option(MINIMUM, ("no current money is stated: " + _COMMITTED,) * len(stated), nothing)
    if not any(stated):
        return alone
    today = in_first_year_prices(plan, [[current.get(line, 0.0)] * plan.years for line in limits.lines])
    used = np.asarray(outcome.problem.usage[nothing].sum(axis=0)).ravel()
    place = outcome.formulation.place
    committed = used[[place[key] for key in limits.keys]].reshape(limits.amount.shape)
    try:
        found = solve(_with_money(outcome, np.maximum(today, committed)), gap, seconds)
    except InfeasibleError:
        return replace(alone, means=tuple(_NONE_FOUND if mine else alone.means[0] for mine in stated))
    # Pennies: a commitment to the last pound is not above the money.
    above = [bool((due > money + 0.01).any()) for due, money in zip(committed, today, strict=True)]
    said = "today's money" + ", nothing borrowed" * bool(plan.borrowing)
    means = tuple(
        (said + ", or what is committed in a year in which that is more" * bool(over)) if mine else alone.means[0]
        for mine, over in zip(stated, above, strict=True)
    )
    return Option(MINIMUM, means, found.chosen, 0.0 if found.status == "optimal" else found.gap)


def _with_money(outcome: Outcome, money: Floats) -> Problem:
    """The plan's choices within other money of each line and year, (n_lines, n_years) [£, prices of the first year].

    Other caps on works stay; floors, targets, sources, borrowing and money moved between lines or years go.
    """
    problem, rows, place = outcome.problem, outcome.formulation.rows, outcome.formulation.place
    caps_kept = [k for k, row in enumerate(rows) if row.key.kind not in _LEFT_OUT and row.cap < np.inf]
    kept = np.array(caps_kept, dtype=np.intp)
    caps = problem.caps.copy()
    caps[[place[key] for key in outcome.inputs.limits.keys]] = money.ravel()
    return replace(
        problem,
        benefit=_sought(outcome),
        usage=problem.usage[:, kept],
        caps=caps[kept],
        floors=np.full(len(kept), -np.inf),
        resources=tuple(problem.resources[k] for k in kept),
        flows=None,  # type: ignore[arg-type]  # none
    )


def figures(outcome: Outcome, options: tuple[Option, ...], traffic: Traffic | None) -> tuple[OptionFigures, ...]:
    """What each option comes to on each line; the first is what all are told against."""
    spent = [_spent(outcome, option) for option in options]
    futures = [_future(outcome, option, traffic) for option in options]
    stock = _stock(outcome)
    before, nothing = spent[0], futures[0]
    out = []
    for mine, future in zip(spent, futures, strict=True):
        number, cost, present = (part.sum(axis=0) for part in (mine.number, mine.cost, mine.present))
        share = _shares(mine, before)
        avoided = {name: share.T @ (nothing.streams[name] - value) for name, value in future.streams.items()}
        streams = {name: float(value.sum()) for name, value in future.streams.items()}
        # All works are saved by share of cost; what is spent in the plan years is known by line.
        avoided[LATER] += present - before.present.sum(axis=0)
        streams[LATER] -= float(present.sum())
        poor = np.array([each @ future.poor / each.sum() if each.any() else np.nan for each in stock])
        out.append(OptionFigures(number, cost, present, avoided, streams, poor))
    return tuple(out)


@dataclass(frozen=True, eq=False)
class _Spent:
    """Works items, their cost and its present value (£) by asset and line, arrays (n_assets, n_lines)."""

    number: Ints
    cost: Floats
    present: Floats


def _spent(outcome: Outcome, option: Option) -> _Spent:
    inputs, lines = outcome.inputs, outcome.inputs.limits.lines
    works = Works.of(inputs.register.assets, inputs.model, outcome.options.take(option.chosen))
    line = works.treatments["line"].map({name: k for k, name in enumerate(lines)}).to_numpy(dtype=np.intp)
    shape = (len(works.assets), len(lines))
    place = works.asset * shape[1] + line[works.treatment]

    def added(amount: Floats | None) -> NDArray:
        return np.bincount(place, amount, shape[0] * shape[1]).reshape(shape)

    present = works.cost * inputs.model.rules.discount[works.year + 1]
    return _Spent(added(None), added(works.cost), added(present))


@dataclass(frozen=True, eq=False)
class _Future:
    """What becomes of the assets, arrays (n_assets,).

    `streams` is the present value of each (£), `LATER` holding works of all years with their sites; `poor` the share in
    poor or very poor condition at the end of the plan.
    """

    streams: dict[str, Floats]
    poor: Floats


def _future(outcome: Outcome, option: Option, traffic: Traffic | None) -> _Future:
    """What becomes of the assets under an option; told afresh only where neither of the plan's two futures has it."""
    schedule, inputs = outcome.options.schedule[option.chosen], outcome.inputs
    planned = (schedule == outcome.schedule).all(axis=1)
    if (planned | (schedule < 0).all(axis=1)).all():
        plan, nothing = _parts(outcome.plan), _parts(outcome.nothing)
        found = {name: np.where(planned, plan[name], nothing[name]) for name in plan}
    else:
        found = _parts(simulate(inputs.register.assets, outcome.starting, schedule, inputs.model, traffic))
    poor, works = found.pop("poor"), found.pop("works")
    return _Future(found | {LATER: works + outcome.options.beside[option.chosen]}, poor)


def _parts(told: Trajectory) -> dict[str, Floats]:
    """Streams of each asset, and `poor`."""
    first = condition.BANDS.index("poor")
    return told.streams | {"poor": told.bands[:, -1, first:].sum(axis=1, dtype=float)}


def _shares(mine: _Spent, before: _Spent) -> Floats:
    """Share of each line in what an asset's strategy saves, (n_assets, n_lines): of its cost.

    By number of works where these cost nothing, and by those of do-nothing where there are none.
    """
    weight = mine.cost
    for other in (mine.number, before.number):
        weight = np.where(weight.sum(axis=1, keepdims=True) > 0, weight, other)
    total = weight.sum(axis=1, keepdims=True)
    return np.divide(weight, total, out=np.zeros(weight.shape), where=total > 0)


def _stock(outcome: Outcome) -> list[Floats]:
    """Stock by asset (n_assets,) that each line may treat, zero elsewhere: in the unit of its class.

    A line of several classes is counted by replacement value.
    """
    assets, catalogue = outcome.inputs.register.assets, outcome.inputs.model.catalogue.treatments
    out = []
    for line in outcome.inputs.limits.lines:
        groups = [name for name, treatments in catalogue.items() if line in {t.line for t in treatments}]
        mine = assets["group"].isin(groups).to_numpy(dtype=bool)
        classes = assets.loc[mine, "asset_class"].unique()
        stock = assets["replacement_value"].fillna(0.0).to_numpy(dtype=float)
        if len(classes) == 1:
            stock = outcome.inputs.tables.classes.stock_of(assets, str(classes[0]))[1]
        out.append(np.where(mine, stock, 0.0))
    return out


@dataclass(frozen=True, eq=False)
class _Steps:
    """Figures as whole steps of what is printed, a total last, arrays (n_lines + 1,)."""

    works: Ints
    cost: Ints
    present: Ints
    avoided: dict[str, Ints]
    benefit: Ints


def _in_steps(found: OptionFigures, nothing: OptionFigures, unit: str) -> _Steps:
    """Parts are rounded; totals and benefit are sums of what is printed."""

    def totalled(pounds: ArrayLike) -> Ints:
        steps = in_steps(pounds, unit)
        return np.append(steps, steps.sum())

    present, avoided = totalled(found.present), {name: totalled(value) for name, value in found.avoided.items()}
    benefit = np.sum(list(avoided.values()), axis=0) - (present - totalled(nothing.present))
    return _Steps(np.append(found.works, found.works.sum()), totalled(found.cost), present, avoided, benefit)


def _pack(
    outcome: Outcome, options: tuple[Option, ...], found: tuple[OptionFigures, ...], steps: list[_Steps]
) -> Statement:
    plan, lines, labels = outcome.inputs.plan, outcome.inputs.limits.lines, outcome.inputs.tables.labels
    unit = plan.envelope.unit
    parts = [
        pd.DataFrame(
            {
                "line": [*lines, TOTAL],
                "label": [*(labels[line] for line in lines), "All lines"],
                "option": option.name,
                "means": [*option.means, ""],
                "works": of.works,
                "cost": printed(of.cost, unit),
                "present_value": printed(of.present, unit),
                "benefit": printed(of.benefit, unit),
                "benefit_per_pound": _ratio(each, found[0], of, steps[0]),
                **{_avoided_column(name): printed(value, unit) for name, value in of.avoided.items()},
                "poor_share": np.append(each.poor, np.nan).round(4),
            }
        )
        for option, each, of in zip(options, found, steps, strict=True)
    ]
    rows = pd.concat(parts).sort_index(kind="stable").reset_index(drop=True)
    note = (
        "Benefit is against do-nothing, which is what is committed alone, and net of works: avoided streams less what "
        "is spent beside do-nothing, in present value. Benefit per £ is on each £ spent beside do-nothing, in present "
        "value. poor_share is the share of the line's assets in poor or very poor condition at the end of the plan. "
        + _of_minimum(outcome, options[1])
    )
    streams = [Column(_avoided_column(name)) for name in steps[0].avoided]
    return _CASE.table(rows, real(plan.first_year), note, unit, streams)


def _avoided_column(stream: str) -> str:
    return f"avoided_{stream.replace(' ', '_')}"


def _of_minimum(outcome: Outcome, minimum: Option) -> str:
    """What a reader must know of the option of today's money."""
    if not outcome.inputs.plan.envelope.current:
        return "The plan states no current money, so minimum is what is committed alone."
    if _NONE_FOUND in minimum.means:
        return f"Minimum: {_NONE_FOUND}."
    late = f" Its search ended {minimum.gap:.2%} short of its bound, out of time." if minimum.gap else ""
    return (
        "Minimum is today's money alone: no borrowing, no floors or targets, and sources are left out of it, whatever "
        f"they may fund.{late}"
    )


def _ratio(found: OptionFigures, nothing: OptionFigures, steps: _Steps, before: _Steps) -> Floats:
    """Benefit on each £ beside do-nothing, present values; blank where no more is spent, as printed."""
    beside = found.present - nothing.present
    benefit = np.sum(list(found.avoided.values()), axis=0) - beside
    more, gained = np.append(beside, beside.sum()), np.append(benefit, benefit.sum())
    some = steps.present > before.present
    return np.divide(gained, more, out=np.full(len(more), np.nan), where=some & (more > 0)).round(2)


def _avoided(outcome: Outcome, nothing: dict[str, float], steps: list[_Steps]) -> Statement:
    """Streams of all assets under do-nothing and the plan; what is avoided is what the business case prints."""
    plan = outcome.inputs.plan
    unit, mine = plan.envelope.unit, steps[OPTIONS.index(RECOMMENDED)]
    spent = steps[0].present[-1]
    before = np.array([spent, *(in_steps(value, unit) for value in nothing.values())])
    avoided = np.array([spent - mine.present[-1], *(value[-1] for value in mine.avoided.values())])
    said = load_table("published_multiples").set_index("figure").loc["avoided"]
    rows = pd.DataFrame(
        {
            "stream": ["works in the plan years", *nothing, TOTAL, said["label"]],
            "do_nothing": [*printed(np.append(before, before.sum()), unit), None],
            "plan": [*printed(np.append(before - avoided, (before - avoided).sum()), unit), None],
            "avoided": printed(np.append(np.append(avoided, avoided.sum()), in_steps(said["value"], unit)), unit),
            "basis": [*["this plan, present value"] * (len(before) + 1), "published upper bound, never a target"],
        }
    )
    note = (
        "All assets, against do-nothing, which is what is committed alone; the total avoided is the benefit. The "
        f"published figure is of a whole county, the year of its prices not stated: {said['source']}."
    )
    return _AVOIDED.table(rows, real(plan.first_year), note, unit)
