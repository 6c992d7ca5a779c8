"""Scenarios as a round's file states them: one by one, as the grid of every combination, or drawn from ranges."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from typing import Any, Self

import numpy as np
from pydantic import Field, model_validator

from assetplan._types import Floats
from assetplan.config.base import Frozen, Number, Whole

_FIGURES = 4  # of a number that is drawn


class Override(Frozen):
    """What an override does to the base plan."""

    set: dict[str, Any] = Field(default_factory=dict)
    """values by key of the plan file, as "envelope.lines.bridges" or "limits[1].at_most" """
    scale: dict[str, float] = Field(default_factory=dict)
    """factors by key; every number below the key is multiplied"""


class ScenarioRow(Override):
    """A scenario: what it changes, after what it uses."""

    name: str = Field(min_length=1)
    use: tuple[str, ...] = ()
    """named overrides, in order, before what the scenario itself sets"""


class ScenarioGrid(Frozen):
    """A scenario for every combination of values."""

    name: str = Field(min_length=1)
    use: tuple[str, ...] = ()
    set: dict[str, list[Any]] = Field(default_factory=dict)
    scale: dict[str, list[float]] = Field(default_factory=dict)

    def rows(self) -> Iterator[ScenarioRow]:
        """Its scenarios, named by their values."""
        for values in product(*self.set.values(), *self.scale.values()):
            yield _row(self, self.name, values)


class DrawnRange(Frozen):
    """Where a number lies: anywhere alike, or, with the likeliest, less often the further from it (triangular)."""

    low: Number
    high: Number
    likely: Number | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.low >= self.high:
            raise ValueError(f"low ({self.low:g}) must be below high ({self.high:g})")
        if self.likely is not None and not self.low <= self.likely <= self.high:
            raise ValueError(f"likely ({self.likely:g}) must lie from low ({self.low:g}) to high ({self.high:g})")
        return self

    def at(self, shares: Floats) -> list[float]:
        """The numbers below which these shares of all draws lie.

        Parameters
        ----------
        shares : array (n,) [0–1]
        """
        from scipy.stats import triang, uniform

        width = self.high - self.low
        law = uniform if self.likely is None else triang((self.likely - self.low) / width)
        drawn = self.low + width * law.ppf(shares)
        return [min(max(float(f"{number:.{_FIGURES}g}"), self.low), self.high) for number in drawn]


class ScenarioSamples(Frozen):
    """So many scenarios, whose values are drawn from ranges."""

    name: str = Field(min_length=1)
    use: tuple[str, ...] = ()
    count: Whole = Field(ge=1, le=10_000)
    seed: Whole = Field(default=0, ge=0)
    """the same seed draws the same scenarios"""
    set: dict[str, DrawnRange] = Field(default_factory=dict)
    scale: dict[str, DrawnRange] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _draws(self) -> Self:
        if not self.set and not self.scale:
            raise ValueError("needs a key to draw, in set or in scale")
        return self

    def rows(self) -> Iterator[ScenarioRow]:
        """Its scenarios, named by number and values: a Latin hypercube, which has each key in every part of its range.

        McKay, Beckman and Conover (1979), Technometrics 21(2), 239–245.
        """
        from scipy.stats.qmc import LatinHypercube

        ranges = [*self.set.values(), *self.scale.values()]
        shares = LatinHypercube(len(ranges), seed=np.random.default_rng(self.seed)).random(self.count)
        drawn = zip(*(each.at(column) for each, column in zip(ranges, shares.T, strict=True)), strict=True)
        for number, values in enumerate(drawn, 1):
            yield _row(self, f"{self.name} {number:0{len(str(self.count))}}", values)


def _row(several: ScenarioGrid | ScenarioSamples, name: str, values: tuple[Any, ...]) -> ScenarioRow:
    """One of several scenarios, with a value for each key that they set, then for each that they scale."""
    put = dict(zip(several.set, values, strict=False))
    scale = dict(zip(several.scale, values[len(put) :], strict=True))
    words = [f"{key} = {json.dumps(value, default=str)}" for key, value in put.items()]
    words += [f"{key} × {value:g}" for key, value in scale.items()]
    whole = f"{name}: {', '.join(words)}" if words else name
    return ScenarioRow(name=whole, use=several.use, set=put, scale=scale)
