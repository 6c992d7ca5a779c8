"""The backlog: what brings components that are worse than grade B to B, today, by year, and as a range."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pandas as pd

from assetplan import condition
from assetplan._types import Floats
from assetplan.condition.building import GRADES, NOT_STATED, PRIORITIES
from assetplan.property.estate import Decay, Estate, decay
from assetplan.reference import load_table
from assetplan.strategies import load_doubts
from assetplan.strategies.futures import reading_doubt

TOTAL = "total"


def property_rules() -> dict[str, float]:
    """Good practice in keeping property, reference/property_rules.csv."""
    rows = load_table("property_rules")
    return dict(zip(rows["rule"].astype("str"), rows["value"].astype(float), strict=True))


def by_grade_and_priority(estate: Estate, today: Decay) -> pd.DataFrame:
    """The backlog by element, grade and priority.

    Parameters
    ----------
    estate : Estate; every component is `valued`
    today : Decay; of its components

    Returns
    -------
    DataFrame
        Columns element, grade (C, D, E), one a priority, `not stated` and total [£, whole pounds]; rows of nothing are
        left out, and the last row is the total of those before it.
    """
    parts = estate.components
    share, cost = today.share[today.kind, 0], today.cost[today.kind, 0]
    unit_cost = np.divide(cost, share, out=np.zeros_like(cost), where=share > 0)
    quantity = parts["quantity"].to_numpy(dtype=float)
    table = condition.backlog_table(parts["part"], share, parts["priority"], quantity, unit_cost)
    out = table.round(0).reset_index().rename_axis(columns=None).rename(columns={"building": "element"})
    columns = [*PRIORITIES, NOT_STATED]
    out[TOTAL] = out[columns].sum(axis=1)
    out = out[out[TOTAL] > 0].sort_values(["element", "grade"], kind="stable")
    last = pd.DataFrame([{"element": TOTAL, "grade": "", **out[[*columns, TOTAL]].sum()}])
    return pd.concat([out, last], ignore_index=True)


def by_year(estate: Estate, ahead: Decay) -> pd.DataFrame:
    """The expected backlog at the end of the base year and of each year after, if nothing is done.

    Parameters
    ----------
    estate : Estate; every component is `valued`
    ahead : Decay; of its components, for as many years as are wanted

    Returns
    -------
    DataFrame
        Columns year (the calendar year in which the financial year begins), grade_c, grade_d, grade_e, backlog (their
        sum), and grade_b (what mending the parts in grade B would cost, which is no backlog) [£].
    """
    total = ahead.total(estate.components["quantity"].to_numpy(dtype=float))
    years = np.arange(estate.base, estate.base + len(total))
    out = pd.DataFrame({"year": years} | {f"grade_{name.lower()}": total[:, at] for at, name in enumerate(GRADES)})
    worse = [f"grade_{name.lower()}" for name in GRADES[GRADES.index("B") + 1 :]]
    out["backlog"] = out[worse].sum(axis=1)
    return out[["year", *worse, "backlog", "grade_b"]]


def need(estate: Estate, years: int, chance: float) -> pd.DataFrame:
    """What bringing all to grade B takes within some years, as a range by element.

    The low end holds all surveys to be better than they say, and all decay to be slower, by as many standard deviations
    as the chance has on either side; the high end the contrary. Errors of surveys and lives are taken as common to all
    components, for one hand made them, so the ends of elements add up to those of the estate. How far a survey is
    doubted goes by its confidence, and decay is doubted for each year since it was made.

    Parameters
    ----------
    estate : Estate; every component is `valued`
    years : int; years after the base year
    chance : float; that the range holds what is needed (0–1)

    Returns
    -------
    DataFrame
        Columns element, low, high [£, whole pounds]; the last row is the total.
    """
    low, high = need_of_components(estate, years, chance)
    ends = pd.DataFrame({"element": estate.components["part"], "low": low, "high": high})
    out = ends.groupby("element").sum().round(0).reset_index()
    last = pd.DataFrame([{"element": TOTAL, **out[["low", "high"]].sum()}])
    return pd.concat([out, last], ignore_index=True)


def need_of_components(estate: Estate, years: int, chance: float) -> tuple[Floats, Floats]:
    """Low and high end of what each component needs (n_components,) [£]: see `need`.

    Parameters
    ----------
    estate, years, chance : Estate, int, float; as of `need`
    """
    from scipy.special import erfinv

    doubts, parts = load_doubts(), estate.components
    spread = sqrt(2.0) * float(erfinv(chance))
    doubt, quantity = reading_doubt(parts, estate.model.groups, doubts), parts["quantity"].to_numpy(dtype=float)
    low, high = (
        decay(estate, years, better, doubts.life, doubt).backlog(quantity, years) for better in (spread, -spread)
    )
    return low, high


def by_responsibility(estate: Estate, backlog: Floats) -> pd.DataFrame:
    """Components, their replacement value and backlog by who keeps them up.

    Parameters
    ----------
    estate : Estate
    backlog : array (n_components,); NaN where it is not known [£]

    Returns
    -------
    DataFrame
        Columns responsibility, components, blocks, replacement_value, backlog [£, whole pounds]; the council first.
    """
    own = estate.components.assign(backlog=backlog).groupby("responsibility", sort=False)
    out = own[["replacement_value", "backlog"]].sum().round(0)
    out.insert(0, "components", own.size())
    out.insert(1, "blocks", own["block"].nunique())
    order = [name for name in ("council", "tenant", "PFI", "academy") if name in out.index]
    return out.loc[order].reset_index()
