"""The tables of a plan, packaged or the council's own, read together and checked against each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from assetplan._types import Floats
from assetplan.asset_classes import AssetClasses, load_asset_classes
from assetplan.carbon import load_treatment_carbon
from assetplan.compliance import load_regimes
from assetplan.config import Plan, TableFiles, read_table_files
from assetplan.config.allowances import Allowances
from assetplan.consequences import ENERGY, WORKS, Consequence, Stream, load_consequences, load_streams
from assetplan.deterioration.calibrated import with_calibration
from assetplan.deterioration.groups import Group, group_table, load_groups
from assetplan.display import Shown
from assetplan.economics import discount_factors
from assetplan.energy import FUELS, load_energy_factors, load_energy_savings
from assetplan.epc import load_epc_duties
from assetplan.errors import ConfigError, Fault
from assetplan.finance import LineLabels, line_labels
from assetplan.finance.allowances import ALLOWANCES, with_allowances
from assetplan.finance.inflation import rises_by_kind, rises_by_name
from assetplan.inputs.claims import Claims, stated_claims
from assetplan.inputs.footways import footway_factors
from assetplan.limits import PLANNED_SHARE
from assetplan.prices import Prices, load_prices, running_costs
from assetplan.reference import load_table
from assetplan.register import RegisterNames
from assetplan.sites import load_sites
from assetplan.strategies import EnergyTerms, LifecycleModel, Rules
from assetplan.treatments import Catalogue, load_catalogue

_Read = TypeVar("_Read")
_SITE_MONEY = ["fixed", "traffic_management"]  # of the table of sites


@dataclass(frozen=True, eq=False, repr=False)
class Parameters(Shown):
    """What the tables hold, packaged or a council's own, whatever a plan makes of them.

    Attributes
    ----------
    classes : AssetClasses; asset classes
    labels : LineLabels; what a reader calls each budget line
    streams : mapping of name → Stream; cost streams
    groups : mapping of name → Group; deterioration groups
    catalogue : Catalogue; treatments, and the follow-on policy
    consequences : mapping of group → tuple of Consequence; what poor condition costs
    sites : DataFrame; what works sites cost by treatment, as `load_sites` gives it
    prices : Prices; indices that brought all of their money to one year
    footways : mapping of level → float; how much claims and risk of a footway of it count
    carbon : DataFrame; what treatments emit, as `load_treatment_carbon` gives it
    energy_factors : mapping of fuel → Series; what a kWh emits, as `load_energy_factors` gives it
    energy_savings : DataFrame; what treatments save of energy, as `load_energy_savings` gives it
    epc_duties : DataFrame; least bands of certificates, as `load_epc_duties` gives it
    regimes : DataFrame; statutory compliance regimes, as `load_regimes` gives them
    """

    classes: AssetClasses
    labels: LineLabels
    streams: Mapping[str, Stream]
    groups: Mapping[str, Group]
    catalogue: Catalogue
    consequences: Mapping[str, tuple[Consequence, ...]]
    sites: pd.DataFrame
    prices: Prices
    footways: Mapping[str, float]
    carbon: pd.DataFrame
    energy_factors: Mapping[str, pd.Series]
    energy_savings: pd.DataFrame
    epc_duties: pd.DataFrame
    regimes: pd.DataFrame

    @property
    def names(self) -> RegisterNames:
        """What assets of a register may name."""
        return RegisterNames(self.classes, group_table(self.groups), frozenset(self.catalogue.names))


@dataclass(frozen=True, eq=False, repr=False)
class Tables(Shown):
    """The tables of a plan.

    Attributes
    ----------
    parameters : Parameters; all that they hold
    streams : mapping of name → Stream; cost streams that the plan counts
    model : LifecycleModel; groups, funded treatments, consequences and rules
    unfunded : tuple of str; treatments left out because the envelope has no line for them, as "treatment (line)"
    claims : Claims or None; what the council counts and pays of claims, in prices of the first year
    """

    parameters: Parameters
    streams: Mapping[str, Stream]
    model: LifecycleModel
    unfunded: tuple[str, ...]
    claims: Claims | None = None

    @property
    def classes(self) -> AssetClasses:
        """Asset classes."""
        return self.parameters.classes

    @property
    def labels(self) -> LineLabels:
        """What a reader calls each budget line."""
        return self.parameters.labels


def read_parameters(path: Path | None = None) -> Parameters:
    """Read the tables that a TOML file, such as a plan, names in `[tables]`; the packaged ones for all others.

    Raises
    ------
    ConfigError
        A table breaks its rules or does not fit another; every fault is listed.
    FileNotFoundError
        There is no such file.
    """
    return _load(TableFiles(), Path()) if path is None else _load(read_table_files(path), path.parent)


def _load(files: TableFiles, folder: Path, year: int | None = None) -> Parameters:
    return _packaged(year) if files == TableFiles() else _read(files, folder, year)


@lru_cache(maxsize=8)
def _packaged(year: int | None) -> Parameters:
    """The packaged tables alone, which stay as they are while the program runs."""
    return _read(TableFiles(), Path(), year)


def _read(files: TableFiles, folder: Path, year: int | None = None) -> Parameters:
    def own(name: str) -> Path | None:
        return folder / name if name else None

    faults: list[Fault] = []

    def gather(read: Callable[[], _Read]) -> _Read | None:
        try:
            return read()
        except ConfigError as error:
            faults.extend(error.faults)
            return None

    classes = gather(lambda: load_asset_classes(own(files.asset_classes)))
    labels = gather(lambda: line_labels(own(files.lines)))
    streams = gather(lambda: load_streams(own(files.streams)))
    prices = gather(lambda: load_prices(own(files.price_indices), year))
    footways = gather(lambda: footway_factors(own(files.footway_use)))
    if classes is None or labels is None or streams is None or prices is None:
        raise ConfigError(faults)
    groups = load_groups(own(files.groups), classes, prices)
    if files.calibration:
        groups = with_calibration(groups, folder / files.calibration)
    treatments, follow_on, costs = map(own, (files.treatments, files.follow_on, files.grade_costs))
    catalogue = gather(lambda: load_catalogue(groups, treatments, follow_on, prices, costs))
    consequences = gather(lambda: load_consequences(list(groups), own(files.consequences), streams, prices))
    if catalogue is None or consequences is None:
        raise ConfigError(faults)
    sites = gather(lambda: load_sites(catalogue.names, own(files.sites), prices))
    emitted = _emission_tables(files, own, gather, groups, catalogue)
    faults += _unit_faults(classes, groups, files.groups or "reference/groups.csv")
    faults += _unfed(streams, consequences, files.consequences or "reference/consequences.csv")
    gather(lambda: running_costs(prices))
    if sites is not None:
        faults += _block_site_faults(classes, catalogue, groups, sites, files.sites or "reference/sites.csv")
    regimes = gather(lambda: load_regimes(classes, own(files.regimes), prices))
    if sites is None or footways is None or emitted is None or regimes is None or faults:
        raise ConfigError(faults)
    return Parameters(
        classes, labels, streams, groups, catalogue, consequences, sites, prices, footways, regimes=regimes, **emitted
    )


def _emission_tables(
    files: TableFiles,
    own: Callable[[str], Path | None],
    gather: Callable[[Callable[[], Any]], Any],
    groups: Mapping[str, Group],
    catalogue: Catalogue,
) -> dict[str, Any] | None:
    """What works and energy emit, what treatments save, and duties on certificates; None where one is faulty."""
    units = [(t.name, name, groups[name].unit) for name, rows in catalogue.own_all.items() for t in rows]
    known = pd.DataFrame(units, columns=["treatment", "group", "unit"])
    made = {
        "carbon": gather(lambda: load_treatment_carbon(known, own(files.treatment_carbon))),
        "energy_factors": gather(lambda: load_energy_factors(own(files.energy_factors))),
        "energy_savings": gather(lambda: load_energy_savings(known[["treatment", "group"]], own(files.energy_savings))),
        "epc_duties": gather(lambda: load_epc_duties(own(files.epc_duties))),
    }
    return None if any(table is None for table in made.values()) else made


def load_tables(plan: Plan) -> Tables:
    """Read the tables of a plan.

    Raises
    ------
    ConfigError
        A table breaks its rules or does not fit another, or the plan names a stream or a line that none has, or growth
        of prices that discounting does not bear.
    """
    parameters = _load(plan.tables, plan.folder, plan.first_year)
    rule = f"must be one of {', '.join(parameters.streams)}; tables.streams may add one"
    priced = plan.energy is not None and bool(plan.energy.prices)
    own_energy = parameters.streams[ENERGY].fed_by != ENERGY
    named = plan.benefit.streams or tuple(name for name in parameters.streams if name != ENERGY or priced or own_energy)
    unknown = [Fault("plan", 0, "benefit.streams", name, rule) for name in named if name not in parameters.streams]
    if ENERGY in named and not (priced or own_energy):
        unknown.append(Fault("plan", 0, "benefit.streams", ENERGY, "needs what it costs: state energy.prices"))
    if priced and own_energy:
        rule = "rows of consequences feed this stream already: leave out energy.prices, or those rows and their stream"
        unknown.append(Fault("plan", 0, "energy.prices", ENERGY, rule))
    unknown += [
        Fault("plan", 0, key, name, f"must be one that the plan counts: {', '.join(named)}")
        for name in plan.streams_apart
        for key in ["risk.streams" if name in plan.risk.streams else f'limits of = "{PLANNED_SHARE}"']
        if name not in named
    ]
    if unknown:
        raise ConfigError(unknown)
    # What follows the plan years needs two years of its own, for their rate.
    factors = discount_factors(max(plan.benefit.horizon, plan.years + 2))
    if faults := [*_price_faults(plan, parameters.catalogue, factors)]:
        raise ConfigError(faults)
    catalogue, level = parameters.catalogue, plan.price_level
    if plan.allowances != Allowances():
        lines = catalogue.line_of
        times = {name: with_allowances(plan, name, line) for name, line in lines.items()}
        stated = {name: level.get(name, level.get(line, level.get("default", 1.0))) for name, line in lines.items()}
        level = {name: stated[name] * times[name] for name in lines}
        of_sites = parameters.sites.index.map(times).to_numpy(dtype=float)
        of_money = {name: parameters.sites[name] * of_sites for name in _SITE_MONEY}
        parameters = replace(parameters, sites=parameters.sites.assign(**of_money))
    parameters = replace(parameters, catalogue=catalogue.with_prices(rises_by_name(plan), level))
    kept, unfunded = _funded(plan, parameters.catalogue, parameters.regimes)
    rules = Rules(
        plan.strategies.max_treatments,
        plan.strategies.min_interval,
        plan.years,
        factors,
        tuple(name for name in named if name != WORKS),
        plan.streams_apart,
    )
    sites = None if plan.sites.costs == "none" else parameters.sites
    terms = _energy_terms(plan, parameters) if ENERGY in rules.streams and priced else None
    if plan.energy is not None and plan.energy.confirmed and terms is None:
        rule = "a saving is worth what energy costs: needs energy.prices, and energy among benefit.streams"
        raise ConfigError([Fault("plan", 0, "energy.confirmed", "", rule)])
    consequences = parameters.consequences
    model = LifecycleModel(parameters.groups, kept, consequences, rules, plan.first_year, sites=sites, energy=terms)
    streams = {name: parameters.streams[name] for name in named}
    return Tables(parameters, streams, model, unfunded, stated_claims(plan, parameters.prices))


def _energy_terms(plan: Plan, parameters: Parameters) -> EnergyTerms | None:
    if plan.energy is None:
        return None
    stated: list[dict[str, float]] = [dict(plan.energy.prices), dict(plan.energy.growth)]  # type: ignore[arg-type]
    price, growth = (np.array([each.get(fuel, 0.0) for fuel in FUELS], dtype=np.float64) for each in stated)
    return EnergyTerms(price, growth, parameters.energy_savings)


def _price_faults(plan: Plan, catalogue: Catalogue, factors: Floats) -> Iterator[Fault]:
    """Prices of what the tables do not have, and growth at a rate that discounting does not bear."""
    known = ["default", *catalogue.lines, *catalogue.names]
    bids = [*(bid.name for bid in plan.bids), *load_table("bid_stages")["stage"]]
    allowed = {"price_level": (plan.price_level, known)}
    allowed |= {f"allowances.{key}": (getattr(plan.allowances, key), [*known, *bids]) for key in ALLOWANCES}
    for key, (stated, names) in allowed.items():
        for name in sorted(stated.keys() - set(names)):
            yield Fault("plan", 0, key, name, f"must be one of {', '.join(names)}")
    lowest = float((factors[:-1] / factors[1:]).min() - 1)
    for kind, rate in rises_by_kind(plan).items():
        # Rates are read back from factors, to rounding; the last goes on.
        if plan.inflation[kind].of and rate[-1] >= lowest - 1e-9:
            rule = (
                f"rises so much beside all prices at the end; must be below {lowest:.1%} a year, the lowest discount "
                "rate in use: at or above it works cost no less in present value the longer they wait"
            )
            yield Fault("plan", 0, f"inflation.{kind}", f"{rate[-1]:.2%}", rule)


def _unit_faults(classes: AssetClasses, groups: Mapping[str, Group], file: str) -> Iterator[Fault]:
    """Classes whose quantity is in another unit than the one that their groups' treatments are priced by."""
    for row, (source, line) in zip(classes, classes.places, strict=True):
        others = [group for group in groups.values() if group.asset_class == row.asset_class and group.unit != row.unit]
        if others:
            named = " and ".join(f"{group.name} by {group.unit}" for group in others[:3])
            rule = f"{file} prices treatments of its groups otherwise ({named}): give the class and its groups one unit"
            yield Fault(source, line, "unit", f"{row.asset_class} by {row.unit}" if not line else row.unit, rule)


def _block_site_faults(
    classes: AssetClasses, catalogue: Catalogue, groups: Mapping[str, Group], sites: pd.DataFrame, file: str
) -> Iterator[Fault]:
    """Sites of components that their unit cost cannot hold: works that share one could then cost nothing, or less."""
    joins = [name for name, group in groups.items() if group.asset_class in classes.where("schemes", "block")]
    held = {name: row["fixed"] / row["typical"] for name, row in sites.iterrows()}
    for group, treatment in ((name, t) for name in joins for t in catalogue.treatments[name] if t.name in held):
        index = np.array(groups[group].chain.state_index)[list(treatment.states)] if treatment.states else None
        share = 1.0 if index is None else float(catalogue.share_of_renewal(index, group).min())
        if not held[treatment.name] <= share * treatment.unit_cost:
            rule = (
                f"must be there, and larger: of {treatment.name} of {group} the unit cost, at the least "
                f"£{share * treatment.unit_cost:,.2f}, is to hold the site of works of this size"
            )
            typical = sites["typical"].map(lambda size: "" if pd.isna(size) else f"{size:g}")
            yield Fault(file, 0, "typical", typical[treatment.name], rule)


def _unfed(
    streams: Mapping[str, Stream], consequences: Mapping[str, tuple[Consequence, ...]], file: str
) -> Iterator[Fault]:
    """Streams of the council's own that no row feeds."""
    fed = {row.stream for rows in consequences.values() for row in rows}
    for stream in streams.values():
        if stream.row and stream.fed_by == "consequences" and stream.name not in fed:
            rule = f"no row of {file} feeds it: give it rows by group in tables.consequences, or leave it out"
            yield Fault(stream.file, stream.row, "stream", stream.name, rule)


def _funded(plan: Plan, catalogue: Catalogue, regimes: pd.DataFrame) -> tuple[Catalogue, tuple[str, ...]]:
    """The treatments that the envelope has a line for, and those left out, as "treatment (line)".

    Raises
    ------
    ConfigError
        A line of the envelope pays for no treatment, and for no statutory works.
    """
    lines = plan.envelope.lines
    known = list(dict.fromkeys([*catalogue.lines, *regimes["line"][regimes["line"] != ""]]))
    rule = f"no treatment is paid from this line; lines are {', '.join(known)}"
    unknown = [Fault("plan", 0, "envelope.lines", line, rule) for line in lines if line not in known]
    if unknown:
        raise ConfigError(unknown)
    funded = {name: tuple(t for t in rows if t.line in lines) for name, rows in catalogue.treatments.items()}
    unfunded = dict.fromkeys(f"{t.label} ({t.line})" for t in catalogue.of(catalogue.treatments) if t.line not in lines)
    return replace(catalogue, treatments=funded), tuple(unfunded)
