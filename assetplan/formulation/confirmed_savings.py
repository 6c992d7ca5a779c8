"""What treatments of assets are confirmed to save of energy, which may pay for debt: `[[energy.confirmed]]`.

A saving is against what assets use today. From so many years after the works to the end of the treatment's life it is
£ of a kWh of each year times the kWh saved; of many strategies the years are the same, so that each is a profile by
year times an amount. Docs: docs/energy-and-carbon.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from assetplan._types import Floats, Ints
from assetplan.energy import KWH
from assetplan.finance import price_of_years
from assetplan.formulation.works import Works
from assetplan.inputs.load import Inputs
from assetplan.strategies import Candidates, saving_spans


@dataclass(frozen=True, eq=False)
class WorksSavings:
    """What strategies are confirmed to save by year: of entry i, `amount[i]` times profile `profile[i]`.

    Attributes
    ----------
    option, profile : array (n,); strategy and profile of each entry
    amount : array (n,); what is saved a year [kWh]
    profiles : array (n_profiles, n_years); what a kWh is worth in each year, 0 where it is not saved [£, cash]
    n_options : int; how many strategies there are
    """

    option: Ints
    profile: Ints
    amount: Floats
    profiles: Floats
    n_options: int

    def of_year(self, year: int) -> Floats:
        """What each strategy saves in a year from the plan's first, (n_options,) [£]."""
        worth = self.amount * self.profiles[self.profile, year]
        return np.bincount(self.option, worth, self.n_options).astype(np.float64)

    def most(self, starts: Ints) -> Floats:
        """The most that the strategies of all assets together can save in each year, (n_years,) [£].

        Parameters
        ----------
        starts : array (n_assets + 1,); asset a owns strategies starts[a] to starts[a + 1] − 1
        """
        most = np.zeros(self.profiles.shape[1])
        for year in np.flatnonzero(self.profiles.any(axis=0)):
            most[year] = np.maximum.reduceat(self.of_year(int(year)), starts[:-1]).sum()
        return most

    @cached_property
    def total(self) -> Floats:
        """What all strategies save in each year, (n_years,) [£]."""
        weight = np.bincount(self.profile, self.amount, len(self.profiles))
        return np.asarray(weight @ self.profiles, dtype=np.float64)


def savings_of_works(inputs: Inputs, options: Candidates, sold: Ints | None, n_years: int) -> WorksSavings:
    """Confirmed savings of strategies; prices after the plan stay as those of its last year.

    Parameters
    ----------
    inputs : Inputs; the plan, whose `[[energy.confirmed]]` says which works' savings are confirmed
    options : Candidates; strategies
    sold : array (n_options,) or None; plan year in which each has its asset sold, as of `Basis`
    n_years : int; how many years from the plan's first
    """
    plan, terms = inputs.plan, inputs.model.energy
    none = np.zeros(0, dtype=np.intp)
    if plan.energy is None or terms is None or not plan.energy.confirmed:
        return WorksSavings(none, none, np.zeros(0), np.zeros((0, n_years)), len(options.asset))
    works = Works.of(inputs.register.assets, inputs.model, options)
    share, wait = np.zeros(options.schedule.shape), np.zeros(options.schedule.shape, dtype=np.intp)
    for row in reversed(plan.energy.confirmed):  # of several that mean the same works the first counts
        meant = works.where(row)
        share[works.option[meant], works.year[meant]] = row.share
        wait[works.option[meant], works.year[meant]] = row.starts_after
    kwh = inputs.register.assets[list(KWH)].to_numpy(dtype=float)
    parts: list[tuple[Ints, Ints, Floats]] = [(none, none, np.zeros(0))]
    spans = saving_spans(
        inputs.register.assets, options.asset, options.schedule, inputs.model.catalogue, terms.savings, n_years
    )
    for rows, year, saved, ends in spans:
        begins = year + wait[rows, year]
        ends = ends if sold is None else np.minimum(ends, np.where(sold[rows] < plan.years, sold[rows], n_years))
        amount = saved * kwh[options.asset[rows]] * share[rows, year][:, None]
        at, fuel = np.nonzero((amount > 0) & (begins < ends)[:, None])
        parts.append((rows[at], (fuel * n_years + begins[at]) * (n_years + 1) + ends[at], amount[at, fuel]))
    option, keys, amount = (np.concatenate(part) for part in zip(*parts, strict=True))
    distinct, profile = np.unique(keys, return_inverse=True)
    begins, ends = distinct // (n_years + 1) % n_years, distinct % (n_years + 1)
    price = terms.prices(plan.years) * price_of_years(plan)
    held = np.pad(price, ((0, 0), (0, n_years - plan.years)), mode="edge")
    years = np.arange(n_years)
    during = (years >= begins[:, None]) & (years < ends[:, None])
    profiles = held[distinct // (n_years + 1) // n_years] * during
    return WorksSavings(option, profile, amount, profiles, len(options.asset))
