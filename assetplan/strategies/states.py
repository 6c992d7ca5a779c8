"""The state of many assets of one group at once: how it ages, what treatments do to it, what it costs to be in it.

Two models share one face. A curve asset has an effective age (years) that grows by a rate; a chain asset has shares of
the phases of its chain. On both a treatment may raise the index, reset it, slow ageing for a number of years, or turn
the asset into one of another group: see docs/method.md, section Treatments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from assetplan._types import Bools, Floats, Floats32, Ints
from assetplan.consequences import BASES, Consequence
from assetplan.strategies.traffic import Exposure, WeightLimits
from assetplan.treatments import Treatment

Chance = np.random.Generator
Tables = Mapping[tuple[str, str], Floats]
"""Burdens a unit of exposure by (stream, basis), along condition."""


class AssetState(Protocol):
    """What the tree of strategies needs of a model; every array has one entry a node."""

    def take(self, rows: Ints) -> Self:
        """The state of some nodes."""

    def joined(self, others: Sequence[Self]) -> Self:
        """These nodes and those of others of the same model."""

    def put(self, rows: Ints, other: Self) -> Self:
        """These nodes, some of them as another says (n_rows,)."""

    def index(self) -> Floats:
        """(Expected) condition index now (0–100)."""

    def residual_life(self) -> Floats:
        """Years until the (expected) index reaches the failure index if nothing more is done."""

    def bands(self) -> Floats32:
        """Share in each band that its group is shown in (n_nodes, n_bands): of an asset in states, by its states."""

    def backlog(self) -> Floats:
        """Cost of bringing to B what is worse (£ per unit of quantity); 0 of assets that are not in states."""

    def eligible(self, treatment: Treatment, weak: Bools | None = None) -> Bools:
        """Where condition lets a treatment be used; where capacity calls for it, in any better condition too."""

    def weaker(self, below: Floats) -> Bools:
        """Where nothing was renewed and the index is below a bound (n_nodes,) [0–100]; nowhere if it is not traced."""

    def treat(self, treatment: Treatment) -> tuple[Self, Floats]:
        """State after a treatment, and its cost (£ per unit of quantity)."""

    def begin(self, index: float) -> Self:
        """The same nodes as if they had just come to an index, with nothing done to them since."""

    def burden(self, stream: str, exposure: Exposure) -> Floats:
        """Cost of one stream ("" for all together) over the coming year (£), at mid-year condition."""

    def sent_round(self, limits: WeightLimits) -> Floats:
        """Cost of weight limits over the coming year (£), at mid-year condition; only of a traced state."""

    def traced(self) -> Self:
        """The same, none of them renewed yet."""

    def observed(self, index: Floats) -> Self:
        """The same nodes, their condition as it was surveyed (n_nodes,) [0–100]."""

    def step(self, chance: Chance | None = None, years: float = 1.0) -> Self:
        """State a year later, in which all age by some years: as expected, or as chance has it."""


class Nodes:
    """Arrays of one entry a node beside a model that all share; what is None is not there, and costs nothing."""

    def _changed(self, change: Callable[..., NDArray], *others: Self) -> Self:
        """The same with every array, also of states within, made anew of it and of those of others."""

        def of(mine: Any, *theirs: Any) -> Any:
            if isinstance(mine, Nodes):
                return mine._changed(change, *theirs)
            if isinstance(mine, tuple):
                return tuple(of(*each) for each in zip(mine, *theirs, strict=True))
            return change(mine, *theirs) if isinstance(mine, np.ndarray) else mine

        names = vars(self)
        parts = {name: of(names[name], *(getattr(other, name) for other in others)) for name in names}
        return replace(self, **parts)  # type: ignore[type-var]

    def take(self, rows: Ints) -> Self:
        """The state of some nodes."""
        return self._changed(lambda array: array[rows])

    def joined(self, others: Sequence[Self]) -> Self:
        """These nodes and those of others."""
        return self._changed(lambda *arrays: np.concatenate(arrays), *others)

    def put(self, rows: Ints, other: Self) -> Self:
        """These nodes, some of them as another says."""

        def written(mine: NDArray, theirs: NDArray) -> NDArray:
            out = mine.copy()
            out[rows] = theirs
            return out

        return self._changed(written, other)


class AgeingNodes(Nodes):
    """Nodes that age, at less than their rate while a treatment slows them: `slow_left` years, by `slow_factor`.

    `repeats` counts the treatments since the last renewal, of those that the state knows of.
    """

    slow_left: Floats
    slow_factor: Floats
    repeats: Floats

    def _slowed(self, rate: Floats) -> Floats:
        """Ageing of the coming year (n_nodes,), of a rate [years a year]."""
        return np.where(self.slow_left > 0, rate * self.slow_factor, rate)

    def _time_left(self, need: Floats, rate: Floats) -> Floats:
        """Years until ageing at a rate (n_nodes,), slowed at first, has covered what is needed [years of ageing]."""
        slow = np.maximum(self.slow_left, 0.0)
        slowed = rate * self.slow_factor
        return np.where(need <= slow * slowed, need / slowed, slow + (need - slow * slowed) / rate)

    def _free(self, treatment: Treatment) -> Bools:
        """Where no slowing as strong as a treatment's still lasts, and it may be had once more before a renewal."""
        held = (self.slow_left > 0) & (self.slow_factor <= treatment.slow_factor) & (treatment.slow_factor < 1)
        return ~held & (self.repeats < treatment.repeats)

    def _burden(self, tables: Tables, stream: str, exposure: Exposure, read: Callable[[Floats], Floats]) -> Floats:
        """Cost of a stream by its table of each basis, which `read` takes to the nodes."""
        of_stream = {per: tables[stream, per] for per in BASES if (stream, per) in tables}
        return sum((read(table) * getattr(exposure, per) for per, table in of_stream.items()), 0.0 * exposure.quantity)


def tables(consequences: tuple[Consequence, ...], index: Floats) -> Tables:
    """Burdens by (stream, basis) at an index; stream "" is all together."""
    out: dict[tuple[str, str], Floats] = {}
    for row in consequences:
        for stream in ("", row.stream):
            out[stream, row.per] = out.get((stream, row.per), 0.0) + row.at(index)
    return out
