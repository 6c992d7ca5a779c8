"""What a problem is: one option an asset, groups, flows and limits, and the same as one model with every row named."""

from assetplan.optimisation.problem.problem import Flows, Problem, Solution

__all__ = ["Flows", "Problem", "Solution"]
