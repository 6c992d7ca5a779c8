"""Curves that map age to condition index and back.

Families (a = age, years): linear C0 − k·a; power C0 − k·a^b; exponential C0·e^(−k·a);
logistic Cmin + (C0 − Cmin)/(1 + e^(k·(a − a50))); weibull C0·e^(−(a/k)^b), the survival of an age-based asset.
Source: docs/method.md, section Deterioration.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assetplan._types import Floats

PARAMETERS = {
    "linear": ("c0", "k"),
    "power": ("c0", "k", "b"),
    "exponential": ("c0", "k"),
    "logistic": ("c0", "k", "a50", "cmin"),
    "weibull": ("c0", "k", "b"),
}
FAMILIES = tuple(PARAMETERS)


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

    def index(self, age: Floats) -> Floats:
        """Condition index (0–100) at an age (years, ≥ 0), any shape."""
        return index_at(self.family, np.asarray(age, dtype=float), self.c0, self.k, self.b, self.a50, self.cmin)

    def age(self, index: Floats) -> Floats:
        """Effective age (years, ≥ 0) at which the curve has an index, any shape.

        An index above the curve's start has age 0; one at or below its foot has the age at which the curve is
        within 0.01 points of the foot, so that the answer is always finite.
        """
        return age_at(self.family, np.asarray(index, dtype=float), self.c0, self.k, self.b, self.a50, self.cmin)

    def failed(
        self, index: Floats, years: Floats, failure: float, pace: Floats, spread: float = 0.0, wander: float = 0.0
    ) -> Floats:
        """Chance that an untreated asset is at or below a failure index after some years.

        Parameters
        ----------
        index : array (n,)
            Condition index now [0–100].
        years : array (k,)
            Years ahead [0 or more].
        failure : float
            Index that counts as failed [0–100].
        pace : array (n,)
            How many years an asset ages in one.
        spread, wander : float
            Standard deviation of assets' own paces as a share of theirs, and of their effective age beyond it [years a
            year^½]: the age reached is normal.

        Returns
        -------
        array (n, k)
            Chances [0–1]; without spread, 0 or 1.
        """
        from scipy.special import ndtr

        left = float(self.age(np.array([failure]))[0]) - self.age(index)
        aged = np.asarray(pace)[:, None] * np.asarray(years, dtype=float)[None, :]
        over = aged - left[:, None]
        doubt = np.sqrt((spread * aged) ** 2 + wander**2 * np.asarray(years)[None, :])
        with np.errstate(divide="ignore", invalid="ignore"):
            chance = ndtr(over / doubt)
        return np.where(left[:, None] <= 0, 1.0, np.where(doubt > 0, chance, over >= -1e-9))


@dataclass(frozen=True)
class Life(Curve):
    """A Weibull life, its index the chance to be sound: for assets that work until they fail."""

    def __post_init__(self) -> None:
        """Refuse what is no survival function."""
        super().__post_init__()
        if self.family != "weibull" or self.c0 != 100.0:
            raise ValueError(f"a life is a weibull curve from 100, not {self.family} from {self.c0:g}")

    def failed(
        self, index: Floats, years: Floats, failure: float, pace: Floats, spread: float = 0.0, wander: float = 0.0
    ) -> Floats:
        """Chance to fail within some years of an asset that works now, 1 − S(a + t)/S(a); see `Curve.failed`.

        A survey that finds it at or below the failure index overrides its age. The life is all the spread there is.
        """
        age = self.age(index)[:, None]
        aged = age + np.asarray(pace)[:, None] * np.asarray(years, dtype=float)[None, :]
        chance = -np.expm1((age / self.k) ** self.b - (aged / self.k) ** self.b)
        return np.where((np.asarray(index) <= failure)[:, None], 1.0, chance)


Numbers = float | Floats


def index_at(family: str, age: Floats, c0: Numbers, k: Numbers, b: Numbers, a50: Numbers, cmin: Numbers) -> Floats:
    """Condition index at an age, as `Curve.index`; parameters may be arrays that broadcast against it."""
    if family == "linear":
        out = c0 - k * age
    elif family == "power":
        out = c0 - k * age**b
    elif family == "exponential":
        out = c0 * np.exp(-k * age)
    elif family == "weibull":
        out = c0 * np.exp(-((age / k) ** b))
    else:
        out = cmin + (c0 - cmin) / (1 + np.exp(k * (age - a50)))
    return np.clip(out, 0.0, 100.0)


def age_at(family: str, index: Floats, c0: Numbers, k: Numbers, b: Numbers, a50: Numbers, cmin: Numbers) -> Floats:
    """Effective age at an index, as `Curve.age`; parameters may be arrays that broadcast against it."""
    value = np.maximum(index, np.maximum(cmin, 0.0) + 0.01)
    with np.errstate(divide="ignore"):
        if family == "linear":
            out = (c0 - value) / k
        elif family == "power":
            out = (np.maximum(c0 - value, 0.0) / k) ** (1 / b)
        elif family == "exponential":
            out = np.log(c0 / value) / k
        elif family == "weibull":
            out = k * np.maximum(np.log(c0 / value), 0.0) ** (1 / b)
        else:
            share = np.minimum((value - cmin) / (c0 - cmin), 1 - 1e-12)
            out = a50 + np.log(1 / share - 1) / k
    return np.maximum(out, 0.0)
