"""Assets that a treatment may have made those of another group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assetplan._types import Bools, Floats, Floats32, Ints
from assetplan.strategies.states import AssetState, Chance, Nodes
from assetplan.strategies.traffic import Exposure, WeightLimits
from assetplan.treatments import Treatment


@dataclass(frozen=True, eq=False)
class MixedState(Nodes):
    """Assets of which a treatment may have made another group's: each group's state of all, and which one counts.

    `groups` (n_nodes,) is the place in `names` of the group that a node is of now.
    """

    names: tuple[str, ...]
    groups: Ints
    states: tuple[AssetState, ...]

    def _each(self, states: Sequence[AssetState]) -> MixedState:
        return replace(self, states=tuple(states))

    def _own(self, arrays: Sequence[NDArray]) -> NDArray:
        return np.stack(arrays)[self.groups, np.arange(len(self.groups))]

    def index(self) -> Floats:
        """(Expected) condition index now."""
        return self._own([state.index() for state in self.states])

    def residual_life(self) -> Floats:
        """Years until the failure index of the group that each is of."""
        return self._own([state.residual_life() for state in self.states])

    def bands(self) -> Floats32:
        """Share in each band."""
        return self._own([state.bands() for state in self.states])

    def backlog(self) -> Floats:
        """Cost of bringing to B what is worse."""
        return self._own([state.backlog() for state in self.states])

    def eligible(self, treatment: Treatment, weak: Bools | None = None) -> Bools:
        """Of the treatment's own group, and where its condition, or its capacity, lets it."""
        place = self.names.index(treatment.group)
        return (self.groups == place) & self.states[place].eligible(treatment, weak)

    def weaker(self, below: Floats) -> Bools:
        """Those that stand as they did, below an index, of the group that each is of."""
        return self._own([state.weaker(below) for state in self.states])

    def treat(self, treatment: Treatment) -> tuple[MixedState, Floats]:
        """As the treatment's group does; where it makes another group's asset, that begins at its index."""
        place = self.names.index(treatment.group)
        after, cost = self.states[place].treat(treatment)
        states, groups = list(self.states), self.groups
        states[place] = after
        if treatment.becomes:
            place = self.names.index(treatment.becomes)
            states[place] = states[place].begin(treatment.reset_to)
            groups = np.full_like(groups, place)
        return replace(self, groups=groups, states=tuple(states)), cost

    def begin(self, index: float) -> MixedState:
        """The same nodes, new in the groups they are of."""
        return self._each([state.begin(index) for state in self.states])

    def burden(self, stream: str, exposure: Exposure) -> Floats:
        """Burden of the group that each is of."""
        return self._own([state.burden(stream, exposure) for state in self.states])

    def sent_round(self, limits: WeightLimits) -> Floats:
        """Cost of limits by the group that each is of."""
        return self._own([state.sent_round(limits) for state in self.states])

    def traced(self) -> MixedState:
        """The same, none of them renewed yet."""
        return self._each([state.traced() for state in self.states])

    def observed(self, index: Floats) -> MixedState:
        """As it is of the group that each is of."""
        return self._each([state.observed(index) for state in self.states])

    def step(self, chance: Chance | None = None, years: float = 1.0) -> MixedState:
        """A year later, aged by some years."""
        return self._each([state.step(chance, years) for state in self.states])
