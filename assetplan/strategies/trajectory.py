"""What becomes of assets year by year under one strategy each: condition, bands, backlog and costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from assetplan import condition
from assetplan._types import Codes, Floats, Floats32, Ints, Texts
from assetplan.consequences import WORKS
from assetplan.display import Shown
from assetplan.strategies.after_plan import ALL
from assetplan.strategies.states import AssetState, Chance
from assetplan.strategies.tree import Later, Members, Rules, stream_cost, yearly_cost
from assetplan.treatments import Treatment


@dataclass(frozen=True, eq=False, repr=False)
class Trajectory(Shown):
    """What becomes of assets year by year, arrays (n_assets, years + 1) from the end of the base year.

    Attributes
    ----------
    index : array; (expected) condition index [0–100]
    residual_life : array; years to the failure index if nothing more is done
    bands : array (n_assets, years + 1, n_bands), float32
        Share in each band that the asset's group is shown in, best first, zero beyond its last: of an asset in states,
        by the chances of its states.
    backlog : array; cost of bringing to B what is worse [£]; 0 of assets that are not in states
    streams : dict of str → array (n_assets,); present value of each stream, for ever [£]
    yearly : dict of str → array (n_assets, years); each stream in each plan year, undiscounted [£]
    """

    index: Floats
    residual_life: Floats
    bands: Floats32
    backlog: Floats
    streams: dict[str, Floats]
    yearly: dict[str, Floats]

    @classmethod
    def empty(cls, n_assets: int, years: int, streams: tuple[str, ...], n_bands: int) -> Trajectory:
        """Room for the trajectories of assets.

        Parameters
        ----------
        n_assets, years, streams : int, int, tuple of str; assets, plan years, and streams with "works"
        n_bands : int; most bands of any of their groups
        """
        index, life, backlog = (np.empty((n_assets, years + 1)) for _ in range(3))
        bands = np.zeros((n_assets, years + 1, n_bands), dtype=np.float32)
        yearly = {name: np.zeros((n_assets, years)) for name in streams}
        return cls(index, life, bands, backlog, {name: np.zeros(n_assets) for name in streams}, yearly)

    def _note(self, year: int, state: AssetState, quantity: Floats) -> None:
        """Take down the state at the end of a year (0 is the base year)."""
        self.index[:, year] = state.index()
        self.residual_life[:, year] = state.residual_life()
        self.bands[:, year] = state.bands()
        self.backlog[:, year] = state.backlog() * quantity

    def poor(self, scale: Texts, year: int) -> Floats:
        """Share of each asset in bands that count as poor condition at the end of a year, (n_assets,).

        Parameters
        ----------
        scale : array (n_assets,); scale of bands that each asset's group is shown in
        year : int; place of the year, 0 is the base year; −1 the last
        """
        out = np.zeros(len(scale))
        for name in dict.fromkeys(scale):
            rows, bands = np.flatnonzero(scale == name), condition.band_names(name)
            poor = [bands.index(band) for band in condition.poor_bands(name)]
            out[rows] = self.bands[rows, year][:, poor].sum(axis=1, dtype=float)
        return out

    def put(self, rows: Ints, part: Trajectory) -> None:
        """Take in the trajectories of some assets (n_rows)."""
        for name in ("index", "residual_life", "backlog"):
            getattr(self, name)[rows] = getattr(part, name)
        self.bands[rows, :, : part.bands.shape[2]] = part.bands
        for name, values in part.streams.items():
            self.streams[name][rows] = values
            self.yearly[name][rows] = part.yearly[name]


def replay(
    start: AssetState,
    schedule: Codes,
    members: Members,
    treatments: tuple[Treatment, ...],
    rules: Rules,
    later: Later,
) -> Trajectory:
    """The trajectory of each asset under one strategy.

    Parameters
    ----------
    start : AssetState; state of the assets (n_assets) at the start of the first plan year
    schedule : array (n_assets, years); code of the treatment in each plan year, −1 for none
    members : Members; their exposure, environment, commitments
    treatments : tuple of Treatment; treatments of the group; codes are positions in it
    rules : Rules; discounting, streams, plan years
    later : callable; present value of what comes after the plan years, as of `LifecycleModel.later`
    """
    quantity = members.exposure.quantity
    out = Trajectory.empty(len(schedule), rules.years, (WORKS, *rules.streams), start.bands().shape[1])
    out._note(0, start, quantity)
    state = start
    for year, exposure in zip(range(rules.years), members.exposure.ahead(1), strict=False):
        state, price = _apply(state, schedule[:, year], treatments, year)
        out.yearly[WORKS][:, year] = price * quantity
        for name in rules.streams:
            out.yearly[name][:, year] = stream_cost(state, exposure, name)
        state = state.step()
        out._note(year + 1, state, quantity)
    kept = np.flatnonzero(~members.dispose)
    last, of = state.take(kept), members.take(kept)
    for name, amounts in out.yearly.items():
        out.streams[name][:] = amounts @ (rules.works_discount if name == WORKS else rules.burden_discount)
        out.streams[name][kept] += later(last, of, name)
    return out


def watch(
    start: AssetState,
    schedule: Codes,
    treatments: tuple[Treatment, ...],
    chance: Chance | None = None,
    ageing: Floats | None = None,
) -> Iterator[AssetState]:
    """State of assets at the end of the base year and of each plan year under a schedule.

    Parameters
    ----------
    start, schedule, treatments : as of `replay`
    chance : Generator, optional; draws what happens; by default all goes as expected
    ageing : array (years,), optional; years by which all age in each plan year; 1 by default
    """
    state, ages = start, np.ones(schedule.shape[1]) if ageing is None else ageing
    yield state
    for year, years in enumerate(ages):
        state = _apply(state, schedule[:, year], treatments, year)[0].step(chance, years)
        yield state


def present_costs(
    start: AssetState,
    schedule: Codes,
    members: Members,
    treatments: tuple[Treatment, ...],
    rules: Rules,
    later: Later,
    ageing: Floats | None = None,
    chance: Chance | None = None,
    begins: int = 0,
) -> tuple[Floats, Floats32, Floats]:
    """Present value of all streams for ever (n_nodes,) [£], and condition index by year (n_nodes, years), to 0.01.

    Also of each stream that is kept apart, (n_nodes, n_streams) [£].

    The figures of `replay` without their parts, for many strategies of each asset at once.

    Parameters
    ----------
    start, schedule, members, treatments, rules, later : as of `replay`
    ageing, chance : as of `watch`
    begins : int; plan year that the assets are at the start of, before which nothing is counted (0 is the first)
    """
    total, index = np.zeros(len(schedule)), np.zeros((len(schedule), rules.years), dtype=np.float32)
    apart = np.zeros((len(schedule), len(rules.apart)))
    state, ages = start, np.ones(rules.years) if ageing is None else ageing
    for year, exposure in zip(range(begins, rules.years), members.exposure.ahead(begins + 1), strict=False):
        state, price = _apply(state, schedule[:, year], treatments, year)
        total += rules.works_discount[year] * price * members.exposure.quantity
        total += rules.burden_discount[year] * yearly_cost(state, exposure, rules.streams)
        for place, name in enumerate(rules.apart):
            apart[:, place] += rules.burden_discount[year] * stream_cost(state, exposure, name)
        state = state.step(chance, ages[year])
        index[:, year] = state.index().round(2)
    kept = np.flatnonzero(~members.dispose)
    state, after = state.take(kept), members.take(kept)
    total[kept] += later(state, after, ALL)
    for place, name in enumerate(rules.apart):
        apart[kept, place] += later(state, after, name)
    return total, index, apart


def _apply(state: AssetState, codes: Codes, treatments: tuple[Treatment, ...], year: int) -> tuple[AssetState, Floats]:
    """States after the treatments of a plan year (0 is the first), and what they cost then (£ per unit of quantity)."""
    price = np.zeros(len(codes))
    for code in np.unique(codes[codes >= 0]):
        rows = np.flatnonzero(codes == code)
        after, first = state.take(rows).treat(treatments[code])
        price[rows] = first * treatments[code].price_ratio(year)
        state = state.put(rows, after)
    return state, price
