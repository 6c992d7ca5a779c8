"""The most sites on roads and footways in a year: `[sites] most`."""

from __future__ import annotations

from assetplan.formulation.constraints import Basis, Constraints, Entries, LimitRow
from assetplan.limits import LimitKey


def sites_a_year(basis: Basis) -> Constraints:
    """A row a year; a site is a scheme in a year in which it is closed, or works of one section by themselves."""
    plan, works = basis.inputs.plan, basis.works
    if plan.sites.most is None:
        return Constraints()
    treated = works.treatments["treatment"].isin(basis.inputs.sites.index).to_numpy(dtype=bool)[works.treatment]
    sections = basis.inputs.tables.classes.where("schemes", "sections")
    counted = treated & works.assets["asset_class"].isin(sections).to_numpy(dtype=bool)[works.asset]
    part = basis.closure[works.option]
    rows: list[LimitRow] = []
    entries: list[Entries] = []
    for place in range(basis.inputs.past, plan.years):
        year = plan.first_year + place
        entries.append(basis.entries(counted & (works.year == place), len(rows), part))
        rows.append(LimitRow(LimitKey("sites", year=year), f"sites.most {year}", "sites", cap=float(plan.sites.most)))
    return Constraints(tuple(rows), Entries.stack(entries))
