"""When works may not be done: embargoes, the calendar of others' works, and roads that were closed not long ago.

Works are left out of what may be chosen, as `[rules]` do. Years that are past are never closed: what was done is done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from assetplan._types import Bools, Floats, Ints
from assetplan.config import CalendarEntry
from assetplan.errors import Fault
from assetplan.formulation.works import Works
from assetplan.inputs.load import Inputs
from assetplan.inputs.selectors import assets_selected, treatments_where
from assetplan.network import network_rules
from assetplan.sites import ALL_YEAR, month_bits
from assetplan.strategies.names import steps_of
from assetplan.words import and_list, capitalised, months_of, plural

Closed = tuple[str, Ints]
"""Key of the plan file that closes roads, and the rows of the works that it rules out."""


def months_left(inputs: Inputs, works: Works) -> Ints:
    """Months in which each of the works may be done, as `assetplan.sites.month_bits`, (n_works,).

    Parameters
    ----------
    inputs : Inputs; the plan, its seasons and its embargoes
    works : Works
    """
    left = _seasons(inputs, works)
    for months, rows in _embargoed(inputs, works):
        left[rows] &= ~months
    return left


def closed_works(inputs: Inputs, works: Works) -> Iterator[Closed]:
    """What each embargo and each entry of the calendar rules out, by its key.

    Works are ruled out by the embargo that takes the last month of their season.

    Parameters
    ----------
    inputs : Inputs; the plan
    works : Works
    """
    left = _seasons(inputs, works)
    for number, (months, rows) in enumerate(_embargoed(inputs, works), 1):
        left[rows] &= ~months
        yield f"embargoes[{number}]", rows[left[rows] == 0]
    edges = _edges(inputs, works)
    for number, entry in enumerate(inputs.plan.calendar, 1):
        rows = _rows_of(edges, works.where_asset(entry))
        yield f"calendar[{number}]", rows[_years_closed(inputs, entry)[works.year[rows]]]


def closed_schemes(inputs: Inputs, works: Works, closed: Sequence[Closed]) -> Iterator[Fault]:
    """Assets of schemes of the plan file whose every year is closed.

    Parameters
    ----------
    inputs : Inputs; the plan
    works : Works; those of all candidates
    closed : sequence of Closed; from `closed_works`
    """
    if not inputs.plan.schemes:
        return
    by = np.full(len(works.option), -1)
    for place, (_, rows) in enumerate(closed):
        by[rows] = place
    edges = _edges(inputs, works)
    row_of = {name: row for row, name in enumerate(inputs.register.assets["asset_id"])}
    for number, scheme in enumerate(inputs.plan.schemes, 1):
        years = np.array(scheme.years or inputs.plan.plan_years) - inputs.plan.first_year
        named = works.treatments["treatment"].isin(scheme.treatment).to_numpy(dtype=bool)
        for asset in scheme.assets:
            mine = np.arange(edges[row_of[asset]], edges[row_of[asset] + 1])
            closing = by[mine[named[works.treatment[mine]] & np.isin(works.year[mine], years)]]
            if len(closing) and (closing >= 0).all():
                keys = [closed[place][0] for place in np.unique(closing)]
                rule = f"{and_list(keys)} {'closes' if len(keys) == 1 else 'close'} every year of the scheme to it"
                hint = "leave it a month or a year there, or take it out of the scheme"
                yield Fault("plan", 0, f"schemes[{number}].assets", asset, rule, hint)


def least_between(inputs: Inputs) -> float:
    """Least years between two works sites of one asset; 0 where the plan has no such rule."""
    own = inputs.plan.sites.closed_again
    return network_rules()["closed_again"] if own is None else own


def closed_again(inputs: Inputs, works: Works) -> Ints:
    """Rows of the works on a site too soon after the asset's last, in the same strategy or before the plan.

    Parameters
    ----------
    inputs : Inputs; the plan
    works : Works
    """
    least = least_between(inputs)
    if not least:
        return np.zeros(0, dtype=np.intp)
    on_site = works.treatments["treatment"].isin(inputs.sites.index).to_numpy(dtype=bool)
    rows = np.flatnonzero(on_site[works.treatment])
    option, year = works.option[rows], works.year[rows]
    again = inputs.plan.first_year + year - _last_before(inputs)[works.asset[rows]] < least
    again[1:] |= (option[1:] == option[:-1]) & (np.diff(year) < least)
    return rows[again & (year >= inputs.past)]


def calendar_note(inputs: Inputs) -> list[tuple[str, str]]:
    """How many assets the calendar closes in some year; nothing without a calendar."""
    calendar, assets = inputs.plan.calendar, inputs.register.assets
    if not calendar:
        return []
    kinds = Counter(entry.kind for entry in calendar)
    what = capitalised(and_list(f"{kind} ({count})" for kind, count in kinds.items()))
    shut = np.logical_or.reduce([assets_selected(assets, entry) for entry in calendar])
    return [("calendar", f"{what}: no works in some year on {plural(int(shut.sum()), 'asset')}.")]


def _seasons(inputs: Inputs, works: Works) -> Ints:
    """Months of the season of each of the works, (n_works,)."""
    months = works.treatments["treatment"].map(inputs.sites["months"]).fillna(ALL_YEAR)
    return months.to_numpy(dtype=np.int64)[works.treatment]


def _embargoed(inputs: Inputs, works: Works) -> Iterator[tuple[int, Ints]]:
    """Months that each embargo takes, and the rows of the works that it takes them from."""
    edges = _edges(inputs, works)
    for embargo in inputs.plan.embargoes:
        years = embargo.years or inputs.plan.plan_years
        holds = np.isin(inputs.plan.plan_years, years) & (np.arange(inputs.plan.years) >= inputs.past)
        rows = _rows_of(edges, works.where_asset(embargo))
        meant = treatments_where(works.treatments, embargo)[works.treatment[rows]] & holds[works.year[rows]]
        yield month_bits(months_of(embargo.months)), rows[meant]


def _edges(inputs: Inputs, works: Works) -> Ints:
    """Row at which the works of each asset begin, and the number of all, (n_assets + 1,)."""
    return np.searchsorted(works.asset, np.arange(len(inputs.register.assets) + 1))


def _rows_of(edges: Ints, meant: Bools) -> Ints:
    """Rows of the works of the assets meant (n_assets,), whatever the number of all others."""
    count = np.diff(edges)[meant]
    return np.repeat(edges[:-1][meant] - (np.cumsum(count) - count), count) + np.arange(count.sum())


def _years_closed(inputs: Inputs, entry: CalendarEntry) -> Bools:
    """Plan years in which an entry of the calendar allows no works, (n_years,)."""
    years = inputs.plan.plan_years
    closed = np.isin(years, entry.years or ()) if entry.to is None else ~np.isin(years, entry.to)
    return closed & (np.arange(len(years)) >= inputs.past)


def _last_before(inputs: Inputs) -> Floats:
    """Last year before the plan in which each asset had a works site, -inf where none is known, (n_assets,).

    It was built or renewed then, as the register states, or an earlier programme treated it.
    """
    assets, first = inputs.register.assets, inputs.plan.first_year
    assumed = assets["assumed"].str.split().map(lambda names: "built_year" in names).to_numpy(dtype=bool)
    built = assets["built_year"].to_numpy(dtype=float)
    last = np.where(assumed | ~(built < first), -np.inf, built)
    if inputs.earlier is None:
        return last
    on_site = set(inputs.sites.index)
    done = {
        strategy: max((year for name, year in steps_of(strategy) if year < first and name in on_site), default=-np.inf)
        for strategy in map(str, inputs.earlier.strategy.unique())
    }
    return np.maximum(
        last, assets["asset_id"].map(inputs.earlier.strategy.map(done)).fillna(-np.inf).to_numpy(dtype=float)
    )
