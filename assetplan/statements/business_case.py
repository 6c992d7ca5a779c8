"""The business case of every budget line: do nothing, today's money, the plan, every asset its best; what each avoids.

An option is one strategy for each asset. It is compared with do-nothing, what is committed alone, so that money and
benefit that are there in any case count for none. What an asset's strategy saves goes to lines by share of its cost, as
the benefit of works does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from assetplan._types import Floats, Ints
from assetplan.finance import Statement, real
from assetplan.finance.rounding import in_steps, printed
from assetplan.finance.statement import Column, declared
from assetplan.outcome.outcome import Outcome
from assetplan.reference import load_table
from assetplan.statements.option_figures import OptionFigures, figures
from assetplan.statements.options import OPTIONS, RECOMMENDED, Option, note_on_minimum
from assetplan.strategies import Traffic

TOTAL = "total"


def business_case(outcome: Outcome, traffic: Traffic | None, options: tuple[Option, ...]) -> tuple[Statement, ...]:
    """The business case by line and option, and what the plan avoids by stream.

    Parameters
    ----------
    outcome : Outcome; a solved plan
    traffic : Traffic or None; as the plan's candidates were made with
    options : tuple of Option; its options, from `options_of`

    Returns
    -------
    tuple of Statement
        "business_case": a row a line and option, then their totals. "avoided_cost": a row a stream, then the published
        upper bound. Benefit is the sum of the avoided streams less what is spent beside do-nothing, as printed.
    """
    of_options = figures(outcome, options, traffic)
    steps = [_in_steps(each, of_options[0], outcome.inputs.plan.envelope.unit) for each in of_options]
    return _pack(outcome, options, of_options, steps), _avoided(outcome, of_options[0].streams, steps)


@dataclass(frozen=True, eq=False)
class _Steps:
    """Figures as whole steps of what is printed, a total last, arrays (n_lines + 1,)."""

    works: Ints
    cost: Ints
    present: Ints
    avoided: dict[str, Ints]
    benefit: Ints


def _in_steps(mine: OptionFigures, nothing: OptionFigures, unit: str) -> _Steps:
    """Parts are rounded; totals and benefit are sums of what is printed."""

    def totalled(pounds: ArrayLike) -> Ints:
        steps = in_steps(pounds, unit)
        return np.append(steps, steps.sum())

    present, avoided = totalled(mine.present), {name: totalled(value) for name, value in mine.avoided.items()}
    benefit = np.sum(list(avoided.values()), axis=0) - (present - totalled(nothing.present))
    return _Steps(np.append(mine.works, mine.works.sum()), totalled(mine.cost), present, avoided, benefit)


def _pack(
    outcome: Outcome, options: tuple[Option, ...], of_options: tuple[OptionFigures, ...], steps: list[_Steps]
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
                "benefit_per_pound": _ratio(each, of_options[0], of, steps[0]),
                **{_avoided_column(name): printed(value, unit) for name, value in of.avoided.items()},
                "poor_share": np.append(each.poor, np.nan).round(4),
            }
        )
        for option, each, of in zip(options, of_options, steps, strict=True)
    ]
    rows = pd.concat(parts).sort_index(kind="stable").reset_index(drop=True)
    note = (
        "Benefit is against do-nothing, which is what is committed alone, and net of works: avoided streams less what "
        "is spent beside do-nothing, in present value. Benefit per £ is on each £ spent beside do-nothing, in present "
        "value. Share poor is the share of the line's assets in poor or very poor condition, of buildings in grades C "
        "and D, at the end of the plan. " + note_on_minimum(outcome, options[1])
    )
    streams = [Column(_avoided_column(name)) for name in steps[0].avoided]
    return declared("business_case").table(rows, real(plan.first_year), note, unit, streams)


def _avoided_column(stream: str) -> str:
    return f"avoided_{stream.replace(' ', '_')}"


def _ratio(mine: OptionFigures, nothing: OptionFigures, steps: _Steps, before: _Steps) -> Floats:
    """Benefit on each £ beside do-nothing, present values; blank where no more is spent, as printed."""
    beside = mine.present - nothing.present
    benefit = np.sum(list(mine.avoided.values()), axis=0) - beside
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
    bound = load_table("published_multiples").set_index("figure").loc["avoided"]
    rows = pd.DataFrame(
        {
            "stream": ["works in the plan years", *nothing, TOTAL, bound["label"]],
            "do_nothing": [*printed(np.append(before, before.sum()), unit), None],
            "plan": [*printed(np.append(before - avoided, (before - avoided).sum()), unit), None],
            "avoided": printed(np.append(np.append(avoided, avoided.sum()), in_steps(bound["value"], unit)), unit),
            "basis": [*["this plan, present value"] * (len(before) + 1), "published upper bound, never a target"],
        }
    )
    note = (
        "All assets, against do-nothing, which is what is committed alone; the total avoided is the benefit. The "
        f"published figure is of a whole county, the year of its prices not stated: {bound['source']}."
    )
    return declared("avoided_cost").table(rows, real(plan.first_year), note, unit)
