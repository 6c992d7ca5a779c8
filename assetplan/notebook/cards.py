"""How register, plan, programme, round and calibration show themselves in a notebook: cards without any script."""

from __future__ import annotations

import base64
import io
from collections.abc import Hashable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

import pandas as pd
from pydantic import BaseModel

from assetplan.condition import band_names
from assetplan.display import brief, cut
from assetplan.inputs import read_parameters
from assetplan.inspection import standing
from assetplan.inspection.tables import condition_bands
from assetplan.notebook.outline import outline
from assetplan.notebook.pieces import (
    Bar,
    CardTable,
    Drawing,
    Picture,
    Piece,
    Sentence,
    Tiles,
    card,
    condition_bar,
    condition_key,
)  # fmt: skip
from assetplan.register.basis import ASSUMED, basis_share, condition_basis
from assetplan.register.no_map import no_map
from assetplan.report.calibration import save_calibration
from assetplan.report.facts import Facts
from assetplan.report.sections.headline import SECTION as HEADLINE
from assetplan.report.sections.spending import spend_chart
from assetplan.report.wording import percent, unit_of
from assetplan.words import capitalised, day, financial_year, is_missing, number, plural, pounds

if TYPE_CHECKING:
    from assetplan.calibration import Calibration
    from assetplan.config import Plan
    from assetplan.programme import Programme
    from assetplan.register import Register
    from assetplan.rounds import Round

_FEW = 5  # assets that did best, and worst
_MOST = 30  # rows of a table
# What every plan states, so that it is never unlike a default.
_STATED = ("name", "register", "first_year", "report", "folder")


def register_html(register: Register) -> str:
    """What is owned by class, in which condition, how much of it is assumed, and where.

    Parameters
    ----------
    register : Register
    """
    assets, parameters = register.assets, read_parameters()
    (year, stock), classes = standing(register, parameters), parameters.classes
    owned, basis = condition_bands(stock, "index", classes, by=()), condition_basis(assets, classes)
    rows: list[tuple[Any, ...]] = []
    for row in owned.to_dict("records"):
        known = classes[row["asset_class"]]
        assumed = basis_share([one for one in basis if one["asset_class"] == known.asset_class], ASSUMED)
        bar = condition_bar(known.bands, [row.get(band, float("nan")) for band in band_names(known.bands)])
        unit = unit_of(known.stock_unit, row["stock"])
        quantity = f"{number(row['stock'] / unit.divisor, unit.decimals)} {unit.label}"
        rows.append(
            (known.plural, number(row["assets"]), quantity, pounds(row["replacement_value"]), bar, percent(assumed))
        )
    of_own = assets[~assets["asset_class"].isin(classes.names)]
    rows += [(name, number(n), "", "", "", "") for name, n in of_own.groupby("asset_class").size().items()]
    when = f"at the end of {financial_year(year)}" if year is not None else "as recorded"
    heads = ("Class", "Assets", "Quantity", "To replace", f"Condition {when}", "Assumed")
    scales = dict.fromkeys(classes[name].bands for name in owned.get("asset_class", ()))
    drawn = outline(assets)
    unmapped = no_map(assets)
    return card(
        f"Register of {plural(len(assets), 'asset')}",
        [
            CardTable("", heads, rows, (1, 2, 3, 5)),
            *condition_key(scales),
            Sentence("Assumed: share of the condition that a stated rule filled in.") if len(rows) else None,
            drawn,
            Sentence("Main roads (A dark, B light) on all that has a place.") if drawn else None,
            Sentence(unmapped) if unmapped else None,
            *(Sentence(f"{capitalised(text)} ({number(count)})") for text, count in register.notes[:_FEW]),
        ],
    )


def plan_html(plan: Plan) -> str:
    """The envelope by line and year, the limits beside it, and what is unlike the defaults.

    Parameters
    ----------
    plan : Plan
    """
    years, unit = plan.plan_years, plan.envelope.unit
    lines = plan.envelope.lines
    rows = [(line, *(number(one, 2) for one in money), number(sum(money), 2)) for line, money in lines.items()]
    if rows:
        totals = [sum(money[k] for money in lines.values() if k < len(money)) for k in range(len(years))]
        rows.append(("All lines", *(number(one, 2) for one in totals), number(sum(totals), 2)))
    prices = "cash" if plan.envelope.prices == "cash" else f"{financial_year(plan.first_year)} prices"
    heads = ("Budget line", *map(financial_year, years), "Total")
    unlike = list(_unlike_defaults(plan))
    limits = [(key, cut(value)) for key, value in _limits(plan)]
    seeks = f"Seeks the most {plan.objective.sought.seeks}" if not plan.objective.sought.least else "Seeks the least"
    about = f"{seeks}; register {plan.register_file}."
    return card(
        f"Plan {plan.name}, {financial_year(years[0])} to {financial_year(years[-1])}",
        [
            Sentence(about),
            CardTable(f"Envelope, {unit}, {prices}", heads, rows, range(1, len(heads))) if rows else None,
            CardTable("Limits beside the envelope", ("Table", "Limit"), limits[:_MOST]) if limits else None,
            CardTable("Unlike the defaults", ("Key", "Plan", "Default"), unlike[:_MOST]) if unlike else None,
            Sentence(f"and {len(unlike) - _MOST} more keys") if len(unlike) > _MOST else None,
        ],
    )


def _limits(plan: Plan) -> Iterator[tuple[str, str]]:
    """Limits, sources and targets of a plan, each as its table and its keys."""
    for table in ("limits", "sources", "borrowing", "targets", "schemes", "bids", "crews", "embargoes"):
        for row in getattr(plan, table):
            stated = row.model_dump(mode="json", by_alias=True, exclude_defaults=True)
            yield table, ", ".join(f"{key} {_in_words(value)}" for key, value in stated.items())
    for table in ("floors", "carry_over", "virement", "contingency"):
        for line, value in getattr(plan.envelope, table).items():
            yield f"envelope.{table}", f"{line} {_in_words(value)}"


def _in_words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_in_words(one)}" for key, one in value.items())
    return brief(value)


def _unlike_defaults(plan: Plan) -> Iterator[tuple[str, str, str]]:
    """Keys of single values whose value is not the default, with both; tables of rows are with the limits."""
    stated = plan.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    yield from _unlike(plan, stated, "")


def _unlike(model: BaseModel, stated: Mapping[str, Any], before: str) -> Iterator[tuple[str, str, str]]:
    for name, field in type(model).model_fields.items():
        key, value = field.alias or name, getattr(model, name)
        path = f"{before}{key}"
        if key not in stated or path in _STATED or path.startswith("envelope."):
            continue
        if isinstance(value, BaseModel):
            yield from _unlike(value, stated[key], f"{path}.")
        elif not (isinstance(value, tuple) and value and isinstance(value[0], BaseModel)):
            default = None if field.is_required() else field.get_default(call_default_factory=True)
            empty = default is None or default in ("", (), {})
            yield path, cut(_in_words(stated[key])), "none" if empty else brief(default)


def programme_html(programme: Programme) -> str:
    """Headline, spend by line and year, condition before and after, and the assets that did best and worst.

    Parameters
    ----------
    programme : Programme
    """
    facts, summary = Facts(programme), programme.summary
    headline = HEADLINE.data(facts) or {}
    chart = spend_chart(facts)
    reached, bound = (_sought(facts, amount) for amount in (summary.reached, summary.bound))
    proof = (
        f"{capitalised(summary.sought.counted or 'benefit')} {reached}; bound {bound}; gap {percent(summary.gap, 3)}."
    )
    years = f"{financial_year(facts.years[0])} to {financial_year(facts.last)}"
    return card(
        f"{summary.title or summary.plan}, {years}",
        [
            *(Sentence(text, soft=False) for text in (headline.get("doubt"), headline.get("unmapped")) if text),
            Tiles(headline.get("tiles", ())),
            Sentence(proof),
            Drawing(chart) if chart is not None else None,
            *_condition(facts),
            *_best_and_worst(facts),
        ],
    )


def _sought(facts: Facts, amount: float) -> str:
    unit = facts.summary.sought.unit
    return pounds(amount, 5) if unit == "£" else f"{number(amount, 1)} {unit}"


def _condition(facts: Facts) -> Iterator[Piece]:
    """Bars of each class today and at the end of the plan in both cases."""
    rows = pd.DataFrame(facts.summary.condition)
    if rows.empty:
        return
    quantity = rows.groupby(["asset_class", "year", "case", "band"])["quantity"].sum()
    present = [row for row in facts.classes if row.asset_class in set(rows["asset_class"])]
    shown: list[tuple[str | Bar, ...]] = []
    for known in present:
        bars = []
        for _, year, case in facts.cases:
            key = (known.asset_class, year, case)
            inside = [float(quantity.get((*key, band), 0.0)) for band in band_names(known.bands)]
            bars.append(condition_bar(known.bands, [one / sum(inside) if sum(inside) else 0.0 for one in inside]))
        shown.append((known.plural, *bars))
    yield CardTable("Condition", ("Class", *(label for label, *_ in facts.cases)), shown)
    yield from condition_key(dict.fromkeys(known.bands for known in present))


def _best_and_worst(facts: Facts) -> Iterator[Piece]:
    """Assets whose works bring most, and those in the worst condition at the end of the plan."""
    assets = pd.DataFrame(facts.programme.assets.drop(columns="geometry"))
    ids, last = "asset_id", f"plan_{facts.last}"
    treated = assets[assets["treatments"].fillna("") != ""]
    best = treated.sort_values(["benefit", ids], ascending=[False, True]).head(_FEW)
    if len(best):
        rows = [
            (*_named(facts, row), row["treatments"], pounds(row["cost"]), pounds(row["benefit"]))
            for row in best.to_dict("records")
        ]
        yield CardTable("Works that bring most", ("Asset", "Name", "Works", "Cost", "Benefit"), rows, (3, 4))
    worst = assets.dropna(subset=last).sort_values([last, ids]).head(_FEW)
    if len(worst):
        ends = [
            (*_named(facts, row), number(row[last]), cut(str(row["reason"]), 90)) for row in worst.to_dict("records")
        ]
        heads = ("Asset", "Name", f"Index at the end of {financial_year(facts.last)}", "Why")
        yield CardTable("In the worst condition at the end", heads, ends, (2,))


def _named(facts: Facts, row: Mapping[Hashable, Any]) -> tuple[str, str]:
    names = (str(row[key]) for key in ("road", "name") if row.get(key) and not is_missing(row[key]))
    return str(row["asset_id"]), ", ".join((facts.classes[row["asset_class"]].label, *islice(names, 1)))


def round_html(budget_round: Round) -> str:
    """Runs by stage, and what each came to.

    Parameters
    ----------
    budget_round : Round
    """
    summary, calendar = budget_round.summary, budget_round.calendar
    stages = ", ".join(f"{count} {stage}" for stage, count in summary["stage"].value_counts().items())
    rows = [
        (
            row["scenario"], row["run"][:8], row["stage"], pounds(row["money"], 4), pounds(row["cost"], 4),
            pounds(row["benefit"], 5), percent(row["gap"], 3), number(row["treated"]),
        )
        for row in summary.head(_MOST).to_dict("records")
    ]  # fmt: skip
    heads = ("Scenario", "Run", "Stage", "Money", "Cost", "Benefit", "Gap", "Treated")
    meetings = [
        (day(str(row["date"])), row["body"], day(str(row["papers"])), row["decides"])
        for row in calendar.to_dict("records")
    ]
    return card(
        f"Round of {plural(len(summary), 'run')} of {plural(len(budget_round), 'scenario')}",
        [
            Sentence(f"{budget_round.folder}: {stages or 'no runs yet'}"),
            CardTable("Runs", heads, rows, range(3, len(heads))),
            Sentence(f"and {len(summary) - _MOST} more runs") if len(summary) > _MOST else None,
            CardTable("Meetings", ("Date", "Body", "Papers by", "Decides"), meetings[:_MOST]) if meetings else None,
        ],
    )


def calibration_html(learned: Calibration) -> str:
    """Curves with their intervals beside readings held out, and what each group was learned from.

    Parameters
    ----------
    learned : Calibration
    """
    held = io.BytesIO()
    save_calibration(learned, held, "png", dpi=64)
    groups = "decay by age with its interval, and readings held out by what was expected of them"
    rows = [
        (
            row["group"], row["family"] or row["model"], number(row["assets"]), number(row["pairs"]),
            f"{number(row['life'], 1)} ({number(row['life_low'], 1)} to {number(row['life_high'], 1)})",
            number(row["error"], 2), row["verified"],
        )
        for row in learned.rows.head(_MOST).fillna({"family": ""}).to_dict("records")
    ]  # fmt: skip
    heads = ("Group", "Model", "Assets", "Pairs", "Life, years (95 %)", "Error, points", "Verified")
    return card(
        f"Calibration of {plural(len(learned.rows), 'group')}",
        [
            Picture(base64.b64encode(held.getvalue()).decode("ascii"), f"{learned.kind.capitalize()}: {groups}"),
            CardTable("", heads, rows, (2, 3, 4, 5)),
            *(Sentence(note) for note in learned.notes[:_FEW]),
        ],
    )
