"""Groups with little data lean on their parent: partial pooling of the parameters of like groups.

The parameters of each group are taken as normal about those of the parent, with a spread between groups that is
itself learned. A group with many inspections keeps what they show; one with few is drawn towards the parent by as much
as its own doubt exceeds that spread; one with none gets the parent's (empirical Bayes; Efron and Morris 1975, *Data
analysis using Stein's estimator and its generalizations*, JASA 70, 311–319).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from assetplan._types import Floats
from assetplan.deterioration.fits.maximum import TOLERANCE, Prior

_SPREAD = 0.3  # of the logarithms of parameters between groups, before any is seen, with the weight of one group
_WIDE = 1.0  # at which groups are first looked at by themselves
_ROUGH = 1e-3  # tolerance at which a group's own fit is near enough to show how unlike groups are
_REACH = 3.0  # beyond the estimates that groups begin with, where what their data say is no longer known
_ROUNDS = 200
_SETTLED = 1e-6


@dataclass(frozen=True, eq=False)
class Estimate:
    """Parameters (k,) of one group, their covariance (k, k), and the information (k, k) of its own data."""

    parameters: Floats
    covariance: Floats
    information: Floats

    @classmethod
    def of(cls, parameters: Floats, covariance: Floats, information: Floats) -> Estimate:
        """An estimate whose information is that of a maximum: directions of rounding error say nothing.

        Parameters
        ----------
        parameters, covariance, information : as of the estimate, before such directions are set to 0
        """
        size, axes = np.linalg.eigh((information + information.T) / 2)
        return cls(parameters, covariance, (axes * np.maximum(size, 0.0)) @ axes.T)

    @classmethod
    def under(cls, prior: Prior | None, parameters: Floats, covariance: Floats) -> Estimate:
        """An estimate whose covariance is the inverse of the information of its data and its prior together.

        Parameters
        ----------
        prior : Prior or None; what the fit was made under
        parameters, covariance : array (k,), array (k, k); of the fit
        """
        both = np.asarray(np.linalg.pinv(covariance, hermitian=True), dtype=float)
        return cls.of(parameters, covariance, both if prior is None else both - np.diag(1 / prior.variance))


Fit = Callable[[Prior, Floats, float], Estimate]


def pool(parent: Floats, fits: Sequence[Fit], starts: Sequence[Floats]) -> tuple[Prior, list[Estimate]]:
    """Fit like groups together.

    Parameters
    ----------
    parent : array (k,); parameters of all data as one group
    fits : sequence of callable; one a group with data, two or more: prior, start and tolerance → its estimate
    starts : sequence of array (k,); where each begins

    Returns
    -------
    (Prior, list of Estimate)
        The parent that the groups themselves make, with the spread between them, and each group under it.
    """
    wide = Prior(parent, np.full(len(parent), _WIDE**2))
    alone = [fit(wide, start, _ROUGH) for fit, start in zip(fits, starts, strict=True)]
    prior = between(wide, alone)
    return prior, [fit(prior, first.parameters, TOLERANCE) for fit, first in zip(fits, alone, strict=True)]


def between(prior: Prior, estimates: Sequence[Estimate]) -> Prior:
    """The parent and the spread of groups about it, from estimates under a prior (expectation–maximisation)."""
    pulls = [_pull(prior, estimate) for estimate in estimates]
    begun = np.array([prior.mean, *(e.parameters for e in estimates)])
    ends = begun.min(axis=0) - _REACH, begun.max(axis=0) + _REACH
    mean, variance = prior.mean.copy(), np.full(len(prior.mean), _SPREAD**2)
    for _ in range(_ROUNDS):
        doubt = [np.linalg.inv(e.information + np.diag(1 / variance)) for e in estimates]
        own = np.clip([d @ (pull + mean / variance) for d, pull in zip(doubt, pulls, strict=True)], *ends)
        centre = own.mean(axis=0)
        about = sum(d.diagonal() for d in doubt) + ((own - centre) ** 2).sum(axis=0)
        after = (about + _SPREAD**2) / (len(estimates) + 1)
        moved = max(np.abs(centre - mean).max(), np.abs(np.log(after / variance)).max())
        mean, variance = centre, after
        if moved < _SETTLED:
            break
    return Prior(mean, variance)


def _pull(prior: Prior, estimate: Estimate) -> Floats:
    """The maximum of a group's own data times their information (k,), from its estimate under a prior.

    There the slope of the data undoes that of the prior, but for a parameter that its bound holds, such as the rate of
    a move that the group never made: its covariance is 0, and the data say nothing of it.
    """
    slope = (estimate.parameters - prior.mean) / prior.variance
    return estimate.information @ estimate.parameters + np.where(estimate.covariance.diagonal() > 0, slope, 0.0)
