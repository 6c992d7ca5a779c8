"""Everything up to the choice: register → network → condition → strategies → the plan as a problem; and the choice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from assetplan.answers.site_rules import with_own_sites
from assetplan.config import Plan, make_plan
from assetplan.connectivity.criticality import weighed
from assetplan.connectivity.layout import Layout, lay_out, off_network
from assetplan.connectivity.levels import asset_levels
from assetplan.connectivity.road_runs import RoadRuns, road_runs
from assetplan.connectivity.traffic import traffic_ahead
from assetplan.errors import Fault, InfeasibleError, RegisterError
from assetplan.finance.inflation import rises_by_kind
from assetplan.formulation import Formulation, build_problem
from assetplan.inputs.load import Inputs, files_of, input_digests, load_inputs, paying_claims
from assetplan.objectives import Sought
from assetplan.optimisation.problem import Solution
from assetplan.optimisation.search.incumbent import Incumbent
from assetplan.optimisation.solving import solve
from assetplan.programme.files import read_settings
from assetplan.programme.summary_file import read_summary
from assetplan.programme.words import in_full
from assetplan.programme.writing import SETTINGS, SUMMARY
from assetplan.register import Register, read_register
from assetplan.strategies import Candidates, Starting, Traffic, candidates, starting_condition

OWN_DIGEST = "plan"
"""Digest of the plan's own settings, with places of files that a folder does not keep."""
Progress = Callable[[str], None]
Made = TypeVar("Made")

# Keys of a plan that no stage before the problem reads: what there is to spend, to hold to, to seek.
_LATE = {
    "name", "envelope", "limits", "sources", "borrowing", "tax_base", "income", "treasury", "medium_term", "printed",
    "gates", "targets", "objective", "solver", "bids", "receipts", "disposals",
    "contingency", "business_case",
}  # fmt: skip


@dataclass
class Clock:
    """Seconds by stage; calls a listener when a stage begins.

    Attributes
    ----------
    listener : callable; called with the name of each stage, and as the search goes on with its gap and bound after it
    seconds : dict; time that each has taken [s]
    """

    listener: Progress
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Within this a stage of that name is timed."""
        self.listener(name)
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


@dataclass(eq=False)
class SharedStages:
    """Stages that plans made one after the other may have in common; the latest of each is kept.

    Attributes
    ----------
    keep : bool; whether any is: a plan by itself needs no memory for them
    """

    keep: bool = True
    _kept: dict[str, tuple[object, Any]] = field(default_factory=dict)

    def once(self, stage: str, key: object, make: Callable[[], Made]) -> Made:
        """What a stage makes, or made for the plan before, if that had the same key.

        Parameters
        ----------
        stage : str
        key : object; all that it is made from
        make : callable; makes it
        """
        if not self.keep:
            return make()
        if stage not in self._kept or self._kept[stage][0] != key:
            self._kept.pop(stage, None)  # before the next is made, so that memory holds one
            self._kept[stage] = key, make()
        made: Made = self._kept[stage][1]
        return made


@dataclass(frozen=True, eq=False)
class EarlyStages:
    """What may be done with what is owned, whatever there is to spend.

    Attributes
    ----------
    inputs, layout : Inputs, Layout; what the plan is made from, and its roads and bridges as a network
    off_network : list; what does not lie on the network, as `off_network` gives it
    starting, traffic, runs : Starting, Traffic, RoadRuns; condition at the start, traffic ahead, and roads as runs
    options : Candidates; every strategy of every asset
    """

    inputs: Inputs
    layout: Layout
    off_network: list[tuple[str, str, int]]
    starting: Starting
    traffic: Traffic
    runs: RoadRuns
    options: Candidates


@dataclass(frozen=True, eq=False)
class Prepared(EarlyStages):
    """A plan as a problem, and what it was made from; attributes beside those of `EarlyStages`:

    Attributes
    ----------
    formulation : Formulation; the problem
    made_from : object; all that the early stages were made from, for stages after them that plans may share
    """

    formulation: Formulation
    made_from: object

    @cached_property
    def on_own_sites(self) -> Formulation:
        """The plan's assets with a site each: schemes are formed of what pays, not of what is done today or holds."""
        return build_problem(with_own_sites(self.inputs), self.options, self.runs).assets_alone()


def prepare(plan: Plan, register: Register | None, clock: Clock, shared: SharedStages | None = None) -> Prepared:
    """Everything up to the choice.

    Parameters
    ----------
    plan, register : Plan, Register or None; as of `assetplan.plan`
    clock : Clock; times the stages
    shared : SharedStages, optional; stages of the plans before, for what this one has in common with them; none are
        shared with a register in memory
    """
    if shared is None or register is not None:
        shared = SharedStages(keep=False)
    files = _files(plan)
    with clock.stage("register"):
        # Rows of a database may be others at any moment, so they are read each time.
        read = partial(shared.once, "register", files if isinstance(plan.register_place, Path) else object())
        inputs = load_inputs(plan, register, lambda *names: read(lambda: read_register(*names)))
    stated = plan.model_dump_json(exclude=_LATE), plan.streams_apart
    key = stated, rises_by_kind(plan), tuple(plan.envelope.lines), files, inputs.register.digest
    made = shared.once("early stages", key, lambda: _early(inputs, clock))
    kept = ("plan", "limits", "digests", "earlier", "spent", "jobs", "bids", "mandatory", "compliance", "medium_term")
    own = {name: getattr(inputs, name) for name in kept}
    inputs = replace(made.inputs, **own)
    with clock.stage("strategies"):
        formulation = build_problem(inputs, made.options, made.runs)
    known = object() if register is not None else key
    return Prepared(**(vars(made) | {"inputs": inputs}), formulation=formulation, made_from=known)


def _files(plan: Plan) -> tuple[tuple[str, str, int, int], ...]:
    """What identifies the files of a plan as long as nobody writes them."""
    there = ((what, path) for what, path in files_of(plan).items() if path.is_file())
    return tuple((what, str(path), path.stat().st_size, path.stat().st_mtime_ns) for what, path in there)


def _early(inputs: Inputs, clock: Clock) -> EarlyStages:
    """Network, condition, traffic, and what may be done with every asset."""
    with clock.stage("network"):
        layout = lay_out(inputs.register.assets, inputs.register.other_roads)
        apart = off_network(inputs.register.assets, layout)
        inputs = weighed(inputs, layout)
        assets = inputs.register.assets
        assets = assets.assign(hierarchy=asset_levels(assets, layout, inputs.tables.classes))
        inputs = replace(inputs, register=replace(inputs.register, assets=assets))
    with clock.stage("condition"):
        starting = starting_condition(assets, inputs.model)
        inputs = paying_claims(inputs, starting.index)
    with clock.stage("detours"):
        traffic = traffic_ahead(layout, assets, inputs.register.places, starting.index, inputs.tables.parameters.prices)
    with clock.stage("strategies"):
        runs = road_runs(assets, layout, inputs.tables.classes)
        options = candidates(assets, starting, inputs.model, traffic)
    return EarlyStages(inputs, layout, apart, starting, traffic, runs, options)


def plan_again(settings: Mapping[str, Any], digests: Mapping[str, str], inputs: str | Path) -> tuple[Plan, list[str]]:
    """The plan that a folder was made from, and files that it was made from and that are now others, or gone.

    Parameters
    ----------
    settings, digests : mapping; what the folder keeps of its plan, and the digests of its inputs
    inputs : path; folder of what the plan was made from, as it lay beside the plan file

    Raises
    ------
    ConfigError
        The settings are not a plan.
    """
    plan = make_plan(settings["plan"], Path(inputs) / SETTINGS)
    now = input_digests(plan)
    return plan, [name for name, was in digests.items() if name != OWN_DIGEST and now.get(name) != was]


def plan_of_folder(folder: str | Path, inputs: str | Path) -> Plan:
    """The plan that a folder was made from, where its inputs are as they were.

    Parameters
    ----------
    folder, inputs : path; folder of a plan, and what it was made from, as of `verify`

    Raises
    ------
    RegisterError
        The folder is not that of a plan, or its inputs are others now.
    ConfigError
        The settings that it keeps are not a plan.
    """
    place = Path(folder)
    settings, summary = read_settings(place / SETTINGS), read_summary(place / SUMMARY)
    if settings is None:
        raise RegisterError([Fault(str(folder), 0, "", SETTINGS, "is not in this folder of a plan")])
    plan, changed = plan_again(settings, summary.inputs, inputs)
    if changed:
        rule = "is not as it was when the folder was planned, or is not there: plan again"
        raise RegisterError(Fault(str(inputs), 0, "", name, rule) for name in changed)
    return plan


def search_words(stage: str, incumbent: Incumbent, sought: Sought) -> str:
    """A stage that searches, with the gap that is left and the bound that it closes to.

    Parameters
    ----------
    stage : str
    incumbent : Incumbent; the best choice so far
    sought : Sought; what the plan seeks
    """
    bound = in_full(-incumbent.bound if sought.least else incumbent.bound, sought.unit)
    gap = "no programme yet" if np.isinf(incumbent.gap) else f"gap {incumbent.gap:.3%}"
    return f"{stage}: {gap}, bound {bound}"


def solved(plan: Plan, formulation: Formulation, clock: Clock) -> Solution:
    """The choice.

    Parameters
    ----------
    plan, formulation : Plan, Formulation; the plan, and it as a problem
    clock : Clock; times the stage

    Raises
    ------
    InfeasibleError
        Limits and commitments cannot hold together; the limits are named, as the plan file says them.
    """

    def listen(incumbent: Incumbent) -> None:
        clock.listener(search_words("optimisation", incumbent, plan.objective.sought))

    with clock.stage("optimisation"):
        try:
            return solve(formulation.problem, plan.solver.target_gap, plan.solver.time_limit, listen=listen)
        except InfeasibleError as error:
            raise formulation.in_plan_words(error) from error
