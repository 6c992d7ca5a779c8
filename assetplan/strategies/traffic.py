"""What assets carry in the years ahead: traffic that grows, and vehicles that a weight limit sends round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from assetplan import condition
from assetplan._types import Bools, Floats, Ints
from assetplan.display import Shown
from assetplan.network import growth_factor


@dataclass(frozen=True, eq=False, repr=False)
class WeightLimits(Shown):
    """What it costs that an asset no longer carries some classes of vehicle.

    Attributes
    ----------
    below : array (n_assets, n_classes)
        Index below which the asset as it stands does not carry a class [0–100]; infinite where it does not today.
    renewed : array (n_classes,); the same of an asset once it is renewed
    cost : array (n_assets, n_classes); what sending a class round costs [£ a year]
    today, index : array (n_assets,)
        What it carries today, by assessment or the limit posted for its strength [t, infinite where nothing it might
        carry more would be worth anything], and its index then [0–100].
    """

    below: Floats
    renewed: Floats
    cost: Floats
    today: Floats
    index: Floats

    def take(self, rows: Ints) -> WeightLimits:
        """The limits of some assets."""
        return WeightLimits(self.below[rows], self.renewed, self.cost[rows], self.today[rows], self.index[rows])

    def weak_below(self, tonnes: float) -> Floats:
        """Index (n_assets,) below which an asset as it stands carries less than a load [0–100]; infinite if today."""
        return condition.index_to_carry(tonnes, self.today, self.index)

    def at(self, index: Floats, standing: Bools) -> Floats:
        """Yearly cost (n_assets,) [£] at an index, of assets that stand as they did or were renewed."""
        below = np.where(standing[:, None], self.below, self.renewed)
        return np.asarray(((index[:, None] < below) * self.cost).sum(axis=1))

    def expected(self, index: Floats, standing: Floats, renewed: Floats) -> Floats:
        """Yearly cost (n_assets,) [£] by chances of states.

        Parameters
        ----------
        index : array (n_states,); condition index of each state [0–100]
        standing, renewed : array (n_assets, n_states)
            Chance of each state of an asset that stands as it did, and of one that was renewed [0–1].
        """
        chance = np.einsum("ns,nsk->nk", standing, index[:, None] < self.below[:, None, :])
        chance += renewed @ (index[:, None] < self.renewed).astype(np.float64)
        return np.asarray((chance * self.cost).sum(axis=1))


@dataclass(frozen=True, eq=False)
class Exposure:
    """What an asset's yearly burden is multiplied by, arrays (n_assets,).

    Attributes
    ----------
    quantity : array; in the group's unit
    vehicle_km : array; driven on it a year, in the base year
    use : array; quantity times how much more than the mean of its class it is used
    limits : WeightLimits or None; what weight limits cost; None where no asset can be limited
    rate : array or None; growth of traffic [share a year]; None where there is none
    lasts : float; years for which it grows
    """

    quantity: Floats
    vehicle_km: Floats
    use: Floats
    limits: WeightLimits | None = None
    rate: Floats | None = None
    lasts: float = 0.0

    def take(self, rows: Ints) -> Exposure:
        """The exposure of some assets."""
        limits = None if self.limits is None else self.limits.take(rows)
        rate = None if self.rate is None else self.rate[rows]
        return Exposure(self.quantity[rows], self.vehicle_km[rows], self.use[rows], limits, rate, self.lasts)

    def in_year(self, year: int) -> Exposure:
        """The same, with the traffic of a year [years after the base year]."""
        if self.rate is None:
            return self
        factor = growth_factor(self.rate, year, self.lasts)
        limits = None if self.limits is None else replace(self.limits, cost=self.limits.cost * factor[:, None])
        return Exposure(self.quantity, self.vehicle_km * factor, self.use, limits)

    def ahead(self, year: int) -> Iterator[Exposure]:
        """The exposure of a year and of each after it, worked out afresh only while traffic grows."""
        now = self.in_year(year)
        while True:
            yield now
            year += 1
            now = self.in_year(year) if year <= self.lasts else now


@dataclass(frozen=True, eq=False, repr=False)
class Traffic(Shown):
    """How traffic grows, and which assets may come to be limited.

    Attributes
    ----------
    rate : array (n_assets,); growth of traffic [share a year]
    lasts : float; years for which it grows
    rows : array (n_limited,) of int; assets that may be limited, rising
    limits : WeightLimits; of those assets
    """

    rate: Floats
    lasts: float
    rows: Ints
    limits: WeightLimits

    def rate_of(self, rows: Ints) -> Floats | None:
        """Growth of the traffic of some assets; None where none grows."""
        rate = self.rate[rows]
        return rate if rate.any() else None

    def limits_of(self, rows: Ints) -> WeightLimits | None:
        """Limits of some assets, at no cost to those that cannot be limited; None where none can."""
        known = np.isin(rows, self.rows)
        if not known.any():
            return None
        limits = self.limits.take(np.minimum(np.searchsorted(self.rows, rows), len(self.rows) - 1))
        today = np.where(known, limits.today, np.inf)
        return replace(limits, cost=np.where(known[:, None], limits.cost, 0.0), today=today)
