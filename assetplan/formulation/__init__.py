"""A plan as one optimisation problem: one small module a kind of limit."""

from assetplan.formulation.build import build_problem
from assetplan.formulation.constraints import Basis, Constraints, Flow, LimitRow
from assetplan.formulation.formulation import Formulation
from assetplan.formulation.kinds import add_kind

__all__ = ["Basis", "Constraints", "Flow", "Formulation", "LimitRow", "add_kind", "build_problem"]
