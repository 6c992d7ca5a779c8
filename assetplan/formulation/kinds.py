"""Every kind of limit, in the order in which their rows stand; another is added by one module that calls `add_kind`."""

from __future__ import annotations

from collections.abc import Callable

from assetplan.config import AddedLimit, accept_table
from assetplan.formulation.bid_links import bid_links
from assetplan.formulation.borrowing import drawdowns
from assetplan.formulation.constraints import Basis, Constraints
from assetplan.formulation.crew_days import crew_days
from assetplan.formulation.envelope import carry_over, line_caps, line_floors, preventative_share, virement
from assetplan.formulation.funding import funding, source_use
from assetplan.formulation.planned_share import planned_share
from assetplan.formulation.receipts import receipts
from assetplan.formulation.sites_limit import sites_a_year
from assetplan.formulation.targets import targets
from assetplan.formulation.works_limits import limits_on_works

LimitKind = Callable[[Basis], Constraints]

LIMIT_KINDS: list[LimitKind] = [
    line_caps,
    line_floors,
    carry_over,
    virement,
    receipts,
    preventative_share,
    limits_on_works,
    planned_share,
    funding,
    source_use,
    drawdowns,
    targets,
    crew_days,
    sites_a_year,
    bid_links,
]


def add_kind(table: str, row: type[AddedLimit], constraints: LimitKind) -> None:
    """Let plan files state a kind of limit beside those of the package.

    Parameters
    ----------
    table : str; its table in the plan file, `[[table]]`; the rows read are `plan.added_limits[table]`
    row : subclass of AddedLimit; keys of one row
    constraints : callable
        Its rows, what works use of them, and its flows; called for every plan, with or without the table.

    Raises
    ------
    ValueError
        A plan has such a table already.
    """
    accept_table(table, row)
    LIMIT_KINDS.append(constraints)
