"""The state of many assets of one group at once: how it ages, what treatments do to it, what it costs to be in it.

Two models share one interface. A curve asset has an effective age (years) that grows by a rate; a preventative
treatment slows the rate while it lasts, a renewal sets the age back and the rate so that the index reaches the group's
failure index at the end of the treatment's life. A Markov asset has a distribution over grades; a treatment takes the
part that is in its grades to grade A, and costs what those grades cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from assetplan.consequences import Consequence
from assetplan.deterioration.groups import Group
from assetplan.deterioration.markov import state_weights
from assetplan.treatments import FollowOn, Treatment

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.intp]

# Yearly burdens are read from a table by effective age; at this step its error is below 0.1 % of any rate.
_STEP = 1 / 64
_OLDEST = 400.0


@dataclass(frozen=True)
class Exposure:
    """What an asset's yearly burden is multiplied by: its quantity and its traffic, arrays (n_assets,)."""

    quantity: Array
    vehicle_km: Array

    def take(self, rows: Ints) -> Exposure:
        """The exposure of some assets."""
        return Exposure(self.quantity[rows], self.vehicle_km[rows])


class State(Protocol):
    """What the tree of strategies needs of a model; every array has one entry a node."""

    def take(self, rows: Ints) -> Self:
        """The state of some nodes."""
        ...

    def index(self) -> Array:
        """(Expected) condition index now (0–100)."""
        ...

    def eligible(self, treatment: Treatment) -> Bools:
        """Where condition lets a treatment be used."""
        ...

    def treat(self, treatment: Treatment) -> tuple[Self, Array]:
        """State after a treatment, and its cost (£ per unit of quantity)."""
        ...

    def follow_on(self, policy: tuple[FollowOn, ...]) -> tuple[Self, Array]:
        """State after the follow-on policy of one year, and its cost (£ per unit of quantity)."""
        ...

    def burden(self, stream: str, exposure: Exposure) -> Array:
        """Cost of one stream ("" for all together) over the coming year (£), at mid-year condition."""
        ...

    def step(self) -> Self:
        """State a year later."""
        ...

    def residual(self, policy: tuple[FollowOn, ...]) -> Array:
        """Value left in the last renewal (£ per unit of quantity); negative where renewal is owed."""
        ...


def _rates(consequences: tuple[Consequence, ...], stream: str, per: str, index: Array) -> Array:
    total = np.zeros_like(index)
    for row in consequences:
        if row.per == per and stream in ("", row.stream):
            total += row.at(index)
    return total


@dataclass(frozen=True)
class CurveModel:
    """A curve group with its burdens tabulated by effective age, by (stream, basis)."""

    group: Group
    burdens: Mapping[tuple[str, str], Array]
    failure_age: float

    @classmethod
    def of(cls, group: Group, consequences: tuple[Consequence, ...]) -> CurveModel:
        """Tabulate a group's burdens."""
        index = group.index(np.arange(0.0, _OLDEST, _STEP))
        streams = ("", *dict.fromkeys(c.stream for c in consequences))
        tables = {
            (stream, per): _rates(consequences, stream, per, index)
            for stream in streams
            for per in dict.fromkeys(c.per for c in consequences)
        }
        failure_age = float(group.age(np.array([group.failure_index]))[0])
        return cls(group, tables, failure_age)

    def age(self, index: float) -> float:
        """Effective age (years) at one index."""
        return float(self.group.age(np.array([index]))[0])


@dataclass(frozen=True)
class CurveState:
    """State of curve assets: effective age, its rate, and how long and how much ageing is slowed."""

    model: CurveModel
    age: Array
    pace: Array
    rate: Array
    slow_left: Array
    slow_factor: Array

    @classmethod
    def start(cls, model: CurveModel, age: Array, pace: Array) -> CurveState:
        """Untreated assets at effective ages (years), and how much faster than their group they age."""
        return cls(model, age, pace, pace, np.zeros_like(age), np.ones_like(age))

    def take(self, rows: Ints) -> CurveState:
        """The state of some nodes."""
        arrays = (self.age, self.pace, self.rate, self.slow_left, self.slow_factor)
        return CurveState(self.model, *(array[rows] for array in arrays))

    def index(self) -> Array:
        """Condition index now."""
        return self.model.group.index(self.age)

    def eligible(self, treatment: Treatment) -> Bools:
        """Within the treatment's range, and not while as strong a slowing lasts."""
        inside = self.age >= self.model.age(treatment.index_high) - 1e-9
        if treatment.index_low > 0:
            # Age goes on where the index has reached the foot of its scale, so a low of 0 is no limit.
            inside &= self.age <= self.model.age(treatment.index_low) + 1e-9
        if treatment.slow_factor < 1:
            inside &= (self.slow_left <= 0) | (self.slow_factor > treatment.slow_factor)
        return inside

    def treat(self, treatment: Treatment) -> tuple[CurveState, Array]:
        """Raise, slow or renew; see the module's text."""
        cost = np.full(len(self.age), treatment.unit_cost)
        if not np.isnan(treatment.reset_to):
            return self._renew(treatment, np.ones(len(self.age), dtype=bool)), cost
        index = self.index()
        raised = np.where(
            index < treatment.raise_cap, np.minimum(index + treatment.raise_by, treatment.raise_cap), index
        )
        age = np.where(raised > index, self.model.group.age(raised), self.age)
        return (
            replace(
                self,
                age=age,
                slow_left=np.full_like(age, treatment.life),
                slow_factor=np.full_like(age, treatment.slow_factor),
            ),
            cost,
        )

    def _renew(self, treatment: Treatment, where: Bools) -> CurveState:
        age = self.model.age(treatment.reset_to)
        rate = max(self.model.failure_age - age, 1e-6) / treatment.life
        return replace(
            self,
            age=np.where(where, age, self.age),
            rate=np.where(where, rate * self.pace, self.rate),
            slow_left=np.where(where, 0.0, self.slow_left),
        )

    def follow_on(self, policy: tuple[FollowOn, ...]) -> tuple[CurveState, Array]:
        """The renewal of the lowest threshold that the index has fallen to."""
        cost = np.zeros(len(self.age))
        state = self
        waiting = np.ones(len(self.age), dtype=bool)
        for step in policy:
            due = waiting & (self.age >= self.model.age(step.index_at_or_below) - 1e-9)
            if due.any():
                state = state._renew(step.treatment, due)
                cost[due] = step.treatment.unit_cost
                waiting &= ~due
        return state, cost

    def _ageing(self) -> Array:
        return np.where(self.slow_left > 0, self.rate * self.slow_factor, self.rate)

    def burden(self, stream: str, exposure: Exposure) -> Array:
        """Burden at mid-year, from the table by age."""
        place = ((self.age + 0.5 * self._ageing()) * (1 / _STEP) + 0.5).astype(np.intp)
        np.minimum(place, int(_OLDEST / _STEP) - 1, out=place)
        total = np.zeros(len(self.age))
        for per in ("quantity", "vehicle_km"):
            table = self.model.burdens.get((stream, per))
            if table is not None:
                total += table[place] * getattr(exposure, per)
        return total

    def step(self) -> CurveState:
        """A year older, at the rate and slowing in force."""
        age = np.minimum(self.age + self._ageing(), _OLDEST - 2)
        return replace(self, age=age, slow_left=self.slow_left - 1)

    def residual(self, policy: tuple[FollowOn, ...]) -> Array:
        """Straight-line share of the life left before the first follow-on renewal, at its cost."""
        first = policy[-1]
        due = self.model.age(first.index_at_or_below)
        left = (due - self.age) / (self.rate * first.treatment.life)
        return first.treatment.unit_cost * np.clip(left, 0.0, 1.0)


@dataclass(frozen=True)
class MarkovModel:
    """A Markov group with its burdens by grade, by (stream, basis)."""

    group: Group
    burdens: Mapping[tuple[str, str], Array]
    grade_share: Array

    @classmethod
    def of(cls, group: Group, consequences: tuple[Consequence, ...], grade_share: tuple[float, ...]) -> MarkovModel:
        """Tabulate a group's burdens."""
        index = np.array(group.state_index)
        streams = ("", *dict.fromkeys(c.stream for c in consequences))
        tables = {
            (stream, per): _rates(consequences, stream, per, index)
            for stream in streams
            for per in dict.fromkeys(c.per for c in consequences)
        }
        return cls(group, tables, np.array(grade_share))


@dataclass(frozen=True)
class MarkovState:
    """State of Markov assets: distribution over grades, array (n_nodes, n_grades)."""

    model: MarkovModel
    grades: Array

    @classmethod
    def start(cls, model: MarkovModel, index: Array) -> MarkovState:
        """Assets of a known index: certainty where it is a grade's own, else shared by the nearest two."""
        return cls(model, state_weights(index, np.array(model.group.state_index)))

    def take(self, rows: Ints) -> MarkovState:
        """The state of some nodes."""
        return MarkovState(self.model, self.grades[rows])

    def index(self) -> Array:
        """Expected condition index now."""
        return self.grades @ np.array(self.model.group.state_index)

    def eligible(self, treatment: Treatment) -> Bools:
        """Expected index within the treatment's range, and more likely than not in grades it mends."""
        index = self.index()
        inside = (index >= treatment.index_low) & (index <= treatment.index_high)
        return inside & (self.grades[:, list(treatment.states)].sum(axis=1) > 0.5)

    def treat(self, treatment: Treatment) -> tuple[MarkovState, Array]:
        """The part in the treatment's grades goes to grade A, at what those grades cost."""
        states = list(treatment.states)
        cost = treatment.unit_cost * (self.grades[:, states] @ self.model.grade_share[states])
        grades = self.grades.copy()
        grades[:, 0] += grades[:, states].sum(axis=1)
        grades[:, states] = 0.0
        return replace(self, grades=grades), cost

    def follow_on(self, policy: tuple[FollowOn, ...]) -> tuple[MarkovState, Array]:
        """Every policy treatment, on the part that is in its grades."""
        state, cost = self, np.zeros(len(self.grades))
        for step in policy:
            due = state.index() <= step.index_at_or_below
            after, price = state.treat(step.treatment)
            state = replace(state, grades=np.where(due[:, None], after.grades, state.grades))
            cost += np.where(due, price, 0.0)
        return state, cost

    def burden(self, stream: str, exposure: Exposure) -> Array:
        """Burden of the mean of the distributions at the start and end of the year."""
        mean = 0.5 * (self.grades + self.grades @ self.model.group.transition)
        total = np.zeros(len(mean))
        for per in ("quantity", "vehicle_km"):
            table = self.model.burdens.get((stream, per))
            if table is not None:
                total += (mean @ table) * getattr(exposure, per)
        return total

    def step(self) -> MarkovState:
        """A year later by the transition matrix."""
        return replace(self, grades=self.grades @ self.model.group.transition)

    def residual(self, policy: tuple[FollowOn, ...]) -> Array:
        """What the grades would cost to bring back to A, as a debt."""
        return -policy[-1].treatment.unit_cost * (self.grades @ self.model.grade_share)
