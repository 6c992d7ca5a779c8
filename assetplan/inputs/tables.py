"""The tables of a plan, packaged or the council's own, read together and checked against each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import pandas as pd

from assetplan.asset_classes import AssetClasses, load_asset_classes
from assetplan.config import Plan
from assetplan.consequences import WORKS, Consequence, Stream, load_consequences, load_streams
from assetplan.deterioration.calibrated import with_calibration
from assetplan.deterioration.groups import Group, load_groups
from assetplan.economics import discount_factors
from assetplan.errors import ConfigError, Fault
from assetplan.finance import LineLabels, line_labels
from assetplan.sites import load_sites
from assetplan.strategies import LifecycleModel, Rules
from assetplan.treatments import Catalogue, load_catalogue

_Read = TypeVar("_Read")


@dataclass(frozen=True)
class Tables:
    """What the tables of a plan say.

    Attributes
    ----------
    classes : AssetClasses
        Asset classes.
    labels : LineLabels
        What a reader calls each budget line.
    streams : mapping of name → Stream
        Cost streams, those that the plan counts.
    model : LifecycleModel
        Groups, funded treatments, consequences and rules.
    sites : DataFrame
        What works sites cost by treatment, as `load_sites` gives it.
    unfunded : tuple of str
        Treatments left out because the envelope has no line for them, as "treatment (line)".
    """

    classes: AssetClasses
    labels: LineLabels
    streams: Mapping[str, Stream]
    model: LifecycleModel
    sites: pd.DataFrame
    unfunded: tuple[str, ...]


def load_tables(plan: Plan) -> Tables:
    """Read the tables of a plan.

    Raises
    ------
    ConfigError
        A table breaks its rules or does not fit another, or the envelope has a line that pays for no treatment.
    """
    tables = plan.tables

    def own(name: str) -> Path | None:
        return plan.path(name) if name else None

    faults: list[Fault] = []

    def gather(read: Callable[[], _Read]) -> _Read | None:
        try:
            return read()
        except ConfigError as error:
            faults.extend(error.faults)
            return None

    classes = gather(lambda: load_asset_classes(own(tables.asset_classes)))
    labels = gather(lambda: line_labels(own(tables.lines)))
    streams = gather(lambda: load_streams(own(tables.streams)))
    if classes is None or labels is None or streams is None:
        raise ConfigError(faults)
    groups = load_groups(own(tables.groups), classes)
    if tables.calibration:
        groups = with_calibration(groups, plan.path(tables.calibration))
    catalogue = gather(lambda: load_catalogue(groups, own(tables.treatments), own(tables.follow_on)))
    consequences = gather(lambda: load_consequences(list(groups), own(tables.consequences), streams))
    if catalogue is None or consequences is None:
        raise ConfigError(faults)
    sites = gather(lambda: load_sites(catalogue.names, own(tables.sites)))
    faults += _unit_faults(classes, groups, tables.groups or "reference/groups.csv")
    faults += _stream_faults(plan, streams, consequences)
    if sites is None or faults:
        raise ConfigError(faults)
    kept, unfunded = _funded(plan, catalogue)
    counted = {name: streams[name] for name in plan.benefit.streams or streams}
    rules = Rules(
        plan.strategies.max_treatments,
        plan.strategies.min_interval,
        plan.years,
        discount_factors(plan.benefit.horizon),
        tuple(name for name in counted if name != WORKS),
    )
    model = LifecycleModel(groups, kept, consequences, rules, plan.first_year)
    return Tables(classes, labels, counted, model, sites, unfunded)


def _unit_faults(classes: AssetClasses, groups: Mapping[str, Group], file: str) -> Iterator[Fault]:
    """Classes whose quantity is in another unit than the one that their groups' treatments are priced by."""
    for row, (source, line) in zip(classes, classes.places, strict=True):
        others = [group for group in groups.values() if group.asset_class == row.asset_class and group.unit != row.unit]
        if others:
            named = " and ".join(f"{group.name} by {group.unit}" for group in others[:3])
            rule = f"{file} prices treatments of its groups otherwise ({named}): give the class and its groups one unit"
            yield Fault(source, line, "unit", f"{row.asset_class} by {row.unit}" if not line else row.unit, rule)


def _stream_faults(
    plan: Plan, streams: Mapping[str, Stream], consequences: Mapping[str, tuple[Consequence, ...]]
) -> Iterator[Fault]:
    """Streams that the plan counts and no table has, and the council's own that no row feeds."""
    for name in plan.benefit.streams or ():
        if name not in streams:
            rule = f"must be one of {', '.join(streams)}; tables.streams may add one"
            yield Fault("plan", 0, "benefit.streams", name, rule)
    fed = {row.stream for rows in consequences.values() for row in rows}
    file = plan.tables.consequences or "reference/consequences.csv"
    for stream in streams.values():
        if stream.row and stream.fed_by == "consequences" and stream.name not in fed:
            rule = f"no row of {file} feeds it: give it rows by group in tables.consequences, or leave it out"
            yield Fault(stream.file, stream.row, "stream", stream.name, rule)


def _funded(plan: Plan, catalogue: Catalogue) -> tuple[Catalogue, tuple[str, ...]]:
    """The treatments that the envelope has a line for, and those left out, as "treatment (line)".

    Raises
    ------
    ConfigError
        A line of the envelope pays for no treatment.
    """
    lines = plan.envelope.lines
    said = f"no treatment is paid from this line; lines are {', '.join(catalogue.lines)}"
    unknown = [Fault("plan", 0, "envelope.lines", line, said) for line in lines if line not in catalogue.lines]
    if unknown:
        raise ConfigError(unknown)
    funded = {name: tuple(t for t in rows if t.line in lines) for name, rows in catalogue.treatments.items()}
    unfunded = dict.fromkeys(f"{t.label} ({t.line})" for t in catalogue.of(catalogue.treatments) if t.line not in lines)
    return replace(catalogue, treatments=funded), tuple(unfunded)
