"""Futures of a plan: what is doubtful drawn once and followed, seeded, so that a plan can be run under many.

Four things are drawn. Parameters: of a calibrated group those of its fit, by their covariance; of a group whose curve
was typed in a factor on its pace, one for all such groups of an asset class, since they were typed by one hand; both in
even strata over the futures (Latin hypercube; McKay, Beckman and Conover 1979). Today's condition: assets change places
in their group's stock by as much as their surveys are doubted, and age by chance since then, so that surveys are
trusted on the stock and on no one asset. Each asset's own pace, where a calibration estimated a spread of paces, as a
gamma variable with a mean of one. What a pace does not explain: ageing as a gamma process (van Noortwijk 2009, *A
survey of the application of gamma processes in maintenance*, Reliability Engineering and System Safety 94, 2–21), or
the state that a chain comes to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from assetplan._types import Bools, Codes, Floats, Floats32, Ints
from assetplan.asset_classes import CARRIAGEWAY
from assetplan.deterioration.chain import Chain
from assetplan.deterioration.curves import Life
from assetplan.deterioration.groups import Group
from assetplan.deterioration.learned import Learned
from assetplan.display import Shown
from assetplan.strategies.candidates import BLOCK, Starting, by_group, carried, starting_condition
from assetplan.strategies.doubts import Doubts
from assetplan.strategies.model import GroupStock, LifecycleModel
from assetplan.strategies.states import AssetState
from assetplan.strategies.trajectory import present_costs, watch
from assetplan.strategies.tree import Members

_FEW = 10  # assets below which a group says nothing of how its stock is spread


def reading_doubt(assets: pd.DataFrame, groups: Mapping[str, Group], doubts: Doubts) -> Floats:
    """Standard deviation of each asset's surveyed condition (n_assets,) [index points].

    A calibration's noise stands for high confidence in its group; lower confidence widens it by as much as it widens
    the packaged figure. An age is taken as known.

    Parameters
    ----------
    assets, groups, doubts : table of the register, with `group`; by name; what holds where no calibration says it
    """
    confidence = assets["confidence"].where(assets["confidence"] != "", "not stated")
    filled = assets["assumed"].str.split().map(lambda columns: "value" in columns).to_numpy(dtype=bool)
    out = confidence.mask(filled, "assumed").map(doubts.readings).to_numpy(dtype=float, copy=True)
    for name, rows in by_group(assets):
        learned = groups[name].learned
        if learned is not None and learned.noise > 0 and doubts.readings["high"] > 0:
            out[rows] *= learned.noise / doubts.readings["high"]
    return np.where(assets["measure"] == "age", 0.0, out)


@dataclass(frozen=True, eq=False)
class Future:
    """One future: what was doubtful, drawn.

    Attributes
    ----------
    model : LifecycleModel; with the groups of this future
    starts : mapping of group → AssetState; its assets at the end of the base year, in the order of the register
    pace : array (n_assets,); years that each asset ages in one
    own : array (n_assets,); each asset's own pace as a share of its group's
    """

    futures: Futures
    number: int
    model: LifecycleModel
    starts: Mapping[str, AssetState]
    pace: Floats
    own: Floats

    def live(self, schedule: Codes, roads: Floats | None = None) -> Iterator[tuple[Ints, list[AssetState]]]:
        """What becomes of a schedule (n_assets, years) of treatment codes, −1 for none, in this future, by group.

        Yields the rows of a group's assets, and their state at the end of the base year and of each plan year. Chance
        begins from the same seed for every schedule. `roads` (years,) are the years by which carriageways age in each.
        """
        for place, (name, rows) in enumerate(self.futures.members.items()):
            chance = self.futures.chance(self.number, 1, place)
            treatments = self.model.catalogue.treatments[name]
            yield rows, list(watch(self.starts[name], schedule[rows], treatments, chance, self._ageing(name, roads)))

    def present_costs(
        self,
        stock: Mapping[str, GroupStock],
        members: Mapping[str, Members],
        asset: Ints,
        schedule: Codes,
        roads: Floats | None = None,
    ) -> tuple[Floats, Floats32, Floats]:
        """Present value of all streams (n,) [£], and condition index by year (n, years), of strategies in this future.

        Also of each stream that is kept apart, (n, n_streams) [£].

        Parameters
        ----------
        stock : mapping of group → GroupStock
            What the years after the plan rest on, with the paces of all futures in it.
        members : mapping of group → Members; what must be known of its assets, in the order of the register
        asset, schedule : array (n,), array (n, years); row of each strategy's asset, and its treatment codes
        roads : array (years,), optional; as of `live`
        """
        model, place = replace(self.model, stock=stock), np.empty(len(self.pace), dtype=np.intp)
        group = np.empty(len(self.pace), dtype=np.intp)
        for code, rows in enumerate(self.futures.members.values()):
            place[rows], group[rows] = np.arange(len(rows)), code
        cost, index = np.empty(len(asset)), np.empty(schedule.shape, dtype=np.float32)
        apart = np.empty((len(asset), len(model.rules.apart)))
        for code, name in enumerate(self.futures.members):
            treatments, known = model.catalogue.treatments[name], members[name]
            start = self.starts[name] if known.exposure.limits is None else self.starts[name].traced()
            mine = np.flatnonzero(group[asset] == code)
            for part in np.array_split(mine, max(1, -(-len(mine) // BLOCK))):
                at = place[asset[part]]
                cost[part], index[part], apart[part] = present_costs(
                    start.take(at), schedule[part], known.take(at), treatments, model.rules, model.later(name),
                    self._ageing(name, roads),
                )  # fmt: skip
        return cost + model.energy_cost(self.futures.assets, asset, schedule), index, apart

    def realised(
        self, stock: Mapping[str, GroupStock], members: Mapping[str, Members], schedule: Codes, roads: Floats
    ) -> Floats:
        """Present value of all streams (n_assets,) [£] of a schedule as chance has it.

        Parameters
        ----------
        stock, members, schedule, roads : as of `present_costs` and of `live`
        """
        model, cost = replace(self.model, stock=stock), np.empty(len(schedule))
        for place, (name, rows) in enumerate(self.futures.members.items()):
            treatments, known = model.catalogue.treatments[name], members[name]
            start = self.starts[name] if known.exposure.limits is None else self.starts[name].traced()
            cost[rows], *_ = present_costs(
                start, schedule[rows], known, treatments, model.rules, model.later(name), self._ageing(name, roads),
                self.futures.chance(self.number, 1, place),
            )  # fmt: skip
        return cost + model.energy_cost(self.futures.assets, np.arange(len(cost), dtype=np.intp), schedule)

    def _ageing(self, group: str, roads: Floats | None) -> Floats | None:
        return roads if self.model.groups[group].asset_class == CARRIAGEWAY else None


@dataclass(frozen=True, eq=False, repr=False)
class Futures(Shown):
    """Many futures of some assets, each drawn when asked for.

    Attributes
    ----------
    assets : DataFrame; table `assets` of the register, with `group`, or a part of it
    model : LifecycleModel; groups, with what calibrations learned of them
    starting : Starting; what is known of their condition
    doubt : array (n_assets,); standard deviation of each survey [index points]; see `reading_doubt`
    life : float; doubt of a typed-in life; see `Doubts`
    members : mapping of group → array of int; rows of the assets of each group
    seed, count : int; the same seed gives the same futures; how many there are
    """

    assets: pd.DataFrame
    model: LifecycleModel
    starting: Starting
    doubt: Floats
    life: float
    members: Mapping[str, Ints]
    seed: int
    count: int

    @classmethod
    def of(cls, assets: pd.DataFrame, model: LifecycleModel, doubts: Doubts, seed: int, count: int) -> Futures:
        """Make ready to draw.

        Parameters
        ----------
        assets, model, doubts, seed, count : as of the class, and how sure the data are where no calibration says it
        """
        doubt = reading_doubt(assets, model.groups, doubts)
        members = dict(by_group(assets))
        return cls(assets, model, starting_condition(assets, model), doubt, doubts.life, members, seed, count)

    def chance(self, *key: int) -> np.random.Generator:
        """A source of chance of its own for each key."""
        return np.random.default_rng((self.seed, *key))

    def _strata(self, kind: int, size: int) -> Floats:
        """Standard normals (count, size), each column in even strata."""
        from scipy.special import ndtri

        rng = np.random.default_rng((self.seed, self.count, kind))
        place = rng.permuted(np.tile(np.arange(self.count), (size, 1)), axis=1).T
        return np.asarray(ndtri((place + rng.random((self.count, size))) / self.count))

    @cached_property
    def _parameters(self) -> dict[str, Floats]:
        """Standard normals behind the parameters of each calibrated group, (count, k)."""
        sizes = {name: len(group.learned.estimates) if group.learned else 0 for name, group in self._known.items()}
        columns = np.split(self._strata(2, sum(sizes.values())), np.cumsum(list(sizes.values()))[:-1], axis=1)
        return dict(zip(sizes, columns, strict=True))

    @cached_property
    def _known(self) -> dict[str, Group]:
        """Groups by name that assets are of, or that treatments can make of them."""
        names = {name for group in self.members for name in self.model.catalogue.reached(group)}
        return {name: self.model.groups[name] for name in sorted(names)}

    @cached_property
    def _ages(self) -> tuple[Bools, Floats]:
        """Which assets are known by their age, and the value that the register has of each, (n_assets,)."""
        return (self.assets["measure"] == "age").to_numpy(), self.assets["value"].to_numpy(dtype=float)

    @cached_property
    def _typed(self) -> dict[str, Floats]:
        """Factor on the pace of each asset class whose curves were typed in, (count,)."""
        classes = sorted({group.asset_class for group in self._known.values()})
        return dict(zip(classes, np.exp(self.life * self._strata(3, len(classes))).T, strict=True))

    def draw(self, number: int) -> Future:
        """One future [number 0 to count − 1]."""
        groups = {name: group.drawn(self._parameters[name][number]) for name, group in self._known.items()}
        drawn = replace(self.model, groups={**self.model.groups, **groups})
        rng = self.chance(number, 0)
        pace, own = np.ones(len(self.assets)), np.ones(len(self.assets))
        truth = self.starting.surveyed.copy()
        starts: dict[str, AssetState] = {}
        for place, (name, rows) in enumerate(self.members.items()):
            group = groups[name]
            learned = group.learned
            if learned is None or learned == Learned():  # a row with a curve and nothing of its doubt is typed in too
                pace[rows] = self._typed[group.asset_class][number]
            else:
                pace[rows] = learned.pace(self.assets.iloc[rows])
                if learned.spread > 0 and not isinstance(group.decay, Chain | Life):
                    own[rows] = rng.gamma(learned.spread**-2, learned.spread**2, len(rows))
            truth[rows] = self._truth(group, rows, pace[rows] * own[rows], rng)
            texture = self.starting.texture_of(rows)
            start = drawn.start(name, truth[rows], pace[rows] * own[rows], texture=texture)
            starts[name] = carried(start, self.starting.gap[rows], self.chance(number, 2, place))
        return Future(self, number, drawn, starts, pace * own, own)

    def _truth(self, group: Group, rows: Ints, pace: Floats, rng: np.random.Generator) -> Floats:
        """Condition index behind the survey of a group's assets (n_rows,).

        An asset's place in the stock of its group moves as a normal score with a correlation of 1 − σ²/(2·variance):
        its condition then moves by σ, and the stock keeps its spread. Of an age, what this future's curve makes of it.
        """
        from scipy.special import ndtr, ndtri

        read, doubt, n = self.starting.surveyed[rows], self.doubt[rows], len(rows)
        chance, ties = rng.standard_normal(n), rng.random(n)
        aged, value = (each[rows] for each in self._ages)
        if n < _FEW:
            moved = np.clip(read + doubt * chance, 0.0, 100.0)
        else:
            order = np.lexsort((ties, read))
            score = np.empty(n)
            score[order] = ndtri((np.arange(n) + 0.5) / n)
            kept = np.clip(1 - doubt**2 / (2 * max(float(read.var()), 1e-9)), 0.0, 1.0)
            score = kept * score + np.sqrt(1 - kept**2) * chance
            moved = read[order][np.minimum((ndtr(score) * n).astype(np.intp), n - 1)]
        return np.where(aged, group.index(np.where(aged, value, 0.0) * pace), np.where(doubt > 0, moved, read))
