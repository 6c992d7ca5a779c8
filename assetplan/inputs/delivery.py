"""Crews, embargoes and the calendar of a plan beside its register and its table of sites."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

import numpy as np
import pandas as pd

from assetplan.config import Crew, Plan
from assetplan.errors import Fault
from assetplan.inputs.selectors import treatments_where
from assetplan.inputs.tables import Tables
from assetplan.sites import bits_words, crew_season, month_bits, season_weeks
from assetplan.words import and_list, months_of

_NEAR = 5


def crew_days_a_year(crew: Crew, sites: pd.DataFrame) -> float:
    """Days that a crew can work in a year, all its gangs together.

    Parameters
    ----------
    crew : Crew; a row of `[[crews]]`
    sites : DataFrame; as of `assetplan.sites.load_sites`
    """
    weeks = season_weeks(crew_season(sites, crew.crew)) if crew.weeks is None else crew.weeks
    return crew.gangs * weeks * crew.days


def delivery_faults(plan: Plan, tables: Tables, assets: pd.DataFrame) -> Iterator[Fault]:
    """Crews, seasons and roads of a plan that its tables or its register do not have.

    Parameters
    ----------
    plan : Plan
    tables : Tables; its tables
    assets : DataFrame; table `assets` of its register, with `group`
    """
    sites = tables.parameters.sites
    for number, crew in enumerate(plan.crews, 1):
        yield from _crew(crew, f"crews[{number}]", sites)
    yield from _seasons(plan, tables, assets)
    yield from _roads(plan, assets)


def _crew(crew: Crew, key: str, sites: pd.DataFrame) -> Iterator[Fault]:
    """A crew that no treatment has, and one that works longer than its season."""
    if crew.crew not in set(sites["crew"]):
        rule = f"no treatment has this crew; the crews of the table of sites are {and_list(sorted(set(sites['crew'])))}"
        yield Fault("plan", 0, f"{key}.crew", crew.crew, rule, "write one of them, or add its rows in tables.sites")
        return
    season = crew_season(sites, crew.crew)
    if crew.weeks is not None and crew.weeks > season_weeks(season):
        rule = f"is more than the {season_weeks(season):g} weeks of its season, {bits_words(season)}"
        yield Fault(
            "plan", 0, f"{key}.weeks", f"{crew.weeks:g}", rule, "state as many or fewer, or its season in tables.sites"
        )


def _seasons(plan: Plan, tables: Tables, assets: pd.DataFrame) -> Iterator[Fault]:
    """Embargoes on all places that leave a treatment with a season no month in some year."""
    treatments, _ = tables.model.catalogue.table(assets["group"].unique())
    treatments = treatments[treatments["treatment"].isin(tables.parameters.sites.index)]
    season = treatments["treatment"].map(tables.parameters.sites["months"]).to_numpy(dtype=np.int64)
    left = np.repeat(season[:, np.newaxis], plan.years, axis=1)
    for number, embargo in enumerate(plan.embargoes, 1):
        if embargo.of_assets or embargo.asset:
            continue
        holds = np.isin(plan.plan_years, embargo.years or plan.plan_years)
        meant = np.logical_and.outer(treatments_where(treatments, embargo), holds) & (left > 0)
        left[meant] &= ~month_bits(months_of(embargo.months))
        shut = (meant & (left == 0)).any(axis=1)
        for name, bits in dict(zip(treatments["treatment"][shut], season[shut].tolist(), strict=True)).items():
            rule = f"leaves {name} no working week: its season is {bits_words(bits)}"
            hint = "state months that leave it one, the roads that are meant, or forbid it in rules.forbid"
            yield Fault("plan", 0, f"embargoes[{number}].months", embargo.months, rule, hint)


def _roads(plan: Plan, assets: pd.DataFrame) -> Iterator[Fault]:
    """Roads that the register does not have."""
    known = sorted(set(assets["road"]) - {""})
    named = {f"embargoes[{i}]": row for i, row in enumerate(plan.embargoes, 1)}
    named |= {f"calendar[{i}]": row for i, row in enumerate(plan.calendar, 1)}  # type: ignore[misc]  # selectors both
    for key, row in named.items():
        for road in row.road or ():
            if road not in known:
                near = get_close_matches(road, known, _NEAR, 0.0)
                rule = "the register has no such road" + (f"; the nearest names are {', '.join(near)}" if near else "")
                yield Fault(
                    "plan", 0, f"{key}.road", road, rule, "write the road as the register has it, or leave the row out"
                )
