"""Questions that people ask of a plan: why an asset has what it has, what would change that, what may come."""

from assetplan.answers.alternatives import Alternatives
from assetplan.answers.comparison import Comparison, compare
from assetplan.answers.explanation import Explanation, Lever
from assetplan.answers.frontier import Frontier
from assetplan.answers.one_asset import explain
from assetplan.answers.uncertainty import Uncertainty

__all__ = ["Alternatives", "Comparison", "Explanation", "Frontier", "Lever", "Uncertainty", "compare", "explain"]
