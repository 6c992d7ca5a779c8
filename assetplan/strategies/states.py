"""The state of many assets of one group at once: how it ages, what treatments do to it, what it costs to be in it.

Two models share one face. A curve asset has an effective age (years) that grows by a rate; a chain asset has shares of
the phases of its chain. On both a treatment may raise the index, reset it, slow ageing for a number of years, or turn
the asset into one of another group: see docs/method.md, section Treatments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from assetplan._types import Bools, Floats, Floats32, Ints
from assetplan.consequences import BASES, Consequence
from assetplan.strategies.traffic import Exposure, WeightLimits
from assetplan.treatments import Treatment

Chance = np.random.Generator


class AssetState(Protocol):
    """What the tree of strategies needs of a model; every array has one entry a node."""

    def take(self, rows: Ints) -> Self:
        """The state of some nodes."""
        ...

    def joined(self, others: Sequence[Self]) -> Self:
        """These nodes and those of others of the same model."""
        ...

    def put(self, rows: Ints, other: Self) -> Self:
        """These nodes, some of them as another says (n_rows,)."""
        ...

    def index(self) -> Floats:
        """(Expected) condition index now (0–100)."""
        ...

    def residual_life(self) -> Floats:
        """Years until the (expected) index reaches the failure index if nothing more is done."""
        ...

    def bands(self) -> Floats32:
        """Share in each band of the condition index (n_nodes, n_bands): of an asset in states, by its states."""
        ...

    def backlog(self) -> Floats:
        """Cost of bringing to B what is worse (£ per unit of quantity); 0 of assets that are not in states."""
        ...

    def eligible(self, treatment: Treatment) -> Bools:
        """Where condition lets a treatment be used."""
        ...

    def treat(self, treatment: Treatment) -> tuple[Self, Floats]:
        """State after a treatment, and its cost (£ per unit of quantity)."""
        ...

    def begin(self, index: float) -> Self:
        """The same nodes as if they had just come to an index, with nothing done to them since."""
        ...

    def follow_on(self) -> tuple[Self, Floats]:
        """State after the follow-on policy of one year, and its cost (£ per unit of quantity)."""
        ...

    def burden(self, stream: str, exposure: Exposure) -> Floats:
        """Cost of one stream ("" for all together) over the coming year (£), at mid-year condition."""
        ...

    def sent_round(self, limits: WeightLimits) -> Floats:
        """Cost of weight limits over the coming year (£), at mid-year condition; only of a traced state."""
        ...

    def step(self, chance: Chance | None = None) -> Self:
        """State a year later: as expected, or as chance has it."""
        ...

    def residual(self) -> Floats:
        """Value left in the last renewal (£ per unit of quantity); negative where renewal is owed."""
        ...


class Nodes:
    """Arrays of one entry a node beside a model that all share; what is None is not there, and costs nothing."""

    @property
    def _arrays(self) -> dict[str, NDArray]:
        return {name: value for name, value in vars(self).items() if isinstance(value, np.ndarray)}

    def _with(self, arrays: dict[str, NDArray]) -> Self:
        return replace(self, **arrays)  # type: ignore[type-var]

    def take(self, rows: Ints) -> Self:
        """The state of some nodes."""
        return self._with({name: array[rows] for name, array in self._arrays.items()})

    def joined(self, others: Sequence[Self]) -> Self:
        """These nodes and those of others."""
        parts = [self._arrays, *(other._arrays for other in others)]
        return self._with({name: np.concatenate([part[name] for part in parts]) for name in parts[0]})

    def _sum(
        self, burdens: Mapping[tuple[str, str], Floats], stream: str, exposure: Exposure, read: Callable[..., Floats]
    ) -> Floats:
        """Cost of a stream by its table of each basis, which `read` takes to the nodes."""
        of_stream = {per: burdens[stream, per] for per in BASES if (stream, per) in burdens}
        return sum((read(table) * getattr(exposure, per) for per, table in of_stream.items()), 0.0 * exposure.quantity)

    def put(self, rows: Ints, other: Self) -> Self:
        """These nodes, some of them as another says."""
        out = {name: array.copy() for name, array in self._arrays.items()}
        for name, array in other._arrays.items():
            out[name][rows] = array
        return self._with(out)


def _rates(consequences: tuple[Consequence, ...], stream: str, per: str, index: Floats) -> Floats:
    total = np.zeros_like(index)
    for row in consequences:
        if row.per == per and stream in ("", row.stream):
            total += row.at(index)
    return total


def tables(consequences: tuple[Consequence, ...], index: Floats) -> dict[tuple[str, str], Floats]:
    """Burdens by (stream, basis) at an index; stream "" is all together."""
    streams = ("", *dict.fromkeys(c.stream for c in consequences))
    bases = dict.fromkeys(c.per for c in consequences)
    return {(stream, per): _rates(consequences, stream, per, index) for stream in streams for per in bases}


def time_left(need: Floats, rate: Floats, slow_left: Floats, slow_factor: Floats) -> Floats:
    """Years until ageing at a rate, slowed at first, has covered what is needed (years of ageing, 0 or more).

    Parameters
    ----------
    need : array (n,); ageing still to cover [years of ageing, 0 or more]
    rate : array (n,); years of ageing a year
    slow_left : array (n,); years for which ageing is still slowed
    slow_factor : array (n,); what the rate is multiplied by meanwhile [above 0, at most 1]
    """
    slow = np.maximum(slow_left, 0.0)
    slowed = rate * slow_factor
    return np.where(need <= slow * slowed, need / slowed, slow + (need - slow * slowed) / rate)


def slowed(treatment: Treatment, slow_left: Floats, slow_factor: Floats) -> Bools:
    """Where as strong a slowing still lasts.

    Parameters
    ----------
    treatment : Treatment; the one to be used
    slow_left : array (n,); years for which ageing is still slowed
    slow_factor : array (n,); how much it is slowed [above 0, at most 1]
    """
    return (slow_left > 0) & (slow_factor <= treatment.slow_factor) & (treatment.slow_factor < 1)
