"""Rules that join several keys of crews, embargoes and the calendar."""

from __future__ import annotations

from collections.abc import Iterator

from assetplan.config.plan import Plan


def delivery_faults(plan: Plan) -> Iterator[tuple[str, str, str]]:
    """Key, value and rule of every fault of what a plan says of delivery."""
    stated: dict[tuple[str, int], int] = {}
    for i, crew in enumerate(plan.crews, 1):
        for year in crew.years or plan.plan_years:
            first = stated.setdefault((crew.crew, year), i)
            if first != i:
                rule = f"crews[{first}] states this crew in {year} already: give each row years of its own"
                yield f"crews[{i}]", crew.crew, rule
                break
    for i, entry in enumerate(plan.calendar, 1):
        key = f"calendar[{i}]"
        if not (entry.of_assets or entry.asset):
            yield key, entry.name, "needs a road, an asset or another selector, or it closes everything"
        if entry.years is None and entry.to is None:
            yield key, entry.name, "needs years, in which no works may be done, or to, the only years for works"
        for year in sorted(set(entry.years or ()) & set(entry.to or ())):
            yield f"{key}.to", str(year), "is one of the entry's years, in which no works may be done"
