"""What a plan reads: its register, tables, limits and years that are past, checked against each other."""

from assetplan.inputs.load import Inputs, load_inputs

__all__ = ["Inputs", "load_inputs"]
