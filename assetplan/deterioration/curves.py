"""Curves that map age to condition index and back.

Families (a = age, years): linear C0 − k·a; power C0 − k·a^b; exponential C0·e^(−k·a);
logistic Cmin + (C0 − Cmin)/(1 + e^(k·(a − a50))); weibull C0·e^(−(a/k)^b), the survival of an age-based asset.
Source: docs/method.md, section Deterioration.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PARAMETERS = {
    "linear": ("c0", "k"),
    "power": ("c0", "k", "b"),
    "exponential": ("c0", "k"),
    "logistic": ("c0", "k", "a50", "cmin"),
    "weibull": ("c0", "k", "b"),
}
FAMILIES = tuple(PARAMETERS)
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """One falling curve of condition index against age.

    Attributes
    ----------
    family : str
        One of `FAMILIES`.
    c0 : float
        Index as new (index points), the upper asymptote of a logistic.
    k : float
        Rate: index points a year (linear), index points a year^b (power), 1/year (exponential, logistic),
        or the scale η of a Weibull (years).
    b : float
        Exponent of a power curve or shape β of a Weibull; not used by the others.
    a50 : float
        Age at the middle of a logistic (years).
    cmin : float
        Lower asymptote of a logistic (index points).
    """

    family: str
    c0: float = 100.0
    k: float = 1.0
    b: float = 1.0
    a50: float = 0.0
    cmin: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a curve that does not fall."""
        if self.family not in FAMILIES:
            raise ValueError(f"family must be one of {', '.join(FAMILIES)}, not {self.family!r}")
        if not (self.k > 0 and self.b > 0 and self.c0 > self.cmin):
            raise ValueError(
                f"a {self.family} curve needs k > 0, b > 0 and c0 > cmin, "
                f"not k={self.k:g}, b={self.b:g}, c0={self.c0:g}, cmin={self.cmin:g}"
            )

    def index(self, age: Array) -> Array:
        """Condition index (0–100) at an age (years, ≥ 0), any shape."""
        age = np.asarray(age, dtype=float)
        if self.family == "linear":
            out = self.c0 - self.k * age
        elif self.family == "power":
            out = self.c0 - self.k * age**self.b
        elif self.family == "exponential":
            out = self.c0 * np.exp(-self.k * age)
        elif self.family == "weibull":
            out = self.c0 * np.exp(-((age / self.k) ** self.b))
        else:
            out = self.cmin + (self.c0 - self.cmin) / (1 + np.exp(self.k * (age - self.a50)))
        return np.clip(out, 0.0, 100.0)

    def age(self, index: Array) -> Array:
        """Effective age (years, ≥ 0) at which the curve has an index, any shape.

        An index above the curve's start has age 0; one at or below its foot has the age at which the curve is
        within 0.01 points of the foot, so that the answer is always finite.
        """
        foot = max(self.cmin, 0.0) + 0.01
        value = np.clip(np.asarray(index, dtype=float), foot, None)
        with np.errstate(divide="ignore"):
            if self.family == "linear":
                out = (self.c0 - value) / self.k
            elif self.family == "power":
                out = (np.maximum(self.c0 - value, 0.0) / self.k) ** (1 / self.b)
            elif self.family == "exponential":
                out = np.log(self.c0 / value) / self.k
            elif self.family == "weibull":
                out = self.k * np.maximum(np.log(self.c0 / value), 0.0) ** (1 / self.b)
            else:
                share = np.minimum((value - self.cmin) / (self.c0 - self.cmin), 1 - 1e-12)
                out = self.a50 + np.log(1 / share - 1) / self.k
        return np.maximum(out, 0.0)
