"""A plan as one optimisation problem: one small module a kind of limit."""

from assetplan.formulation.build import build_problem
from assetplan.formulation.formulation import Flow, Formulation, LimitRow

__all__ = ["Flow", "Formulation", "LimitRow", "build_problem"]
