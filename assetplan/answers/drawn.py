"""Futures of a whole plan: how its assets decay, hard winters, what works cost, and which grants do not come.

Decay is drawn as the outlook draws it (`assetplan.strategies.futures`), the rest by `[uncertainty]` of the plan or the
table of risks. A future depends on its number and the seed alone, so more futures keep the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from assetplan import condition
from assetplan._types import Floats
from assetplan.asset_classes import CARRIAGEWAY
from assetplan.inputs.load import Inputs
from assetplan.reference import load_table
from assetplan.strategies import Doubts, Future, Futures, GroupStock, load_doubts, starting_condition, with_stock

STRATA = 12  # futures whose paces are drawn in even strata together
OTHERS = 100 * STRATA
"""Number of the first future that programmes are chosen for: they are valued in others."""
_NEXT = 2**64  # seeds of one set of strata lie so far from those of the next
_RISKS = 5  # key of the chance behind what is no decay
_MOST_AGEING = 10.0  # years that a hard winter may age roads by at most
_WIDEST = 4.0  # times its group's pace beyond which what comes after the plan years is taken as there


@dataclass(frozen=True, eq=False)
class DrawnFuture:
    """One future of a plan.

    Attributes
    ----------
    decay : Future; how assets decay
    roads : array (years,); years by which carriageways age in each plan year: 1 but for hard winters
    prices : array (years,); prices of works as a share of those expected
    failed : tuple of bool; which of the grants at risk do not come
    """

    decay: Future
    roads: Floats
    prices: Floats
    failed: tuple[bool, ...]


@dataclass(frozen=True, eq=False)
class DrawnFutures:
    """Futures of a plan, each drawn when asked for.

    Attributes
    ----------
    inputs : Inputs; the plan's
    count, seed : int; how many futures; the same seed gives the same
    doubts : Doubts; how sure the condition is, where no calibration says it
    """

    inputs: Inputs
    count: int
    seed: int
    doubts: Doubts

    @classmethod
    def of(cls, inputs: Inputs, count: int, seed: int) -> DrawnFutures:
        """By the packaged doubts.

        Parameters
        ----------
        inputs, count, seed : Inputs, int, int; as of the class
        """
        return cls(inputs, count, seed, load_doubts())

    @property
    def others(self) -> range:
        """Numbers of as many other futures, for which programmes are chosen."""
        return range(OTHERS, OTHERS + self.count)

    @property
    def assets(self) -> pd.DataFrame:
        """Table `assets` of the register."""
        return self.inputs.register.assets

    def draw(self, number: int) -> DrawnFuture:
        """One future [number from 0]."""
        plan = self.inputs.plan
        first = self.inputs.past
        rng = np.random.default_rng((self.seed, number, _RISKS))
        hard = rng.random(plan.years) < self.risk("winter_chance")
        growth: Floats = np.exp(self.risk("price_spread") * rng.standard_normal(plan.years))
        # What is past is known, and so are prices of the first year that is not.
        hard[:first], growth[: first + 1] = False, 1.0
        failed = tuple(bool(rng.random() < grant.fails) for grant in plan.uncertainty.grants)
        roads: Floats = np.where(hard, 1.0 + self.winter_years, 1.0)
        prices: Floats = np.multiply.accumulate(growth)
        return DrawnFuture(self.decay(number), roads, prices, failed)

    def decay(self, number: int) -> Future:
        """How assets decay in one future."""
        block, place = divmod(number, STRATA)
        if block not in self._strata:
            seed = self.seed + block * _NEXT
            self._strata[block] = Futures.of(self.assets, self.inputs.model, self.doubts, seed, STRATA)
        return self._strata[block].draw(place)

    @cached_property
    def _strata(self) -> dict[int, Futures]:
        """Sets of futures that were begun, by their number."""
        return {}

    def risk(self, name: str) -> float:
        """What the plan states of a risk, or else the packaged table."""
        stated = getattr(self.inputs.plan.uncertainty, name)
        table = load_table("risks").set_index("risk")["value"]
        return float(table[name] if stated is None else stated)

    @cached_property
    def winter_years(self) -> float:
        """Years by which a hard winter ages roads, so that they have as many more potholes as is stated."""
        assets, model = self.assets, self.inputs.model
        roads = (assets["asset_class"] == CARRIAGEWAY).to_numpy()
        if not roads.any():
            return 0.0
        mine = assets[roads].reset_index(drop=True)
        starting = starting_condition(mine, model)
        life = np.empty(len(mine))
        for name, rows in mine.groupby("group").indices.items():
            life[rows] = model.groups[str(name)].residual_life(starting.index[rows]) / starting.pace[rows]
        table = load_table("defect_rates")
        rate = table[table["defect"] == "potholes"].set_index("band")["rate"]
        by_band = rate[list(condition.band_names("residual_life"))].to_numpy(dtype=float)
        km, years = mine["length_m"].fillna(0.0).to_numpy(dtype=float), np.linspace(0.0, _MOST_AGEING, 101)
        length = condition.quantity_in_bands("residual_life", np.maximum(life[:, None] - years, 0.0), km)
        potholes = by_band @ length
        wanted = (1 + self.risk("winter_potholes")) * potholes[0]
        return float(np.interp(wanted, potholes, years))

    def stock(self) -> Mapping[str, GroupStock]:
        """What the years after the plan rest on, by group, with the paces of all futures in it."""
        slow, fast = np.ones((2, len(self.assets)))
        for number in (*range(self.count), *self.others):
            pace = np.clip(self.decay(number).pace, 1 / _WIDEST, _WIDEST)
            slow, fast = np.minimum(slow, pace), np.maximum(fast, pace)
        table = pd.concat([self.assets, self.assets], ignore_index=True)
        return with_stock(self.inputs.model, table, np.concatenate([slow, fast])).stock
