"""The whole pipeline: from a plan file to a programme, and from a programme to the reasons for it."""

from assetplan.planning.explanation import Explanation, Lever, explain
from assetplan.planning.pipeline import forecast, load_inputs, plan, statements

__all__ = ["Explanation", "Lever", "explain", "forecast", "load_inputs", "plan", "statements"]
