"""Every works item of every candidate strategy, and which of them a selector means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from assetplan._types import Bools, Floats, Ints
from assetplan.config import PlaceSelector, WorksSelector
from assetplan.economics import price_levels
from assetplan.inputs.selectors import assets_selected, treatments_where
from assetplan.strategies import Candidates, LifecycleModel


@dataclass(frozen=True, eq=False)
class Works:
    """One row a treatment in a year of a candidate strategy, sorted by candidate.

    Attributes
    ----------
    assets : DataFrame; table `assets` of the register, with `group`
    treatments : DataFrame
        Funded treatments of every group that has assets: columns group, treatment, label, kind, line, growth, unit;
        growth is how much more than all prices theirs rise from year to year, a tuple.
    option, asset, year, treatment : array (n_works,)
        Candidate, row in `assets`, plan year (0 is the first), row in `treatments`.
    cost : array (n_works,); £, prices of the first year
    n_options : int; number of candidates
    """

    assets: pd.DataFrame
    treatments: pd.DataFrame
    option: Ints
    asset: Ints
    year: Ints
    treatment: Ints
    cost: Floats
    n_options: int

    @classmethod
    def of(cls, assets: pd.DataFrame, model: LifecycleModel, options: Candidates) -> Works:
        """The works of all candidates.

        Parameters
        ----------
        assets : DataFrame; table `assets` of the register, with `group`
        model : LifecycleModel; with the catalogue of treatments
        options : Candidates; all candidates
        """
        codes, groups = pd.factorize(assets["group"], sort=True)
        treatments, first = model.catalogue.table(groups)
        option, year = np.nonzero(options.schedule >= 0)
        asset = options.asset[option]
        return cls(
            assets,
            treatments.assign(unit=[model.groups[group].unit for group in treatments["group"]]),
            option,
            asset,
            year,
            first[codes[asset]] + options.schedule[option, year],
            options.cost[option, year],
            len(options.asset),
        )

    @property
    def price_ratio(self) -> Floats:
        """How many times its price of the first year each of the works costs in its year, (n_works,)."""
        of, growths = pd.factorize(self.treatments["growth"])
        years = np.arange(int(self.year.max(initial=0)) + 1)
        levels = np.array([price_levels(growth, years) for growth in growths]).reshape(len(growths), len(years))
        return np.asarray(levels[of[self.treatment], self.year], dtype=np.float64)

    def where(self, selector: WorksSelector) -> Bools:
        """The works that a selector means, (n_works,)."""
        return self.where_asset(selector)[self.asset] & self.where_treatment(selector)

    def where_asset(self, selector: PlaceSelector) -> Bools:
        """The assets that a selector means, of them only those named where it names any, (n_assets,)."""
        return assets_selected(self.assets, selector)

    def where_treatment(self, selector: WorksSelector) -> Bools:
        """The works whose treatment is one that a selector means, on whatever asset, (n_works,)."""
        return treatments_where(self.treatments, selector)[self.treatment]

    def options_of(self, works: Bools) -> Bools:
        """The candidates that hold any of the works, (n_options,)."""
        out = np.zeros(self.n_options, dtype=bool)
        out[self.option[works]] = True
        return out
