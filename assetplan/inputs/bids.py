"""Bids of a plan, from its file and from a table, in pounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from assetplan._types import Floats
from assetplan.asset_classes import BID
from assetplan.config import Bid, Plan
from assetplan.config.bid_checks import TWICE
from assetplan.config.bids import RECOMMENDED
from assetplan.config.inflation import ALL_BIDS, ALL_WORKS
from assetplan.economics import NO_RISE, price_levels
from assetplan.errors import ConfigError, Fault
from assetplan.finance import stages
from assetplan.finance.allowances import with_allowances
from assetplan.finance.inflation import Rises, rises_by_name, rises_of
from assetplan.inputs.bid_tables import bids_of_table
from assetplan.inputs.tables import Tables
from assetplan.reference import load_table

# What all variants of a bid have in common.
_SHARED = ("mandatory", "district", "division", "promoter", "instead_of", "treatment")
# A bid with its file, its line there, and what stands before its keys.
_Row = tuple[str, int, str, Bid]


@dataclass(frozen=True, eq=False)
class StatedBid:
    """One variant of a bid as it is stated, in £ at prices of the plan's first year.

    Attributes
    ----------
    name : str; what the bid is known by
    costs : mapping of line → array (n_years_of_cost,)
        What each line pays in each year from its start, its own funding taken off by how likely it is [£].
    earliest, latest : int; plan years in which it may start (0 is the first)
    mandatory : bool; whether it must start in one of them
    benefit : float; present value of what it brings where it starts in the first year, its cost not taken off [£]
    saving, saving_years : float, int or None
        What it saves in a year [£], and for how many years; to the horizon where None.
    receipts, probability, receipts_stage : array, float, str
        What comes for any works in each year from its start [£], and how likely [0–1].
    district, division, source : str; where it is, and where its figures come from; "" where not stated
    kind, label : str; "bid", or `SALE` of premises; and what a reader calls the premises
    components : tuple of int; rows of the assets that a sale takes with it, or for whose treatment a bid stands in
    variant : str; which of its bid's variants it is
    works : mapping of line → array (n_years_of_cost,)
        What its works of each line cost in each year from its start, before its own funding [£].
    grants, contributions : array; its own funding in each year from its start, if it comes [£]
    grants_probability, contributions_probability : float; how likely that is [0–1]
    saving_from : int or None; years from its start to the first that saves; the year after its last cost where None
    saving_confirmed : bool; whether what it saves may pay for debt
    running_cost : float; what it costs revenue in each year after its last year of cost [£]
    revenue : array; its other effects on revenue in each year from its start [£]; above 0 saves
    streams : mapping of stream → float; present value of what it saves of each, in `benefit` [£]
    treatment : str; treatment of its components that a bid stands in for; "" of a sale, and of any other bid
    criteria, needs, excludes, follows : tuple of str; what the money is for; names of other bids
    stage, gate, promoter : str; how far its business case is, the gate passed, and who brings it; "" where not stated
    place : geometry or None; where it is, in the register's coordinates
    growth : mapping of line → rises; how much more than all prices what each line pays for it rises from year to year
    revenue_growth : tuple of float; likewise of its effects on revenue
    held : bool; whether an earlier programme has begun it or holds it firm, so that only that option is left
    """

    name: str
    costs: Mapping[str, Floats]
    earliest: int
    latest: int
    mandatory: bool
    benefit: float
    saving: float
    saving_years: int | None
    receipts: Floats
    probability: float
    receipts_stage: str
    district: str
    division: str
    source: str
    kind: str = BID.asset_class
    label: str = ""
    components: tuple[int, ...] = ()
    treatment: str = ""
    variant: str = RECOMMENDED
    works: Mapping[str, Floats] = field(default_factory=dict)
    grants: Floats = field(default_factory=lambda: np.zeros(0))
    grants_probability: float = 1.0
    contributions: Floats = field(default_factory=lambda: np.zeros(0))
    contributions_probability: float = 1.0
    saving_from: int | None = None
    saving_confirmed: bool = False
    running_cost: float = 0.0
    revenue: Floats = field(default_factory=lambda: np.zeros(0))
    streams: Mapping[str, float] = field(default_factory=dict)
    criteria: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    stage: str = ""
    gate: str = ""
    promoter: str = ""
    place: shapely.Geometry | None = None
    growth: Mapping[str, Rises] = field(default_factory=dict)
    revenue_growth: Rises = NO_RISE
    held: bool = False

    @property
    def main_line(self) -> str:
        """Line that pays most of it, the first of equal ones."""
        return max(self.costs, key=lambda line: float(self.costs[line].sum()))

    @property
    def length(self) -> int:
        """Years from its start to its last year of cost."""
        return max((len(amounts) for amounts in self.costs.values()), default=0)

    def _works_from(self, begins: int) -> dict[str, Floats]:
        """What its works of each line cost in each year from a start, at the prices of their kind."""
        return {
            line: amounts * price_levels(self.growth.get(line, NO_RISE), begins + np.arange(len(amounts)))
            for line, amounts in self.works.items()
        }

    def gross(self, begins: int = 0) -> Floats:
        """What its works cost in each year from its start, (n_years_of_cost,) [£].

        Parameters
        ----------
        begins : int; plan year of the start: prices of some kinds rise more than all prices
        """
        works = self._works_from(begins).values()
        return sum((_padded(amounts, self.length) for amounts in works), np.zeros(self.length))

    @property
    def funded(self) -> Floats:
        """What its own funding pays in each year from its start, by how likely it is, (n_years_of_cost,) [£]."""
        paid = _padded(self.grants, self.length) * self.grants_probability
        return np.asarray(paid + _padded(self.contributions, self.length) * self.contributions_probability)

    def counted(self, kind: str) -> tuple[float, float]:
        """What the plan counts on of its grants, contributions or receipts [£], and how likely they are [0–1].

        Parameters
        ----------
        kind : str; "grants", "contributions" or "receipts"
        """
        likely = self.probability if kind == "receipts" else float(getattr(self, f"{kind}_probability"))
        return float(getattr(self, kind).sum()) * likely, likely

    def without(self, kind: str) -> StatedBid:
        """The same variant without its grants, its contributions or its receipts.

        Parameters
        ----------
        kind : str; as of `counted`
        """
        none = np.zeros(0)
        if kind == "receipts":
            return replace(self, receipts=none)
        less = replace(self, grants=none) if kind == "grants" else replace(self, contributions=none)
        return replace(less, costs=less.net_costs())

    def net_costs(self, begins: int = 0) -> dict[str, Floats]:
        """What each line pays in each year from its start: its works less its share of the own funding [£].

        Parameters
        ----------
        begins : int; as of `gross`
        """
        works, gross, funded = self._works_from(begins), self.gross(begins), self.funded
        if not funded.any():
            return works
        # Funding that is more than the works, where their prices fall, pays for no others.
        left = np.maximum(1 - np.divide(funded, gross, out=np.zeros(len(gross)), where=gross > 0), 0.0)
        return {line: amounts * left[: len(amounts)] for line, amounts in works.items()}

    @property
    def works_name(self) -> str:
        """What its works items are called as a treatment: its kind, before which any other variant stands."""
        return self.kind if self.variant == RECOMMENDED else f"{self.variant} {self.kind}"

    def saved(self, years: int, begins: int = 0, held_after: int | None = None) -> Floats:
        """Its effect on revenue in each year from its start, savings less running costs, (years,) [£].

        Parameters
        ----------
        years : int; how many
        begins : int; as of `gross`
        held_after : int, optional; plan year after which prices stay as they are
        """
        out = np.zeros(years)
        out[: len(self.revenue)] += self.revenue[:years]
        first = self.length if self.saving_from is None else self.saving_from
        out[first : None if self.saving_years is None else first + self.saving_years] += self.saving
        out[self.length :] -= self.running_cost
        place = np.minimum(begins + np.arange(years), np.inf if held_after is None else held_after).astype(np.intp)
        return out * price_levels(self.revenue_growth, place)

    def payback(self, years: int, begins: int = 0) -> float:
        """Years from its start until what it saves revenue has paid what its works cost, not discounted; NaN if never.

        Within a year it saves evenly.

        Parameters
        ----------
        years : int; how far to look
        begins : int; as of `gross`
        """
        saved = np.cumsum(self.saved(years, begins))
        cost = float(self.gross(begins).sum() - self.funded.sum())
        paid = np.flatnonzero(saved >= cost)
        if not len(paid):
            return float("nan")
        year = int(paid[0])
        before = float(saved[year - 1]) if year else 0.0
        part = (cost - before) / (saved[year] - before) if saved[year] > before else 0.0
        return round(year + float(part), 2)


def by_year(amounts: Floats) -> str:
    """Amounts by year as a cell of a table has them, without zeros at the end: "200000;50000"."""
    known = np.trim_zeros(amounts.round(2), "b")
    return ";".join(f"{amount + 0.0:.2f}".removesuffix(".00") for amount in known)


def load_bids(plan: Plan, assets: gpd.GeoDataFrame, tables: Tables) -> tuple[StatedBid, ...]:
    """The variants of a plan's bids: of its file, then of its table; those of one bid stand together.

    Parameters
    ----------
    plan : Plan; `tables.bids` may name a CSV or a layer with the columns of table `bids` of the schema, money in £
    assets : GeoDataFrame; table `assets` of the register
    tables : Tables; cost streams that a benefit may be of, and treatments that a bid may stand in for

    Raises
    ------
    ConfigError
        A row breaks its rules, names are not those of bids, or bids wait for each other; every fault is listed.
    FileNotFoundError
        There is no such file.
    """
    rows: list[_Row] = [("plan", 0, f"bids[{i}].", bid) for i, bid in enumerate(plan.bids, 1)]
    listed, faults = bids_of_table(plan, assets.crs) if plan.tables.bids else ([], [])
    listed_faulty = bool(faults)
    rows += listed
    # Where rows of the table cannot be read, a name that is missing may be theirs.
    faults += [
        *([] if listed_faulty else _link_faults(rows)),
        *_row_faults(rows, set(assets["asset_id"]), list(tables.parameters.streams)),
    ]
    faults += [*_name_faults(rows), *_asset_faults(plan, rows, assets, tables)]
    faults += [] if listed_faulty else _kind_faults(plan, rows, tables)
    if faults:
        raise ConfigError(dict.fromkeys(faults))
    order = list(dict.fromkeys(bid.name for *_, bid in rows))
    together = sorted((bid for *_, bid in rows), key=lambda bid: order.index(bid.name))
    place = pd.Series(np.arange(len(assets)), index=assets["asset_id"].to_numpy(dtype=object))
    return tuple(_in_pounds(plan, bid, stages(), place) for bid in together)


def _asset_faults(plan: Plan, rows: Sequence[_Row], assets: gpd.GeoDataFrame, tables: Tables) -> Iterator[Fault]:
    """Assets that a bid cannot stand in for."""
    group = pd.Series(assets["group"].to_numpy(dtype=object), index=assets["asset_id"].to_numpy(dtype=object))
    taken: dict[str, str] = {name: f"scheme {row.name}" for row in plan.schemes for name in row.assets}
    for file, line, key, bid in rows:
        for asset in bid.instead_of:
            if asset not in group.index:
                yield Fault(file, line, f"{key}instead_of", asset, "the register has no such asset")
                continue
            if taken.setdefault(asset, bid.name) != bid.name:
                yield Fault(file, line, f"{key}instead_of", asset, f"is in {taken[asset]} already")
            names = [each.name for each in tables.model.catalogue.own(group[asset])]
            if bid.treatment and bid.treatment not in names:
                rule, hint = "this kind of asset has no such treatment", f"it may have {', '.join(names)}"
                yield Fault(file, line, f"{key}treatment", bid.treatment, rule, hint, asset)


def _row_faults(rows: Sequence[_Row], assets: set[str], streams: Sequence[str]) -> Iterator[Fault]:
    """What rows state that the register or tables of reference do not bear out."""
    receipt_stages, case_stages = stages(), load_table("bid_stages")["stage"].tolist()
    for file, line, key, bid in rows:
        if bid.name in assets:
            yield Fault(file, line, f"{key}name", bid.name, "is an asset of the register")
        for column, value, allowed in (
            ("receipts_stage", bid.receipts_stage or "", receipt_stages),
            ("stage", bid.stage, case_stages),
            *(("benefits", name, streams) for name in bid.benefits),
        ):
            if value and value not in allowed:
                yield Fault(file, line, f"{key}{column}", value, f"must be one of {', '.join(allowed)}")
        if bid.wkt:
            shape = shapely.from_wkt(bid.wkt, on_invalid="ignore")
            if shape is None or shape.is_empty or not np.isfinite(shape.bounds).all():
                yield Fault(file, line, f"{key}wkt", bid.wkt[:80], "is no well-known text of a place")


def _kind_faults(plan: Plan, rows: Sequence[_Row], tables: Tables) -> Iterator[Fault]:
    """Names that are of a kind of cost, and are of nothing in the plan."""
    catalogue, bids = tables.parameters.catalogue, dict.fromkeys(bid.name for *_, bid in rows)
    lines = dict.fromkeys([*catalogue.lines, *plan.envelope.lines])
    known = {"of": [ALL_WORKS, ALL_BIDS, *lines, *catalogue.names, *bids], "revenue_of": [ALL_BIDS, *bids]}
    for kind, stated in plan.inflation.items():
        for key, names in known.items():
            for name in sorted(set(getattr(stated, key) or ()) - set(names)):
                yield Fault("plan", 0, f"inflation.{kind}.{key}", name, f"must be one of {', '.join(names)}")


def _name_faults(rows: Sequence[_Row]) -> Iterator[Fault]:
    """Names that are there twice, and variants that differ in what they share."""
    seen: dict[str, Bid] = {}
    variants: set[tuple[str, str]] = set()
    for file, line, key, bid in rows:
        if (bid.name, bid.variant) in variants:
            yield Fault(file, line, f"{key}name", bid.name, TWICE)
        variants.add((bid.name, bid.variant))
        first = seen.setdefault(bid.name, bid)
        for shared in _SHARED:
            if getattr(bid, shared) != getattr(first, shared):
                rule = f"differs from that of its {first.variant} variant: variants of a bid have it in common"
                yield Fault(file, line, f"{key}{shared}", str(getattr(bid, shared)), rule)


def _link_faults(rows: Sequence[_Row]) -> Iterator[Fault]:
    """Names of bids that are not there, bids that wait for each other, and variants that need what they exclude."""
    after: dict[str, set[str]] = {}
    for *_, bid in rows:
        after.setdefault(bid.name, set()).update(bid.needs, bid.follows)
    always_out = {
        name: set.intersection(*(set(bid.excludes) for *_, bid in rows if bid.name == name)) for name in after
    }
    for file, line, key, bid in rows:
        for link in ("needs", "excludes", "follows"):
            for name in getattr(bid, link):
                if name not in after:
                    yield Fault(file, line, f"{key}{link}", name, "is no bid of the plan")
        reached = _reached(after, {*bid.needs, *bid.follows})
        if bid.name in reached:
            links = "needs" if bid.needs else "follows"
            yield Fault(file, line, f"{key}{links}", bid.name, "bids that need or follow each other form a circle")
            continue
        barred = (reached & set(bid.excludes)) | {name for name in reached if bid.name in always_out[name]}
        for name in sorted(barred):
            yield Fault(file, line, f"{key}excludes", name, "this variant needs what it excludes")


def _reached(after: Mapping[str, set[str]], names: set[str]) -> set[str]:
    """Some bids, and all that they need or follow."""
    reached: set[str] = set()
    wait = names & set(after)
    while wait:
        reached |= wait
        wait = {name for each in wait for name in after[each] if name in after} - reached
    return reached


def _latest(plan: Plan, bid: Bid) -> int:
    """Last year in which a bid may start: where none is stated, so that the plan pays for all of it, or the most."""
    whole = plan.first_year + plan.years - max(len(amounts) for amounts in bid.costs.values())
    return bid.latest or max(whole, bid.earliest or plan.first_year)


def _in_pounds(plan: Plan, bid: Bid, receipt_stages: Mapping[str, float], place: pd.Series) -> StatedBid:
    pounds, first = plan.envelope.pounds, plan.first_year
    certain = 1.0 if bid.receipts_stage is None else receipt_stages[bid.receipts_stage]
    costs = {
        line: np.array(amounts, dtype=np.float64) * pounds * with_allowances(plan, bid.name, bid.stage, line)
        for line, amounts in bid.costs.items()
    }
    streams = {stream: amount * pounds for stream, amount in bid.benefits.items()}
    stated = StatedBid(
        bid.name,
        costs,
        (bid.earliest or first) - first,
        _latest(plan, bid) - first,
        bid.mandatory,
        bid.benefit * pounds + sum(streams.values()),
        bid.saving * pounds,
        bid.saving_years,
        np.array(bid.receipts, dtype=np.float64) * pounds,
        certain if bid.receipts_probability is None else bid.receipts_probability,
        bid.receipts_stage or "",
        bid.district,
        bid.division,
        bid.source,
        components=tuple(place[list(bid.instead_of)].tolist()),
        treatment=bid.treatment,
        variant=bid.variant,
        works=costs,
        grants=np.array(bid.grants, dtype=np.float64) * pounds,
        grants_probability=1.0 if bid.grants_probability is None else bid.grants_probability,
        contributions=np.array(bid.contributions, dtype=np.float64) * pounds,
        contributions_probability=1.0 if bid.contributions_probability is None else bid.contributions_probability,
        saving_from=bid.saving_from,
        saving_confirmed=bid.saving_confirmed,
        running_cost=bid.running_cost * pounds,
        revenue=np.array(bid.revenue, dtype=np.float64) * pounds,
        streams=streams,
        **{name: getattr(bid, name) for name in ("criteria", "needs", "excludes", "follows")},
        **{name: getattr(bid, name) for name in ("stage", "gate", "promoter")},
        place=shapely.from_wkt(bid.wkt) if bid.wkt else None,
        growth={line: rises_of(rises_by_name(plan), bid.name, line, ALL_BIDS) for line in bid.costs},
        revenue_growth=rises_of(rises_by_name(plan, "revenue_of"), bid.name, ALL_BIDS),
    )
    return replace(stated, costs=stated.net_costs())


def _padded(amounts: Floats, length: int) -> Floats:
    """Amounts by year, zero after the last, (length,)."""
    return np.pad(amounts[:length], (0, max(length - len(amounts), 0)))
