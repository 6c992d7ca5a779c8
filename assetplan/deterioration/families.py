"""Families of falling curves of condition index against age, one class each.

A new family is one subclass of `Family`, an instance of which stands in `FAMILIES` under its name. Every family has
curves that start at 100, so that a life, the age at an index of 40, only stretches time and one shape is all that is
left to fit. Source: docs/method.md, section Deterioration.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, NamedTuple

import numpy as np

from assetplan._types import Floats

Parameters = Mapping[str, float]
"""Of a curve by name: c0, k, b, a50, cmin as in `Curve`; those that a family lacks are not read."""

POOR = 40.0  # the index whose age is a curve's life, in all families
_LOST, _FALL = 100.0 - POOR, float(np.log(100.0 / POOR))
_BEFORE = float(np.log(99.0))  # a logistic has no new: 99 at age 0 stands for it
_STEEP = _BEFORE + float(np.log(_LOST / POOR))
_LEAST = 1e-30  # share of a life, whose logarithm is still a number


class Level(NamedTuple):
    """Index [0–100], and its derivatives by the share of a life and by the logarithm of the shape."""

    value: Floats
    by_share: Floats
    by_shape: Floats


class Family(ABC):
    """A family of curves.

    Attributes
    ----------
    name : str; what tables call it
    parameters : tuple of str; those of c0, k, b, a50, cmin that its curves have
    shaped : bool
        Whether a curve of a given life still has a shape b: its index is then that of shape 1 at (age / life)^b lives.
    """

    name: ClassVar[str]
    parameters: ClassVar[tuple[str, ...]]
    shaped: ClassVar[bool] = False

    @abstractmethod
    def value(self, age: Floats, p: Parameters) -> Floats:
        """Index at an age [years, 0 or more], not held to the ends of the scale."""

    @abstractmethod
    def slope(self, age: Floats, value: Floats, p: Parameters) -> Floats:
        """Derivative of the index by age [1/year].

        Parameters
        ----------
        age : array; [years, 0 or more], any shape
        value : array; index at that age, same shape
        p : mapping of str → float; parameters of the curve
        """

    @abstractmethod
    def age(self, index: Floats, p: Parameters) -> Floats:
        """Age [years] at an index above cmin and 0; 0 or less at an index above the curve's start."""

    @abstractmethod
    def of_life(self, life: float, shape: float) -> dict[str, float]:
        """Parameters of the curve that starts at 100 and is at 40 at an age `life` [years]."""

    def level(self, share: Floats, shape: float) -> Level:
        """Index and its derivatives at shares of a life, 0 or more, of the curve that starts at 100."""
        p = self.of_life(1.0, 1.0)
        log = np.log(np.maximum(share, _LEAST)) if self.shaped else np.zeros_like(share)
        spent = np.exp(shape * log) if self.shaped else share
        index = np.maximum(self.value(spent, p), 0.0)
        slope = np.where(index > 0.0, self.slope(spent, index, p), 0.0)
        if not self.shaped:
            return Level(index, slope, log)
        turn = shape * spent * slope
        by_share = np.divide(turn, share, out=np.zeros_like(share), where=share > _LEAST)
        return Level(index, by_share, turn * log)


class _Power(Family):
    """C0 − k·a^b."""

    name = "power"
    parameters: ClassVar[tuple[str, ...]] = ("c0", "k", "b")
    shaped = True

    def value(self, age: Floats, p: Parameters) -> Floats:
        return p["c0"] - p["k"] * age ** p.get("b", 1.0)

    def slope(self, age: Floats, value: Floats, p: Parameters) -> Floats:
        return -p["k"] * p.get("b", 1.0) * age ** (p.get("b", 1.0) - 1.0)

    def age(self, index: Floats, p: Parameters) -> Floats:
        return (np.maximum(p["c0"] - index, 0.0) / p["k"]) ** (1 / p.get("b", 1.0))

    def of_life(self, life: float, shape: float) -> dict[str, float]:
        return {"c0": 100.0, "k": _LOST / life**shape, "b": shape}


class _Linear(_Power):
    """C0 − k·a, a power of one."""

    name, parameters, shaped = "linear", ("c0", "k"), False


class _Exponential(Family):
    """C0·e^(−k·a)."""

    name, parameters = "exponential", ("c0", "k")

    def value(self, age: Floats, p: Parameters) -> Floats:
        return p["c0"] * np.exp(-p["k"] * age)

    def slope(self, age: Floats, value: Floats, p: Parameters) -> Floats:
        return -p["k"] * value

    def age(self, index: Floats, p: Parameters) -> Floats:
        return np.log(p["c0"] / index) / p["k"]

    def of_life(self, life: float, shape: float) -> dict[str, float]:
        return {"c0": 100.0, "k": _FALL / life}


class _Logistic(Family):
    """Cmin + (C0 − Cmin)/(1 + e^(k·(a − a50)))."""

    name, parameters = "logistic", ("c0", "k", "a50", "cmin")

    def value(self, age: Floats, p: Parameters) -> Floats:
        from scipy.special import expit

        return p["cmin"] + (p["c0"] - p["cmin"]) * expit(-p["k"] * (age - p["a50"]))

    def slope(self, age: Floats, value: Floats, p: Parameters) -> Floats:
        share = (value - p["cmin"]) / (p["c0"] - p["cmin"])
        return -p["k"] * (value - p["cmin"]) * (1.0 - share)

    def age(self, index: Floats, p: Parameters) -> Floats:
        share = np.minimum((index - p["cmin"]) / (p["c0"] - p["cmin"]), 1 - 1e-12)
        return p["a50"] + np.log(1 / share - 1) / p["k"]

    def of_life(self, life: float, shape: float) -> dict[str, float]:
        return {"c0": 100.0, "k": _STEEP / life, "a50": _BEFORE * life / _STEEP, "cmin": 0.0}


class _Weibull(Family):
    """C0·e^(−(a/k)^b), the survival of an age-based asset."""

    name, parameters = "weibull", ("c0", "k", "b")
    shaped = True

    def value(self, age: Floats, p: Parameters) -> Floats:
        return p["c0"] * np.exp(-((age / p["k"]) ** p["b"]))

    def slope(self, age: Floats, value: Floats, p: Parameters) -> Floats:
        return -p["b"] / p["k"] * (age / p["k"]) ** (p["b"] - 1.0) * value

    def age(self, index: Floats, p: Parameters) -> Floats:
        return p["k"] * np.maximum(np.log(p["c0"] / index), 0.0) ** (1 / p["b"])

    def of_life(self, life: float, shape: float) -> dict[str, float]:
        return {"c0": 100.0, "k": life / _FALL ** (1 / shape), "b": shape}


FAMILIES: dict[str, Family] = {
    family.name: family for family in (_Linear(), _Power(), _Exponential(), _Logistic(), _Weibull())
}


def family_of(name: str) -> Family:
    """The family of a name; a ValueError, naming the families there are, for any other."""
    if name not in FAMILIES:
        raise ValueError(f"family must be one of {', '.join(FAMILIES)}, not {name!r}")
    return FAMILIES[name]
