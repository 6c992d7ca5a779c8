"""What crews can do in a year: days of the works and of setting up their sites, within `[[crews]]`."""

from __future__ import annotations

import numpy as np

from assetplan._types import Floats, Ints, Texts
from assetplan.formulation.constraints import Basis, Constraints, Entries, LimitRow
from assetplan.formulation.works import Works
from assetplan.inputs.delivery import crew_days_a_year
from assetplan.inputs.load import Inputs
from assetplan.limits import CREW_DAYS, LimitKey


def crew_days(basis: Basis) -> Constraints:
    """A limit for each crew that the plan states in each of its years but those that are past."""
    inputs, works = basis.inputs, basis.works
    plan = inputs.plan
    if not plan.crews:
        return Constraints()
    crew, days = works_days(inputs, works, basis.site)
    rows: list[LimitRow] = []
    entries: list[Entries] = []
    for number, stated in enumerate(plan.crews, 1):
        most, mine = crew_days_a_year(stated, inputs.sites), (crew == stated.crew)[works.treatment]
        for year in stated.years or plan.plan_years:
            place = year - plan.first_year
            if place >= inputs.past:
                entries.append(basis.entries(mine & (works.year == place), len(rows), days))
                words = f'crews[{number}] "{stated.crew}" {year}'
                rows.append(LimitRow(LimitKey("crew", stated.crew, year=year), words, CREW_DAYS, cap=most))
    return Constraints(tuple(rows), Entries.stack(entries))


def works_days(inputs: Inputs, works: Works, site: Floats) -> tuple[Texts, Floats]:
    """Crew of each treatment of the works, "" for none, and days that each of the works takes its crew, (n_works,).

    Works take their quantity over what the crew does in a day, and their part of setting up the site.

    Parameters
    ----------
    inputs : Inputs; the plan and what sites take
    works : Works; works of the options
    site : array (n_works,); part of its crew's site that each of the works bears [0 to 1]
    """
    rows = inputs.sites.reindex(works.treatments["treatment"])
    per_day, setup = rows[["per_day", "setup_days"]].to_numpy(dtype=float)[works.treatment].T
    quantity = works.assets["quantity"].to_numpy(dtype=float)[works.asset]
    days = quantity / per_day + setup * site
    crew: Texts = rows["crew"].fillna("").to_numpy(dtype=object)
    return crew, np.where(np.isnan(per_day), 0.0, days)


def part_of_site(inputs: Inputs, works: Works, shared: Floats, mode: Ints) -> Floats:
    """Part of its crew's site that each of the works bears, (n_works,).

    In a scheme of the plan file it is the like part of all. One of several crews has a site of each: its assets then
    bear their own, as they do of works beside the scheme.

    Parameters
    ----------
    inputs : Inputs; the plan and what sites take
    works : Works; works of the options
    shared : array (n_options,); the part in candidate schemes
    mode : array (n_options,); mode of each, as in the problem
    """
    size = np.zeros(len(inputs.register.assets))
    for scheme in inputs.plan.schemes:
        crews = inputs.sites["crew"].reindex(list(scheme.treatment)).nunique(dropna=False)
        size[inputs.register.assets["asset_id"].isin(scheme.assets)] = len(scheme.assets) if crews == 1 else 1
    tied = size[works.asset]
    together = mode[works.option] == works.year
    return np.where(tied > 0, np.where(together, 1 / np.maximum(tied, 1), 1.0), shared[works.option])
