"""What a plan reads: its register, tables, limits and years that are past, checked against each other."""

from assetplan.inputs.load import Inputs, load_inputs
from assetplan.inputs.tables import Parameters, read_parameters

__all__ = ["Inputs", "Parameters", "load_inputs", "read_parameters"]
