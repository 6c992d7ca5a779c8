"""Fits of decay to observations, each usable alone on arrays."""

from assetplan.deterioration.fits.chains import MarkovFit, fit_markov
from assetplan.deterioration.fits.curves import CurveFit, fit_curve
from assetplan.deterioration.fits.survival import WeibullFit, fit_weibull

__all__ = ["CurveFit", "MarkovFit", "WeibullFit", "fit_curve", "fit_markov", "fit_weibull"]
