"""Curves that map age to condition index and back, each of a family of `families`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assetplan._types import Floats
from assetplan.deterioration.families import Parameters, family_of

_FOOT = 0.01  # index points above its foot at which a curve's age ends, so that it is finite


@dataclass(frozen=True)
class Curve:
    """One falling curve of condition index against age.

    Attributes
    ----------
    family : str; one of `FAMILIES`
    c0 : float; index as new (index points), the upper asymptote of a logistic
    k : float
        Rate: index points a year (linear), index points a year^b (power), 1/year (exponential, logistic),
        or the scale η of a Weibull (years).
    b : float; exponent of a power curve or shape β of a Weibull; not used by the others
    a50 : float; age at the middle of a logistic (years)
    cmin : float; lower asymptote of a logistic (index points)

    Examples
    --------
    >>> Curve("linear", k=3.0).index(np.array([0.0, 10.0])).tolist()
    [100.0, 70.0]
    """

    family: str
    c0: float = 100.0
    k: float = 1.0
    b: float = 1.0
    a50: float = 0.0
    cmin: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a curve that does not fall."""
        family_of(self.family)
        if not (self.k > 0 and self.b > 0 and self.c0 > self.cmin):
            raise ValueError(
                f"a {self.family} curve needs k > 0, b > 0 and c0 > cmin, "
                f"not k={self.k:g}, b={self.b:g}, c0={self.c0:g}, cmin={self.cmin:g}"
            )

    @classmethod
    def of_life(cls, family: str, life: float, shape: float = 1.0) -> Curve:
        """The curve that starts at 100 and reaches an index of 40 at an age `life` [years].

        Parameters
        ----------
        family, life : str, float; one of `FAMILIES`, and age at an index of 40 [years, above 0]
        shape : float; of a family that has one: above 1, decay grows faster with age
        """
        of = family_of(family)
        return Curve(family, **of.of_life(life, shape if of.shaped else 1.0))

    @property
    def parameters(self) -> Parameters:
        """The parameters that its family has, by name."""
        return {name: getattr(self, name) for name in family_of(self.family).parameters}

    def index(self, age: Floats) -> Floats:
        """Condition index (0–100) at an age (years, ≥ 0), any shape."""
        value = family_of(self.family).value(np.asarray(age, dtype=float), self.parameters)
        return np.clip(value, 0.0, 100.0)

    def age(self, index: Floats) -> Floats:
        """Effective age (years, ≥ 0) at which the curve has an index, any shape.

        An index above the curve's start has age 0; one at or below its foot has the age at which the curve is
        within 0.01 points of the foot, so that the answer is always finite.
        """
        value = np.maximum(np.asarray(index, dtype=float), max(self.cmin, 0.0) + _FOOT)
        return np.maximum(family_of(self.family).age(value, self.parameters), 0.0)

    def failed(
        self, index: Floats, years: Floats, failure: float, pace: Floats, spread: float = 0.0, wander: float = 0.0
    ) -> Floats:
        """Chance (n, k) [0–1] that an untreated asset is at or below a failure index after some years.

        Parameters
        ----------
        index : array (n,); condition index now [0–100]
        years : array (k,); years ahead [0 or more]
        failure : float; index that counts as failed [0–100]
        pace : array (n,); how many years an asset ages in one
        spread, wander : float
            Standard deviation of assets' own paces as a share of theirs, and of their effective age beyond it [years a
            year^½]: the age reached is normal.
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
        """Chance to fail within some years of an asset that works now, 1 − S(a + t)/S(a).

        A survey that finds it at or below the failure index overrides its age.

        Parameters
        ----------
        index, years, failure, pace, spread, wander : array (n,), array (k,), float, array (n,), float, float
            As of `Curve.failed`; the life is all the spread there is, so the last two play no part.
        """
        age = self.age(index)[:, None]
        aged = age + np.asarray(pace)[:, None] * np.asarray(years, dtype=float)[None, :]
        chance = -np.expm1((age / self.k) ** self.b - (aged / self.k) ** self.b)
        return np.where((np.asarray(index) <= failure)[:, None], 1.0, chance)
