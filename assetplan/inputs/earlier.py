"""What an earlier programme did to each asset, from its folder; every fault is listed with file, row and column."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from assetplan.config import Plan
from assetplan.errors import ConfigError, Fault
from assetplan.inputs.firm import firm_works
from assetplan.inputs.held_bids import EarlierBid, earlier_bids
from assetplan.strategies.names import steps_of

ASSETS = "assets.parquet"

# Condition at the end of a year under the plan, in the table of its assets.
_YEAR = re.compile(r"plan_(\d{4})")

# Share of an earlier programme's assets that the register must have for the two to be of one stock.
_LEAST_SHARED = 0.5


@dataclass(frozen=True, eq=False)
class Earlier:
    """The earlier programme that a plan holds on to.

    Attributes
    ----------
    strategy : Series; strategy of each asset, by asset_id
    years : tuple of int; its plan years; those of this plan where its folder does not say
    firm : DataFrame or None
        Its firm works in those of this plan's years that are still to come, as `firm_works` gives them; None where its
        folder does not say which are firm, or where the plan lets all of them change at a price.
    bids : tuple of EarlierBid; the bids that it does, none where firm works are not held
    """

    strategy: pd.Series
    years: tuple[int, ...]
    firm: pd.DataFrame | None
    bids: tuple[EarlierBid, ...] = ()


def read_earlier(plan: Plan, assets: pd.DataFrame, ahead: tuple[int, ...]) -> Earlier | None:
    """The earlier programme that `[stability]` of a plan names; None where it names none.

    Parameters
    ----------
    plan : Plan
    assets : DataFrame; table `assets` of its register
    ahead : tuple of int; its years that are not past

    Raises
    ------
    ConfigError
        As `earlier_strategies` and `firm_works`; or the plan states that firm works are locked, and the folder does not
        say which they are.
    """
    stability = plan.stability
    if stability is None:
        return None
    folder, key = plan.path(stability.from_), "stability.from"
    strategy = earlier_strategies(folder, key, stability.from_, assets)
    firm = firm_works(folder, strategy) if stability.firm == "lock" else None
    if firm is None and stability.firm == "lock" and "firm" in stability.model_fields_set:
        rule = 'does not say which of its works are firm: plan it again, or state firm = "price"'
        raise ConfigError([Fault("plan", 0, key, stability.from_, rule)])
    years = _years(folder / ASSETS)
    if firm is None:
        return Earlier(strategy, years or plan.plan_years, None)
    return Earlier(strategy, years or plan.plan_years, firm[firm["year"].isin(ahead)], earlier_bids(folder))


def _years(path: Path) -> tuple[int, ...]:
    """Plan years of the programme whose table of assets this is; () where it does not have their condition."""
    from pyarrow import parquet

    named = (_YEAR.fullmatch(name) for name in parquet.read_schema(path).names)
    # The first is the base year.
    return tuple(sorted(int(match[1]) for match in named if match))[1:]


def earlier_strategies(folder: Path, key: str, named: str, assets: pd.DataFrame) -> pd.Series:
    """Strategy of each asset in an earlier programme, by asset_id.

    Parameters
    ----------
    folder : Path; output folder of the programme
    key, named : str; the plan's key that names it, and what it says there
    assets : DataFrame; table `assets` of the plan's register

    Raises
    ------
    ConfigError
        The folder is not one of a plan's output; an asset is there twice, has no strategy or is of another class; or
        most of them are no assets of the register.
    """
    table = _read(folder / ASSETS, key, named)
    faults = _row_faults(table, folder / ASSETS, assets) or _stock_faults(table, key, named, assets)
    if faults:
        raise ConfigError(faults)
    return table.set_index("asset_id")["strategy"].astype(object)


def _read(path: Path, key: str, named: str) -> pd.DataFrame:
    import pyarrow as pa

    rule = f"there is no {ASSETS} in this folder: name the output folder of a plan"
    if path.is_file():
        try:
            return pd.read_parquet(path, columns=_columns(path))
        except (OSError, ValueError, pa.ArrowException) as error:
            rule = f"{ASSETS} in this folder is not one of a programme: {str(error).splitlines()[0]}"
    raise ConfigError([Fault("plan", 0, key, named, rule)])


def _columns(path: Path) -> list[str]:
    """Columns to read: the class of the assets where the file has it."""
    from pyarrow import parquet

    more = ["asset_class"] if "asset_class" in parquet.read_schema(path).names else []
    return ["asset_id", "strategy", *more]


def _row_faults(table: pd.DataFrame, path: Path, assets: pd.DataFrame) -> list[Fault]:
    """Rows that say nothing of an asset, say it twice, or are of an asset of another class."""
    ids, strategy = table["asset_id"], table["strategy"]
    there = table.get("asset_class", pd.Series("", index=table.index))
    bad = {text: rule for text in strategy.dropna().unique() if (rule := _no_strategy(text))}
    classes = dict(zip(assets["asset_id"], assets["asset_class"], strict=True))
    here = ids.map(classes)
    checks = [
        ("asset_id", ids.isna() | (ids == ""), "a value is required"),
        ("asset_id", ids.duplicated() & ids.notna(), "is there more than once"),
        ("strategy", strategy.isna(), "a value is required"),
        ("strategy", strategy.isin(bad), "is no strategy of a plan"),
        ("asset_class", here.notna() & (there != "") & (here != there), "is of another class in this plan's register"),
    ]
    faults = []
    for column, wrong, rule in checks:
        for row in np.flatnonzero(wrong.to_numpy(dtype=bool)):
            value = table[column].iloc[row]
            asset = "" if column == "asset_id" else str(ids.iloc[row])
            shown = "" if pd.isna(value) else str(value)[:80]
            faults.append(Fault(str(path), int(row) + 1, column, shown, rule, asset=asset))
    return faults


def _no_strategy(text: object) -> str:
    try:
        steps_of(str(text))
    except ValueError as error:
        return str(error)
    return ""


def _stock_faults(table: pd.DataFrame, key: str, named: str, assets: pd.DataFrame) -> list[Fault]:
    """That an earlier programme is of another register: it shares less than half of its assets with this one."""
    known = int(table["asset_id"].isin(set(assets["asset_id"])).sum())
    if known >= _LEAST_SHARED * len(table) and known:
        return []
    rule = f"is of another register: {known:,} of its {len(table):,} assets are in this plan's"
    return [Fault("plan", 0, key, named, rule)]
