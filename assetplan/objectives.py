"""What a plan may seek: what each objective adds up over strategies, and the words that everything else needs of it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from assetplan._types import Floats, Ints

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Sought:
    """How an objective behaves and what it is called; summary.json keeps it.

    Attributes
    ----------
    unit : str; of what is added up: "£" or another, as "index-years"
    seeks : str; what the plan seeks, after "The plan seeks": "condition"
    objective : str
        The same defined; `{cut_off}` is that of the plan file.
    worth : str; what a limit's price is an amount of
    counted : str
        What programmes are compared by, as "condition gained"; "" where that is their benefit.
    total : str
        What the choice makes the largest of; `counted` where it is "".
    least : str
        What the choice makes the least of, as "present cost" of works: its value is below zero, so that it does only
        what the plan must reach, and neither rules of thumb nor another phasing of the money compare with it. "" where
        it seeks the most.
    best : str; the best programme, before "possible"
    note : str; a sentence on the unit
    each, none : str
        Why an asset is treated, and what no strategy of one that is not would do; `{amount}` is what is gained, of
        each £1. Where least is sought, each by itself.
    little, would : str
        What works bring that gain nothing, and what the best works of an asset that is not treated would.
    bears_cost : bool; whether it takes off the present cost of works
    by_importance : bool; whether it weighs assets by replacement value and importance
    """

    unit: str
    seeks: str
    objective: str
    worth: str
    counted: str = ""
    total: str = ""
    least: str = ""
    best: str = "best"
    note: str = ""
    each: str = "Gains {amount}"
    little: str = "Gains no {seeks} that counts"
    none: str = "gain {seeks} that counts"
    would: str = "gain {amount}"
    bears_cost: bool = True
    by_importance: bool = False

    @property
    def aim(self) -> str:
        """What the choice does, after "so that the"."""
        if self.least:
            return f"{self.least} of works is the least that reaches what the plan must reach"
        return f"{self.total or self.counted} is the largest that the limits of each year allow"

    @property
    def bought(self) -> str:
        """What more money buys an amount of, after the amount."""
        return f"off the {self.least} of works" if self.least else f"of {self.seeks}"


@dataclass(frozen=True, eq=False)
class Gains:
    """What an objective may add up, of every strategy of every asset, (n_options,).

    Attributes
    ----------
    assets : DataFrame; the register's assets
    asset : array of int; position of each strategy's asset
    benefit, present_cost : array
        Whole-life benefit against do-nothing, and present value of the works of the plan years [£].
    condition : callable
        Gives condition gained on do-nothing above the plan's cut-off, from the base year to the last [index-years].
    carbon : callable; gives what works and energy emit in the plan years [t CO2e]
    risk : callable
        Gives the present value of the streams of risk under do-nothing less under the strategy [£].
    """

    assets: pd.DataFrame
    asset: Ints
    benefit: Floats
    present_cost: Floats
    condition: Callable[[], Floats]
    carbon: Callable[[], Floats]
    risk: Callable[[], Floats]


@dataclass(frozen=True, eq=False)
class Objective:
    """One thing that a plan may seek.

    Attributes
    ----------
    name : str; as `[objective] of` in the plan file has it
    value : callable
        What each strategy is worth, (n_options,) in the objective's unit; a programme is worth the sum of its own.
    sought : Sought; how it behaves, and its words
    """

    name: str
    value: Callable[[Gains], Floats]
    sought: Sought


RISK = "risk removed"
"""The objective that counts what the streams of risk cost, for which candidates keep them apart."""


def _condition(gains: Gains) -> Floats:
    """Condition gained × replacement value [£1,000] × importance; an asset of no known value earns nothing."""
    stock = gains.assets["replacement_value"].fillna(0.0).to_numpy(dtype=float) / 1000
    weight = stock * gains.assets["importance"].to_numpy(dtype=float)
    weighed: Floats = gains.condition() * weight[gains.asset]
    return weighed


_VALUES: dict[str, Callable[[Gains], Floats]] = {
    "benefit": lambda gains: gains.benefit,
    "condition": _condition,
    "least cost": lambda gains: -gains.present_cost,
    "least carbon": lambda gains: -gains.carbon(),
    RISK: lambda gains: gains.risk(),
}
_WORDS = tomllib.loads((resources.files("assetplan") / "reference/objectives.toml").read_text(encoding="utf-8"))
OBJECTIVES = {name: Objective(name, value, Sought(**_WORDS[name])) for name, value in _VALUES.items()}


def add_objective(objective: Objective) -> None:
    """Let plan files seek something beside the objectives of the package.

    Raises
    ------
    ValueError
        There is an objective of this name already.
    """
    if objective.name in OBJECTIVES:
        raise ValueError(f"there is an objective {objective.name!r} already")
    OBJECTIVES[objective.name] = objective


def known(name: str) -> str:
    """The name of an objective, as it is.

    Raises
    ------
    ValueError
        There is none of this name; those that there are are listed.
    """
    if name not in OBJECTIVES:
        *others, last = map(repr, OBJECTIVES)
        raise ValueError(f"Input should be {', '.join(others)} or {last}")
    return name
