"""Each asset's candidate strategies: timed treatments, yearly cost, benefit."""

from assetplan.strategies.candidates import (
    Candidates,
    Model,
    Starting,
    candidates,
    starting_condition,
    tell,
)
from assetplan.strategies.futures import Doubts, Future, Futures, load_doubts
from assetplan.strategies.traffic import Limits, Traffic
from assetplan.strategies.tree import Rules, Told

__all__ = [
    "Candidates",
    "Doubts",
    "Future",
    "Futures",
    "Limits",
    "Model",
    "Rules",
    "Starting",
    "Told",
    "Traffic",
    "candidates",
    "load_doubts",
    "starting_condition",
    "tell",
]
