"""Each asset's candidate strategies: timed treatments, yearly cost, benefit."""

from assetplan.strategies.candidates import (
    Candidates,
    Model,
    Starting,
    candidates,
    starting_condition,
    tell,
)
from assetplan.strategies.tree import Rules, Told

__all__ = ["Candidates", "Model", "Rules", "Starting", "Told", "candidates", "starting_condition", "tell"]
