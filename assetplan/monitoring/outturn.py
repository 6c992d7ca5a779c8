"""Forecast outturn against budget: inclusions, rephasing between years and variance; lights and benefits of schemes.

Money that moves between years is kept apart from money that is more or less than approved. Of a scheme with budget
b_y in year y and outturn o_y (actual and forecast), B and O in all,

    rephasing_y = B · o_y / O − b_y        variance_y = (O − B) · o_y / O,

so that rephasing comes to zero over the years, variance to O − B, and o_y = b_y + rephasing_y + variance_y. Where
nothing is spent any more there is no rephasing, and variance_y = −b_y.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from assetplan.assurance.rag import RED
from assetplan.assurance.schemes import lights_of
from assetplan.monitoring.actuals import Actuals
from assetplan.monitoring.approved import KEYS, Approved

STAGES = ("forecast", "in delivery", "realised")
"""How far benefits are."""

AMOUNTS = ("budget", "inclusions", "rephasing", "latest", "actual", "forecast", "outturn", "variance")
"""Amounts of a monitoring table: the latest budget is the sum of the three before it, the outturn of actual and
forecast, and the variance is the outturn less the latest budget.
"""


@dataclass(frozen=True, eq=False)
class Monitoring:
    """What the schemes of a programme come to.

    Attributes
    ----------
    cells : DataFrame
        One row a scheme, line and year: scheme, line, year, reported (bool), and `AMOUNTS` [£]. A scheme of which
        nothing is reported is forecast to cost its budget.
    schemes : DataFrame
        One row a scheme that is reported: as of `lights_of`, and included (bool), off_track ("", "date", "money" or
        "date and money"), benefit [£ present value], benefits (stage).
    benefits : DataFrame; one row a line: line, and the benefit [£ present value] of its schemes in each of `STAGES`
    """

    cells: pd.DataFrame
    schemes: pd.DataFrame
    benefits: pd.DataFrame

    def by(self, *keys: str) -> pd.DataFrame:
        """Amounts summed by keys of the cells."""
        return self.cells.groupby(list(keys), as_index=False)[list(AMOUNTS)].sum()


def monitor(
    approved: Approved, actuals: Actuals, late_days: float | None = None, over_percent: float | None = None
) -> Monitoring:
    """Set what is reported of schemes beside what was approved for them.

    Parameters
    ----------
    approved : Approved; the programme's schemes
    actuals : Actuals; what is reported of them
    late_days, over_percent : float, optional; tolerances, by default those of the programme's plan
    """
    cells = _cells(approved, actuals)
    stated = approved.settings
    late = stated.late_days if late_days is None else late_days
    over = stated.over_percent if over_percent is None else over_percent
    schemes = _schemes(approved, actuals, cells, late, over)
    return Monitoring(cells, schemes, _benefits(approved, schemes))


def progress_of(schemes: pd.DataFrame) -> pd.DataFrame:
    """Schemes with a budget as table `scheme_progress`, which `indicators.schemes` of a plan may name.

    Parameters
    ----------
    schemes : DataFrame; `Monitoring.schemes`
    """
    columns = ["scheme", "name", "planned_finish", "forecast_finish", "budget", "forecast"]
    rows = schemes.loc[schemes["budget"] > 0, columns]
    return rows.assign(**rows[["budget", "forecast"]].round(2)).reset_index(drop=True)


def _cells(approved: Approved, actuals: Actuals) -> pd.DataFrame:
    rows = _by_line(approved, actuals.rows)
    paid = rows.groupby(KEYS)[["actual", "forecast", "budget"]].sum().rename(columns={"budget": "inclusions"})
    budget = approved.budget.set_index(KEYS)[["budget"]]
    cells = budget.join(paid, how="outer").fillna(0.0).sort_index().reset_index()
    cells["reported"] = cells["scheme"].isin(set(rows["scheme"]))
    cells["forecast"] = cells["forecast"].where(cells["reported"], cells["budget"])
    cells["outturn"] = cells["actual"] + cells["forecast"]
    own = cells["budget"] + cells["inclusions"]
    of = [cells["scheme"], cells["line"]]
    total, all_out = (each.groupby(of).transform("sum").to_numpy() for each in (own, cells["outturn"]))
    at_budget = np.divide(total * cells["outturn"], all_out, out=own.to_numpy(copy=True), where=all_out > 0)
    cells["rephasing"] = at_budget - own
    cells["latest"] = at_budget
    cells["variance"] = cells["outturn"] - at_budget
    return cells[[*KEYS, "reported", *AMOUNTS]]


def _by_line(approved: Approved, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with their line; those without are shared over the lines of their scheme as its budget is."""
    blank = rows["line"] == ""
    if not blank.any():
        return rows
    lines = approved.lines_of
    total, count = (lines.groupby("scheme")["budget"].transform(how) for how in ("sum", "size"))
    lines["share"] = np.divide(lines["budget"], total, out=1 / count.to_numpy(dtype=float), where=total > 0)
    shared = rows[blank].drop(columns="line").merge(lines[["scheme", "line", "share"]], on="scheme", how="left")
    for name in ("actual", "forecast"):
        shared[name] *= shared["share"]
    return pd.concat([rows[~blank], shared.drop(columns="share")], ignore_index=True)


def _schemes(
    approved: Approved, actuals: Actuals, cells: pd.DataFrame, late: float | None, over: float | None
) -> pd.DataFrame:
    rows = actuals.rows
    money = cells[cells["reported"]].groupby("scheme")[["budget", "inclusions", "outturn", "actual"]].sum()
    last = rows.replace({"name": "", "benefits": ""}, None).groupby("scheme")
    stated = last[["name", "planned_finish", "finish", "benefits"]].last()
    table = money.join(stated)
    budgeted = cells[cells["reported"] & (cells["budget"] + cells["inclusions"] > 0)]
    with_money = rows[rows["actual"] + rows["forecast"] != 0]
    end = _quarter_ends(with_money["year"], with_money["quarter"]).groupby(with_money["scheme"]).max()
    of_years = budgeted.groupby("scheme")["year"].max()
    planned = _quarter_ends(of_years, pd.Series(4, of_years.index)).reindex(table.index)
    # A scheme without a year of its own was to be finished when it is, one without money when it was to be.
    table["planned_finish"] = table["planned_finish"].fillna(planned).fillna(end)
    table["forecast_finish"] = table["finish"].fillna(end).fillna(table["planned_finish"])
    for name in ("planned_finish", "forecast_finish"):
        table[name] = table[name].fillna(_quarter_end_of(actuals))
    table["name"] = approved.names.reindex(table.index).fillna(table["name"]).fillna("")
    table["forecast"], table["budget"] = table["outturn"], table["budget"] + table["inclusions"]
    lights = lights_of(table.reset_index(), late, over).set_index("scheme")
    flags = [lights[f"{name}_rag"].eq(RED).map({True: name, False: ""}) for name in ("date", "money")]
    both = (flags[0] != "") & (flags[1] != "")
    benefit = approved.budget.groupby("scheme")["benefit"].sum().reindex(table.index).fillna(0.0)
    return lights.assign(
        included=table.index.isin(actuals.inclusions),
        off_track=(flags[0] + flags[1]).mask(both, "date and money"),
        benefit=benefit,
        benefits=table["benefits"].fillna((table["actual"] > 0).map({True: STAGES[1], False: STAGES[0]})),
    ).reset_index()


def _quarter_ends(years: pd.Series, quarters: pd.Series) -> pd.Series:
    """Last day of quarters of financial years."""
    month = 3 * quarters + 3
    after = month > 12
    parts = {"year": years + after, "month": month - 12 * after, "day": 1}
    return pd.to_datetime(pd.DataFrame(parts, index=years.index)) + pd.offsets.MonthEnd(0)


def _quarter_end_of(actuals: Actuals) -> pd.Timestamp:
    """Last day of the last quarter that is reported, or forecast where none is."""
    rows = actuals.rows
    return _quarter_ends(rows["year"], rows["quarter"]).max()


def _benefits(approved: Approved, schemes: pd.DataFrame) -> pd.DataFrame:
    """Benefit of lines by stage; what is not reported is forecast."""
    lines = approved.lines_of
    stage = lines["scheme"].map(schemes.set_index("scheme")["benefits"]).fillna(STAGES[0])
    wide = lines["benefit"].groupby([lines["line"], stage]).sum().unstack(fill_value=0)
    return (
        wide.reindex(columns=list(STAGES), fill_value=0.0).reindex(list(approved.lines), fill_value=0.0).reset_index()
    )
