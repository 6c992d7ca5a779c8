"""Why an asset has what it has, and what would have changed that."""

from assetplan.planning.explanation.explain import explain
from assetplan.planning.explanation.explanation import Explanation, Lever

__all__ = ["Explanation", "Lever", "explain"]
