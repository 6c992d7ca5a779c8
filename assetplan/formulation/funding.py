"""Sources of money that fund only what they may: `[[sources]]`, and the limits on sources among `[[limits]]`.

Works that the same sources may fund are one **cell**. In each year the money that sources give a cell must cover
what it spends, and no source gives more than it has: its money of the year, what is left in a reserve, or what is
drawn of a borrowing facility. Money that is not used is left.

A floor on a source (a grant that must be used) needs a second look: money given beyond what is spent is no use. So
the sources with a floor have flows of their own, which no more than fill what their cells spend. Where one allocation
covers all spend and another uses the sources as asked, some one allocation does both (Mendelsohn and Dulmage 1958,
*Some generalizations of the problem of distinct representatives*, for matchings; the same paths serve amounts).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from assetplan._types import Bools, Floats, Ints
from assetplan.config import Funder, Source
from assetplan.errors import ConfigError, Fault
from assetplan.finance import money_of, price_of_years, reserve_left
from assetplan.formulation.borrowing import BOUND_SHARE, most_spent
from assetplan.formulation.constraints import Basis, Constraints, Entries, Flow, LimitRow
from assetplan.formulation.mandatory import MandatoryUse
from assetplan.formulation.receipts import brought
from assetplan.formulation.works_limits import limit_rows
from assetplan.inputs.load import Inputs
from assetplan.limits import FlowKey, LimitKey

# Sources for any works that a name lists; more are named together.
_MOST_NAMED = 2

_PENNIES = 1.0  # £: more than the rounding of a programme's flows comes to
# Rows of the limits on sources that £1 of a source uses, by source and plan year.
_Uses = dict[tuple[str, int], list[tuple[LimitKey, float]]]


# The most that each source may give in each plan year (£), and what £1 of it uses of which rows.
_Given = dict[str, list[tuple[float, tuple[tuple[LimitKey, float], ...]]]]


@dataclass(frozen=True, eq=False)
class _Cells:
    """Works by the sources that may fund them.

    Names of the sources of each cell, the cell of each works item, and of each of the mandatory works.
    """

    names: list[tuple[str, ...]]
    cell: Ints
    first: Ints
    spent: Bools

    @classmethod
    def of(cls, basis: Basis, sources: list[str]) -> _Cells:
        """The cells that some of the plan's sources make; `spent` says which have works in which year."""
        inputs, works, mandatory = basis.inputs, basis.works, basis.mandatory
        code = np.zeros(len(works.option) + len(mandatory.cost), dtype=np.int64)
        for source in _funders(inputs):
            if source.name in sources:
                may = np.concatenate([works.where(source), mandatory.where(source)])
                code |= may.astype(np.int64) << sources.index(source.name)
        codes, cell = np.unique(code, return_inverse=True)
        names = [tuple(name for bit, name in enumerate(sources) if value >> bit & 1) for value in codes.tolist()]
        spent = np.zeros((len(names), inputs.plan.years), dtype=bool)
        spent[cell, np.concatenate([works.year, mandatory.year])] = True
        own, first = np.split(cell.astype(np.intp), [len(works.option)])
        return cls(names, own, first, spent)

    def paid_first(self, basis: Basis, keys: Mapping[tuple[int, int], LimitKey], sign: float) -> Iterator[MandatoryUse]:
        """What mandatory works use of the limit of each cell and year, one unit a pound times a sign."""
        mandatory = basis.mandatory
        for (cell, year), key in keys.items():
            mine = (self.first == cell) & (mandatory.year == year)
            yield from mandatory.uses(mine, key, sign * mandatory.cost)


def _funders(inputs: Inputs) -> tuple[Funder, ...]:
    return (*inputs.plan.sources, *inputs.plan.borrowing)


def _payers(inputs: Inputs, names: tuple[str, ...]) -> str:
    """What the sources of a cell are called together: those that may fund anything, where they are many, are one.

    The plan alone decides it, so that the cell has the same name whatever assets it is stated for.
    """
    anything = [f.name for f in _funders(inputs) if not f.of_assets and not f.of_treatments and f.asset is None]
    if len(anything) > _MOST_NAMED:
        names = (*(name for name in names if name not in anything), "money for any works")
    return " or ".join(names) or "no source"


def funding(basis: Basis) -> Constraints:
    """Spend is covered by sources that may fund it, and no source gives more than it has.

    Raises
    ------
    ConfigError
        Every strategy of an asset spends what no source may fund, or a source may fund none; each is listed.
    """
    inputs, works, plan = basis.inputs, basis.works, basis.inputs.plan
    if not plan.sources and not plan.borrowing:
        return Constraints()
    cells = _Cells.of(basis, [source.name for source in _funders(inputs)])
    if basis.whole:
        _refuse_idle(inputs, cells)
    _refuse_unfunded(basis, cells)
    given, every = _given(basis), most_spent(basis)
    cells.spent[:, : inputs.past] = False  # who paid then is known
    rows, uses = _limits(inputs, "at_most")
    flows: list[Flow] = []
    keys: dict[tuple[int, int], LimitKey] = {}
    place = np.zeros(cells.spent.shape, dtype=np.intp)
    for cell, year in np.argwhere(cells.spent):
        when, names = plan.first_year + int(year), cells.names[cell]
        place[cell, year] = len(rows)
        key = LimitKey("funding", f"fundable by {_payers(inputs, names)}", year=when)
        keys[int(cell), int(year)] = key
        rows.append(LimitRow(key, f"sources {when}", "£", cap=0.0))
        for name in names:
            most, takes = given[name][int(year)]
            spends = ((key, -1.0), *takes, *uses.get((name, int(year)), ()))
            high = min(float(every[year]), BOUND_SHARE * most) if most > 0 else 0.0
            flows.append(Flow(FlowKey("source", source=name, year=when, funds=key.subject), high, spends))
    rows += _own_rows(basis)
    flows += _paid(inputs, given, uses)
    ahead = np.flatnonzero(works.year >= inputs.past)
    spent = Entries(works.option[ahead], place[cells.cell, works.year][ahead], works.cost[ahead])
    entries = Entries.stack([spent, _received(basis, rows)])
    flows = [flow for flow in flows if flow.high > 0]
    return Constraints(tuple(rows), entries, tuple(flows), tuple(cells.paid_first(basis, keys, 1.0)))


def _paid(inputs: Inputs, given: _Given, uses: _Uses) -> Iterator[Flow]:
    """What each source gave in the years that are past."""
    for name in given:
        for year, amount in enumerate(inputs.gave(name).tolist()):
            if amount > 0:
                when = inputs.plan.first_year + year
                takes = (*given[name][year][1], *uses.get((name, year), ()))
                yield Flow(FlowKey("spent", source=name, year=when, funds="what is spent"), amount, takes, low=amount)


def source_use(basis: Basis) -> Constraints:
    """The least of sources that must be used: limits with `source` and `at_least`."""
    inputs, works = basis.inputs, basis.works
    rows, uses = _limits(inputs, "at_least")
    if not rows:
        return Constraints()
    first_year, money = inputs.plan.first_year, _money(basis)
    cells = _Cells.of(basis, list(dict.fromkeys(name for name, _ in uses)))
    has_source = np.array([bool(names) for names in cells.names])
    flows: list[Flow] = []
    keys: dict[tuple[int, int], LimitKey] = {}
    place = np.zeros(cells.spent.shape, dtype=np.intp)
    given: dict[tuple[str, int], list[Flow]] = {}
    cells.spent[:, : inputs.past] = False
    for cell, year in np.argwhere(cells.spent & has_source[:, None]):
        when, names = first_year + int(year), cells.names[cell]
        place[cell, year] = len(rows)
        key = LimitKey("funding", f"used of {' and '.join(names)}", year=when)
        keys[int(cell), int(year)] = key
        rows.append(LimitRow(key, f"sources {when}", "£", cap=0.0))
        for name in names:
            serves = ((key, 1.0), *uses.get((name, int(year)), ()))
            use = FlowKey("source use", source=name, year=when, funds=key.subject)
            given.setdefault((name, int(year)), []).append(Flow(use, float(money[name][year]), serves))
    for (name, year), parts in given.items():
        # One cell takes no more than the flow's own most; several share what the source has.
        if len(parts) > 1:
            total = LimitKey("funding", source=name, year=first_year + year, side="used")
            rows.append(LimitRow(total, f"sources {first_year + year}", "£", cap=float(money[name][year])))
            parts = [replace(part, uses=(*part.uses, (total, 1.0))) for part in parts]
        flows += parts
    items = np.flatnonzero(has_source[cells.cell] & (works.year >= inputs.past))
    entries = Entries(works.option[items], place[cells.cell, works.year][items], -works.cost[items])
    flows = [flow for flow in flows if flow.high > 0]
    return Constraints(tuple(rows), entries, tuple(flows), tuple(cells.paid_first(basis, keys, -1.0)))


def _received(basis: Basis, rows: list[LimitRow]) -> Entries:
    """What receipts of bids add to the source that they go to, in their year and all later ones."""
    place = {row.key: k for k, row in enumerate(rows)}
    source, plan = basis.inputs.plan.receipts.source, basis.inputs.plan
    keys = [LimitKey("source", source=source, year=when) for when in plan.plan_years] if source else []
    return brought(basis, [place[key] for key in keys])


def _stays(inputs: Inputs, source: Source) -> bool:
    """Whether what a source does not spend in a year stays in it."""
    return source.type == "reserve" or source.name == inputs.plan.receipts.source


def _money(basis: Basis) -> dict[str, Floats]:
    """The most that each source may give in each year (£, prices of the first year)."""
    inputs = basis.inputs
    plan, price = inputs.plan, price_of_years(inputs.plan)
    out = {}
    for source in plan.sources:
        if source.name == plan.receipts.source:
            out[source.name] = np.cumsum(money_of(plan, source)) / price + basis.bids.most_received(price)
        elif source.type == "reserve":
            # What is taken is missing in every later year, too.
            left = np.minimum.accumulate(reserve_left(plan, source)[::-1])[::-1]
            out[source.name] = np.maximum(left, 0.0) / price
        else:
            out[source.name] = money_of(plan, source) / price
            had, gave = out[source.name][: inputs.past], inputs.gave(source.name)
            out[source.name][: inputs.past] = np.maximum(had, gave)
    return out


def _given(basis: Basis) -> _Given:
    """The most that £ of each source may come to in each year, and the rows of `_own_rows` that £1 of it uses."""
    inputs, money = basis.inputs, _money(basis)
    plan, price = inputs.plan, price_of_years(inputs.plan)
    out = {}
    for source in plan.sources:
        keys = [LimitKey("source", source=source.name, year=when) for when in plan.plan_years]
        rows = [
            tuple((key, float(price[year])) for key in keys[year:]) if _stays(inputs, source) else ((keys[year], 1.0),)
            for year in range(plan.years)
        ]
        out[source.name] = list(zip(money[source.name].tolist(), rows, strict=True))
    for facility in plan.borrowing:
        keys = [LimitKey("funding", source=facility.name, year=when) for when in plan.plan_years]
        out[facility.name] = [(np.inf, ((key, 1.0),)) for key in keys]
    return out


def _own_rows(basis: Basis) -> Iterator[LimitRow]:
    """What each source has: in a year; of one whose money stays at its end (cash); of a facility what is drawn."""
    inputs, money = basis.inputs, _money(basis)
    plan = inputs.plan
    for number, source in enumerate(plan.sources, 1):
        stays = _stays(inputs, source)
        amounts, unit = (_left(inputs, source), "£ of the day") if stays else (money[source.name], "£")
        for when, amount in zip(plan.plan_years, amounts, strict=True):
            if amount <= 0 and not stays:
                continue  # nothing flows, so there is nothing to limit or to price
            words = f'sources[{number}] "{source.name}" {when}'
            yield LimitRow(LimitKey("source", source=source.name, year=when), words, unit, cap=float(amount))
    for number, facility in enumerate(plan.borrowing, 1):
        for when in plan.plan_years:
            words = f'borrowing[{number}] "{facility.name}" {when}'
            yield LimitRow(LimitKey("funding", source=facility.name, year=when), words, "£", cap=0.0)


def _left(inputs: Inputs, source: Source) -> Floats:
    """What a source whose money stays has at the end of each year, receipts of bids apart.

    What it gave in years that are past is known to the penny only.
    """
    left, price = reserve_left(inputs.plan, source), price_of_years(inputs.plan)
    gone = np.zeros(len(left))
    gone[: inputs.past] = inputs.gave(source.name) * price[: inputs.past]
    gone = gone.cumsum()
    return np.where(np.abs(left - gone) < _PENNIES, np.maximum(left, gone), left)


def _limits(inputs: Inputs, side: str) -> tuple[list[LimitRow], _Uses]:
    """Rows of the limits on sources, caps or floors alone, and what uses them.

    A floor stands less what its sources gave in the years that are past.
    """
    other = "at_least" if side == "at_most" else "at_most"
    rows: list[LimitRow] = []
    uses: _Uses = {}
    for number, limit in enumerate(inputs.plan.limits, 1):
        if limit.source is None or getattr(limit, side) is None:
            continue
        alone = limit.model_copy(update={other: None})
        also_capped = getattr(limit, other) is not None and side == "at_least"
        for row, weight in limit_rows(inputs, alone, number, "£", "at least" if also_capped else ""):
            gave = sum(float(weight[: inputs.past] @ inputs.gave(name)) for name in limit.source)
            rows.append(replace(row, floor=row.floor - gave))
            for name, year in product(limit.source, np.flatnonzero(weight).tolist()):
                uses.setdefault((name, year), []).append((row.key, float(weight[year])))
    return rows, uses


def _refuse_idle(inputs: Inputs, cells: _Cells) -> None:
    used = {name for names in cells.names for name in names}
    tables: dict[str, tuple[Funder, ...]] = {"sources": inputs.plan.sources, "borrowing": inputs.plan.borrowing}
    faults = [
        Fault("plan", 0, f"{key}[{number}]", row.name, "funds no works: no candidate works match its selectors")
        for key, rows in tables.items()
        for number, row in enumerate(rows, 1)
        if row.name not in used
    ]
    if faults:
        raise ConfigError(faults)


def _refuse_unfunded(basis: Basis, cells: _Cells) -> None:
    if () not in cells.names:
        return
    works, mandatory = basis.works, basis.mandatory
    bare = (cells.first == cells.names.index(())) & (mandatory.cost > 0) & (mandatory.year >= basis.inputs.past)
    if bare.any():
        rule = "no source may fund these mandatory works"
        each = mandatory.table.loc[bare, ["name", "what"]].drop_duplicates().itertuples()
        raise ConfigError(Fault("plan", 0, "sources", f"{row.what}, {row.name}", rule) for row in each)
    unfunded = np.zeros(works.n_options, dtype=bool)
    unfunded[works.option[(cells.cell == cells.names.index(())) & (works.cost > 0)]] = True
    certain = np.logical_and.reduceat(unfunded, basis.starts[:-1])
    if certain.any():
        rule = "every strategy of this asset has works that no source may fund"
        ids = works.assets["asset_id"].to_numpy(dtype=object)[certain]
        raise ConfigError(Fault("plan", 0, "sources", str(asset), rule) for asset in ids)
