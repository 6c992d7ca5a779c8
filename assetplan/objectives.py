"""What a plan may seek: what each objective adds up over strategies, and the words that everything else needs of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assetplan._types import Floats, Ints

if TYPE_CHECKING:
    import pandas as pd

_AGAINST_NOTHING = "present value against do-nothing, £"


@dataclass(frozen=True)
class Sought:
    """How an objective behaves and what it is called; summary.json keeps it.

    Attributes
    ----------
    unit : str
        Of what is added up: "£" or another, as "index-years".
    seeks : str
        What the plan seeks, after "The plan seeks": "condition".
    objective : str
        The same defined; `{cut_off}` is that of the plan file.
    worth : str
        What a limit's price is an amount of.
    counted : str
        What programmes are compared by, as "condition gained"; "" where that is their benefit.
    total : str
        What the choice makes the largest of; `counted` where it is "".
    least : str
        What the choice makes the least of, as "present cost" of works: its value is below zero, so that it does only
        what the plan must reach, and neither rules of thumb nor another phasing of the money compare with it. "" where
        it seeks the most.
    best : str
        The best programme, before "possible".
    note : str
        A sentence on the unit.
    each, none : str
        Why an asset is treated, and what no strategy of one that is not would do; `{amount}` is what is gained, of
        each £1. Where least is sought, each by itself.
    little, would : str
        What works bring that gain nothing, and what the best works of an asset that is not treated would.
    bears_cost : bool
        Whether it takes off the present cost of works.
    by_importance : bool
        Whether it weighs assets by replacement value and importance.
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
    assets : DataFrame
        The register's assets.
    asset : array of int
        Position of each strategy's asset.
    benefit, present_cost : array
        Whole-life benefit against do-nothing, and present value of the works of the plan years [£].
    condition : callable
        Gives condition gained on do-nothing above the plan's cut-off, from the base year to the last [index-years].
    """

    assets: pd.DataFrame
    asset: Ints
    benefit: Floats
    present_cost: Floats
    condition: Callable[[], Floats]


@dataclass(frozen=True, eq=False)
class Objective:
    """One thing that a plan may seek.

    Attributes
    ----------
    name : str
        As `[objective] of` in the plan file has it.
    value : callable
        What each strategy is worth, (n_options,) in the objective's unit; a programme is worth the sum of its own.
    sought : Sought
        How it behaves, and its words.
    """

    name: str
    value: Callable[[Gains], Floats]
    sought: Sought


def _condition(gains: Gains) -> Floats:
    """Condition gained × replacement value [£1,000] × importance; an asset of no known value earns nothing."""
    stock = gains.assets["replacement_value"].fillna(0.0).to_numpy(dtype=float) / 1000
    weight = stock * gains.assets["importance"].to_numpy(dtype=float)
    weighed: Floats = gains.condition() * weight[gains.asset]
    return weighed


_ALL = (
    Objective(
        "benefit",
        lambda gains: gains.benefit,
        Sought(
            unit="£",
            seeks="benefit",
            objective=_AGAINST_NOTHING,
            worth="benefit over the life of the assets, once the works themselves are paid for",
            total="sum of benefits",
            each="Returns {amount} beyond its cost",
            little="Saves less than it costs",
            none="save more than it costs",
            would="save {amount} more than it costs",
        ),
    ),
    Objective(
        "condition",
        _condition,
        Sought(
            unit="index-years",
            seeks="condition",
            objective="condition above {cut_off:g} gained on do-nothing in the plan years, on each £1,000 of "
            "replacement value, times importance",
            worth="condition gained over the plan years",
            counted="condition gained",
            total="condition gained by value and importance",
            best="most condition",
            note="An index-year is one point of condition for one year on £1,000 of replacement value, times the "
            "asset's importance.",
            bears_cost=False,
            by_importance=True,
        ),
    ),
    Objective(
        "least cost",
        lambda gains: -gains.present_cost,
        Sought(
            unit="£",
            seeks="the least cost of what it must reach",
            objective=_AGAINST_NOTHING,
            worth="the present cost of works that would be saved",
            least="present cost",
            best="least cost",
            each="Part of the cheapest way to what the plan must reach",
            none="What the plan must reach is reached at less cost without it.",
        ),
    ),
)
OBJECTIVES = {objective.name: objective for objective in _ALL}


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
