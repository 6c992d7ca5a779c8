"""How assets decay: curves, Markov chains, and the groups that use them."""

from assetplan.deterioration.curves import Curve
from assetplan.deterioration.groups import Group, load_groups

__all__ = ["Curve", "Group", "load_groups"]
