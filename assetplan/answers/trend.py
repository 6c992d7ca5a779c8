"""A pace of roads fitted to a council's own reported trend, where it has no inspections to learn decay from.

The trend is the length of road with under five years of residual life, as it grows year on year. One pace, the same for
all groups of carriageway, stretches their curves so that the register grows by as much under the same spend.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field, ValidationError

from assetplan._types import Codes, Floats
from assetplan.asset_classes import CARRIAGEWAY
from assetplan.calibration.fitting import COLUMNS
from assetplan.config.base import Amount, Frozen, Name, Number, Share
from assetplan.delimited import TextColumns, csv_table
from assetplan.deterioration.curves import Curve, Life
from assetplan.deterioration.groups import Group
from assetplan.errors import ConfigError, Fault, RegisterError
from assetplan.input_files import read_toml, value_faults
from assetplan.strategies import LifecycleModel, starting_condition
from assetplan.strategies.candidates import by_group, start_of
from assetplan.strategies.trajectory import watch

UNDER = 5.0  # years of residual life
SLOWEST, FASTEST = 0.25, 4.0  # paces looked through, as shares of the groups' own
_TRIED = 33  # of them, evenly on a logarithmic scale
_CLOSE = 1e-4  # of the logarithm of the pace


class Trend(Frozen):
    """What a council reports of its length of road with under five years of residual life."""

    source: Name
    """paper and date that report it"""
    spend: Literal["current", "nothing"] = "current"
    """what was spent while it was seen, or is assumed in the forecast: today's money, or nothing"""
    change_km: Number | None = Field(default=None, ge=-1e5, le=1e5)
    """how much the length grows in a year [km]"""
    change_share: Number | None = Field(default=None, ge=-1, le=1)
    """in place of it, how much its share of all roads grows in a year [0.01 is one of a hundred]"""
    length_km: dict[str, Amount] = Field(default={})
    """in place of both, financial year → the length itself [km]; the change is the slope of the line through them"""
    share: dict[str, Share] = Field(default={})
    """the same as a share of all roads"""

    def change(self, network: float) -> float:
        """Growth a year [km] on a network of so many km."""
        if self.length_km or self.share:
            values = self.length_km or {year: share * network for year, share in self.share.items()}
            years = np.array([float(year) for year in values])
            return float(np.polyfit(years, np.array(list(values.values())), 1)[0])
        return float(self.change_km if self.change_km is not None else (self.change_share or 0.0) * network)


def read_trend(path: Path) -> Trend:
    """Read a trend from a TOML file, or from a CSV of columns year and length_km or share.

    Raises
    ------
    ConfigError
        What it states is missing, twice there or out of range; every fault is listed.
    """
    data = read_toml(path, ConfigError) if path.suffix.lower() == ".toml" else _of_table(path)
    if faults := value_faults(data, str(path)):
        raise ConfigError(faults)
    try:
        trend = Trend.model_validate(data)
    except ValidationError as error:
        faults = [
            Fault(str(path), 0, ".".join(map(str, item["loc"])), str(item["input"])[:80], item["msg"])
            for item in error.errors()
        ]
        raise ConfigError(faults) from error
    stated = {name: getattr(trend, name) for name in _STATED if getattr(trend, name) not in (None, {})}
    broken = [] if len(stated) == 1 else [("", f"state one of {', '.join(_STATED)}, and no other")]
    for name, values in stated.items():
        if isinstance(values, Mapping):
            if len(values) < 2:
                broken.append((name, "needs two years or more: one says nothing of change"))
            broken += [(name, f"{year!r} is no year") for year in values if not year.isdecimal() or len(year) != 4]
    if broken:
        raise ConfigError(Fault(str(path), 0, name, "", rule) for name, rule in broken)
    return trend


_STATED = ("change_km", "change_share", "length_km", "share")


def _of_table(path: Path) -> dict[str, object]:
    table = csv_table(path, ConfigError, ("year",))
    columns = TextColumns(str(path), table)
    year = columns.numbers("year", 1900, 2200, needed=True)
    columns.refuse(pd.Series(year).duplicated() | (year % 1 != 0), "year", "must be a whole year, each once")
    data: dict[str, object] = {"source": path.name}
    for name, most in (("length_km", 1e6), ("share", 1.0)):
        if name in table:
            values = columns.numbers(name, 0.0, most, needed=True)
            data[name] = {f"{when:.0f}": float(value) for when, value in zip(year, values, strict=True)}
    if columns.faults:
        raise ConfigError(columns.faults)
    return data


@dataclass(frozen=True, eq=False)
class TrendRoads:
    """The carriageway of a register and what is done to it.

    Attributes
    ----------
    assets : DataFrame; its sections (n), with `group`
    model : LifecycleModel; groups and treatments
    schedule : array (n, years); treatment codes, −1 for none
    """

    assets: pd.DataFrame
    model: LifecycleModel
    schedule: Codes

    @classmethod
    def of(cls, assets: pd.DataFrame, model: LifecycleModel, schedule: Codes, file: str) -> TrendRoads:
        """Those of a register.

        Parameters
        ----------
        assets, model, schedule : as of the class, of all assets of the register
        file : str; its name, for the faults

        Raises
        ------
        RegisterError
            It has no carriageway, or carriageway that follows no curve.
        """
        mine = (assets["asset_class"] == CARRIAGEWAY).to_numpy(dtype=bool)
        if not mine.any():
            raise RegisterError([Fault(file, 0, "asset_class", "", "has no carriageway, whose trend this is")])
        for name in assets.loc[mine, "group"].unique():
            if not isinstance(model.groups[name].decay, Curve) or isinstance(model.groups[name].decay, Life):
                rule = "does not decay along a curve: only a curve's pace is fitted to a trend"
                raise RegisterError([Fault(file, 0, "group", str(name), rule)])
        return cls(assets[mine].reset_index(drop=True), model, schedule[mine])

    @property
    def km(self) -> Floats:
        """Length of each section (n,) [km]."""
        return self.assets["length_m"].fillna(0.0).to_numpy(dtype=float) / 1000

    def short(self, pace: float) -> Floats:
        """Length with under five years of residual life at the end of the base year and of each plan year [km]."""
        model = replace(
            self.model, groups={**self.model.groups, **at_pace(self.model, set(self.assets["group"]), pace)}
        )
        start = starting_condition(self.assets, model)
        out = np.zeros(self.schedule.shape[1] + 1)
        for name, rows in by_group(self.assets):
            states = watch(start_of(name, model, start, rows), self.schedule[rows], model.catalogue.treatments[name])
            out += [self.km[rows] @ (state.residual_life() < UNDER) for state in states]
        return out

    def growth(self, pace: float) -> float:
        """How much that length grows in a year, on average over the plan [km]."""
        short = self.short(pace)
        return float(short[-1] - short[0]) / (len(short) - 1)


def at_pace(model: LifecycleModel, names: set[str], pace: float) -> dict[str, Group]:
    """Some groups ageing faster than they do.

    Parameters
    ----------
    model, names : LifecycleModel, set of str; groups, all of them on curves
    pace : float; years of its own curve that each ages in one
    """
    out = {}
    for name in sorted(names):
        decay = model.groups[name].decay
        out[name] = replace(model.groups[name], decay=_stretched(decay, pace))  # type: ignore[arg-type]  # curves alone
    return out


def _stretched(curve: Curve, pace: float) -> Curve:
    """The curve run through in 1 / pace of its time."""
    k, b = curve.k, curve.b
    rate = {"power": k * pace**b, "weibull": k / pace}.get(curve.family, k * pace)
    return replace(curve, k=rate, a50=curve.a50 / pace)


def fit_pace(roads: TrendRoads, change: float) -> float:
    """The pace, nearest to the groups' own, at which the length grows by so many km a year.

    Raises
    ------
    ConfigError
        There is none: what paces bring is named, and what to state.
    """
    from scipy.optimize import brentq

    tried = np.geomspace(SLOWEST, FASTEST, _TRIED)
    over = np.array([roads.growth(pace) for pace in tried]) - change
    turns = np.flatnonzero(np.sign(over[:-1]) != np.sign(over[1:]))
    if not len(turns):
        low, high = over.min() + change, over.max() + change
        rule = (
            f"no pace does this: from a quarter to four times that of the groups these {roads.km.sum():,.0f} km bring "
            f"{low:+,.1f} to {high:+,.1f} km a year. State the change of these roads alone, in km a year or as a "
            'share, and under which spend it was seen (spend = "current" or "nothing")'
        )
        raise ConfigError([Fault("trend", 0, "change_km", f"{change:+,.1f}", rule)])
    near = min(turns, key=lambda place: abs(np.log(tried[place])))
    return float(
        np.exp(brentq(lambda log: roads.growth(np.exp(log)) - change, *np.log(tried[[near, near + 1]]), xtol=_CLOSE))
    )


@dataclass(frozen=True, eq=False)
class TrendFit:
    """What a trend taught.

    Attributes
    ----------
    rows : DataFrame; one row a group, as a calibration writes them
    pace : float; years of its own curve that a group ages in one
    change : float; growth a year that was to be met [km]
    before, after : array (n_years + 1,); length with under five years left by year, at the old and the new pace [km]
    spend : str; under which spend
    """

    rows: pd.DataFrame
    pace: float
    change: float
    before: Floats
    after: Floats
    spend: str


def fitted(trend: Trend, roads: TrendRoads, pace: float, change: float, before: Floats) -> TrendFit:
    """The rows of a pace, and what it does.

    Parameters
    ----------
    trend, roads, pace, change : Trend, TrendRoads, float, float
        What was fitted to, on what, the fit, and what it was to meet [km a year].
    before : array (n_years + 1,); length with under five years left by year at the groups' own pace [km]
    """
    groups = at_pace(roads.model, set(roads.assets["group"]), pace)
    rows = [
        {
            **{"group": name, "model": "curve", "family": group.decay.family},  # type: ignore[union-attr]
            **{key: f"{value:.9g}" for key, value in group.decay.parameters.items()},  # type: ignore[union-attr]
            "assets": int((roads.assets["group"] == name).sum()),
            "life": round(float(group.age(np.array([40.0]))[0]), 2),
            "source": f"fitted to the council's reported trend: {trend.source}",
            "verified": "no",
        }
        for name, group in groups.items()
    ]
    table = pd.DataFrame(rows).reindex(columns=list(COLUMNS))
    return TrendFit(table, pace, change, before, roads.short(pace), trend.spend)
