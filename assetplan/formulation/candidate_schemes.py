"""Candidate schemes: stretches of a road through its junctions, and estates, each closed in one year or in two.

Where works bring most at the prices of the limits, roads are divided into stretches (`divide`), and streets of an
estate joined. In each **mode** of a scheme, the years in which it is closed, every section has the works of the crew
that bring most there, or stays untreated; a crew whose part of a closure is below its least size does not come. What
the sections of a mode are treated with is then for the optimiser to choose, and whether the scheme goes ahead in any
mode.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd

from assetplan._types import Bools, Floats, Ints
from assetplan.formulation.divide import ROUNDING, StretchRules, divide
from assetplan.formulation.section_worth import SectionWorth

NONE = -1
# Pairs of years tried for two closures of one scheme, those of most worth: ten years of a plan have 28.
_MOST_PAIRS = 12
_SAMPLE = 12_000  # sections that the price of a site is reckoned on
_ROUNDS, _STEP = 8, 3.0  # of changes to the prices of sites, and by how many times one may change them


@dataclass(frozen=True, eq=False)
class SchemeLimits:
    """What schemes of a class keep to.

    Attributes
    ----------
    stretches : StretchRules; lengths of a stretch, and the share of it that may stay untreated
    length, area, cost : array (n_crews,); least of a crew's part of a closure [m], [unit of quantity], [£]
    by_area : array of bool (n_crews,); crews that work over an estate
    apart : int; least number of years between two closures [1 or more]
    """

    stretches: StretchRules
    length: Floats
    area: Floats
    cost: Floats
    by_area: Bools
    apart: int


@dataclass(frozen=True, eq=False)
class RoadSections:
    """Sections of one class that may join, in order along their runs, arrays (n,).

    Attributes
    ----------
    row : row of each in the table of assets
    run, estate : number of its run, and of its estate; −1 for none
    length : [m]
    """

    row: Ints
    run: Ints
    estate: Ints
    length: Floats


def form_candidates(
    classes: Sequence[tuple[RoadSections, SchemeLimits]], worth: SectionWorth, first_year: int, sites: float
) -> pd.DataFrame:
    """Candidate schemes, and what each section is treated by in each of their modes.

    Parameters
    ----------
    classes : sequence of (RoadSections, SchemeLimits); sections of each class that may join, and what they keep to
    worth : SectionWorth; of all assets
    first_year : int; plan year in which works may begin, 0 the first; earlier ones are past
    sites : float; sites a year of all classes that formation aims at; infinite where there is no limit

    Returns
    -------
    DataFrame
        One row a section that is treated in a mode: columns scheme and mode (numbers from 0), year and again (plan
        years of the closures, again −1 where there is one), asset (row), crew, works_year (plan year of its works).
    """
    years = range(first_year, worth.value.shape[2])
    every = [_Roads.of(sections, worth, limits, years) for sections, limits in classes]
    every = [roads for roads in every if roads.value.size]  # works of some crew on some section
    if not every:
        return no_schemes()
    price, parts, schemes = _price_of_sites(every, sites, years), [], 0
    for roads in every:
        scheme, length = roads.schemes(price)[:2]
        part = pd.concat([_treated(roads, scheme, length, each) for each in roads.closures], ignore_index=True)
        parts.append(part.assign(scheme=part["scheme"] + schemes))
        schemes += len(length)
    rows = pd.concat(parts, ignore_index=True)
    rows = rows.sort_values(["scheme", "year", "again", "asset"], kind="stable", ignore_index=True)
    rows["scheme"] = pd.factorize(rows["scheme"])[0]
    return rows.assign(mode=pd.factorize(pd.MultiIndex.from_frame(rows[["scheme", "year", "again"]]))[0])


def no_schemes() -> pd.DataFrame:
    """The table of `form_candidates` without rows."""
    names = ("scheme", "mode", "year", "again", "asset", "crew", "works_year")
    return pd.DataFrame({name: np.zeros(0, dtype=np.intp) for name in names})


def _closures(value: Floats, apart: int, years: range) -> list[tuple[int, ...]]:
    """The years in which a scheme may be closed: each by itself, and pairs of them far enough apart."""
    pairs = [pair for pair in combinations(years, 2) if pair[1] - pair[0] >= apart]
    if len(pairs) > _MOST_PAIRS:
        total = [np.maximum(_best(value[:, :, list(pair)]), 0.0).sum() for pair in pairs]
        pairs = [pairs[k] for k in sorted(np.argsort(total, kind="stable")[::-1][:_MOST_PAIRS])]
    return [*((year,) for year in years), *pairs]


def _best(value: Floats) -> Floats:
    """Best of crews and years, (n,)."""
    best: Floats = value.max(axis=(1, 2), initial=-np.inf)
    return best


@dataclass(frozen=True, eq=False)
class _Roads:
    """Sections of a class with what closing them is worth.

    Attributes
    ----------
    sections, limits : RoadSections, SchemeLimits
    worth : SectionWorth; of the sections, by those crews alone that would treat them in a stretch or in an estate
    in_estate : array of bool (n,); sections that join with their estate, others with their road
    closures : tuple of tuples; years in which a scheme may be closed
    value : array (n, n_ways)
        Worth of each section in each way of closing a stretch: closures, by crews that need no more than a least
        length.
    second : array of bool (n, n_ways); whether those are in the second closure
    usual : array (n_ways,); what closing costs: the sites of the crews that are wanted most
    closed : array of bool (n_years, n_ways); years in which each closes a road
    minimum : array (1 or 2, n_ways); least length treated in the first closure and in the second [m]
    """

    sections: RoadSections
    limits: SchemeLimits
    worth: SectionWorth
    in_estate: Bools
    closures: tuple[tuple[int, ...], ...]
    value: Floats
    second: Bools
    usual: Floats
    closed: Bools
    minimum: Floats

    @classmethod
    def of(cls, sections: RoadSections, worth: SectionWorth, limits: SchemeLimits, years: range) -> _Roads:
        """Sections in every mode that the limits allow in some years."""
        own = worth.value[sections.row]
        estate = sections.estate >= 0
        in_estate = estate & (_best(own[:, limits.by_area]) > _best(own[:, ~limits.by_area]))
        own[np.ix_(in_estate, ~limits.by_area)] = -np.inf
        own[np.ix_(estate & ~in_estate, limits.by_area)] = -np.inf
        mine = SectionWorth(own, worth.fixed, worth.cost[sections.row], worth.area[sections.row])
        closures = tuple(_closures(own, limits.apart, years))
        levels = np.unique(limits.length[np.isfinite(own).any(axis=(0, 2))])
        ways = [(each, limits.length <= level, level) for each in closures for level in levels]
        value, usual = np.empty((len(own), len(ways))), np.empty(len(ways))
        second = np.zeros(value.shape, dtype=bool)
        for k, (each, crews, _) in enumerate(ways):
            part = own[:, crews][:, :, list(each)]
            value[:, k] = _best(part)
            second[:, k] = part.max(axis=1, initial=-np.inf).argmax(axis=1) > 0
            wanted = (part > 0).sum(axis=0)
            usual[k] = len(each) * (worth.fixed[crews][:, list(each)] * wanted).sum() / max(int(wanted.sum()), 1)
        closed = np.array([[year in each for each, _, _ in ways] for year in range(own.shape[2])])
        twice = closed.sum(axis=0) > 1
        level = np.array([level for _, _, level in ways])
        minimum = np.stack([level, np.where(twice, level, 0.0)])[: 1 + twice.any()]
        return cls(sections, limits, mine, in_estate, closures, value, second, usual, closed, minimum)

    def sample(self, every: int) -> _Roads:
        """One in so many runs and estates, with all of their sections."""
        rows = np.flatnonzero(np.where(self.in_estate, self.sections.estate, self.sections.run) % every == 0)
        sections = self.sections
        part = RoadSections(sections.row[rows], sections.run[rows], sections.estate[rows], sections.length[rows])
        mine = {name: getattr(self, name)[rows] for name in ("in_estate", "value", "second")}
        return replace(self, sections=part, **mine)

    def schemes(self, price: Floats) -> tuple[Ints, Floats, Floats]:
        """The scheme of each section (−1 for none), where a site has a price in each year (n_years,).

        Beside it the length of each scheme [m], zero of an estate, whose streets need not be treated; and how many
        sites all have in each year in the modes that are worth most.
        """
        sections = self.sections
        cost = self.usual + price @ self.closed
        along = np.where(self.in_estate[:, None], -np.inf, self.value)
        roads = divide(sections.run, sections.length, along, self.second, cost, self.minimum, self.limits.stretches)
        length = np.bincount(roads.stretch[roads.stretch >= 0], sections.length[roads.stretch >= 0], len(roads.mode))
        inside = np.flatnonzero(self.in_estate)
        estate, streets = np.unique(sections.estate[inside], return_inverse=True)
        total = np.zeros((len(estate), len(cost)))
        np.add.at(total, streets, np.maximum(self.value[inside], 0.0))
        total -= cost
        for again, least in enumerate(self.minimum):
            treated = np.zeros(total.shape)
            done = (self.value[inside] > 0) & (self.second[inside] == again)
            np.add.at(treated, streets, done * sections.length[inside, None])
            total[treated < least - ROUNDING] = -np.inf
        good = total.max(axis=1, initial=-np.inf) > 0
        scheme = np.where(self.in_estate, NONE, roads.stretch)
        scheme[inside] = np.where(good[streets], len(length) + streets, NONE)
        modes = np.concatenate([roads.mode, total[good].argmax(axis=1)])
        sites = self.closed[:, modes].sum(axis=1).astype(np.float64)
        return scheme, np.append(length, np.zeros(len(estate))), sites


def _price_of_sites(every: Sequence[_Roads], most: float, years: range) -> Floats:
    """Price of a site in each year at which about as many schemes form as are wanted, (n_years,).

    Prices of years that have too many rise in proportion, of years that have room they fall. Of many roads, a sample
    is taken.
    """
    price = np.zeros(years.stop)
    if np.isinf(most):
        return price
    total = sum(len(roads.in_estate) for roads in every)
    parts = [roads.sample(total // _SAMPLE + 1) for roads in every]
    whole, mine = (sum(float(roads.sections.length.sum()) for roads in of) for of in (every, parts))
    wanted = max(most * mine / max(whole, 1e-9), 1e-9)
    if np.all(_sites(parts, price) <= wanted):
        return price
    usual = max(float(np.concatenate([roads.usual for roads in parts]).mean()), 1.0)
    price[years.start :] = usual
    for _ in range(_ROUNDS):
        price *= np.clip(_sites(parts, price) / wanted, 1 / _STEP, _STEP)
    return price


def _sites(every: Sequence[_Roads], price: Floats) -> Floats:
    """Sites of all schemes in each year, (n_years,)."""
    return np.sum([roads.schemes(price)[2] for roads in every], axis=0)


def _treated(roads: _Roads, scheme: Ints, whole: Floats, years: tuple[int, ...]) -> pd.DataFrame:
    """What each section is treated by where its scheme is closed in some years, of schemes that keep to the limits."""
    inside = np.flatnonzero(scheme >= 0)
    of, length = scheme[inside], roads.sections.length[inside]
    crew, year = (part.ravel() for part in np.meshgrid(np.arange(roads.worth.fixed.shape[0]), years, indexing="ij"))
    value = roads.worth.value[inside][:, crew, year]
    slot = _comes(roads, of, value, crew, year, inside, len(whole))
    on = slot >= 0
    treated = np.bincount(of[on], length[on], len(whole))
    kept = treated >= (1 - roads.limits.stretches.untreated) * whole - ROUNDING
    for each in years:  # a closure without works is none
        kept &= np.bincount(of[on], year[slot[on]] == each, len(whole)) > 0
    on &= kept[of]
    return pd.DataFrame(
        {
            "scheme": of[on], "year": years[0], "again": years[1] if len(years) > 1 else NONE,
            "asset": roads.sections.row[inside[on]], "crew": crew[slot[on]], "works_year": year[slot[on]],
        }
    )  # fmt: skip


def _comes(roads: _Roads, of: Ints, value: Floats, crew: Ints, year: Ints, inside: Ints, n_schemes: int) -> Ints:
    """The crew and year, as a place among these, that bring most on each section; −1 where none brings anything.

    A crew whose part of a closure brings less than its site costs, or is below its least size, does not come: one after
    the other, that which is worth least first, and its sections go to the crews that are left.
    """
    limits, n = roads.limits, np.arange(len(of))
    length, area = (
        np.broadcast_to(part[inside, None], value.shape) for part in (roads.sections.length, roads.worth.area)
    )
    sizes = (length, area, roads.worth.cost[inside][:, crew, year])
    least = (limits.length[crew], limits.area[crew], limits.cost[crew])
    comes = np.ones((n_schemes, len(crew)), dtype=bool)

    def of_year(size: Floats | Ints) -> Floats:
        """Of all crews together in the year of each."""
        return np.asarray(size @ (year[:, None] == year), dtype=float)

    while True:
        slot = np.where(comes[of], value, -np.inf).argmax(axis=1)
        on = comes[of, slot] & (value[n, slot] > 0)
        cell, shape = of[on] * len(crew) + slot[on], comes.shape
        brings, *size = (
            np.bincount(cell, each[n[on], slot[on]], comes.size).reshape(shape) for each in (value, *sizes)
        )
        surplus = brings - roads.worth.fixed[crew, year]
        small = np.logical_or.reduce([of_year(each) < few - ROUNDING for each, few in zip(size, least, strict=True)])
        out = (brings > 0) & (small | (surplus < 0))
        if not out.any():
            return np.where(on, slot, NONE)
        worst = np.where(out, surplus, np.inf).argmin(axis=1)
        comes[out.any(axis=1), worst[out.any(axis=1)]] = False
