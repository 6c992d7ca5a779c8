"""Assets in states: shares of the phases of a chain, and where treatments take them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from assetplan import condition
from assetplan._types import Bools, Floats, Floats32
from assetplan.consequences import Consequence
from assetplan.deterioration.chain import Chain
from assetplan.deterioration.groups import Group
from assetplan.strategies.states import AgeingNodes, Chance, Tables, tables
from assetplan.strategies.traffic import Exposure, WeightLimits
from assetplan.treatments import Catalogue, Treatment


@dataclass(frozen=True)
class ChainLifecycle:
    """A group in states and what its condition costs."""

    group: Group
    consequences: tuple[Consequence, ...]
    catalogue: Catalogue

    @cached_property
    def burdens(self) -> Tables:
        """Burdens by phase, by (stream, basis)."""
        return tables(self.consequences, self.chain.index_of)

    @cached_property
    def cost(self) -> Floats:
        """Share of the cost of renewal that mending each phase takes (n_phases,)."""
        return self.catalogue.share_of_renewal(self.chain.index_of, self.group.name)

    @cached_property
    def owed(self) -> Floats:
        """The same where a phase is worse than grade B, else 0."""
        return np.where(self.chain.index_of < self.catalogue.sound_index, self.cost, 0.0)

    @property
    def chain(self) -> Chain:
        """The group's chain."""
        return self.group.chain

    @cached_property
    def _moves(self) -> dict[Treatment, Floats]:
        return {}

    def moves(self, treatment: Treatment) -> Floats:
        """Where a treatment takes each phase, (n_phases, n_phases)."""
        if treatment not in self._moves:
            chain, index = self.chain, np.array(self.chain.state_index)
            matrix, reset = np.eye(len(chain.state)), np.isfinite(treatment.reset_to)
            if treatment.states or treatment.raise_by > 0 or reset:
                after = np.full(len(index), treatment.reset_to if reset else index[0])
                if treatment.raise_by > 0 and not reset:
                    after = treatment.raised(index)
                mended = self.mended(treatment)
                if reset:  # what is in better condition stays so
                    mended = mended & (index[chain.state] <= treatment.reset_to)
                matrix[mended] = chain.entered(after)[chain.state[mended]]
            self._moves[treatment] = matrix
        return self._moves[treatment]

    def mended(self, treatment: Treatment) -> Bools:
        """Phases that a treatment acts on: those of its states, or all."""
        state = self.chain.state
        return np.isin(state, treatment.states) if treatment.states else np.ones(len(state), dtype=bool)


@dataclass(frozen=True, eq=False)
class ChainState(AgeingNodes):
    """State of assets in states: shares of phases (n_nodes, n_phases), pace, and slowing.

    Where it is traced, `standing` is the part of those shares that was not renewed since the start.
    """

    model: ChainLifecycle
    phases: Floats
    pace: Floats
    slow_left: Floats
    slow_factor: Floats
    repeats: Floats
    standing: Floats | None = None

    @classmethod
    def start(cls, model: ChainLifecycle, index: Floats, pace: Floats) -> ChainState:
        """Assets surveyed at an index: certainty where it is a state's own, else shared by the nearest two.

        Parameters
        ----------
        model, index, pace : ChainLifecycle, array (n_nodes,), array (n_nodes,); as of `CurveState.start`
        """
        none = np.zeros(len(index))
        return cls(model, model.chain.start(index), pace, none, np.ones(len(index)), none)

    def begin(self, index: float) -> ChainState:
        """Assets that have just come to an index."""
        n = len(self.pace)
        phases = self.model.chain.entered(np.full(n, index))
        standing = None if self.standing is None else np.zeros_like(self.standing)
        none = np.zeros(n)
        return replace(self, phases=phases, slow_left=none, slow_factor=np.ones(n), repeats=none, standing=standing)

    def traced(self) -> ChainState:
        """The same, none of them renewed yet."""
        return replace(self, standing=self.phases)

    def index(self) -> Floats:
        """Expected condition index now."""
        return self.phases @ self.model.chain.index_of

    def residual_life(self) -> Floats:
        """Years until the expected index reaches the failure index."""
        need = self.model.group.residual_life(self.index())
        return self._time_left(need, self.pace)

    def bands(self) -> Floats32:
        """The states' bands, each by the chance of being in it."""
        scale = self.model.group.bands
        codes = condition.codes_of_index(scale, np.array(self.model.chain.state_index))
        member = np.eye(len(condition.band_names(scale)))[codes]
        return (self.model.chain.in_states(self.phases) @ member).astype(np.float32)

    def backlog(self) -> Floats:
        """What the grades below B cost to mend."""
        renewal = self.model.catalogue.renewal(self.model.group.name)
        return (0.0 if renewal is None else renewal.unit_cost) * (self.phases @ self.model.owed)

    def eligible(self, treatment: Treatment, weak: Bools | None = None) -> Bools:
        """Expected index within the treatment's range, more likely than not in its states, and not slowed as much.

        A state does not say what texture takes of it, so texture alone is not restored.
        """
        if treatment.restores:
            return np.zeros(len(self.pace), dtype=bool)
        index = self.index()
        inside = index <= treatment.index_high
        inside = (inside if weak is None else inside | weak) & (index >= treatment.index_low)
        likely = self.phases @ self.model.mended(treatment) > 0.5
        return inside & likely & self._free(treatment)

    def weaker(self, below: Floats) -> Bools:
        """Those more likely than not to stand as they did, in states below an index."""
        if self.standing is None:
            return np.zeros(len(self.pace), dtype=bool)
        return np.asarray((self.standing * (self.model.chain.index_of < below[:, None])).sum(axis=1) > 0.5)

    def treat(self, treatment: Treatment) -> tuple[ChainState, Floats]:
        """The part in the treatment's states is mended, at what those states cost; all of it is slowed."""
        moves, standing = self.model.moves(treatment), self.standing
        if standing is not None:
            standing = standing * ~self.model.mended(treatment) if treatment.renews else standing @ moves
        repeats = np.zeros_like(self.repeats) if treatment.renews else self.repeats + 1
        after = replace(self, phases=self.phases @ moves, standing=standing, repeats=repeats)
        if treatment.slow_factor < 1:
            lasts = np.full(len(self.pace), treatment.life)
            after = replace(after, slow_left=lasts, slow_factor=np.full_like(lasts, treatment.slow_factor))
        if not treatment.states:
            return after, np.full(len(self.pace), treatment.unit_cost)
        share = np.where(self.model.mended(treatment), self.model.cost, 0.0)
        return after, treatment.unit_cost * (self.phases @ share)

    def burden(self, stream: str, exposure: Exposure) -> Floats:
        """Burden of the mean of the shares at the start and end of the year."""
        mean = 0.5 * (self.phases + self.model.chain.step(self.phases, self._slowed(self.pace)))
        return self._burden(self.model.burdens, stream, exposure, lambda table: mean @ table)

    def sent_round(self, limits: WeightLimits) -> Floats:
        """Cost of limits by the chances of states, the mean of those at the start and end of the year."""
        if self.standing is None:
            raise ValueError("the state was not traced, so nothing says what was renewed")
        return limits.expected(np.array(self.model.chain.state_index), *self._middle)

    def below(self, thresholds: Floats, renewed: Floats) -> Floats:
        """Chance of being below each threshold while not renewed, and below others once renewed, in mid-year.

        Parameters
        ----------
        thresholds, renewed : array (a,), array (b,); [0–100]; the state is traced

        Returns
        -------
        array (n_nodes, a + b)
            [0–1].
        """
        index = np.array(self.model.chain.state_index)[:, None]
        parts = zip(self._middle, (thresholds, renewed), strict=True)
        return np.concatenate([chances @ (index < levels).astype(np.float64) for chances, levels in parts], axis=1)

    @property
    def _middle(self) -> tuple[Floats, Floats]:
        """Chances of states (n_nodes, n_states), of what stands and of what was renewed: means of the year's ends."""
        chain, rate = self.model.chain, self._slowed(self.pace)
        every, standing = (
            chain.in_states(0.5 * (shares + chain.step(shares, rate)))
            for shares in (self.phases, np.asarray(self.standing))
        )
        return standing, every - standing

    def observed(self, index: Floats) -> ChainState:
        """In the state of the index, or shared by the nearest two; what was renewed stays so."""
        phases = self.model.chain.start(index)
        standing = None if self.standing is None else phases * self.standing.sum(axis=1, keepdims=True)
        return replace(self, phases=phases, standing=standing)

    def step(self, chance: Chance | None = None, years: float = 1.0) -> ChainState:
        """A year later, aged by some years; chance puts each asset in one phase."""
        chain, rate = self.model.chain, self._slowed(self.pace) * years
        phases = chain.step(self.phases, rate)
        standing = None if self.standing is None else chain.step(self.standing, rate)
        if chance is not None:
            phases = one_phase(phases, chance)
            standing = None if standing is None else phases * standing.sum(axis=1, keepdims=True)
        return replace(self, phases=phases, slow_left=self.slow_left - 1, standing=standing)


def one_phase(phases: Floats, chance: Chance) -> Floats:
    """Each row of shares (n, n_phases) drawn to be one of them whole."""
    drawn = (chance.random(len(phases))[:, None] > phases.cumsum(axis=1)).sum(axis=1)
    out = np.zeros_like(phases)
    out[np.arange(len(phases)), np.minimum(drawn, phases.shape[1] - 1)] = 1.0
    return out
