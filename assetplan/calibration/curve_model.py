"""Curves learned from values, and the family that they bear out best; see `deterioration.fits.paths`."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from assetplan._types import Bools, Floats
from assetplan.calibration.covariates import Features
from assetplan.calibration.histories import jumps, path_codes, unexpected
from assetplan.calibration.inspections import Inspections
from assetplan.calibration.model import LEVELS, Expected, counts, sample
from assetplan.calibration.pooling import Estimate
from assetplan.deterioration.curves import Curve
from assetplan.deterioration.families import FAMILIES
from assetplan.deterioration.fits import paths as fits
from assetplan.deterioration.fits.maximum import TOLERANCE, Prior

_ROUGH = 1e-3  # tolerance at which a fit is near enough to know what it does not expect
_ROUNDS = 3  # of cutting what a fit did not expect and fitting again


@dataclass(frozen=True, eq=False)
class CurveModel:
    """A curve of one family through the values of inspections.

    Attributes
    ----------
    inspections : Inspections; readings with a value
    family : str; of the curve
    features : Features; what shifts an asset's pace
    cuts : array of bool; readings that begin a history anew: unexplained improvements
    noise : float; of a reading [index points], for how the stock is spread
    """

    inspections: Inspections
    family: str
    features: Features
    cuts: Bools
    noise: float = fits.NOISE

    @classmethod
    def of(cls, inspections: Inspections, family: str, features: Features) -> tuple[CurveModel, tuple[str, ...]]:
        """Cut improvements, first those that stand out by size, then those that a fit of all does not expect.

        Parameters
        ----------
        inspections : Inspections; readings, of which those with a value are taken
        family : str; one of `FAMILIES`
        features : Features; what shifts an asset's pace
        """
        inspections = inspections.where(~np.isnan(inspections.index))
        model = cls(inspections, family, features, jumps(inspections))
        everyone = np.ones(len(inspections.assets), dtype=bool)
        some = sample(everyone)
        fitted = None
        for _ in range(_ROUNDS if model.counted(some) else 0):
            fitted = fits.fit_paths(family, model.paths(some), fitted, tolerance=_ROUGH).parameters
            expected = fits.predictions(family, fitted, model.paths(everyone))
            cuts = model.cuts | unexpected(inspections, expected.row, expected.mean, expected.spread)
            settled = bool((cuts == model.cuts).all())
            model = replace(model, cuts=cuts, noise=fits.unscaled("noise", fitted[model.names.index("noise")]))
            if settled:
                break
        cut = int((model.cuts & ~inspections.worked).sum())
        return model, counts(
            (int(inspections.worked.sum()), "readings follow known works: their histories begin anew there."),
            (cut, "readings improved beyond noise with no known works: cut there."),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Logarithms of life and shape, and of what spreads readings about the curve; then covariates."""
        return (*fits.names_of(self.family), *self.features.names)

    def paths(self, keep: Bools) -> fits.Paths:
        """Readings of some assets, history by history."""
        rows = np.flatnonzero(keep[self.inspections.asset])
        codes = path_codes(self.inspections, self.cuts)[rows]
        path = np.cumsum(np.diff(codes, prepend=-1) != 0) - 1
        firsts = rows[np.flatnonzero(np.diff(path, prepend=-1))]
        features = self.features.values[self.inspections.asset[firsts]]
        return fits.Paths.of(
            path, self.inspections.time[rows], self.inspections.index[rows], features, self.noise, rows
        )

    def counted(self, keep: Bools) -> int:
        """Readings that have one before them between works."""
        inside = keep[self.inspections.asset]
        return int((np.diff(path_codes(self.inspections, self.cuts)[inside]) == 0).sum())

    def fit(self, keep: Bools, prior: Prior | None, start: Floats | None, tolerance: float = TOLERANCE) -> Estimate:
        """The parameters of some assets.

        Parameters
        ----------
        keep : array (n_assets,) of bool; the assets
        prior : Prior or None; what their parent group suggests
        start : array (k,) or None; where to begin, if that is known
        tolerance : float; twice the log-likelihood that may be left to climb
        """
        best = fits.fit_paths(self.family, self.paths(keep), start, prior, tolerance)
        return Estimate.of(best.parameters, best.covariance, best.information)

    def expected(self, keep: Bools, parameters: Floats) -> Expected:
        """Mean and normal intervals of each reading by the filter."""
        from scipy.special import ndtri

        expected = fits.predictions(self.family, parameters, self.paths(keep))
        order = np.argsort(expected.row)
        row, mean, spread = expected.row[order], expected.mean[order], expected.spread[order]
        reach = ndtri(0.5 + np.array(LEVELS) / 2)[:, None] * spread
        claimed = np.repeat(np.array(LEVELS)[:, None], len(row), axis=1)
        time, index = self.inspections.time, self.inspections.index
        return Expected(
            row, index[row - 1], index[row], time[row] - time[row - 1], mean, mean - reach, mean + reach, claimed
        )

    def at_bound(self, parameters: Floats) -> list[str]:
        """Parameters that stand at an end of what a fit searches."""
        return fits.at_bound(self.family, parameters) + self.features.at_limit(parameters)

    def life(self, parameters: Floats) -> float:
        """Years from an index of 100 to one of 40."""
        return float(np.exp(fits.within_range("life", parameters[0])))

    def path(self, parameters: Floats, ages: Floats) -> Floats:
        """Index of the curve."""
        return self._curve(parameters).index(ages)

    def _curve(self, parameters: Floats) -> Curve:
        at = dict(zip(self.names, parameters, strict=True))
        life, shape = (float(np.exp(fits.within_range(name, at.get(name, 0.0)))) for name in ("life", "shape"))
        return Curve.of_life(self.family, life, shape)

    def row(self, parameters: Floats) -> dict[str, object]:
        """The curve and what spreads readings about it."""
        known = fits.names_of(self.family)
        at = dict(zip(known, parameters, strict=False))
        spreads = {name: fits.unscaled(name, at[name]) for name in fits.SPREADS}
        covariates = self.features.text(parameters[len(known) :])
        return {"model": "curve", **vars(self._curve(parameters)), **spreads, "covariates": covariates}


def likeliest(inspections: Inspections, features: Features) -> tuple[CurveModel, tuple[str, ...]]:
    """The curve of greatest log-likelihood less its number of parameters, and how far others fall short.

    All families are held against the same histories, cut wherever one of them would cut; of many assets, against those
    of a `sample`. The curve chosen then keeps its own cuts (Akaike 1974, *A new look at the statistical model
    identification*, IEEE Transactions on Automatic Control 19, 716–723).
    """
    models = {family: CurveModel.of(inspections, family, features) for family in FAMILIES}
    cuts = np.any([model.cuts for model, _ in models.values()], axis=0)
    alike = {family: replace(model, cuts=cuts) for family, (model, _) in models.items()}
    everyone = np.ones(len(inspections.assets), dtype=bool)
    first = alike[next(iter(FAMILIES))]
    if not first.counted(everyone):
        model, notes = models[first.family]
        return model, (*notes, f"nothing tells the families of curve apart; {first.family} was taken.")
    some = sample(everyone) if first.counted(sample(everyone)) else everyone
    scores = {
        family: fits.fit_paths(family, model.paths(some)).log_likelihood - len(model.names)
        for family, model in alike.items()
    }
    best = max(scores, key=lambda family: scores[family])
    behind = sorted((scores[best] - score, family) for family, score in scores.items() if family != best)
    shortfalls = ", ".join(f"{family} {short:,.1f}" for short, family in behind)
    model, notes = models[best]
    of = f"{int(some.sum()):,} of {len(some):,} assets" if not some.all() else "all assets"
    chosen = (
        f"{best} is the likeliest family of curve; the others fall short by {shortfalls} in log-likelihood less number "
        f"of parameters ({of}, on the same cuts)."
    )
    return model, (*notes, chosen)
