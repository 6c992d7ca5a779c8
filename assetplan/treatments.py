"""The catalogue of treatments: when each may be used, what it costs, what it does; and the follow-on policy."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from assetplan import condition
from assetplan._types import Codes, Floats, Ints
from assetplan.asset_classes import BRIDGE, CARRIAGEWAY
from assetplan.condition.grade_costs import read_grade_costs
from assetplan.config.inflation import ALL_WORKS
from assetplan.deterioration.groups import Group, lacking, word
from assetplan.economics import NO_RISE, price_levels
from assetplan.errors import ConfigError, Fault
from assetplan.prices import CONSTRUCTION, Prices, load_prices
from assetplan.reference import load_table
from assetplan.schema import own_table

KINDS = ("preventative", "major")
TEXTURE = "texture"
"""What a treatment may restore apart from all else that condition rests on."""
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NO_STATES = "must be blank: a curve has no states"
_NOTHING = "does nothing: no raise_by, reset_to, slow_factor, states or restores"
_ALONE = "needs raise_by, reset_to, slow_factor and states blank: what it gains is what texture takes"
# What a blank in a column of numbers stands for, where it is not "unknown".
_BLANK = {
    "index_low": 0.0,
    "index_high": 100.0,
    "raise_by": 0.0,
    "raise_cap": 100.0,
    "slow_factor": 1.0,
    "repeats": np.inf,
    "capacity_below": 0.0,
}


@dataclass(frozen=True)
class Treatment:
    """One treatment of one deterioration group.

    Attributes
    ----------
    name, group, label, kind, line : str
        Identifier, group it treats, what a reader calls it, preventative or major, budget line that pays.
    unit_cost : float
        £ per unit of the asset's quantity; of a Markov group, cost of renewal, of which each grade takes its share.
    life : float
        Service life (years): how long a preventative treatment slows decay, or how long a renewed asset takes to
        reach the group's failure index.
    index_low, index_high : float; condition index (0–100) within which it may be used, both included
    environment : str; "urban", "rural", or "" for both
    raise_by, raise_cap : float
        Index points gained, and the index above which none are; 0 and 100 where it does not raise.
    reset_to : float; index after a renewal; NaN where it does not reset
    slow_factor : float; rate of ageing while a preventative treatment lasts (0–1; 1 is no slower)
    repeats : float
        How many treatments that do not renew an asset may have had since its last renewal, this one among them;
        infinite where that does not matter.
    capacity_below : float
        Of a bridge: it may also be used in better condition than its range where the bridge, not renewed since it was
        assessed or posted, carries less than this [t]; 0 for condition alone. Every renewal makes capacity as new.
    restores : str
        "texture" where it makes a carriageway's texture sound and nothing else, for `life` years: used where texture
        takes points of the RCI, it raises the index by those points, which wear off again. "" for any other.
    states : tuple of int
        States (0 is A) of an asset in states that it mends, at what each costs; () for all, at the full unit cost.
        They go to `reset_to`, rise by `raise_by`, or go to A where neither is given.
    becomes : str; group that the asset is of afterwards, beginning at `reset_to`; "" for its own
    growth : tuple of float
        How much more than other prices its price rises from each year to the next (0.01 is 1 %); the last goes on.
    price_base : int; year in whose prices the table states the unit cost: it is read in those of the plan's first year
    """

    name: str
    group: str
    label: str
    kind: str
    line: str
    unit_cost: float
    life: float
    index_low: float
    index_high: float
    environment: str
    raise_by: float
    raise_cap: float
    reset_to: float
    slow_factor: float
    repeats: float
    capacity_below: float
    restores: str
    states: tuple[int, ...]
    becomes: str
    price_base: int
    source: str
    verified: bool
    growth: tuple[float, ...] = NO_RISE

    def price_ratio(self, year: int) -> float:
        """How many times its first year's price it costs in a plan year, 0 the first, or in a year after the plan."""
        return float(price_levels(self.growth, year))

    @property
    def renews(self) -> bool:
        """Whether what it acts on is renewed: reset, or mended to as new."""
        return bool(np.isfinite(self.reset_to)) or (bool(self.states) and self.raise_by == 0)

    def raised(self, index: Floats) -> Floats:
        """Condition index after a raise; at or above the cap nothing is gained."""
        return np.where(index < self.raise_cap, np.minimum(index + self.raise_by, self.raise_cap), index)


@dataclass(frozen=True)
class FollowOn:
    """What a council states that a group gets after the plan years once its index has fallen this far."""

    treatment: Treatment
    index_at_or_below: float


@dataclass(frozen=True)
class Catalogue:
    """All treatments by group, the follow-on policy by group, and what a component costs to mend by condition.

    Attributes
    ----------
    treatments : mapping of group → tuple of Treatment
        Those of the group, then those of every group that they can make of an asset. A treatment's code is its place.
    own_all : mapping of group → tuple of Treatment; those of the group itself, whether a plan funds them or not
    follow_on : mapping of group → tuple of FollowOn
        Policy that the council states, lowest threshold first; groups without have the one of least cost.
    renewal_shares : tuple of (float, float)
        Condition index, falling, and the share of the cost of renewal that mending takes there.
    sound_index : float; condition index of grade B: what is worse counts as backlog
    own_shares : mapping of group → as `renewal_shares`; of groups whose costs by grade a council states
    price_year : int; year in whose prices all unit costs are
    """

    treatments: Mapping[str, tuple[Treatment, ...]]
    own_all: Mapping[str, tuple[Treatment, ...]]
    follow_on: Mapping[str, tuple[FollowOn, ...]]
    renewal_shares: tuple[tuple[float, float], ...]
    sound_index: float
    price_year: int
    own_shares: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)

    def own(self, group: str, kinds: Iterable[str] = KINDS) -> tuple[Treatment, ...]:
        """Treatments of some kinds that an asset of a group may have first."""
        return tuple(t for t in self.treatments[group] if t.group == group and t.kind in kinds)

    def of(self, groups: Iterable[object]) -> Iterator[Treatment]:
        """Treatments that assets of some groups may have, group by group in order of code."""
        return (t for group in groups for t in self.treatments[str(group)])

    def table(self, groups: Iterable[object]) -> tuple[pd.DataFrame, Ints]:
        """Treatments of some groups as `of` gives them, columns group, treatment, label, kind, line and growth.

        Beside it the row at which each group begins (n_groups,): a group's treatment of a code stands so far below.
        """
        names = [str(group) for group in groups]
        rows = [(name, t.name, t.label, t.kind, t.line, t.growth) for name in names for t in self.treatments[name]]
        first = np.cumsum([0, *(len(self.treatments[name]) for name in names)])[:-1]
        return pd.DataFrame(rows, columns=["group", "treatment", "label", "kind", "line", "growth"]), first.astype(
            np.intp
        )

    @property
    def line_of(self) -> dict[str, str]:
        """Budget line of each treatment, by name."""
        return {t.name: t.line for rows in self.own_all.values() for t in rows}

    def with_prices(self, growth: Mapping[str, tuple[float, ...]], level: Mapping[str, float]) -> Catalogue:
        """The same treatments at other prices.

        Parameters
        ----------
        growth : mapping of treatment, budget line or "works" → tuple of float
            Rises from year to year above those of other prices; of several, a treatment's own comes first, then its
            line's.
        level : mapping of treatment, budget line or "default" → float; unit cost over that of the table
        """

        def priced(t: Treatment) -> Treatment:
            rise = next((growth[key] for key in (t.name, t.line, ALL_WORKS) if key in growth), NO_RISE)
            times = next((level[key] for key in (t.name, t.line, "default") if key in level), 1.0)
            return replace(t, growth=rise, unit_cost=t.unit_cost * times)

        treatments, own = (
            {group: tuple(map(priced, rows)) for group, rows in table.items()}
            for table in (self.treatments, self.own_all)
        )
        policy = {
            group: tuple(replace(step, treatment=priced(step.treatment)) for step in steps)
            for group, steps in self.follow_on.items()
        }
        return replace(self, treatments=treatments, own_all=own, follow_on=policy)

    def steps(self, group: str, schedule: Codes) -> list[tuple[Treatment, int]]:
        """Treatments of a schedule of codes (years,), each with its year, 0 the first."""
        return [(self.treatments[group][schedule[year]], int(year)) for year in np.flatnonzero(schedule >= 0)]

    def reached(self, group: str) -> tuple[str, ...]:
        """A group and those that treatments can make of its assets, nearest first."""
        return tuple(dict.fromkeys((group, *(t.group for t in self.treatments[group]))))

    @property
    def treatable(self) -> list[str]:
        """Groups with any treatment."""
        return [group for group, rows in self.treatments.items() if rows]

    def shares_of(self, group: str) -> tuple[tuple[float, float], ...]:
        """Share of the cost of renewal that mending takes in a group, by condition index: its own, or those of all."""
        return self.own_shares.get(group, self.renewal_shares)

    def share_of_renewal(self, index: Floats, group: str = "") -> Floats:
        """Share of the cost of renewal that mending takes at a condition index, any shape; straight between grades."""
        points, shares = np.array(self.shares_of(group))[::-1].T
        return np.interp(index, points, shares)

    def renewal(self, group: str) -> Treatment | None:
        """The treatment that renews a group's asset from the worst condition, the cheapest if several; None without."""
        own = [t for t in self.own_all[group] if t.renews and not t.becomes]
        return min(own, key=lambda t: (t.index_low, t.kind != "major", t.unit_cost, t.name), default=None)

    @property
    def lines(self) -> list[str]:
        """Budget lines that pay for any treatment, in order of first use."""
        return list(dict.fromkeys(t.line for t in self.of(self.treatments)))

    @property
    def names(self) -> list[str]:
        """Names of all treatments, in order of first use."""
        return list(dict.fromkeys(t.name for t in self.of(self.treatments)))


def load_catalogue(
    groups: Mapping[str, Group],
    treatments: Path | None = None,
    follow_on: Path | None = None,
    prices: Prices | None = None,
    grade_costs: Path | None = None,
) -> Catalogue:
    """Read the treatments and the follow-on policy.

    Parameters
    ----------
    groups : mapping of name → Group; the groups that rows may name
    treatments, follow_on : path, optional
        CSV files with the columns of reference/treatments.csv and reference/follow_on.csv; by default the packaged
        treatments, and for each group the policy of least cost.
    prices : Prices, optional; indices that bring unit costs to one year; by default the table's latest price base
    grade_costs : path, optional; CSV of what mending a group costs by grade, in place of the shares of all groups

    Raises
    ------
    ConfigError
        Rows break their rules; every fault is listed.
    """
    faults: list[Fault] = []
    table, file = _read("treatments", treatments, groups, faults)
    policy = pd.DataFrame(columns=["group", "treatment", "index_at_or_below"])
    if follow_on is not None:
        policy, _ = _read("follow_on", follow_on, groups, faults)
    indices = prices or load_prices()
    table, unpriced = indices.indexed(table, file, ["unit_cost"], CONSTRUCTION)
    faults += unpriced
    if faults:
        raise ConfigError(faults)
    by_group: dict[str, list[Treatment]] = {name: [] for name in groups}
    for number, row in zip(table.index, table.to_dict("records"), strict=True):
        treatment = _treatment(row)
        faults += [Fault(file, number, column, shown, rule) for column, shown, rule in _broken(treatment, row, groups)]
        if treatment.name in [t.name for t in by_group.get(treatment.group, [])]:
            faults.append(Fault(file, number, "treatment", treatment.name, f"twice for group {treatment.group}"))
        by_group.setdefault(treatment.group, []).append(treatment)
    after: dict[str, list[FollowOn]] = {name: [] for name in groups}
    for number, row in zip(policy.index, policy.to_dict("records"), strict=True):
        group, name, index = word(row["group"]), word(row["treatment"]), _number(row["index_at_or_below"], np.nan)
        match = next((t for t in by_group.get(group, []) if t.name == name), None)
        taken = [step.index_at_or_below for step in after.get(group, [])]
        if broken := _broken_policy(groups.get(group), match, index, taken):
            column, rule = broken
            faults.append(Fault(str(follow_on), number, column, word(row[column]), rule))
        elif match:
            after[group].append(FollowOn(match, index))
    if faults:
        raise ConfigError(faults)
    shares = load_table("state_costs")
    worth, _ = condition.to_index("grade", condition.grade_number(shares["grade"]))
    whole = Catalogue(
        {name: tuple(t for reached in _reached(name, by_group) for t in by_group[reached]) for name in by_group},
        {name: tuple(rows) for name, rows in by_group.items()},
        {name: tuple(sorted(rows, key=lambda f: f.index_at_or_below)) for name, rows in after.items()},
        tuple(zip(worth.tolist(), shares["share_of_renewal"].astype(float).tolist(), strict=True)),
        float(worth[condition.GRADES.index("B")]),
        indices.year or int(table["price_base"].max()),
    )
    if grade_costs is None:
        return whole
    renewals = {name: whole.renewal(name) for name, group in groups.items() if group.in_states}
    costs = {name: treatment.unit_cost for name, treatment in renewals.items() if treatment is not None}
    return replace(whole, own_shares=read_grade_costs(grade_costs, costs, worth.tolist(), indices))


def _broken_policy(
    group: Group | None, treatment: Treatment | None, index: float, taken: Collection[float]
) -> tuple[str, str] | None:
    """Column and rule of the first rule that a row of the policy breaks; `taken` are the thresholds of rows before."""
    if group is None:
        return "group", "no such group"
    if treatment is None:
        return "treatment", f"is no treatment of group {group.name!r}"
    if treatment.restores or (not group.in_states and np.isnan(treatment.reset_to)):
        return "treatment", "a follow-on treatment must reset the index"
    if treatment.becomes:
        return "treatment", "a follow-on treatment must leave the asset in its group"
    if not 0 < index <= 100:
        return "index_at_or_below", "must be above 0 and at most 100"
    return ("index_at_or_below", f"twice for group {group.name}") if index in taken else None


def _reached(group: str, treatments: Mapping[str, list[Treatment]]) -> list[str]:
    """A group and those that treatments can make of its assets, nearest first."""
    reached = [group]
    for name in reached:
        reached += dict.fromkeys(t.becomes for t in treatments[name] if t.becomes and t.becomes not in reached)
    return reached


def _read(name: str, path: Path | None, groups: Mapping[str, Group], faults: list[Fault]) -> tuple[pd.DataFrame, str]:
    """A table indexed by line, and its name; of a packaged one each group has one fault."""
    if path is None:
        table = load_table(name)
        faults += lacking(f"reference/{name}.csv", table["group"], groups)
        return table.set_axis(table.index + 2), f"reference/{name}.csv"
    try:
        return own_table(name, path), str(path)
    except ConfigError as error:
        faults += error.faults
        return load_table(name), str(path)


def _number(value: object, default: float) -> float:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return np.nan
    return default if np.isnan(number) else number


def _treatment(row: Mapping[Any, Any]) -> Treatment:
    cells: dict[str, Any] = {
        "name": word(row["treatment"]),
        "verified": word(row["verified"]) == "yes",
        "growth": NO_RISE,
    }
    for column in (one for one in fields(Treatment) if one.name not in cells):
        cell = row[column.name]
        cells[column.name] = _number(cell, _BLANK.get(column.name, np.nan)) if column.type == "float" else word(cell)
    states = cells["states"]
    cells["states"] = tuple(_LETTERS.find(s) if s else -1 for s in states.split("|")) if states else ()
    return Treatment(**cells | {"price_base": int(row["price_base"])})


def _broken(t: Treatment, row: Mapping[Any, Any], groups: Mapping[str, Group]) -> list[tuple[str, str, str]]:
    """(column, value, rule) of each rule a row breaks."""
    group = groups.get(t.group)
    n_states = len(group.chain.state_index) if group and group.in_states else 0
    renews = not np.isnan(t.reset_to)
    otherwise = bool(n_states and t.states) or t.raise_by > 0 or t.slow_factor < 1 or renews
    other = groups.get(t.becomes)
    of = group.asset_class if group else ""
    grades = f"must be grades A to {_LETTERS[n_states - 1]} joined by |"
    alike = bool(group and other and (group.asset_class, group.unit) == (other.asset_class, other.unit))
    checks = [
        ("treatment", bool(t.name), "a value is required"),
        ("group", t.group in groups, "no such group"),
        ("kind", t.kind in KINDS, f"must be one of {', '.join(KINDS)}"),
        ("line", bool(t.line), "a budget line is required"),
        ("unit_cost", t.unit_cost > 0, "must be a number above 0"),
        ("life", t.life > 0, "must be a number above 0"),
        ("index_high", 0 <= t.index_low < t.index_high <= 100, "must have 0 ≤ index_low < index_high ≤ 100"),
        ("environment", t.environment in ("", "urban", "rural"), "must be urban, rural or blank"),
        ("slow_factor", 0 < t.slow_factor <= 1, "must be above 0 and at most 1"),
        ("repeats", t.repeats >= 1, "must be 1 or more, or blank"),
        ("capacity_below", t.capacity_below >= 0, "must not be negative"),
        ("capacity_below", not t.capacity_below or t.renews, "needs a treatment that renews"),
        ("capacity_below", not t.capacity_below or of == BRIDGE, "must be blank: only bridges have a capacity"),
        ("restores", t.restores in ("", TEXTURE), f"must be {TEXTURE} or blank"),
        ("restores", not t.restores or of == CARRIAGEWAY, "must be blank: only carriageways have a texture"),
        ("restores", not (t.restores and otherwise), _ALONE),
        ("raise_by", t.raise_by >= 0, "must not be negative"),
        ("raise_cap", 0 < t.raise_cap <= 100, "must be above 0 and at most 100"),
        ("reset_to", np.isnan(t.reset_to) or 0 < t.reset_to <= 100, "must be above 0 and at most 100"),
        ("states", all(0 <= s < n_states for s in t.states), grades if n_states else _NO_STATES),
        ("becomes", not t.becomes or alike, "must be another group of the same asset class and unit"),
        ("becomes", not t.becomes or (t.becomes != t.group and renews), "needs another group, and a reset_to"),
        ("treatment", otherwise or bool(t.restores), _NOTHING),
    ]
    return [(column, word(row[column]), rule) for column, good, rule in checks if not good]
