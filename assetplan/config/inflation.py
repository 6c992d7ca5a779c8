"""Inflation by kind of cost and by year: how prices rise, and what is of which kind."""

from __future__ import annotations

from typing import Annotated

from pydantic import Discriminator, Field, Tag

from assetplan.config.base import LIST, ONE, Frozen, KeyUnit, Name, Number

ALL_WORKS, ALL_BIDS = "works", "bids"
"""What stands for all works of assets and statutory works, and for all bids, that no kind names otherwise."""

Rise = Annotated[Number, Field(ge=-0.2, le=1), KeyUnit("1/year")]
RiseByYear = Annotated[
    Annotated[Rise, Tag(ONE)] | Annotated[tuple[Rise, ...], Tag(LIST), Field(min_length=1)],
    Discriminator(lambda value: LIST if isinstance(value, list | tuple) else ONE),
]
"""Rise of prices (1/year): one of every year, or a list of those from each year to the next, whose last goes on."""
Of = Annotated[tuple[Name, ...], Field(min_length=1)]


class Inflation(Frozen):
    """How prices of one kind of cost rise, and what costs are of it."""

    rate: RiseByYear | None = None
    """rise of its prices, of a plan in cash"""
    above: RiseByYear | None = None
    """in its place: how much more than all prices they rise"""
    of: Of | None = None
    """treatments, budget lines and bids whose costs are of this kind; "works" and "bids" for all others"""
    revenue_of: Of | None = None
    """bids whose effects on revenue are of this kind; "bids" for all others"""


def rises(stated: float | tuple[float, ...]) -> tuple[float, ...]:
    """Rises from each year to the next, whose last goes on.

    Parameters
    ----------
    stated : float or tuple; one rise of every year, or a list of them
    """
    return stated if isinstance(stated, tuple) else (stated,)
