"""The property of a register in tables: backlog, need, facility condition index, sufficiency of schools, surveys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from assetplan._types import Floats
from assetplan.condition.building import NOT_STATED, PRIORITIES
from assetplan.finance.statement import Statement, declared, real
from assetplan.property.backlog import (
    by_grade_and_priority,
    by_responsibility,
    by_year,
    need,
    need_of_components,
    property_rules,
)
from assetplan.property.estate import Estate, decay
from assetplan.property.facilities import block_index, in_bands, premises_index
from assetplan.property.sufficiency import holdings, in_grades, sufficiency
from assetplan.property.surveys import survey_programme, surveys_by_year
from assetplan.words import and_list, financial_year, number, plural

_NAMES = {name: f"priority_{place}" for place, name in enumerate(PRIORITIES, start=1)} | {NOT_STATED: "not_stated"}
_POUNDS = ("replacement_value", "backlog", "council_backlog", "range")
_YEARS = {"last_surveyed", "expansion_year"}
DEFINITION = "Backlog is what mending the parts in grades C, D and E costs; it brings all of them to B or better"


def property_statements(estate: Estate, years: int) -> tuple[Statement, ...]:
    """Every table of an estate.

    Parameters
    ----------
    estate : Estate; from `estate_of` or `estate_of_plan`
    years : int; years after the base year that the expected backlog is followed for

    Returns
    -------
    tuple of Statement
        Those that the register gives cause for: one without components has no backlog, one without schools no
        sufficiency.
    """
    return tuple(_statements(estate, years))


def _statements(estate: Estate, years: int) -> Iterator[Statement]:
    prices = real(estate.model.catalogue.price_year)
    rules = property_rules()
    valued, ours = estate.valued, estate.valued & estate.ours
    if len(estate.premises):
        yield _table("property_holdings", holdings(estate.premises), "")
    today = np.full(len(estate.components), np.nan)
    if ours.any():
        yield from _backlog(estate.part(ours), years, rules, prices, _left_out(estate))
    if valued.any():
        known = estate.part(valued)
        today[valued] = decay(known, 0).backlog(known.components["quantity"].to_numpy(dtype=float))
    if len(estate.components):
        split = by_responsibility(estate, today)
        yield _table("property_responsibility", split, prices, "Only what the council keeps up is in the envelope.")
    blocks = block_index(estate, today)
    premises = premises_index(estate.premises, blocks)
    if len(blocks):
        yield from _facilities(blocks, premises, prices)
    schools = sufficiency(estate.premises, premises)
    if len(schools):
        note = (
            "Condition by the facility condition index, suitability as stated, capacity by pupils over places. Not "
            "verified: where the grades of capacity begin."
        )
        yield _table("property_sufficiency", in_grades(schools), "", note)
        yield _table("property_schools", schools, "")
    if len(blocks):
        yield from _surveys(estate, rules, prices)


def _backlog(
    estate: Estate, years: int, rules: dict[str, float], prices: str, left_out: Sequence[str]
) -> Iterator[Statement]:
    """Backlog by grade and priority, by year and as a range, of what the council keeps up."""
    ahead = decay(estate, years)
    base = financial_year(estate.base)
    note = ". ".join([f"{DEFINITION}. Condition at the end of {base}", *left_out, *_unverified(estate)]) + "."
    yield _table("property_backlog", by_grade_and_priority(estate, ahead).rename(columns=_NAMES), prices, note)
    yield _table(
        "property_ahead",
        by_year(estate, ahead).round(0),
        prices,
        f"At the end of each year; each figure is rounded. {DEFINITION}.",
    )
    within, chance = int(rules["need_years"]), rules["need_range"]
    note = (
        f"What brings all to grade B by the end of {financial_year(estate.base + within)}. Surveys and decay are "
        "doubted by confidence and age of survey (not verified); the range holds what is needed with a chance of "
        f"{number(100 * chance)} %."
    )
    yield _table("property_need", need(estate, within, chance), prices, note)


def _left_out(estate: Estate) -> list[str]:
    """Components of the council that have no backlog, with the reason."""
    blank = estate.components["value"].isna().to_numpy()
    reasons = (
        (estate.ours & blank, "without a condition"),
        (estate.ours & ~blank & ~estate.valued, "without a chain of decay or a price of renewal"),
    )
    return [f"Not counted: {plural(int(rows.sum()), 'component')} {words}" for rows, words in reasons if rows.any()]


def _unverified(estate: Estate) -> list[str]:
    """Rows of reference tables that the backlog rests on and no source stands behind."""
    groups = estate.model.groups
    labels = [groups[name].label for name in dict.fromkeys(estate.components["group"]) if not groups[name].verified]
    return [f"Not verified: decay or cost of {and_list(sorted(labels))}"] if labels else []


def _facilities(blocks: pd.DataFrame, premises: pd.DataFrame, prices: str) -> Iterator[Statement]:
    note = "Backlog of all components of known condition, whoever keeps them up, over replacement value."
    yield _table("property_bands", in_bands(blocks, premises), prices, note)
    for name, table in (("property_blocks", blocks), ("property_premises", premises)):
        if len(table):
            yield _table(name, table.assign(fci=(100 * table["fci"]).round(2)), prices)


def _surveys(estate: Estate, rules: dict[str, float], prices: str) -> Iterator[Statement]:
    low, high = (np.full(len(estate.components), np.nan) for _ in range(2))
    rows = estate.valued & estate.ours
    if rows.any():
        low[rows], high[rows] = need_of_components(estate.part(rows), int(rules["need_years"]), rules["need_range"])
    programme = survey_programme(estate, low, high, rules["survey_share"])
    if not len(programme):
        return
    share = number(100 * rules["survey_share"])
    note = (
        f"{share} % of the estate a year (not verified): blocks without a condition first, then those whose survey "
        "narrows the range of need the most."
    )
    for name, table in (
        ("property_surveys", surveys_by_year(programme)),
        ("property_survey_blocks", programme),
    ):
        shown = table.assign(share=(100 * table["share"]).round(2))
        yield _table(name, shown, prices, note if name == "property_surveys" else "")


def maintenance(years: Sequence[int], planned: Floats, reactive: Floats, prices: str) -> Statement:
    """Planned and reactive maintenance of buildings by year beside the share held to be good practice.

    Parameters
    ----------
    years : sequence of int; plan years
    planned, reactive : array (n_years,); works of the plan, and the expected cost of reactive repairs beside them [£]
    prices : str; which money they are in
    """
    both = np.stack([np.append(planned, planned.sum()), np.append(reactive, reactive.sum())], axis=1).round(0)
    rows = pd.DataFrame({"year": [*map(financial_year, years), "total"], "planned": both[:, 0], "reactive": both[:, 1]})
    spent = both.sum(axis=1)
    rows["planned_share"] = (100 * rows["planned"] / np.where(spent > 0, spent, np.nan)).round(1)
    rows["target"] = 100 * property_rules()["planned_share"]
    return declared("property_maintenance").table(rows, prices, "Target: what CIPFA holds to be good practice.")


def _table(name: str, rows: pd.DataFrame, prices: str, note: str = "") -> Statement:
    """A statement of rows, years as financial years and money in whole pounds."""
    rows = rows.round(dict.fromkeys(_POUNDS, 0))
    for column in _YEARS & {*rows}:
        rows[column] = [f"{year:.0f}" if year == year else "" for year in rows[column]]
    if "year" in rows:
        rows["year"] = [financial_year(int(year)) for year in rows["year"]]
    return declared(name).table(rows, prices, note)
