"""Questions that people ask of a plan: why an asset has what it has, what would change that, what may come."""

from assetplan.answers.explain import explain
from assetplan.answers.explanation import Explanation, Lever

__all__ = ["Explanation", "Lever", "explain"]
