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
from assetplan.treatments import Treatment

# Yearly burdens are read, straight between its points, from a table by effective age.
_STEP = 1 / 64
OLDEST = 400.0


@dataclass(frozen=True)
class CurveLifecycle:
    """A curve group and what its condition costs."""

    group: Group
    consequences: tuple[Consequence, ...]

    @cached_property
    def burdens(self) -> Tables:
        """Burdens by effective age, by (stream, basis)."""
        return tables(self.consequences, self.group.index(np.arange(0.0, OLDEST, _STEP)))

    @cached_property
    def failure_age(self) -> float:
        """Effective age (years) at the failure index."""
        return self.age(self.group.failure_index)

    def age(self, index: float) -> float:
        """Effective age (years) at one index."""
        return float(self.group.age(np.array([index]))[0])

    def rate(self, treatment: Treatment) -> float:
        """Years of ageing in one after a renewal, so that the treatment's life ends at the failure index."""
        return max(self.failure_age - self.age(treatment.reset_to), 1e-6) / treatment.life


@dataclass(frozen=True, eq=False)
class CurveState(AgeingNodes):
    """State of curve assets: effective age, its rate, and how long and how much ageing is slowed.

    Where it is traced, `standing` says which were not renewed since the start. `texture` is what texture takes of each
    [points of the RCI], none once anything was done to it; None where it takes nothing of any. Of one whose texture was
    restored `slow_factor` is above 1: what that gave wears off by ageing so much faster.
    """

    model: CurveLifecycle
    age: Floats
    pace: Floats
    rate: Floats
    slow_left: Floats
    slow_factor: Floats
    repeats: Floats
    standing: Bools | None = None
    texture: Floats | None = None

    @classmethod
    def start(cls, model: CurveLifecycle, index: Floats, pace: Floats, texture: Floats | None = None) -> CurveState:
        """Untreated assets at an index.

        Parameters
        ----------
        model : CurveLifecycle; of their group
        index, pace : array (n_nodes,); condition index [0–100], and years that each ages in one
        texture : array (n_nodes,), optional; what texture takes of them [points of the RCI]
        """
        age = model.group.age(index)
        none = np.zeros_like(age)
        return cls(model, age, pace, pace, none, np.ones_like(age), none, texture=texture)

    def begin(self, index: float) -> CurveState:
        """Assets as new as an index, at the pace of their group."""
        new = CurveState.start(self.model, np.full(len(self.age), index), self.pace, self._sound_texture)
        return new if self.standing is None else replace(new, standing=np.zeros_like(self.standing))

    @property
    def _sound_texture(self) -> Floats | None:
        return None if self.texture is None else np.zeros_like(self.texture)

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
        scale = self.model.group.bands
        codes = condition.codes_of_index(scale, self.index().round(2))
        return np.eye(len(condition.band_names(scale)), dtype=np.float32)[codes]

    def backlog(self) -> Floats:
        """None: a curve has no grades."""
        return np.zeros(len(self.age))

    def eligible(self, treatment: Treatment, weak: Bools | None = None) -> Bools:
        """Within the treatment's range, above it too where weak, and not while as strong a slowing lasts."""
        inside = self.age >= self.model.age(treatment.index_high) - 1e-9
        inside = inside if weak is None else inside | weak
        if treatment.index_low > 0:
            # Age goes on where the index has reached the foot of its scale, so a low of 0 is no limit.
            inside &= self.age <= self.model.age(treatment.index_low) + 1e-9
        if treatment.restores:
            inside &= False if self.texture is None else self.texture > 0
        return inside & self._free(treatment)

    def weaker(self, below: Floats) -> Bools:
        """Those that stand as they did, below an index."""
        return np.zeros(len(self.age), dtype=bool) if self.standing is None else self.standing & (self.index() < below)

    def treat(self, treatment: Treatment) -> tuple[CurveState, Floats]:
        """Raise and slow, or renew: the rate is then that which ends the treatment's life at the failure index.

        What is left of a restored texture ends with other works.
        """
        cost = np.full(len(self.age), treatment.unit_cost)
        if treatment.restores:
            return self._retextured(treatment), cost
        before = self.worn()
        if not np.isnan(treatment.reset_to):
            return before._renew(treatment), cost
        index = before.index()
        raised = treatment.raised(index)
        age = np.where(raised > index, self.model.group.age(raised), before.age)
        lasts, slowing = np.full_like(age, treatment.life), np.full_like(age, treatment.slow_factor)
        repeats, texture = self.repeats + 1, self._sound_texture
        return replace(before, age=age, slow_left=lasts, slow_factor=slowing, repeats=repeats, texture=texture), cost

    def worn(self) -> CurveState:
        """The same once a restored texture has worn off, as if that were now."""
        if self.texture is None:
            return self
        wearing = (self.slow_left > 0) & (self.slow_factor > 1)
        gained = np.where(wearing, self.slow_left * self.rate * (self.slow_factor - 1), 0.0)
        return replace(self, age=self.age + gained, slow_left=np.where(wearing, 0.0, self.slow_left))

    def _retextured(self, treatment: Treatment) -> CurveState:
        """Younger by what texture took, and back where it would have been when the treatment's life ends."""
        if self.texture is None:
            return self
        lost, lasts = self.texture > 0, float(np.ceil(treatment.life))
        sound = self.model.group.age(condition.with_sound_texture(self.index(), self.texture))
        age = np.where(lost, np.minimum(sound, self.age), self.age)
        faster = 1 + (self.age - age) / (lasts * self.rate)
        left, factor = np.where(lost, lasts, self.slow_left), np.where(lost, faster, self.slow_factor)
        return replace(self, age=age, slow_left=left, slow_factor=factor, texture=self._sound_texture)

    def _renew(self, treatment: Treatment) -> CurveState:
        new, none, rate = (
            self.model.age(treatment.reset_to),
            np.zeros_like(self.age),
            self.pace * self.model.rate(treatment),
        )
        # What is in better condition than the treatment makes it, a weak bridge, stays so and ages no faster.
        rate = np.where(self.age < new, np.minimum(self.rate, rate), rate)
        age = np.minimum(self.age, new)
        standing = None if self.standing is None else np.zeros_like(self.standing)
        after = replace(self, age=age, rate=rate, slow_left=none, repeats=none, standing=standing)
        return after if self.texture is None else replace(after, texture=self._sound_texture)

    def burden(self, stream: str, exposure: Exposure) -> Floats:
        """Burden at mid-year, from the table by age."""
        at = np.minimum((self.age + 0.5 * self._slowed(self.rate)) * (1 / _STEP), OLDEST / _STEP - 2)
        low = at.astype(np.intp)
        part = at - low
        return self._burden(
            self.model.burdens, stream, exposure, lambda table: (1 - part) * table[low] + part * table[low + 1]
        )

    def sent_round(self, limits: WeightLimits) -> Floats:
        """Cost of limits at the index of mid-year."""
        if self.standing is None:
            raise ValueError("the state was not traced, so nothing says what was renewed")
        return limits.at(self._middle, self.standing)

    def below(self, thresholds: Floats, renewed: Floats) -> Floats:
        """Whether the index of mid-year is below each threshold while not renewed, and below others once renewed.

        Parameters
        ----------
        thresholds, renewed : array (a,), array (b,); [0–100]; the state is traced

        Returns
        -------
        array (n_nodes, a + b)
            0 or 1.
        """
        index, standing = self._middle[:, None], np.asarray(self.standing)[:, None]
        return np.concatenate([standing & (index < thresholds), ~standing & (index < renewed)], axis=1).astype(float)

    @property
    def _middle(self) -> Floats:
        """Index of mid-year."""
        return self.model.group.index(self.age + 0.5 * self._slowed(self.rate))

    def observed(self, index: Floats) -> CurveState:
        """At the age of the index on the curve."""
        return replace(self, age=self.model.group.age(index))

    def step(self, chance: Chance | None = None, years: float = 1.0) -> CurveState:
        """A year later, aged by some years at the rate in force; by chance, as a gamma process of that mean."""
        ageing, learned = self._slowed(self.rate) * years, self.model.group.learned
        if chance is not None and learned is not None and learned.wander > 0:
            unit = learned.wander**2
            ageing = unit * chance.gamma(ageing / unit)
        return replace(self, age=np.minimum(self.age + ageing, OLDEST - 2), slow_left=self.slow_left - 1)
