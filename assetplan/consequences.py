"""What poor condition costs each year: reactive repair, claims, risk and user cost, by condition index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assetplan._types import Floats
from assetplan.deterioration.groups import lacking
from assetplan.errors import ConfigError
from assetplan.prices import GENERAL, Prices, load_prices
from assetplan.prices import KINDS as PRICE_KINDS
from assetplan.reference import load_table
from assetplan.schema import extended_table, own_table, row_faults

WORKS = "works"
"""Stream of what works cost: it follows from the strategy."""
DETOURS = "detours"
"""Stream of what weight limits cost: it follows from the network, not from rows by condition."""
ENERGY = "energy"
"""Stream of what energy costs: it follows from what is used, unless rows by condition feed it."""
BASES = ("quantity", "vehicle_km", "use")


@dataclass(frozen=True)
class Consequence:
    """One yearly cost as a piecewise-linear function of condition index.

    Attributes
    ----------
    stream : str; one of those that rows of consequences feed
    per : str
        "quantity" (£ a year per unit of quantity), "vehicle_km" (£ per vehicle-km driven) or "use" (£ a year per unit
        of quantity of mean use, see `assetplan.connectivity.footways`)
    index, rate : tuple of float; points of the function: index (0–100, rising) and rate (£)
    price_base : int; year in whose prices the table states it: it is read in those of the plan's first year
    """

    stream: str
    per: str
    index: tuple[float, ...]
    rate: tuple[float, ...]
    price_base: int
    verified: bool

    def at(self, index: Floats) -> Floats:
        """Rate (£) at a condition index of any shape."""
        return np.interp(index, self.index, self.rate)


@dataclass(frozen=True)
class Stream:
    """One stream of cost (£ a year): its name, label, what feeds it, the index of its prices, where its row stands."""

    name: str
    label: str
    fed_by: str
    price_index: str
    file: str
    row: int


def load_streams(path: Path | None = None) -> Mapping[str, Stream]:
    """Read the streams of cost that make up whole-life cost, in order.

    Parameters
    ----------
    path : path, optional
        A CSV with the columns of reference/streams.csv, whose rows are added to the packaged ones or replace those of
        the same stream.

    Raises
    ------
    ConfigError
        Rows break their rules; every fault is listed.
    """
    table = extended_table("streams", "stream", path)
    own_source = {WORKS: WORKS, DETOURS: "network"}
    fed_by = table["stream"].map(lambda name: own_source.get(str(name), "consequences"))
    # A council may state energy by group and condition instead.
    fed_by = fed_by.mask((table["stream"] == ENERGY) & (table["fed_by"] == ENERGY), ENERGY)
    name = table["stream"].astype("str").str.fullmatch(r"[a-z][a-z0-9_]*")
    rule = "must be consequences, but for works (works), detours (network) and energy (energy or consequences)"
    checks = [
        ("stream", name, "must be small letters, digits and _, a letter first"),
        ("fed_by", table["fed_by"] == fed_by, rule),
        ("label", table["label"].notna(), "a value is required"),
        ("price_index", table["price_index"].isin(PRICE_KINDS), f"must be one of {', '.join(PRICE_KINDS)}"),
        ("order", table["order"].notna(), "a value is required"),
    ]
    if faults := row_faults(table, checks):
        raise ConfigError(faults)
    rows = table.sort_values(["order", "stream"], kind="stable").to_dict("records")
    return {
        str(row["stream"]): Stream(
            str(row["stream"]), str(row["label"]), str(row["fed_by"]), str(row["price_index"]), row["file"], row["row"]
        )
        for row in rows
    }


def load_consequences(
    group_names: list[str],
    path: Path | None = None,
    streams: Mapping[str, Stream] | None = None,
    prices: Prices | None = None,
) -> Mapping[str, tuple[Consequence, ...]]:
    """Read the consequences of each group.

    Parameters
    ----------
    group_names : list of str; groups that rows may name
    path : path, optional; a CSV with the columns of reference/consequences.csv; by default that table
    streams : mapping of name → Stream, optional; streams that rows may feed; by default the packaged ones
    prices : Prices, optional; indices that bring rates to one year; by default the table's latest price base

    Raises
    ------
    ConfigError
        Rows break their rules; every fault is listed.
    """
    if path is None:
        table = load_table("consequences")
        table, file = table.set_axis(table.index + 2), "reference/consequences.csv"
        if lacks := lacking(file, table["group"], group_names):
            raise ConfigError(lacks)
    else:
        table, file = own_table("consequences", path), str(path)
    known = load_streams() if streams is None else streams
    fed = [name for name, stream in known.items() if stream.fed_by == "consequences"]
    twice = table.duplicated(["group", "stream", "per", "index"])
    one_base = table.groupby(["group", "stream", "per"], dropna=False)["price_base"].transform("nunique") <= 1
    checks = [
        ("group", table["group"].isin(group_names), "no such group"),
        ("stream", table["stream"].isin(fed), f"must be one of {', '.join(fed)}; tables.streams may add one"),
        ("per", table["per"].isin(BASES), f"must be one of {', '.join(BASES)}"),
        ("index", table["index"].between(0, 100), "must lie between 0 and 100"),
        ("index", ~twice, "is there twice for its group, stream and basis"),
        ("rate", table["rate"] >= 0, "must be a number not below 0"),
        ("price_base", one_base, "must be the same year in all rows of its group, stream and basis"),
    ]
    faults = row_faults(table.assign(file=file, row=table.index), checks)
    kind = table["stream"].map({name: stream.price_index for name, stream in known.items()}).fillna(GENERAL)
    table, unpriced = (prices or load_prices()).indexed(table, file, ["rate"], kind)
    if faults or unpriced:
        raise ConfigError([*faults, *unpriced])
    out: dict[str, list[Consequence]] = {name: [] for name in group_names}
    for (group, stream, per), rows in table.groupby(["group", "stream", "per"], sort=False):
        points = rows.sort_values("index")
        index, rate = (tuple(points[name].astype(float)) for name in ("index", "rate"))
        base = int(points["price_base"].iloc[0])
        verified = bool((points["verified"] == "yes").all())
        out[str(group)].append(Consequence(str(stream), str(per), index, rate, base, verified))
    return {name: tuple(rows) for name, rows in out.items()}
