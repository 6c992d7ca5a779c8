"""The figures of a programme: money, benefit, bound, condition, what was assumed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd

from assetplan import __version__, condition
from assetplan._types import Floats
from assetplan.asset_classes import BID, CARRIAGEWAY
from assetplan.config import Plan
from assetplan.consequences import WORKS
from assetplan.economics import condition_gain
from assetplan.finance import Statement
from assetplan.optimisation.bounds.lagrangian import bound_of_prices
from assetplan.optimisation.problem import Solution
from assetplan.outcome import notes
from assetplan.outcome.closures import closures_by_year, shared_closures
from assetplan.outcome.crews import crew_rows
from assetplan.outcome.outcome import Outcome
from assetplan.outcome.sites import sites_summary
from assetplan.programme import summary as kept
from assetplan.programme.summary_ahead import ForecastRow, FuturesBasis, Restrictions
from assetplan.strategies import Trajectory


@dataclass(frozen=True, eq=False)
class Findings:
    """What is worked out beside a solved plan, for its summary.

    Attributes
    ----------
    lint : list of rows; from `notes`
    finance : sequence of Statement; statements short enough for a summary
    phasing : kept.Phasing; from `best_phasing`
    restrictions : dict; from `weight_limit_forecast`
    forecast : list of rows; from `outlook`
    seconds : dict; seconds by stage
    payback, benefit_by_year : sequences of rows; of `Payback`
    without_rules : float or None; from `bound_without_rules`
    """

    lint: list[kept.LintRow]
    finance: Sequence[Statement]
    phasing: kept.Phasing
    restrictions: dict[str, Any]
    forecast: list[ForecastRow]
    seconds: Mapping[str, float]
    payback: Sequence[kept.PaybackRow] = ()
    benefit_by_year: Sequence[kept.BenefitYearRow] = ()
    without_rules: float | None = None


def summarise(
    outcome: Outcome,
    works: gpd.GeoDataFrame,
    table: gpd.GeoDataFrame,
    baselines: dict[str, Solution],
    findings: Findings,
) -> kept.Summary:
    """The summary of a programme, complete.

    Parameters
    ----------
    outcome : Outcome; the solved plan
    works, table : GeoDataFrame; its works items and its assets, from `programme_tables`
    baselines : dict of str → Solution; what rules of thumb make of the same money
    findings : Findings; all else that it holds
    """
    solution, plan = outcome.solution, outcome.inputs.plan
    return kept.Summary(
        **_given(outcome),
        asset_classes=(
            *outcome.inputs.tables.classes.of(table["asset_class"]),
            *((BID,) if outcome.inputs.bids else ()),
        ),
        streams=_streams(outcome),
        yearly=_yearly(outcome),
        payback=tuple(findings.payback),
        benefit_by_year=tuple(findings.benefit_by_year),
        benefit=_pence(outcome.benefit.sum() + outcome.formulation.bids.benefit[outcome.chosen_bids].sum()),
        reached=_pence(solution.benefit),
        bound=_pence(solution.bound),
        gap=solution.gap,
        status=solution.status,
        cost=_pence(works["cost"].sum()),
        spend=_spend(works, outcome),
        limits=_limits(outcome),
        flows=_flows(outcome),
        prices=_prices(outcome),
        prices_bound=_pence(bound_of_prices(outcome.problem, np.nan_to_num(solution.prices))),
        prices_known=notes.prices_known(plan.solver.target_gap, solution),
        condition=_condition(outcome),
        residual_life=_residual_bands(outcome),
        condition_gain=_gain(outcome),
        assets=len(table),
        treated=int((table["strategy"] != "do-nothing").sum()),
        baselines=_baselines(outcome, baselines),
        kinds=_kinds(works),
        shared_closures=closures_by_year(shared_closures(outcome, works), plan.plan_years),
        crews=crew_rows(outcome),
        sites=sites_summary(outcome, works, findings.without_rules),
        lint=tuple(findings.lint),
        finance=tuple(statement.as_json() for statement in findings.finance),
        phasing=findings.phasing,
        restrictions=cast(Restrictions, findings.restrictions),
        forecast=tuple(findings.forecast),
        seconds={name: round(spent, 3) for name, spent in findings.seconds.items()},
    )


def _given(outcome: Outcome) -> dict[str, Any]:
    """What a plan and its register state, and what is to be known of them."""
    inputs, plan = outcome.inputs, outcome.inputs.plan
    return {
        "plan": plan.name,
        "title": plan.report.title or plan.name,
        "authority": plan.report.authority,
        "note": plan.report.note,
        "years": tuple(plan.plan_years),
        "firm_years": inputs.firm_years,
        "price_base": plan.first_year,
        "objective": plan.objective.sought.objective.format(cut_off=plan.objective.cut_off),
        "of": plan.objective.of,
        "sought": plan.objective.sought,
        "horizon": len(inputs.model.rules.discount) - 1,
        "assumed_share": tuple(notes.assumed_rows(inputs.register.assets)),
        "condition_basis": notes.basis_rows(inputs),
        "notes": tuple(kept.NoteRow(note=note, count=count) for note, count in inputs.register.notes),
        "inputs": inputs.digests,
        "unverified": tuple(notes.unverified(inputs)),
        "futures": _futures(plan),
        "version": __version__,
        "form": kept.FORM,
    }


def _futures(plan: Plan) -> FuturesBasis:
    forecast = plan.forecast
    basis: FuturesBasis = {"futures": forecast.futures, "level": forecast.level, "seed": forecast.seed}
    return {**basis, "current_spend": forecast.current_spend} if plan.envelope.current else basis


def _pence(pounds: float) -> float:
    return round(float(pounds), 2)


def _streams(outcome: Outcome) -> tuple[kept.StreamRow, ...]:
    """Present value of each stream in both futures (£)."""
    nothing, plan = (
        {name: float(values.sum()) for name, values in future.streams.items()}
        for future in (outcome.nothing, outcome.plan)
    )
    # Sites and mobilisation are no asset's own works.
    plan[WORKS] += float(outcome.options.beside[outcome.chosen].sum())
    streams = outcome.inputs.tables.streams
    return tuple(
        kept.StreamRow(stream=name, label=streams[name].label, do_nothing=_pence(amount), plan=_pence(plan[name]))
        for name, amount in nothing.items()
    )


def _prices(outcome: Outcome) -> tuple[kept.PriceRow, ...]:
    """Worth of one more unit of each limit."""
    prices = zip(outcome.formulation.rows, np.nan_to_num(outcome.solution.prices), strict=True)
    return tuple(
        kept.PriceRow(limit=str(row.key), key=cast(kept.KeyFields, row.key.as_json()), price=round(float(price), 6))
        for row, price in prices
    )


def _baselines(outcome: Outcome, baselines: dict[str, Solution]) -> tuple[kept.BaselineRow, ...]:
    """What each rule of thumb makes of the same money (£)."""
    problem, benefit, cost = outcome.problem, outcome.formulation.benefit(), outcome.formulation.cost()
    return tuple(
        kept.BaselineRow(
            name=name,
            benefit=_pence(benefit[solution.chosen].sum()),
            reached=_pence(problem.benefit[solution.chosen].sum()),
            cost=_pence(cost[solution.chosen].sum()),
            breaks=_broken(outcome, solution),
        )
        for name, solution in baselines.items()
    )


def _kinds(works: pd.DataFrame) -> tuple[kept.KindRow, ...]:
    """Cost of each kind of works (£)."""
    kinds = works.groupby("kind")["cost"].sum()
    return tuple(kept.KindRow(kind=str(kind), amount=_pence(amount)) for kind, amount in kinds.items())


def _cases(outcome: Outcome) -> tuple[tuple[str, Trajectory], tuple[str, Trajectory]]:
    """Both futures by name."""
    return ("do-nothing", outcome.nothing), ("plan", outcome.plan)


def _yearly(outcome: Outcome) -> tuple[kept.YearlyRow, ...]:
    """What poor condition costs in each plan year (£, prices of the first year), not discounted."""
    return tuple(
        kept.YearlyRow(stream=name, year=year, case=case, amount=_pence(amount))
        for case, trajectory in _cases(outcome)
        for name, amounts in trajectory.yearly.items()
        if name != WORKS
        for year, amount in zip(outcome.years[1:], amounts.sum(axis=0), strict=True)
    )


def _broken(outcome: Outcome, solution: Solution) -> list[str]:
    """Limits that a rule of thumb does not keep: it seeks no floors, and a target is no cap on money."""
    problem = outcome.problem
    slack = 1e-6 * np.maximum(np.abs(solution.used), 1.0)
    wrong = (solution.used > problem.caps + slack) | (solution.used < problem.floors - slack)
    return [str(problem.resources[r]) for r in np.flatnonzero(wrong)]


def _spend(works: pd.DataFrame, outcome: Outcome) -> tuple[kept.SpendRow, ...]:
    """Money by line and year (£): spent, what the envelope gives, and the limit once money is carried over or moved."""
    limits, labels = outcome.inputs.limits, outcome.inputs.tables.labels
    spent = works.groupby(["line", "year"])["cost"].sum()
    first = outcome.inputs.mandatory.groupby(["line", "year"])["cost"].sum()
    caps = outcome.formulation.caps_with(np.asarray(outcome.solution.amounts, dtype=np.float64))
    caps += outcome.formulation.mandatory_use
    place = outcome.formulation.place
    allowed = caps[[place[key] for key in limits.keys]].reshape(limits.amount.shape)
    rows = [
        kept.SpendRow(
            line=line,
            label=labels[line],
            year=year,
            amount=_pence(spent.get((line, year), 0.0) + first.get((line, year), 0.0)),
            limit=_pence(allowed[row, column]),
            envelope=_pence(limits.amount[row, column]),
        )
        for row, line in enumerate(limits.lines)
        for column, year in enumerate(limits.years)
    ]
    if not len(first):
        return tuple(rows)
    return tuple({**row, "mandatory": _pence(first.get((row["line"], row["year"]), 0.0))} for row in rows)


def _limits(outcome: Outcome) -> tuple[kept.LimitResult, ...]:
    """Every limit of the problem: how the plan file says it, what it allows, what is used, what more of it is worth."""
    problem, solution = outcome.problem, outcome.solution
    rows = zip(
        outcome.formulation.rows, problem.caps, problem.floors, solution.used, np.nan_to_num(solution.prices),
        strict=True,
    )  # fmt: skip
    return tuple(
        kept.LimitResult(
            limit=str(row.key),
            key=cast(kept.KeyFields, row.key.as_json()),
            words=row.words,
            unit=row.unit,
            kind=row.key.kind,
            cap=round(float(cap), 6) if np.isfinite(cap) else None,
            floor=round(float(floor), 6) if np.isfinite(floor) else None,
            used=round(float(used), 6),
            price=round(float(price), 9),
        )
        for row, cap, floor, used, price in rows
    )


def _flows(outcome: Outcome) -> tuple[kept.FlowRow, ...]:
    """Money carried over, moved between lines, or drawn from sources (£)."""
    flows = zip(outcome.formulation.flows, outcome.solution.amounts, strict=True)
    return tuple(
        cast(kept.FlowRow, {"flow": str(flow.key), **flow.key.as_json(), "amount": _pence(amount)})
        for flow, amount in flows
        if amount > 0.005
    )


def _condition(outcome: Outcome) -> tuple[kept.ConditionRow, ...]:
    """Stock in each band that its class is shown in, by class, year and case."""
    assets, classes = outcome.inputs.register.assets, outcome.inputs.tables.classes
    rows = []
    for asset_class, members in sorted(assets.groupby("asset_class").indices.items()):
        unit, stock = classes.stock_of(assets.iloc[members], str(asset_class))
        names = condition.band_names(classes[asset_class].bands)
        for case, trajectory in _cases(outcome):
            totals = np.tensordot(stock, trajectory.bands[members].astype(float), axes=(0, 0)).T
            rows += [
                kept.ConditionRow(
                    asset_class=str(asset_class), band=band, year=year, quantity=amount, unit=unit, case=case
                )
                for band, year, amount in _banded(outcome, names, totals[: len(names)])
            ]
    return tuple(rows)


def _banded(outcome: Outcome, bands: Sequence[str], totals: Floats) -> Iterator[tuple[str, int, float]]:
    """Band, year and amount of totals (n_bands, n_years)."""
    for place, year in enumerate(outcome.years):
        for band, amount in zip(bands, totals[:, place], strict=True):
            yield band, year, round(float(amount), 4)


def _residual_bands(outcome: Outcome) -> tuple[kept.ResidualLifeRow, ...]:
    """Carriageway length by residual-life band, year and case."""
    assets = outcome.inputs.register.assets
    members = np.flatnonzero(assets["asset_class"] == CARRIAGEWAY)
    length = assets["length_m"].fillna(0.0).to_numpy(dtype=float)[members] / 1000
    rows = []
    for case, trajectory in _cases(outcome):
        totals = condition.quantity_in_bands("residual_life", trajectory.residual_life[members], length)
        rows += [
            kept.ResidualLifeRow(band=band, year=year, length_km=amount, case=case)
            for band, year, amount in _banded(outcome, condition.band_names("residual_life"), totals)
        ]
    return tuple(rows)


def _gain(outcome: Outcome) -> tuple[kept.GainRow, ...]:
    """Condition gained by class: area between the two futures above the cut-off, per asset by replacement value."""
    assets = outcome.inputs.register.assets
    area = condition_gain(outcome.nothing.index, outcome.plan.index, outcome.inputs.plan.objective.cut_off)
    value = assets["replacement_value"].fillna(0.0).to_numpy(dtype=float)
    rows = []
    for asset_class, members in sorted(assets.groupby("asset_class").indices.items()):
        weight = value[members].sum()
        mean = float(area[members] @ value[members] / weight) if weight else 0.0
        rows.append(kept.GainRow(asset_class=str(asset_class), index_years=round(mean, 4)))
    return tuple(rows)
