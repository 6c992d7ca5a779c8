"""What a calibration knows of a group beyond its mean decay: what shifts and spreads paces, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from assetplan._types import Floats
from assetplan.deterioration.chain import Chain
from assetplan.deterioration.curves import Curve, Life
from assetplan.deterioration.fits.chains import annual_of
from assetplan.deterioration.fits.paths import SPREADS, unscaled, within_range


@dataclass(frozen=True)
class Learned:
    """What a calibration knows of a group beyond its mean decay.

    Attributes
    ----------
    noise : float; standard deviation of a reading [index points]
    spread : float; of the paces of assets about the group's, as a share of it
    wander : float; of the effective age, beyond its pace [years a year^½]
    covariates : tuple of (str, float, float, float)
        Column of the register, or column=word, with its coefficient, centre and scale: the logarithm of an asset's pace
        is the sum of coefficient · (value − centre) / scale.
    names, estimates : tuple; parameters of the fit, on its own scale, those of covariates last
    covariance : tuple of tuple of float; of the estimates; () where it is not known
    discrete : bool; whether a chain was fitted in whole years
    """

    noise: float = 0.0
    spread: float = 0.0
    wander: float = 0.0
    covariates: tuple[tuple[str, float, float, float], ...] = ()
    names: tuple[str, ...] = ()
    estimates: tuple[float, ...] = ()
    covariance: tuple[tuple[float, ...], ...] = ()
    discrete: bool = False

    def pace(self, assets: pd.DataFrame) -> Floats:
        """How much faster than their group assets age (n,); a missing value stands at the group's centre."""
        total = np.zeros(len(assets))
        for name, coefficient, centre, scale in self.covariates:
            column, _, word = name.partition("=")
            if word:
                total += coefficient * (assets[column].to_numpy(dtype=object) == word)
            else:
                value = pd.to_numeric(assets[column]).to_numpy(dtype=float)
                total += coefficient * np.nan_to_num((value - centre) / scale)
        return np.exp(total)

    def decay(self, like: Curve | Chain, estimates: Floats | None = None) -> Curve | Chain:
        """The decay that estimates stand for, by default those of the fit, of the kind of another."""
        values = np.array(self.estimates) if estimates is None else estimates
        if isinstance(like, Chain):
            n_moves = len(self.names) - len(self.covariates)
            moves = np.array([[int(state) for state in name.split(" to ")] for name in self.names[:n_moves]])
            matrix = annual_of(values[:n_moves], moves.reshape(-1, 2), len(like.state_index), not self.discrete)
            return replace(like, matrix=tuple(map(tuple, matrix.tolist())))
        known = dict(zip(self.names, values, strict=True))
        if isinstance(like, Life):
            return Life("weibull", 100.0, *(float(np.exp(known[name])) for name in ("scale", "shape")))
        life, shape = (float(np.exp(within_range(name, known.get(name, 0.0)))) for name in ("life", "shape"))
        return Curve.of_life(like.family, life, shape)

    def drawn(self, like: Curve | Chain, normals: Floats) -> tuple[Learned, Curve | Chain]:
        """Another set of parameters that the inspections allow, from standard normals (k,), and its decay."""
        if not self.covariance:
            return self, like
        size, axes = np.linalg.eigh(np.array(self.covariance))
        values = np.array(self.estimates) + axes @ (np.sqrt(np.maximum(size, 0.0)) * normals)
        known = dict(zip(self.names, values, strict=True))
        noise, spread, wander = (
            unscaled(name, within_range(name, known[name])) if name in known else 0.0 for name in SPREADS
        )
        shifts = values[len(values) - len(self.covariates) :]
        covariates = tuple((n, float(b), c, s) for (n, _, c, s), b in zip(self.covariates, shifts, strict=True))
        after = replace(self, noise=noise, spread=spread, wander=wander, covariates=covariates)
        return after, self.decay(like, values)
