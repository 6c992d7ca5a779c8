"""The figures of a programme: money, benefit, bound, condition, what was assumed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd

from assetplan import __version__, condition
from assetplan.asset_classes import CARRIAGEWAY
from assetplan.consequences import WORKS
from assetplan.economics import condition_gain
from assetplan.finance import Statement
from assetplan.optimisation.bounds.lagrangian import bound_of_prices
from assetplan.optimisation.problem import Solution
from assetplan.outcome import notes
from assetplan.outcome.outcome import Outcome
from assetplan.programme.summary import (
    FORM,
    BaselineRow,
    ConditionRow,
    FlowRow,
    ForecastRow,
    GainRow,
    KeyFields,
    KindRow,
    LimitResult,
    LintRow,
    NoteRow,
    Phasing,
    PriceRow,
    ResidualLifeRow,
    Restrictions,
    SitesSummary,
    SpendRow,
    StreamRow,
    Summary,
    YearlyRow,
)
from assetplan.strategies import Trajectory


@dataclass(frozen=True, eq=False)
class Findings:
    """What is worked out beside a solved plan, for its summary.

    Attributes
    ----------
    lint : list of rows; from `notes`
    finance : sequence of Statement; statements short enough for a summary
    phasing : Phasing; from `best_phasing`
    restrictions : dict; from `weight_limit_forecast`
    forecast : list of rows; from `outlook`
    seconds : dict; seconds by stage
    """

    lint: list[LintRow]
    finance: Sequence[Statement]
    phasing: Phasing
    restrictions: dict[str, Any]
    forecast: list[ForecastRow]
    seconds: Mapping[str, float]


def summarise(
    outcome: Outcome,
    works: gpd.GeoDataFrame,
    table: gpd.GeoDataFrame,
    baselines: dict[str, Solution],
    findings: Findings,
) -> Summary:
    """The summary of a programme, complete.

    Parameters
    ----------
    outcome : Outcome; the solved plan
    works, table : GeoDataFrame; its works items and its assets, from `programme_tables`
    baselines : dict of str → Solution; what rules of thumb make of the same money
    findings : Findings; all else that it holds
    """
    inputs, solution = outcome.inputs, outcome.solution
    plan, forecast = inputs.plan, inputs.plan.forecast
    prices = np.nan_to_num(solution.prices)
    return Summary(
        plan=plan.name,
        title=plan.report.title or plan.name,
        authority=plan.report.authority,
        note=plan.report.note,
        years=tuple(plan.plan_years),
        price_base=plan.first_year,
        objective=plan.objective.sought.objective.format(cut_off=plan.objective.cut_off),
        of=plan.objective.of,
        sought=plan.objective.sought,
        streams=_streams(outcome),
        asset_classes=inputs.tables.classes.of(table["asset_class"]),
        yearly=_yearly(outcome),
        horizon=len(inputs.model.rules.discount) - 1,
        benefit=round(float(outcome.benefit.sum()), 2),
        reached=round(solution.benefit, 2),
        bound=round(solution.bound, 2),
        gap=solution.gap,
        status=solution.status,
        cost=round(float(works["cost"].sum()), 2),
        spend=_spend(works, outcome),
        limits=_limits(outcome),
        flows=_flows(outcome),
        prices=_prices(outcome),
        prices_bound=round(bound_of_prices(outcome.problem, prices), 2),
        prices_known=notes.prices_known(plan.solver.target_gap, solution),
        condition=_condition(outcome),
        residual_life=_residual_bands(outcome),
        condition_gain=_gain(outcome),
        assets=len(table),
        treated=int((table["strategy"] != "do-nothing").sum()),
        baselines=_baselines(outcome, baselines),
        kinds=_kinds(works),
        sites=_sites(outcome, works),
        assumed_share=tuple(notes.assumed_rows(inputs.register.assets)),
        notes=tuple(NoteRow(note=note, count=count) for note, count in inputs.register.notes),
        inputs=inputs.digests,
        unverified=tuple(notes.unverified(inputs)),
        version=__version__,
        form=FORM,
        lint=tuple(findings.lint),
        finance=tuple(statement.as_json() for statement in findings.finance),
        phasing=findings.phasing,
        restrictions=cast(Restrictions, findings.restrictions),
        futures={"futures": forecast.futures, "level": forecast.level, "seed": forecast.seed},
        forecast=tuple(findings.forecast),
        seconds={name: round(spent, 3) for name, spent in findings.seconds.items()},
    )


def _streams(outcome: Outcome) -> tuple[StreamRow, ...]:
    """Present value of each stream in both futures (£)."""
    nothing = {name: float(values.sum()) for name, values in outcome.nothing.streams.items()}
    plan = {name: float(values.sum()) for name, values in outcome.plan.streams.items()}
    # Sites and mobilisation are no asset's own works.
    plan[WORKS] += float(outcome.options.beside[outcome.chosen].sum())
    streams = outcome.inputs.tables.streams
    return tuple(
        StreamRow(
            stream=name,
            label=streams[name].label,
            do_nothing=round(nothing[name], 2),
            plan=round(plan[name], 2),
        )
        for name in nothing
    )


def _prices(outcome: Outcome) -> tuple[PriceRow, ...]:
    """Worth of one more unit of each limit."""
    prices = zip(outcome.formulation.rows, np.nan_to_num(outcome.solution.prices), strict=True)
    return tuple(
        PriceRow(limit=str(row.key), key=cast(KeyFields, row.key.as_json()), price=round(float(price), 6))
        for row, price in prices
    )


def _baselines(outcome: Outcome, baselines: dict[str, Solution]) -> tuple[BaselineRow, ...]:
    """What each rule of thumb makes of the same money (£)."""
    options, problem = outcome.options, outcome.problem
    return tuple(
        BaselineRow(
            name=name,
            benefit=round(float(options.benefit[solution.chosen].sum()), 2),
            reached=round(float(problem.benefit[solution.chosen].sum()), 2),
            cost=round(float(options.cost[solution.chosen].sum()), 2),
            breaks=_broken(outcome, solution),
        )
        for name, solution in baselines.items()
    )


def _kinds(works: pd.DataFrame) -> tuple[KindRow, ...]:
    """Cost of each kind of works (£)."""
    kinds = works.groupby("kind")["cost"].sum()
    return tuple(KindRow(kind=str(kind), amount=round(float(amount), 2)) for kind, amount in kinds.items())


def _cases(outcome: Outcome) -> tuple[tuple[str, Trajectory], tuple[str, Trajectory]]:
    """Both futures by name."""
    return ("do-nothing", outcome.nothing), ("plan", outcome.plan)


def _yearly(outcome: Outcome) -> tuple[YearlyRow, ...]:
    """What poor condition costs in each plan year (£, prices of the first year), not discounted."""
    return tuple(
        YearlyRow(stream=name, year=year, case=case, amount=round(float(amount), 2))
        for case, trajectory in _cases(outcome)
        for name, amounts in trajectory.yearly.items()
        if name != WORKS
        for year, amount in zip(outcome.years[1:], amounts.sum(axis=0), strict=True)
    )


def _sites(outcome: Outcome, works: pd.DataFrame) -> SitesSummary:
    """Works that share a site: how many schemes and how long, and what that saves beside a site each (£)."""
    sharing, inputs = outcome.formulation.sharing, outcome.inputs
    sites, assets = sharing.sites(outcome.chosen), inputs.register.assets
    joined = inputs.tables.classes.where("schemes", "sections")
    road = sites[assets["asset_class"].iloc[sites["asset"]].isin(joined).to_numpy()]
    metres = assets["length_m"].to_numpy(dtype=float)[road["asset"]]
    length = pd.Series(metres).groupby(road["mode"].to_numpy()).agg(["sum", "size"])
    length = length[length["size"] > 1]
    return {
        "costs": inputs.plan.sites.costs,
        "candidates": len(np.unique(sharing.group[sharing.group >= 0])),
        "works": int(works["treatment"].isin(inputs.sites.index).sum()),
        "sharing": len(sites),
        "schemes": len(length),
        "sections": int(length["size"].sum()),
        "length_km": round(float(length["sum"].sum()) / 1000, 4),
        "median_m": round(float(length["sum"].median()), 2) if len(length) else 0.0,
        "longest_m": round(float(length["sum"].max()), 2) if len(length) else 0.0,
        "with_neighbour": int((sharing.modes["neighbour"].reindex(sites["mode"].unique()) >= 0).sum())
        if len(sites)
        else 0,
        "saved": round(float(sites["saved"].sum()), 2),
    }


def _broken(outcome: Outcome, solution: Solution) -> list[str]:
    """Limits that a rule of thumb does not keep: it seeks no floors, and a target is no cap on money."""
    problem = outcome.problem
    slack = 1e-6 * np.maximum(np.abs(solution.used), 1.0)
    wrong = (solution.used > problem.caps + slack) | (solution.used < problem.floors - slack)
    return [str(problem.resources[r]) for r in np.flatnonzero(wrong)]


def _spend(works: pd.DataFrame, outcome: Outcome) -> tuple[SpendRow, ...]:
    """Money by line and year (£): spent, what the envelope gives, and the limit once money is carried over or moved."""
    limits, labels = outcome.inputs.limits, outcome.inputs.tables.labels
    spent = works.groupby(["line", "year"])["cost"].sum()
    caps = outcome.formulation.caps_with(np.asarray(outcome.solution.amounts, dtype=np.float64))
    place = outcome.formulation.place
    allowed = caps[[place[key] for key in limits.keys]].reshape(limits.amount.shape)
    return tuple(
        SpendRow(
            line=line,
            label=labels[line],
            year=year,
            amount=round(float(spent.get((line, year), 0.0)), 2),
            limit=round(float(allowed[row, column]), 2),
            envelope=round(float(limits.amount[row, column]), 2),
        )
        for row, line in enumerate(limits.lines)
        for column, year in enumerate(limits.years)
    )


def _limits(outcome: Outcome) -> tuple[LimitResult, ...]:
    """Every limit of the problem: how the plan file says it, what it allows, what is used, what more of it is worth."""
    problem, solution = outcome.problem, outcome.solution
    rows = zip(
        outcome.formulation.rows, problem.caps, problem.floors, solution.used, np.nan_to_num(solution.prices),
        strict=True,
    )  # fmt: skip
    return tuple(
        LimitResult(
            limit=str(row.key),
            key=cast(KeyFields, row.key.as_json()),
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


def _flows(outcome: Outcome) -> tuple[FlowRow, ...]:
    """Money carried over, moved between lines, or drawn from sources (£)."""
    flows = zip(outcome.formulation.flows, outcome.solution.amounts, strict=True)
    return tuple(
        cast(FlowRow, {"flow": str(flow.key), **flow.key.as_json(), "amount": round(float(amount), 2)})
        for flow, amount in flows
        if amount > 0.005
    )


def _condition(outcome: Outcome) -> tuple[ConditionRow, ...]:
    """Stock in each condition band by class, year and case."""
    assets, classes = outcome.inputs.register.assets, outcome.inputs.tables.classes
    rows = []
    for asset_class, members in sorted(assets.groupby("asset_class").indices.items()):
        unit, stock = classes.stock_of(assets.iloc[members], str(asset_class))
        for case, trajectory in _cases(outcome):
            totals = np.tensordot(stock, trajectory.bands[members].astype(float), axes=(0, 0)).T
            rows += [
                ConditionRow(
                    asset_class=str(asset_class),
                    band=band,
                    year=year,
                    quantity=round(float(amount), 4),
                    unit=unit,
                    case=case,
                )
                for place, year in enumerate(outcome.years)
                for band, amount in zip(condition.BANDS, totals[:, place], strict=True)
            ]
    return tuple(rows)


def _residual_bands(outcome: Outcome) -> tuple[ResidualLifeRow, ...]:
    """Carriageway length by residual-life band, year and case."""
    assets = outcome.inputs.register.assets
    members = np.flatnonzero(assets["asset_class"] == CARRIAGEWAY)
    length = assets["length_m"].fillna(0.0).to_numpy(dtype=float)[members] / 1000
    rows = []
    for case, trajectory in _cases(outcome):
        totals = condition.quantity_in_bands("residual_life", trajectory.residual_life[members], length)
        rows += [
            ResidualLifeRow(band=band, year=year, length_km=round(float(amount), 4), case=case)
            for place, year in enumerate(outcome.years)
            for band, amount in zip(condition.band_names("residual_life"), totals[:, place], strict=True)
        ]
    return tuple(rows)


def _gain(outcome: Outcome) -> tuple[GainRow, ...]:
    """Condition gained by class: area between the two futures above the cut-off, per asset by replacement value."""
    assets = outcome.inputs.register.assets
    area = condition_gain(outcome.nothing.index, outcome.plan.index, outcome.inputs.plan.objective.cut_off)
    value = assets["replacement_value"].fillna(0.0).to_numpy(dtype=float)
    rows = []
    for asset_class, members in sorted(assets.groupby("asset_class").indices.items()):
        weight = value[members].sum()
        mean = float(area[members] @ value[members] / weight) if weight else 0.0
        rows.append(GainRow(asset_class=str(asset_class), index_years=round(mean, 4)))
    return tuple(rows)
