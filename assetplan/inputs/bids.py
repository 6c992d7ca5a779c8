"""Bids of a plan, from its file and from a table, in pounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pydantic import ValidationError

from assetplan import schema
from assetplan._types import Floats
from assetplan.asset_classes import BID
from assetplan.config import Bid, Plan
from assetplan.config.bid_checks import faults_of_bid
from assetplan.config.read import listed_faults
from assetplan.delimited import csv_table
from assetplan.errors import ConfigError, Fault
from assetplan.finance import stages

SALE = "sale"
"""Kind of a bid that sells premises."""
TABLE = "bids"
_NUMBERS = ("earliest", "latest", "benefit", "saving", "saving_years", "probability")
_NEEDED = ("name", "line", "costs")
_WHOLE = ("earliest", "latest", "saving_years")


@dataclass(frozen=True, eq=False)
class StatedBid:
    """One bid as it is stated, in £ at prices of the plan's first year.

    Attributes
    ----------
    name : str; what it is known by
    costs : mapping of line → array (n_years_of_cost,); what each line pays in each year from its start [£]
    earliest, latest : int; plan years in which it may start (0 is the first)
    mandatory : bool; whether it must start in one of them
    benefit : float; present value of what it brings where it starts in the first year, its cost not taken off [£]
    saving, saving_years : float, int or None
        What it saves in a year after its last year of cost [£], and for how many years; to the horizon where None.
    receipts, probability, stage : array, float, str; what comes in each year from its start [£], and how likely [0–1]
    district, division, source : str; where it is, and where its figures come from; "" where not stated
    kind, label : str; "bid", or `SALE` of premises; and what a reader calls the premises
    components : tuple of int; rows of the assets that a sale takes with it
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
    stage: str
    district: str
    division: str
    source: str
    kind: str = BID.asset_class
    label: str = ""
    components: tuple[int, ...] = ()

    @property
    def main_line(self) -> str:
        """Line that pays most of it, the first of equal ones."""
        return max(self.costs, key=lambda line: float(self.costs[line].sum()))

    @property
    def length(self) -> int:
        """Years from its start to its last year of cost."""
        return max((len(amounts) for amounts in self.costs.values()), default=0)


def load_bids(plan: Plan, assets: pd.DataFrame) -> tuple[StatedBid, ...]:
    """The bids of a plan: those of its file, then those of its table.

    Parameters
    ----------
    plan : Plan; `tables.bids` may name a CSV with the columns of table `bids` of the schema, money in £
    assets : DataFrame; table `assets` of the register

    Raises
    ------
    ConfigError
        A row breaks its rules, or a name is that of another bid or of an asset; every fault is listed.
    FileNotFoundError
        There is no such file.
    """
    places = [("plan", 0, f"bids[{i}].", bid) for i, bid in enumerate(plan.bids, 1)]
    places += _of_table(plan) if plan.tables.bids else []
    faults: list[Fault] = []
    known, names, stage_names = set(assets["asset_id"]), set[str](), stages()
    for file, line, key, bid in places:
        if bid.name in names:
            faults.append(Fault(file, line, f"{key}name", bid.name, "is there more than once"))
        if bid.name in known:
            faults.append(Fault(file, line, f"{key}name", bid.name, "is an asset of the register"))
        if bid.stage is not None and bid.stage not in stage_names:
            rule = f"must be one of {', '.join(stage_names)}"
            faults.append(Fault(file, line, f"{key}stage", bid.stage, rule))
        names.add(bid.name)
    if faults:
        raise ConfigError(faults)
    return tuple(_in_pounds(plan, bid, stage_names) for *_, bid in places)


def _in_pounds(plan: Plan, bid: Bid, stage_names: Mapping[str, float]) -> StatedBid:
    pounds, first = plan.envelope.pounds, plan.first_year
    certain = 1.0 if bid.stage is None else stage_names[bid.stage]
    return StatedBid(
        bid.name,
        {line: np.array(amounts, dtype=np.float64) * pounds for line, amounts in bid.costs.items()},
        (bid.earliest or first) - first,
        (bid.latest or plan.plan_years[-1]) - first,
        bid.mandatory,
        bid.benefit * pounds,
        bid.saving * pounds,
        bid.saving_years,
        np.array(bid.receipts, dtype=np.float64) * pounds,
        certain if bid.probability is None else bid.probability,
        bid.stage or "",
        bid.district,
        bid.division,
        bid.source,
    )


def _of_table(plan: Plan) -> list[tuple[str, int, str, Bid]]:
    """Rows of the table of bids, each with its file and line; its money is in £."""
    path = plan.path(plan.tables.bids)
    text = csv_table(path, ConfigError, _NEEDED)
    table, faults = schema.conform(text, TABLE, str(path), pd.Series(text.index, index=text.index))
    rows: list[tuple[str, int, str, Bid]] = []
    for line, row in table.iterrows():
        place = int(line)  # type: ignore[call-overload]
        try:
            bid = Bid.model_validate(_values(row, 1 / plan.envelope.pounds))
        except (ValidationError, ValueError) as error:
            faults += _row_faults(str(path), place, error)
            continue
        faults += [Fault(str(path), place, key, value, rule) for key, value, rule in faults_of_bid(plan, bid)]
        rows.append((str(path), place, "", bid))
    if faults:
        raise ConfigError(faults)
    return rows


def _row_faults(file: str, line: int, error: ValueError) -> Iterator[Fault]:
    if not isinstance(error, ValidationError):
        yield Fault(file, line, "costs", "", str(error))
        return
    for fault in listed_faults(file, error):
        yield Fault(file, line, fault.column, fault.value, fault.rule)


def _values(row: pd.Series, unit: float) -> dict[str, Any]:
    """Keys of a bid from a row of the table, money in the envelope's unit."""
    values: dict[str, Any] = {name: row[name] for name in ("name", "district", "division", "source")}
    values |= {name: row[name] for name in _NUMBERS if not np.isnan(row[name])}
    values |= {name: int(values[name]) for name in _WHOLE if name in values}
    values |= {name: values[name] * unit for name in ("benefit", "saving") if name in values}
    values["mandatory"] = row["mandatory"] == "yes"
    values["costs"] = {str(row["line"]): _amounts(row["costs"], unit)}
    values["receipts"] = _amounts(row["receipts"], unit)
    if row["stage"]:
        values["stage"] = row["stage"]
    return values


def _amounts(text: str, unit: float) -> tuple[float, ...]:
    """Amounts of a cell by year, as "200000;50000".

    Raises
    ------
    ValueError
        A part of it is no number.
    """
    try:
        return tuple(float(part) * unit for part in str(text).split(";") if part.strip())
    except ValueError:
        raise ValueError(f'"{text}" must be amounts (£) by year, as 200000;50000') from None
