"""The language of the plan file as named limits of one problem."""

from assetplan.planning.constraints.build import build_problem
from assetplan.planning.constraints.statement import Flow, Limits, Statement

__all__ = ["Flow", "Limits", "Statement", "build_problem"]
