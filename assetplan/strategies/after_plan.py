"""What comes after the plan years, for ever: present values of works and burdens under a group's follow-on policy.

They are worked out on the group's grid, backwards from the last year followed, beyond which prices, traffic and the
discount rate stay as they are, and read off for each node: see docs/method.md, section After the plan years.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from statistics import NormalDist
from typing import Any

import numpy as np

from assetplan._types import Floats
from assetplan.consequences import BASES, DETOURS, WORKS
from assetplan.economics import price_levels
from assetplan.network import growth_factor
from assetplan.strategies.curve_state import CurveState
from assetplan.strategies.policy import Policy
from assetplan.strategies.traffic import Exposure

_DOUBTS = 21  # places in the doubt of an index, equally likely
ALL = ""
"""All streams together."""


@dataclass(frozen=True)
class SiteCost:
    """What a site of their own adds to works of a quantity q: fixed · (1 − q / typical) [£, unit of the quantity]."""

    fixed: float
    typical: float

    def of(self, quantity: Floats) -> Floats:
        """What it adds (£), any shape."""
        return self.fixed * (1.0 - quantity / self.typical)


@dataclass(frozen=True, eq=False)
class AfterPlan:
    """Present values from the end of the plan years on, by state.

    Attributes
    ----------
    policy : Policy
    sites : tuple of (SiteCost or None); of each of its treatments
    discount : array (n_years,); factors at the start of each year followed, the first plan year's first
    years : int; plan years
    streams : tuple of str; burden streams that count
    doubt : float; standard deviation of the index of a curve's asset [index points]
    """

    policy: Policy
    sites: tuple[SiteCost | None, ...]
    discount: Floats
    years: int
    streams: tuple[str, ...]
    doubt: float

    def present(self, state: Any, exposure: Exposure, stream: str = ALL) -> Floats:
        """Present value of one stream, or of all together, from states at the end of the plan years (n_nodes,) [£].

        Parameters
        ----------
        state : CurveState or ChainState; of the group (n_nodes)
        exposure : Exposure; of the nodes, in the base year
        stream : str; "works", a burden, or "" for all
        """
        places, weights = self.policy.grid.locate(state)

        def read(table: Floats, rows: Any = slice(None)) -> Floats:
            return np.asarray(np.einsum("nk,nkc->nc", weights[rows], table[places[rows]]))

        total = np.zeros(len(places))
        named = self.streams if stream == ALL else tuple(name for name in self.streams if name == stream)
        if stream in (ALL, WORKS):
            works = read(self._works)
            total += works[:, 0] * exposure.quantity + works[:, 1]
        burdens = tuple(name for name in named if name != DETOURS)
        if burdens:
            total += read(self._burden(burdens, "quantity", 0.0, 0.0))[:, 0] * exposure.quantity
            if any((name, "use") in self.policy.grid.model.burdens for name in burdens):
                total += read(self._burden(burdens, "use", 0.0, 0.0))[:, 0] * exposure.use
            for rows, rate in _rates(exposure):
                table = self._burden(burdens, "vehicle_km", rate, exposure.lasts)
                total[rows] += read(table, rows)[:, 0] * exposure.vehicle_km[rows]
        if DETOURS in named and exposure.limits is not None:
            for rows, rate in _rates(exposure):
                limits = exposure.limits.take(rows)
                years = read(self._limited(limits.renewed, rate, exposure.lasts), rows)
                total[rows] += (limits.cost * self._years_of(years, limits.below)).sum(axis=1)
        return total

    @cached_property
    def _kept(self) -> dict[tuple, Floats]:
        """Tables of burdens and limits that were worked out."""
        return {}

    @cached_property
    def _works(self) -> Floats:
        """Works, by unit of quantity and by asset (n_points, 2) [£]: a site costs fixed · (1 − quantity / typical)."""
        table = np.zeros((len(self.policy.chosen), 2))
        for growth, yearly in self._works_of_year():
            prices = self.discount * price_levels(growth, np.arange(len(self.discount)))
            table += self._backwards(yearly, np.repeat(prices[:, None], 2, axis=1))
        return self.policy.grid.blurred(table, self._doubts)

    def _works_of_year(self) -> Iterator[tuple[tuple[float, ...], Floats]]:
        """Growth of prices, with the works of a year whose prices grow so: by unit of quantity and by asset."""
        for growth in sorted({t.growth for t in self.policy.treatments}):
            yearly = np.zeros((len(self.policy.chosen), 2))
            for k, (treatment, site) in enumerate(zip(self.policy.treatments, self.sites, strict=True)):
                if treatment.growth != growth:
                    continue
                done = self.policy.chosen == k
                yearly[:, 0] += done * self.policy.price * treatment.unit_cost
                if site is not None:
                    yearly += done[:, None] * [-site.fixed / site.typical, site.fixed]
            yield growth, yearly

    def by_year(self, state: Any, exposure: Exposure, n_years: int) -> tuple[Floats, Floats]:
        """Works and burdens expected in each year after the plan, not discounted, arrays (n_nodes, n_years) [£].

        Parameters
        ----------
        state : CurveState or ChainState; of the group at the end of the plan years (n_nodes)
        exposure : Exposure; of the nodes, in the base year
        n_years : int; years after the plan to follow
        """
        at, quantity = self._located(state), exposure.quantity
        works, burdens = np.zeros((2, len(quantity), n_years))
        for growth, yearly in self._works_of_year():
            for year, value in enumerate(self._onwards(at, yearly, n_years)):
                price = price_levels(growth, min(self.years + year, len(self.discount) - 1))
                works[:, year] += price * (value[:, 0] * quantity + value[:, 1])
        names = [name for name in self.streams if name != DETOURS]
        traffic = list(islice(exposure.ahead(self.years + 1), n_years))
        if names:
            yearly = np.stack([self._of_basis(names, basis) for basis in BASES], axis=1)
            for year, value in enumerate(self._onwards(at, yearly, n_years)):
                amounts = [getattr(traffic[year], basis) for basis in BASES]
                burdens[:, year] += sum(value[:, place] * amount for place, amount in enumerate(amounts))
        if exposure.limits is not None and DETOURS in self.streams:
            yearly = self.policy.after.below(self.policy.grid.thresholds, exposure.limits.renewed)
            for year, value in enumerate(self._onwards(at, yearly, n_years)):
                now = traffic[year].limits or exposure.limits
                burdens[:, year] += (now.cost * self._years_of(value, now.below)).sum(axis=1)
        return works, burdens

    def _located(self, state: Any) -> Any:
        """Chances of each point (n_nodes, n_points), sparse, the doubt of an index in them."""
        from scipy.sparse import csr_array, eye_array, kron

        grid = self.policy.grid
        places, weights = grid.locate(state)
        rows = np.repeat(np.arange(len(places)), places.shape[1])
        at = csr_array((np.ravel(weights), (rows, np.ravel(places))), shape=(len(places), len(self.policy.chosen)))
        if not isinstance(state, CurveState):
            return at
        spread = grid.spread(self._doubts)
        return at @ kron(eye_array(at.shape[1] // len(spread)), spread, format="csr")

    def _onwards(self, at: Any, yearly: Floats, n_years: int) -> Iterator[Floats]:
        """Yearly amounts (n_points, c) as nodes expect them in each year after the plan, (n_nodes, c) each."""
        for _ in range(n_years):
            yield at @ yearly
            yearly = self.policy.moves @ yearly

    def _of_basis(self, streams: Sequence[str], per: str) -> Floats:
        """Burden of a year from some streams on one basis (n_points,) [£ per unit of it]."""
        quantity, vehicle_km, use = (np.full(len(self.policy.chosen), float(per == basis)) for basis in BASES)
        unit = Exposure(quantity, vehicle_km, use)
        return np.asarray(sum(self.policy.after.burden(name, unit) for name in streams))

    def _burden(self, streams: Sequence[str], per: str, rate: float, lasts: float) -> Floats:
        """Burdens of some streams on one basis (£ per unit of it), with traffic growing at a rate."""
        key = (*streams, per, rate, lasts)
        if key not in self._kept:
            yearly = self._of_basis(streams, per)[:, None]
            table = self._backwards(yearly, (self._middle * self._traffic(rate, lasts))[:, None])
            self._kept[key] = self.policy.grid.blurred(table, self._doubts)
        return self._kept[key]

    def _limited(self, renewed: Floats, rate: float, lasts: float) -> Floats:
        """Present value of years below each threshold of the grid not renewed, then below `renewed` renewed."""
        key = ("limits", *renewed.tolist(), rate, lasts)
        if key not in self._kept:
            yearly = self.policy.after.below(self.policy.grid.thresholds, renewed)
            factors = np.repeat((self._middle * self._traffic(rate, lasts))[:, None], yearly.shape[1], axis=1)
            self._kept[key] = self.policy.grid.blurred(self._backwards(yearly, factors), self._doubts)
        return self._kept[key]

    def _years_of(self, years: Floats, below: Floats) -> Floats:
        """Years of limit of each class (n_nodes, n_classes), from those by threshold and, renewed, by class."""
        low, part = self.policy.grid.about(below)
        standing = len(self.policy.grid.thresholds)
        rows = np.arange(len(years))[:, None]
        return (1 - part) * years[rows, low] + part * years[rows, low + 1] + years[:, standing:]

    def _backwards(self, yearly: Floats, factors: Floats) -> Floats:
        """Present value (n_points, c) of yearly amounts, each at the factor of its year, the last for ever after.

        Parameters
        ----------
        yearly : array (n_points, c)
        factors : array (n_years, c); of each year followed
        """
        moves, last = self.policy.moves, len(self.discount) - 1
        value = self.policy.for_ever(self.discount[-1] / self.discount[-2], yearly * factors[last])
        for year in range(last - 1, self.years - 1, -1):
            value = yearly * factors[year] + moves @ value
        return value

    @cached_property
    def _middle(self) -> Floats:
        """Discount factors in the middle of each year (n_years,), the last at the rate before it."""
        ends = np.append(self.discount, self.discount[-1] ** 2 / self.discount[-2])
        return np.sqrt(ends[1:] * ends[:-1])

    @cached_property
    def _doubts(self) -> Floats:
        """Differences of the true index, equally likely."""
        normal = NormalDist()
        return self.doubt * np.array([normal.inv_cdf((k + 0.5) / _DOUBTS) for k in range(_DOUBTS)])

    def _traffic(self, rate: float, lasts: float) -> Floats:
        """Traffic of each year over that of the base year (n_years,)."""
        return np.array([growth_factor(np.array([rate]), year + 1, lasts)[0] for year in range(len(self.discount))])


def _rates(exposure: Exposure) -> list[tuple[Any, float]]:
    """Rates at which traffic grows, each with the rows of its nodes."""
    if exposure.rate is None:
        return [(slice(None), 0.0)]
    return [(np.flatnonzero(exposure.rate == rate), float(rate)) for rate in np.unique(exposure.rate)]
