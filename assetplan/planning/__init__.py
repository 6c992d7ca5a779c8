"""The whole pipeline: from a plan file to a programme."""

from assetplan.planning.pipeline import forecast, load_inputs, plan

__all__ = ["forecast", "load_inputs", "plan"]
