"""Assets that age along a curve: effective age, its rate, and what treatments do to both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from assetplan import condition
from assetplan._types import Bools, Floats, Floats32
from assetplan.consequences import Consequence
from assetplan.deterioration.groups import Group
from assetplan.strategies.states import AgeingNodes, Chance, Tables, tables
from assetplan.strategies.traffic import Exposure, WeightLimits
from assetplan.treatments import FollowOn, Treatment

# Yearly burdens are read from a table by effective age; at this step its error is below 0.1 % of any rate.
_STEP = 1 / 64
_OLDEST = 400.0


@dataclass(frozen=True)
class CurveLifecycle:
    """A curve group with its policy and what its condition costs."""

    group: Group
    policy: tuple[FollowOn, ...]
    consequences: tuple[Consequence, ...]

    @cached_property
    def burdens(self) -> Tables:
        """Burdens by effective age, by (stream, basis)."""
        return tables(self.consequences, self.group.index(np.arange(0.0, _OLDEST, _STEP)))

    @cached_property
    def failure_age(self) -> float:
        """Effective age (years) at the failure index."""
        return self.age(self.group.failure_index)

    def age(self, index: float) -> float:
        """Effective age (years) at one index."""
        return float(self.group.age(np.array([index]))[0])


@dataclass(frozen=True, eq=False)
class CurveState(AgeingNodes):
    """State of curve assets: effective age, its rate, and how long and how much ageing is slowed.

    Where it is traced, `standing` says which were not renewed since the start.
    """

    model: CurveLifecycle
    age: Floats
    pace: Floats
    rate: Floats
    slow_left: Floats
    slow_factor: Floats
    standing: Bools | None = None

    @classmethod
    def start(cls, model: CurveLifecycle, index: Floats, pace: Floats) -> CurveState:
        """Untreated assets at an index.

        Parameters
        ----------
        model : CurveLifecycle; of their group
        index, pace : array (n_nodes,); condition index [0–100], and years that each ages in one
        """
        age = model.group.age(index)
        return cls(model, age, pace, pace, np.zeros_like(age), np.ones_like(age))

    def begin(self, index: float) -> CurveState:
        """Assets as new as an index, at the pace of their group."""
        new = CurveState.start(self.model, np.full(len(self.age), index), self.pace)
        return new if self.standing is None else replace(new, standing=np.zeros_like(self.standing))

    def traced(self) -> CurveState:
        """The same, none of them renewed yet."""
        return replace(self, standing=np.ones(len(self.age), dtype=bool))

    def index(self) -> Floats:
        """Condition index now."""
        return self.model.group.index(self.age)

    def residual_life(self) -> Floats:
        """Years to the failure index at the rate and slowing in force."""
        need = np.maximum(self.model.failure_age - self.age, 0.0)
        return self._time_left(need, self.rate)

    def bands(self) -> Floats32:
        """The band of the index, as it is stored."""
        codes = condition.band_codes("index", self.index().round(2))
        return np.eye(len(condition.BANDS), dtype=np.float32)[codes]

    def backlog(self) -> Floats:
        """None: a curve has no grades."""
        return np.zeros(len(self.age))

    def eligible(self, treatment: Treatment) -> Bools:
        """Within the treatment's range, and not while as strong a slowing lasts."""
        inside = self.age >= self.model.age(treatment.index_high) - 1e-9
        if treatment.index_low > 0:
            # Age goes on where the index has reached the foot of its scale, so a low of 0 is no limit.
            inside &= self.age <= self.model.age(treatment.index_low) + 1e-9
        return inside & ~self._held(treatment)

    def treat(self, treatment: Treatment) -> tuple[CurveState, Floats]:
        """Raise and slow, or renew: the rate is then that which ends the treatment's life at the failure index."""
        cost = np.full(len(self.age), treatment.unit_cost)
        if not np.isnan(treatment.reset_to):
            return self._renew(treatment, np.ones(len(self.age), dtype=bool)), cost
        index = self.index()
        raised = treatment.raised(index)
        age = np.where(raised > index, self.model.group.age(raised), self.age)
        lasts, slowing = np.full_like(age, treatment.life), np.full_like(age, treatment.slow_factor)
        return replace(self, age=age, slow_left=lasts, slow_factor=slowing), cost

    def _renew(self, treatment: Treatment, where: Bools) -> CurveState:
        age = self.model.age(treatment.reset_to)
        rate = max(self.model.failure_age - age, 1e-6) / treatment.life
        return replace(
            self,
            age=np.where(where, age, self.age),
            rate=np.where(where, rate * self.pace, self.rate),
            slow_left=np.where(where, 0.0, self.slow_left),
            standing=None if self.standing is None else self.standing & ~where,
        )

    def follow_on(self) -> tuple[CurveState, Floats]:
        """The renewal of the lowest threshold that the index has fallen to."""
        cost = np.zeros(len(self.age))
        state = self
        waiting = np.ones(len(self.age), dtype=bool)
        for step in self.model.policy:
            due = waiting & (self.age >= self.model.age(step.index_at_or_below) - 1e-9)
            if due.any():
                state = state._renew(step.treatment, due)
                cost[due] = step.treatment.unit_cost
                waiting &= ~due
        return state, cost

    def burden(self, stream: str, exposure: Exposure) -> Floats:
        """Burden at mid-year, from the table by age."""
        place = ((self.age + 0.5 * self._slowed(self.rate)) * (1 / _STEP) + 0.5).astype(np.intp)
        np.minimum(place, int(_OLDEST / _STEP) - 1, out=place)
        return self._burden(self.model.burdens, stream, exposure, lambda table: table[place])

    def sent_round(self, limits: WeightLimits) -> Floats:
        """Cost of limits at the index of mid-year."""
        if self.standing is None:
            raise ValueError("the state was not traced, so nothing says what was renewed")
        return limits.at(self.model.group.index(self.age + 0.5 * self._slowed(self.rate)), self.standing)

    def step(self, chance: Chance | None = None) -> CurveState:
        """A year older, at the rate and slowing in force; by chance, as a gamma process of that mean."""
        ageing, learned = self._slowed(self.rate), self.model.group.learned
        if chance is not None and learned is not None and learned.wander > 0:
            unit = learned.wander**2
            ageing = unit * chance.gamma(ageing / unit)
        return replace(self, age=np.minimum(self.age + ageing, _OLDEST - 2), slow_left=self.slow_left - 1)

    def residual(self) -> Floats:
        """Straight-line share of the life left before the first follow-on renewal, at its cost."""
        first = self.model.policy[-1]
        due = self.model.age(first.index_at_or_below)
        left = (due - self.age) / (self.rate * first.treatment.life)
        return first.treatment.unit_cost * np.clip(left, 0.0, 1.0)
