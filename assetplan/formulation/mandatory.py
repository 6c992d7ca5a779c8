"""Mandatory works as flows of money that cannot be less: statutory tests and remedial works are paid first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from assetplan._types import Bools, Floats, Ints
from assetplan.config import WorksSelector
from assetplan.inputs.mandatory import MANDATORY
from assetplan.inputs.selectors import assets_selected, treatments_where
from assetplan.limits import FlowKey, LimitKey

MandatoryUse = tuple[FlowKey, LimitKey, float]
"""What mandatory works of one line and year use of one limit."""


@dataclass(frozen=True, eq=False)
class MandatoryWorks:
    """Works that every plan pays, whatever it chooses.

    Attributes
    ----------
    table : DataFrame; one row a works item, columns `assetplan.inputs.mandatory.COLUMNS`
    first_year : int; first year of the plan
    """

    table: pd.DataFrame
    first_year: int

    @cached_property
    def cost(self) -> Floats:
        """Cost of each [£, prices of the first year], (n,)."""
        return self.table["cost"].to_numpy(dtype=np.float64)

    @cached_property
    def year(self) -> Ints:
        """Plan year of each (0 is the first), (n,)."""
        return self.table["year"].to_numpy(dtype=np.intp) - self.first_year

    def where(self, selector: WorksSelector) -> Bools:
        """The works that a selector means, (n,); their kind is "mandatory", and they are of no treatment and group."""
        return assets_selected(self.table, selector) & treatments_where(self.table, selector)

    def uses(self, where: Bools, key: LimitKey | None, amount: Floats) -> Iterator[MandatoryUse]:
        """What the works where a condition holds use of one limit, by line and year.

        Parameters
        ----------
        where : array (n,) of bool; works that count
        key : LimitKey or None; the limit; None for that on the money of each line in each year
        amount : array (n,); what each uses, in its unit
        """
        mine = self.table.loc[where, ["line", "year"]].assign(amount=amount[where])
        sums = mine.groupby(["line", "year"], sort=True)["amount"].sum().reset_index()
        for line, year, used in sums.itertuples(index=False, name=None):
            own = LimitKey("line", line=str(line), year=int(year))
            yield FlowKey(MANDATORY, line=own.line, year=own.year), key or own, float(used)


def mandatory_flows(
    uses: Iterable[MandatoryUse],
) -> Iterator[tuple[FlowKey, float, tuple[tuple[LimitKey, float], ...]]]:
    """Each line and year's mandatory works as one flow: its key, its amount [£], and what £1 of it uses of each limit.

    Parameters
    ----------
    uses : iterable of MandatoryUse; of all kinds of limit, that on its line among them
    """
    parts: dict[FlowKey, dict[LimitKey, float]] = {}
    for key, limit, amount in uses:
        parts.setdefault(key, {})[limit] = amount
    for key, used in sorted(parts.items()):
        total = used[LimitKey("line", line=key.line, year=key.year)]
        if total > 0:
            yield key, total, tuple((limit, amount / total) for limit, amount in used.items())
