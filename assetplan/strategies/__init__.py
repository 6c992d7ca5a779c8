"""Each asset's candidate strategies: timed treatments, yearly cost, benefit."""

from assetplan.strategies.band_chances import chance_in_band
from assetplan.strategies.by_year import saved_after_plan
from assetplan.strategies.candidates import (
    Candidates,
    Starting,
    by_group,
    candidates,
    members_of,
    simulate,
    start_of,
    starting_condition,
    surveyed_index,
    with_stock,
)
from assetplan.strategies.doubts import Doubts, load_doubts
from assetplan.strategies.energy import EnergyTerms, energy_saved, energy_used, saving_spans, weighed_savings
from assetplan.strategies.futures import Future, Futures
from assetplan.strategies.model import GroupStock, LifecycleModel
from assetplan.strategies.texture import without_texture
from assetplan.strategies.traffic import Traffic, WeightLimits
from assetplan.strategies.trajectory import Trajectory, present_costs, watch
from assetplan.strategies.tree import Members, Rules

__all__ = [
    "Candidates",
    "Doubts",
    "EnergyTerms",
    "Future",
    "Futures",
    "GroupStock",
    "LifecycleModel",
    "Members",
    "Rules",
    "Starting",
    "Traffic",
    "Trajectory",
    "WeightLimits",
    "by_group",
    "candidates",
    "chance_in_band",
    "energy_saved",
    "energy_used",
    "load_doubts",
    "members_of",
    "present_costs",
    "saved_after_plan",
    "saving_spans",
    "simulate",
    "start_of",
    "starting_condition",
    "surveyed_index",
    "watch",
    "weighed_savings",
    "with_stock",
    "without_texture",
]
