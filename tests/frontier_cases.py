"""A frontier that no test has to solve."""

from __future__ import annotations

import pandas as pd

from assetplan.answers.frontier import Frontier


def frontier_of_three(carbon: bool = False) -> Frontier:
    """A frontier of three shares, the first of which cannot be met."""
    points = pd.DataFrame(
        {"share": [0.5, 1.0, 1.5], "money": [5e6, 1e7, 1.5e7], "status": ["cannot be met", "optimal", "optimal"],
         "benefit": [None, 3e7, 4e7], "bound": [None, 3.1e7, 4.1e7], "gap": [None, 0.03, 0.02],
         "cost": [None, 9e6, 1.4e7], "treated": [None, 40, 60], "marginal": [None, 1.5, 1.2]}
    )  # fmt: skip
    numbers = points.columns.drop("status")
    points[numbers] = points[numbers].astype(float)
    if carbon:
        points["carbon_limit"] = [100.0, 200.0, 300.0]
    return Frontier(points, pd.DataFrame(), pd.DataFrame(), pd.DataFrame())
