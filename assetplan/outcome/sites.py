"""Works sites of a programme: how many, how long, what sharing saves, and what the rules of their size cost."""

from __future__ import annotations

import numpy as np
import pandas as pd

from assetplan.outcome.outcome import Outcome
from assetplan.programme.delivery import SitesRow, SitesSummary


def sites_summary(outcome: Outcome, works: pd.DataFrame, without: float | None) -> SitesSummary:
    """Works that share a site, and the sites of sections by class and year.

    Parameters
    ----------
    outcome : Outcome; the solved plan
    works : DataFrame; `Programme.works`
    without : float or None; most that the same money could bring without the rules of sites; None where they are off
    """
    sharing, inputs = outcome.formulation.sharing, outcome.inputs
    shared = sharing.sites(outcome.chosen)
    mine = _of_sections(outcome, works)
    schemes = mine[mine["works"] > 1]
    return {
        "costs": inputs.plan.sites.costs,
        "candidates": len(np.unique(sharing.group[sharing.group >= 0])),
        "works": int(works["treatment"].isin(inputs.sites.index).sum()),
        "sharing": len(shared),
        "schemes": len(schemes),
        "sections": int(schemes["works"].sum()),
        "length_km": round(float(schemes["length_m"].sum()) / 1000, 4),
        "median_m": round(float(schemes["length_m"].median()), 2) if len(schemes) else 0.0,
        "longest_m": round(float(schemes["length_m"].max()), 2) if len(schemes) else 0.0,
        "with_neighbour": int(sharing.beside[shared["asset"]].sum()),
        "saved": round(float(shared["saved"].sum()), 2),
        "without_rules": without,
        "by_class": _by_class(mine, inputs.plan.plan_years),
    }


def _of_sections(outcome: Outcome, works: pd.DataFrame) -> pd.DataFrame:
    """One row a site on sections: class, scheme and year; number of works, length treated [m], cost [£], committed."""
    inputs = outcome.inputs
    sections = works["asset_class"].isin(inputs.tables.classes.where("schemes", "sections"))
    mine = pd.DataFrame(works[sections & works["treatment"].isin(inputs.sites.index)])
    grouped = mine.groupby(["asset_class", "scheme_id", "year"], sort=True)
    return grouped.agg(
        works=("asset_id", "size"), length_m=("length_m", "sum"), cost=("cost", "sum"), committed=("committed", "any")
    ).reset_index()


def _by_class(sites: pd.DataFrame, years: tuple[int, ...]) -> tuple[SitesRow, ...]:
    """One row a class: sites in each year, and how large they are."""
    rows = []
    for name, mine in sites.groupby("asset_class"):
        length = mine["length_m"]
        free = length[~mine["committed"]]
        rows.append(
            SitesRow(
                asset_class=str(name),
                by_year=tuple(int((mine["year"] == year).sum()) for year in years),
                shortest_m=round(float(free.min()), 2) if len(free) else None,
                median_m=round(float(length.median()), 2),
                longest_m=round(float(length.max()), 2),
                mean_cost=round(float(mine["cost"].mean()), 2),
            )
        )
    return tuple(rows)
