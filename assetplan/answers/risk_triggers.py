"""What should bring the risks of the estate before the board: reactive share, key assets, an overdue review."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from assetplan.answers.indicator_forecast import FIGURES
from assetplan.config.assurance import RiskSettings
from assetplan.programme.summary_ahead import PLAN
from assetplan.words import and_list, day, financial_year, plural

if TYPE_CHECKING:
    from assetplan.programme import Programme

COLUMNS = ["trigger", "raised", "detail"]
_NAMED = 3  # assets that a trigger names


def risk_triggers(programme: Programme, stated: RiskSettings, risks: pd.DataFrame | None) -> pd.DataFrame:
    """The triggers, whether each is raised, and by what.

    Parameters
    ----------
    programme : Programme; the plan's
    stated : RiskSettings; of its plan: dates of the report and of the review
    risks : DataFrame or None; from `asset_risks`

    Returns
    -------
    DataFrame
        trigger, raised ("yes" or "no"), detail. A trigger of which nothing is known has no row.
    """
    rows = [*_reactive(programme), *_key_assets(risks), *_review(stated)]
    return pd.DataFrame([(name, "yes" if raised else "no", detail) for name, raised, detail in rows], columns=COLUMNS)


def _reactive(programme: Programme) -> list[tuple[str, bool, str]]:
    of_property = FIGURES["planned_property"](programme, "")
    shares = of_property or FIGURES["planned_share"](programme, "")
    planned = {year: share for (case, year), share in shares.items() if case == PLAN}
    years = sorted(planned)
    if len(years) < 2 or not any(row["stream"] == "reactive" for row in programme.summary.yearly):
        return []
    whole = "repairs and works on buildings" if of_property else "repairs and works"
    first, last = (100 - planned[year] for year in (years[0], years[-1]))
    ends = " to ".join(
        f"{share:.1f} % in {financial_year(year)}" for share, year in ((first, years[0]), (last, years[-1]))
    )
    return [("reactive share rising", last > first, f"reactive repairs go from {ends} of {whole}")]


def _key_assets(risks: pd.DataFrame | None) -> list[tuple[str, bool, str]]:
    if risks is None:
        return []
    lost = risks[risks["band_plan"] == "high"]
    more = [f"{len(lost) - _NAMED:,} more"] * (len(lost) > _NAMED)
    some = and_list([*lost["asset_id"].head(_NAMED), *more]) if len(lost) else ""
    detail = f"{plural(len(lost), 'asset')} in the band high at the end of the plan" + (f": {some}" if some else "")
    return [("loss of use of a key asset", len(lost) > 0, detail)]


def _review(stated: RiskSettings) -> list[tuple[str, bool, str]]:
    if stated.plan_review is None or stated.as_at is None:
        return []
    return [
        (
            "plan review overdue",
            stated.plan_review < stated.as_at,
            f"the review was due by {day(str(stated.plan_review))}",
        )
    ]
