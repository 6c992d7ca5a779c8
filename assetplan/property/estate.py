"""The estate of a register: building components with their block and premises, and how they decay."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from assetplan import condition, schema
from assetplan._types import Bools, Floats, Ints
from assetplan.asset_classes import BUILDING, group_of
from assetplan.condition.building import GRADES
from assetplan.inputs import Parameters
from assetplan.inputs.load import Inputs
from assetplan.register import Register
from assetplan.register.premises import COUNCIL, premises_of, responsibility_of
from assetplan.strategies import LifecycleModel, Rules
from assetplan.strategies.candidates import by_group, paces, surveyed_index

_FIRST_WORSE = GRADES.index("B") + 1  # grades from here on are backlog


@dataclass(frozen=True, eq=False)
class Estate:
    """Building components, the blocks that they stand in and the premises of those.

    Attributes
    ----------
    components : DataFrame
        Table `assets` of the register, buildings alone, without geometry and numbered from 0; `responsibility` filled,
        and more columns: `group`, `block`, `premises`, `part` (its element, else the label of its group).
    blocks, premises : DataFrame
        Tables of the register. Where it has no blocks, each building that components name is one.
    model : LifecycleModel; groups and what mending costs, in prices of its catalogue's year
    base : int; year at whose end condition stands; earlier surveys are carried forward to it
    """

    components: pd.DataFrame
    blocks: pd.DataFrame
    premises: pd.DataFrame
    model: LifecycleModel
    base: int

    @cached_property
    def ours(self) -> Bools:
        """Components that the council keeps up (n_components,)."""
        return (self.components["responsibility"] == COUNCIL).to_numpy()

    @cached_property
    def valued(self) -> Bools:
        """Components in states, of known condition and with a price of renewal (n_components,)."""
        catalogue, groups = self.model.catalogue, self.model.groups
        priced = {name for name in groups if groups[name].in_states and catalogue.renewal(name) is not None}
        return (self.components["group"].isin(list(priced)) & self.components["value"].notna()).to_numpy()

    def part(self, rows: Bools) -> Estate:
        """The same with some of its components."""
        return replace(self, components=self.components[rows].reset_index(drop=True))


def estate_of(register: Register, parameters: Parameters, base: int) -> Estate:
    """The estate of a register.

    Parameters
    ----------
    register : Register; validated
    parameters : Parameters; groups and treatments, from `read_parameters`
    base : int; year at whose end condition stands
    """
    rules = Rules(1, 1, 1, np.ones(1), ())  # nothing is planned here: only decay is asked of the model
    model = LifecycleModel(parameters.groups, parameters.catalogue, parameters.consequences, rules, base + 1)
    assets = pd.DataFrame(register.assets.drop(columns="geometry"))
    return _estate(register, assets.assign(group=group_of(assets, parameters.names.groups)), model, base)


def estate_of_plan(inputs: Inputs) -> Estate:
    """The estate of a plan's register at the end of the year before its first, in prices of its first."""
    assets = pd.DataFrame(inputs.register.assets.drop(columns="geometry"))
    return _estate(inputs.register, assets, inputs.model, inputs.plan.first_year - 1)


def _estate(register: Register, assets: pd.DataFrame, model: LifecycleModel, base: int) -> Estate:
    parts = assets[assets["asset_class"] == BUILDING].reset_index(drop=True)
    blocks = register.blocks if len(register.blocks) else _buildings(parts)
    labels = {name: group.label for name, group in model.groups.items()}
    parts = parts.assign(
        responsibility=responsibility_of(parts, blocks, register.premises),
        block=parts["parent_id"].where(parts["parent_id"] != "", parts["asset_id"]),
        premises=premises_of(parts, blocks),
        part=parts["element"].where(parts["element"] != "", parts["group"].map(labels).fillna(parts["group"])),
    )
    return Estate(parts, blocks, register.premises, model, base)


def _buildings(components: pd.DataFrame) -> pd.DataFrame:
    """A block for each building that components name, or are, where a register has no blocks."""
    named = components["parent_id"].where(components["parent_id"] != "", components["asset_id"])
    first = pd.DataFrame({"block_id": named, "name": components["name"]}).drop_duplicates("block_id")
    return schema.conform(first.assign(premises_id="-"), "blocks", "blocks")[0].assign(premises_id="")


@dataclass(frozen=True, eq=False)
class Decay:
    """What becomes of components if nothing is done: those surveyed alike decay alike.

    Attributes
    ----------
    kind : array (n_components,) of int; kind of each component
    share : array (n_kinds, n_years + 1, 5); expected share in each grade at the end of each year, the base year's first
    cost : array (n_kinds, n_years + 1, 5); what mending the part in each grade costs [£ per unit of quantity]
    """

    kind: Ints
    share: Floats
    cost: Floats

    def cost_by_grade(self, quantity: Floats, year: int = 0) -> Floats:
        """Cost of mending each component by the grade that its parts are in after some years (n_components, 5) [£]."""
        return np.asarray(quantity[:, None] * self.cost[self.kind, year])

    def backlog(self, quantity: Floats, year: int = 0) -> Floats:
        """Cost of bringing each component to grade B after some years (n_components,) [£]."""
        return np.asarray(quantity * self.cost[self.kind, year, _FIRST_WORSE:].sum(axis=-1))

    def total(self, quantity: Floats) -> Floats:
        """Cost of mending all components by year and grade (n_years + 1, 5) [£]."""
        weight = np.bincount(self.kind, quantity, len(self.cost))
        return np.tensordot(weight, self.cost, 1)


def decay(estate: Estate, years: int, better: float = 0.0, life: float = 0.0, doubt: Floats | None = None) -> Decay:
    """Grades of components and what mending them costs, by year, if nothing is done.

    Each begins in the grade of its survey and is taken by its group's chain through the years since then. Components
    with the same group, condition, years since the survey and pace are of one kind, reckoned once.

    Parameters
    ----------
    estate : Estate; every component is `valued`
    years : int; years after the base year
    better : float; by how many standard deviations all surveys are better than they say; below 0, worse
    life : float; standard deviation of the logarithm of the pace, so that all age as much slower as they are better
    doubt : array (n_components,), optional; standard deviation of each survey [index points]
    """
    parts, groups = estate.components, estate.model.groups
    index = surveyed_index(parts, groups)[0]
    if doubt is not None:
        index = np.clip(index + better * doubt, 0.0, 100.0)
    gap = np.clip(estate.base - parts["surveyed_year"].fillna(estate.base).to_numpy(dtype=float), 0.0, None)
    alike = pd.DataFrame({"group": parts["group"], "index": index, "gap": gap, "pace": paces(parts, groups)})
    kind = alike.groupby(list(alike), sort=False).ngroup().to_numpy()
    kinds = alike.drop_duplicates().reset_index(drop=True)
    kinds["pace"] *= np.exp(-better * life)
    share = np.zeros((len(kinds), years + 1, len(GRADES)))
    cost = np.zeros_like(share)
    for name, rows in by_group(kinds):
        states, costs = _by_state(estate.model, name)
        ahead = _ahead(estate.model, name, kinds.iloc[rows], years)
        share[rows], cost[rows] = ahead @ states, (ahead * costs) @ states
    return Decay(np.asarray(kind, dtype=np.intp), share, cost)


def _by_state(model: LifecycleModel, group: str) -> tuple[Floats, Floats]:
    """Grade of each state of a group's chain (n_states, 5), and what mending it there costs [£ per unit]."""
    index = np.array(model.groups[group].chain.state_index)
    renewal = model.catalogue.renewal(group)
    unit = 0.0 if renewal is None else renewal.unit_cost
    codes = condition.band_codes("grade", condition.from_index("grade", index))
    return np.eye(len(GRADES))[codes], model.catalogue.share_of_renewal(index, group) * unit


def _ahead(model: LifecycleModel, group: str, kinds: pd.DataFrame, years: int) -> Floats:
    """Share of each kind in each state at the end of the base year and of each year after (n, years + 1, n_states)."""
    chain = model.groups[group].chain
    pace, gap = kinds["pace"].to_numpy(), kinds["gap"].to_numpy()
    phases = chain.start(kinds["index"].to_numpy())
    for year in range(int(gap.max(initial=0.0))):
        late = gap > year
        phases[late] = chain.step(phases[late], pace[late])
    out = np.empty((len(kinds), years + 1, len(chain.state_index)))
    for year in range(years + 1):
        out[:, year] = chain.in_states(phases)
        phases = chain.step(phases, pace)
    return out
