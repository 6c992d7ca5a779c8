"""Each asset's candidate strategies: timed treatments, yearly cost, benefit."""

from assetplan.strategies.candidates import (
    Candidates,
    LifecycleModel,
    Starting,
    candidates,
    simulate,
    starting_condition,
    surveyed_index,
)
from assetplan.strategies.futures import Doubts, Future, Futures, load_doubts
from assetplan.strategies.traffic import Traffic, WeightLimits
from assetplan.strategies.trajectory import Trajectory
from assetplan.strategies.tree import Rules

__all__ = [
    "Candidates",
    "Doubts",
    "Future",
    "Futures",
    "LifecycleModel",
    "Rules",
    "Starting",
    "Traffic",
    "Trajectory",
    "WeightLimits",
    "candidates",
    "load_doubts",
    "simulate",
    "starting_condition",
    "surveyed_index",
]
