"""Days that the chosen works take each crew in each year, beside those that it has."""

from __future__ import annotations

import numpy as np

from assetplan.formulation.crew_days import part_of_site, works_days
from assetplan.formulation.works import Works
from assetplan.limits import LimitKey
from assetplan.outcome.outcome import Outcome
from assetplan.programme.delivery import CrewRow


def crew_rows(outcome: Outcome) -> tuple[CrewRow, ...]:
    """A row for each crew that the plan's treatments have, and each year.

    Parameters
    ----------
    outcome : Outcome; the solved plan
    """
    inputs, formulation, chosen = outcome.inputs, outcome.formulation, outcome.chosen
    works = Works.of(inputs.register.assets, inputs.model, outcome.options.take(chosen))
    mode = np.full(len(chosen), -1) if outcome.problem.mode is None else outcome.problem.mode[chosen]
    crew, days = works_days(inputs, works, part_of_site(inputs, works, formulation.sharing.site[chosen], mode))
    rows = []
    for name in sorted(set(crew) - {""}):
        mine = (crew == name)[works.treatment]
        used = np.bincount(works.year[mine], days[mine], inputs.plan.years)
        for year, amount in zip(inputs.plan.plan_years, used.tolist(), strict=True):
            place = formulation.place.get(LimitKey("crew", name, year=year))
            most = None if place is None else round(float(outcome.problem.caps[place]), 2)
            rows.append(CrewRow(crew=name, year=year, days_used=round(amount, 2), days_available=most))
    return tuple(rows)
