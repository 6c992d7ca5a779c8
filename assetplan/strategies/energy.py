"""What strategies save of energy, and what that is worth: a stream of costs beside those of condition.

From the year of its works a treatment saves a share of each fuel for its service life; a later one that saves takes its
place. What several components of a block save is added up. Docs: docs/energy-and-carbon.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from assetplan._types import Codes, Floats, Ints
from assetplan.energy import FUELS, KWH, PART, shares_saved
from assetplan.treatments import Catalogue

if TYPE_CHECKING:
    from assetplan.strategies.tree import Rules


@dataclass(frozen=True, eq=False)
class EnergyTerms:
    """What energy costs, and what treatments save of it.

    Attributes
    ----------
    price : array (n_fuels,); price of the first year [£ per kWh]
    growth : array (n_fuels,); how much more than other prices it rises a year
    savings : DataFrame; what treatments save, as `assetplan.energy.load_energy_savings` gives it
    """

    price: Floats
    growth: Floats
    savings: pd.DataFrame

    def prices(self, n_years: int) -> Floats:
        """Price of each fuel in each year from the first, (n_fuels, n_years) [£ per kWh]."""
        return np.asarray(self.price[:, None] * (1 + self.growth[:, None]) ** np.arange(n_years))

    def present_cost(
        self, assets: pd.DataFrame, asset: Ints, schedule: Codes, catalogue: Catalogue, rules: Rules
    ) -> Floats:
        """Present value of the energy of strategies, (n,) [£], in the years followed.

        Parameters
        ----------
        assets : DataFrame; table `assets` of the register (n_assets), with `group` and what each uses
        asset, schedule : array (n,), array (n, years); row of each strategy's asset, and its treatment codes
        catalogue : Catalogue; treatments that the codes stand for
        rules : Rules; plan years and discounting
        """
        horizon = len(rules.discount) - 1
        # What falls in a year falls in its middle.
        each = self.prices(horizon) * np.sqrt(rules.discount[1:] * rules.discount[:-1])
        worth = np.concatenate([np.zeros((len(FUELS), 1)), each.cumsum(axis=1)], axis=1)
        gone = (assets["retention"] == "dispose").to_numpy(dtype=bool)
        used = (energy_used(assets) * worth[:, np.where(gone, rules.years, horizon)].T).sum(axis=1)
        return used[asset] - weighed_savings(assets, asset, schedule, catalogue, self.savings, each)


def energy_used(assets: pd.DataFrame) -> Floats:
    """What each asset uses of each fuel if nothing is done, (n_assets, n_fuels) [kWh a year]."""
    return assets[list(KWH)].to_numpy(dtype=float) * assets[[PART]].to_numpy(dtype=float)


def energy_saved(
    assets: pd.DataFrame, schedule: Codes, catalogue: Catalogue, savings: pd.DataFrame, n_years: int
) -> Floats:
    """What one strategy of each asset saves in each year from the first, (n_assets, n_fuels, n_years) [kWh].

    Parameters
    ----------
    assets, catalogue : DataFrame, Catalogue; as of `EnergyTerms.present_cost`
    schedule : array (n_assets, years); treatment codes, −1 for none
    savings : DataFrame; what treatments save, as `assetplan.energy.load_energy_savings` gives it
    n_years : int; years wanted, those of the plan at least
    """
    out, kwh = np.zeros((len(assets), len(FUELS), n_years)), assets[list(KWH)].to_numpy(dtype=float)
    every, years = np.arange(len(assets), dtype=np.intp), np.arange(n_years)
    for rows, year, saved, ends in saving_spans(assets, every, schedule, catalogue, savings, n_years):
        during = (years >= year) & (years < ends[:, None])
        out[rows] += (saved * kwh[rows])[:, :, None] * during[:, None, :]
    return out


def weighed_savings(
    assets: pd.DataFrame, asset: Ints, schedule: Codes, catalogue: Catalogue, savings: pd.DataFrame, weight: Floats
) -> Floats:
    """What strategies save, each kWh times a weight, (n,).

    Parameters
    ----------
    assets, asset, schedule, catalogue : as of `EnergyTerms.present_cost`
    savings : DataFrame; as of `energy_saved`
    weight : array (n_fuels, n_years); of a kWh of each fuel in each year from the first, such as its price
    """
    out, kwh = np.zeros(len(asset)), assets[list(KWH)].to_numpy(dtype=float)
    until = np.concatenate([np.zeros((len(FUELS), 1)), weight.cumsum(axis=1)], axis=1)
    for rows, year, saved, ends in saving_spans(assets, asset, schedule, catalogue, savings, weight.shape[1]):
        out[rows] += ((until[:, ends] - until[:, [year]]).T * saved * kwh[asset[rows]]).sum(axis=1)
    return out


def saving_spans(
    assets: pd.DataFrame, asset: Ints, schedule: Codes, catalogue: Catalogue, savings: pd.DataFrame, horizon: int
) -> Iterator[tuple[Ints, int, Floats, Ints]]:
    """Strategies whose works of a year save, that year, the shares they save, and the year in which that ends.

    Parameters
    ----------
    assets, asset, schedule, catalogue : as of `EnergyTerms.present_cost`
    savings : DataFrame; as of `energy_saved`
    horizon : int; years followed from the plan's first
    """
    codes, names = pd.factorize(assets["group"], sort=True)
    group, years = codes[asset], schedule.shape[1]
    gone = (assets["retention"] == "dispose").to_numpy(dtype=bool)[asset]
    for code, name in enumerate(names):
        treatments = catalogue.treatments[str(name)]
        shares = shares_saved(savings, [(t.name, t.group) for t in treatments])
        if not shares.any():
            continue
        lives = np.array([round(t.life) for t in treatments], dtype=np.intp)
        mine = np.flatnonzero(group == code)
        until = np.where(gone[mine], years, horizon)
        for year in reversed(range(years)):
            done = schedule[mine, year]
            saves = (done >= 0) & shares[np.maximum(done, 0)].any(axis=1)
            if saves.any():
                does = done[saves]
                yield mine[saves], year, shares[does], np.minimum(year + lives[does], until[saves])
                until[saves] = year
