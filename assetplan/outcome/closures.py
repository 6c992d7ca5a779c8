"""Routine jobs that may be done under the closure of a scheme: which, when, and the traffic management it saves."""

from __future__ import annotations

import numpy as np
import pandas as pd

from assetplan._types import Ints
from assetplan.asset_classes import CARRIAGEWAY
from assetplan.formulation.sharing import section_of
from assetplan.inputs.load import Inputs
from assetplan.outcome.outcome import Outcome
from assetplan.programme.summary import SharedClosuresRow


def shared_closures(outcome: Outcome, works: pd.DataFrame) -> pd.DataFrame | None:
    """Each routine job with the works whose closure it may share, those of the year nearest to its due year.

    The works have a site, on the job's asset or on the carriageway section that it stands beside, in a year that is not
    past, within `sites.jobs_window` years of its due year; of two years as near, the earlier.

    Parameters
    ----------
    outcome : Outcome; the solved plan
    works : DataFrame; its works items

    Returns
    -------
    DataFrame or None
        Columns scheme_id, road, year, asset_id, job, due, cost and saving [£, prices of the first year], sorted by
        year, scheme, asset and job; None where the plan names no table of jobs.
    """
    inputs = outcome.inputs
    jobs = inputs.jobs
    if jobs is None:
        return None
    ahead = inputs.plan.plan_years[inputs.past :]
    sites = works[works["treatment"].isin(inputs.sites.index) & works["year"].isin(ahead)]
    sites = pd.DataFrame(sites[["asset_id", "scheme_id", "road", "year"]])
    due = jobs.reset_index(names="number").rename(columns={"traffic_management": "saving"})
    places = pd.concat([due.assign(at=due["asset_id"], own=0), due.assign(at=_section_ids(inputs, due), own=1)])
    both = places.merge(sites.rename(columns={"asset_id": "at"}), on="at")
    both["off"] = (both["year"] - both["due"]).abs()
    both = both[both["off"] <= inputs.plan.sites.jobs_window]
    both = both.sort_values(["number", "off", "year", "own", "scheme_id"], kind="stable").drop_duplicates("number")
    columns = ["scheme_id", "road", "year", "asset_id", "job", "due", "cost", "saving"]
    order = ["year", "scheme_id", "asset_id", "job", "due"]
    return both.sort_values(order, kind="stable").reset_index(drop=True)[columns]


def _section_ids(inputs: Inputs, due: pd.DataFrame) -> pd.Series:
    """Identifier of the carriageway section that the asset of each job stands beside; missing where there is none."""
    assets = inputs.register.assets
    of_jobs = pd.Index(assets["asset_id"]).get_indexer(pd.Index(due["asset_id"]))
    section = (assets["asset_class"] == CARRIAGEWAY).to_numpy()
    part: Ints = np.union1d(np.flatnonzero(section), of_jobs)
    beside = tuple(sorted(set(assets["asset_class"].iloc[of_jobs]) - {CARRIAGEWAY}))
    of = section_of(assets.iloc[part], np.flatnonzero(section[part]), beside)[np.searchsorted(part, of_jobs)]
    ids = assets["asset_id"].to_numpy(dtype=object)[part]
    return pd.Series(np.where(of >= 0, ids[of], None), index=due.index, dtype=object)


def closures_by_year(shared: pd.DataFrame | None, years: tuple[int, ...]) -> tuple[SharedClosuresRow, ...]:
    """Jobs that may share a closure and what that saves (£), by year of the plan; no rows without a table of jobs."""
    if shared is None:
        return ()
    sums = shared.groupby("year")["saving"].agg(["size", "sum"]).reindex(list(years), fill_value=0)
    return tuple(
        SharedClosuresRow(year=year, jobs=int(jobs), saving=round(float(saving), 2))
        for year, jobs, saving in zip(years, sums["size"], sums["sum"], strict=True)
    )
