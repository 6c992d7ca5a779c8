"""An earlier programme of the same plan whose first years are past: what was done, what it cost, who paid for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from assetplan._types import Floats
from assetplan.config import Plan
from assetplan.delimited import TextColumns, read_delimited
from assetplan.errors import ConfigError, Fault, FaultyInputError

# What is read of the earlier programme.
FILES = ("summary.json", "plan.json", "assets.parquet", "programme.csv")


@dataclass(frozen=True, eq=False)
class Spent:
    """The years of a plan that are past.

    Attributes
    ----------
    years : int; how many of the plan's years they are, from its first
    strategy : Series; strategy of each asset in the earlier programme, by asset_id
    cost : DataFrame
        What the works of each asset (asset_id) cost in each of these years (0, 1, …), prices of the first year (£).
    used : dict of str → array (years,)
        What each source gave and each borrowing facility drew, prices of the first year (£).
    """

    years: int
    strategy: pd.Series
    cost: pd.DataFrame
    used: dict[str, Floats]

    def cost_of(self, asset_ids: pd.Series) -> Floats:
        """Cost of each asset in each year that is past (£), (n_assets, years)."""
        wide = self.cost.reindex(index=asset_ids, columns=range(self.years), fill_value=0.0)
        return wide.to_numpy(dtype=np.float64)


def read_spent(plan: Plan) -> Spent | None:
    """What the earlier programme that a plan names did in the years that are past.

    Raises
    ------
    ConfigError
        The folder is not one of a plan's output, or its years or prices are not those of this plan.
    """
    if plan.spent is None:
        return None
    folder, key = plan.path(plan.spent.from_), "spent.from"
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise ConfigError(Fault("plan", 0, key, plan.spent.from_, f"there is no {name} in it") for name in missing)
    try:
        summary, settings = (json.loads((folder / name).read_text(encoding="utf-8-sig")) for name in FILES[:2])
        faults = [Fault("plan", 0, key, plan.spent.from_, rule) for rule in _unlike(plan, summary, settings["plan"])]
        strategy = pd.read_parquet(folder / "assets.parquet", columns=["asset_id", "strategy"])
        text = TextColumns(str(folder / "programme.csv"), read_delimited(folder / "programme.csv"))
        years_of = text.numbers("year", plan.first_year, 2300, needed=True)
        cost_of = text.numbers("cost", 0, 1e12, needed=True)
        # Delimited text is read with its blanks tidied; an identifier may hold two in a row.
        names = {" ".join(str(name).split()): name for name in strategy["asset_id"]}
        assets = text.text["asset_id"].map(lambda name: names.get(name, name))
        works = pd.DataFrame({"asset_id": assets, "year": years_of, "cost": cost_of})
        faults += text.faults
        flows = [row for row in summary["flows"] if row["kind"] in ("source", "spent")]
        years = plan.spent.until - plan.first_year + 1
        used = _used(flows, plan.first_year, years)
    except FaultyInputError as error:
        raise ConfigError(error.faults) from error
    except (ValueError, KeyError, TypeError, OSError) as error:
        rule = f"is not a folder of a plan that can be read: {str(error).splitlines()[0]}"
        raise ConfigError([Fault("plan", 0, key, plan.spent.from_, rule)]) from error
    if faults:
        raise ConfigError(faults)
    past = works[works["year"] <= plan.spent.until]
    cost = past.assign(year=(past["year"] - plan.first_year).astype(int)).pivot_table(
        index="asset_id", columns="year", values="cost", aggfunc="sum", fill_value=0.0
    )
    return Spent(years, strategy.set_index("asset_id")["strategy"].astype(object), cost, used)


def _unlike(plan: Plan, summary: dict, earlier: dict) -> Iterator[str]:
    """Why an earlier programme is not one of the same plan, in words."""
    if summary["years"][0] != plan.first_year:
        yield f"begins in {summary['years'][0]}, this plan in {plan.first_year}"
    if summary["years"][-1] < plan.spent.until:  # type: ignore[union-attr]  # there is one, or nobody asks
        yield f"ends in {summary['years'][-1]}, before the last year that is spent"
    envelope = earlier["envelope"]
    for name in ("prices", "inflation"):
        if envelope[name] != getattr(plan.envelope, name):
            yield f"has {name} {envelope[name]}, this plan {getattr(plan.envelope, name)}"


def _used(flows: list[dict], first_year: int, years: int) -> dict[str, Floats]:
    out: dict[str, Floats] = {}
    for row in flows:
        place = int(row["year"]) - first_year
        if place < years:
            out.setdefault(str(row["source"]), np.zeros(years))[place] += float(row["amount"])
    return out
