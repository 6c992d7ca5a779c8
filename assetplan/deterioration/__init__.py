"""How assets decay: curves, Markov chains, the groups that use them, and fits of them to observations."""

from assetplan.deterioration.chain import Chain
from assetplan.deterioration.curves import Curve, Life
from assetplan.deterioration.fits.chains import MarkovFit, fit_markov
from assetplan.deterioration.fits.curves import CurveFit, fit_curve
from assetplan.deterioration.fits.survival import WeibullFit, fit_weibull
from assetplan.deterioration.groups import Group, load_groups

__all__ = [
    "Chain",
    "Curve",
    "CurveFit",
    "Group",
    "Life",
    "MarkovFit",
    "WeibullFit",
    "fit_curve",
    "fit_markov",
    "fit_weibull",
    "load_groups",
]
