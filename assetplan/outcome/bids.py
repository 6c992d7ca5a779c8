"""Bids of a solved plan: every option with what it costs and brings, which was chosen and why; and works items."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from assetplan._types import Bools, Floats, Ints, Texts
from assetplan.asset_classes import BID, SALE
from assetplan.formulation.bids import NOT, BidOptions
from assetplan.inputs.bids import StatedBid, by_year
from assetplan.limits import BID_LINK
from assetplan.outcome.notes import prices_known
from assetplan.outcome.outcome import Outcome
from assetplan.outcome.reasons import most_of
from assetplan.outcome.tables import status_of
from assetplan.strategies.names import NOTHING, strategy_text
from assetplan.words import pounds

_LISTS = ("criteria", "needs", "excludes", "follows")


def bid_table(outcome: Outcome) -> pd.DataFrame:
    """One row an option of each bid, columns as of `Programme.bids`; no rows where the plan has no bids."""
    options, plan = outcome.formulation.bids, outcome.inputs.plan
    first = len(outcome.options.asset)
    objective = outcome.problem.benefit[first:]
    priced = np.asarray(outcome.problem.usage[first:] @ np.nan_to_num(outcome.solution.prices)).ravel()
    horizon = len(outcome.inputs.model.rules.discount) - 1
    chosen = np.zeros(len(options.bid), dtype=bool)
    chosen[outcome.chosen_bids] = True
    stated = [options.stated[place] for place in options.variant]
    each_from = list(zip(stated, np.maximum(options.start, 0).tolist(), strict=True))
    table = pd.DataFrame(
        {
            "bid": np.array([each.name for each in stated], dtype=object),
            "kind": [each.kind for each in stated],
            "variant": [each.variant for each in stated],
            "option": _option_names(outcome),
            "start": np.where(options.start == NOT, np.nan, plan.first_year + options.start),
            "mandatory": ["yes" if each.mandatory else "no" for each in stated],
            "district": [each.district for each in stated],
            "division": [each.division for each in stated],
            **{name: [getattr(each, name) for each in stated] for name in ("promoter", "stage", "gate")},
            **{name: ["; ".join(getattr(each, name)) for each in stated] for name in _LISTS},
            "treatment": [each.treatment for each in stated],
            "instead_of": [_assets_of(outcome, each) for each in stated],
            "stated": [round(each.benefit, 2) if each.kind != SALE else 0.0 for each in stated],
            "gross": [round(float(each.gross(start).sum()), 2) for each, start in each_from],
            "funded": [round(float(each.funded.sum()), 2) for each in stated],
            "costs": [by_year(each.gross(start)) for each, start in each_from],
            "own_funding": [by_year(each.funded) for each in stated],
            "revenue": [by_year(each.saved(horizon, start)) for each, start in each_from],
            "payback": [each.payback(horizon, start) for each, start in each_from],
            "streams": ["; ".join(f"{name}={amount:.2f}" for name, amount in each.streams.items()) for each in stated],
            "cost": options.cost.sum(axis=(1, 2)).round(2),
            "later": options.later.round(2),
            "receipt": options.receipt.sum(axis=1).round(2),
            "receipts_stage": [each.receipts_stage for each in stated],
            "benefit": options.benefit.round(2),
            "net": (objective - priced).round(2),
            "chosen": chosen,
            "reason": "",
            "source": [each.source for each in stated],
        }
    )
    if len(table):
        table["reason"] = np.where(chosen, _reasons(outcome, objective, priced)[options.bid], "")
    return table


def _assets_of(outcome: Outcome, bid: StatedBid) -> str:
    """Assets for whose treatment a bid stands in, as a cell has them."""
    ids = outcome.inputs.register.assets["asset_id"]
    return "; ".join(str(ids.iloc[row]) for row in bid.components) if bid.treatment else ""


def _option_names(outcome: Outcome) -> Texts:
    """Each option as a strategy's text: the years in which it spends, its start among them."""
    options, first = outcome.formulation.bids, outcome.inputs.plan.first_year
    out = np.full(len(options.bid), NOTHING, dtype=object)
    for row in np.flatnonzero(options.start != NOT):
        years = np.flatnonzero(options.spends[row].any(axis=0))
        name = options.stated[options.variant[row]].works_name
        out[row] = strategy_text([(name, first + int(year)) for year in years])
    return out


def _reasons(outcome: Outcome, objective: Floats, priced: Floats) -> Texts:
    """Why each bid is done when it is, or not at all, (n_bids,)."""
    options, plan = outcome.formulation.bids, outcome.inputs.plan
    known = prices_known(plan.solver.target_gap, outcome.solution)
    fits = _fits(outcome)
    out = np.empty(len(options.bids), dtype=object)
    for place, picked in enumerate(outcome.chosen_bids):
        mine = slice(options.starts[place], options.starts[place + 1])
        begun = options.start[mine] != NOT
        if options.bids[place].held:
            out[place] = "It was begun, or is firm, in the earlier programme, and stays as it is there."
        elif options.bids[place].mandatory:
            latest = plan.first_year + options.bids[place].latest
            out[place] = f"Mandatory: it must start by {latest}, whatever it costs or brings."
        elif options.start[picked] != NOT:
            out[place] = _done(outcome, float(objective[picked]), float(options.cost[picked].sum()))
        elif not fits[mine][begun].any():
            out[place] = "It costs more than its budget has in any year in which it may start."
        elif apart := _kept_apart(options, outcome.chosen_bids, place):
            out[place] = apart
        else:
            out[place] = _left_out(outcome, objective[mine][begun], priced[mine][begun], mine, known)
    return out


def _kept_apart(options: BidOptions, chosen: Ints, place: int) -> str:
    """Why a bid cannot be done beside what other bids are chosen to be; "" where some variant of it could."""
    done = {options.bids[p].name for p, row in enumerate(chosen) if options.start[row] != NOT}
    name, why = options.bids[place].name, []
    for each in options.stated:
        if each.name != name:
            continue
        lacking = [need for need in (*each.needs, *each.follows) if need not in done]
        barred = [b.name for b in options.bids_of(chosen) if name in b.excludes or b.name in each.excludes]
        if lacking:
            why.append(f"It needs {lacking[0]}, which is left out.")
        elif barred:
            why.append(f"It and {barred[0]}, which is done, exclude each other.")
        else:
            return ""
    return why[0]


def _done(outcome: Outcome, gain: float, cost: float) -> str:
    sought = outcome.inputs.plan.objective.sought
    if sought.least or gain <= 0:
        return "It is done because the plan must reach a target or a least amount."
    a_pound = gain / cost if cost else gain
    amount = f"£{a_pound:,.2f}" if sought.unit == "£" else f"{a_pound:,.2f} {sought.unit}"
    each = sought.each.format(amount=amount)
    if not cost:
        return f"{each}, and pays nothing in the plan years."
    return f"{each} for each £1, best use of the money among the years in which it may start."


def _left_out(outcome: Outcome, gain: Floats, priced: Floats, mine: slice, known: bool) -> str:
    """Why no option of a bid that might be is, and what would bring it in by itself."""
    sought, options = outcome.inputs.plan.objective.sought, outcome.formulation.bids
    if gain.max() <= 0:
        return f"In no year would it {sought.none.format(seeks=sought.seeks)}."
    best = int(np.argmax(gain - priced))
    amount = pounds(float(gain[best]), 5) if sought.unit == "£" else f"{gain[best]:,.0f} {sought.unit}"
    would = f"It would {sought.would.format(amount=amount)}, but its money does more elsewhere"
    short = float(priced[best] - gain[best])
    if not known or short <= 0:
        return f"{would}."
    more = pounds(short, 5) if sought.unit == "£" else f"{short:,.0f} {sought.unit}"
    paid = float(options.present_cost[mine][options.start[mine] != NOT][best]) if sought.bears_cost else 0.0
    share = (gain[best] + paid) / (priced[best] + paid)
    return f"{would}: {more} more benefit would bring it in, or the same benefit at {share:.0%} of its cost."


def _fits(outcome: Outcome) -> Bools:
    """Options of bids that no limit bars by itself, (n,)."""
    first, usage = len(outcome.options.asset), outcome.problem.usage
    rows = usage[first:].tocoo()
    counts = np.array([row.key.kind != BID_LINK for row in outcome.formulation.rows], dtype=bool)[rows.col]
    over = counts & (rows.data > most_of(outcome.problem)[rows.col] * (1 + 1e-9) + 1e-6)
    return np.bincount(rows.row[over], minlength=rows.shape[0]) == 0


def bid_works(outcome: Outcome, table: pd.DataFrame, works: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Works items of a programme with a row for what each line spends on each bid in each year.

    Parameters
    ----------
    outcome : Outcome; a solved plan
    table : DataFrame; its bids, from `bid_table`
    works : GeoDataFrame; works items of its assets, as `Programme.works`
    """
    options, inputs = outcome.formulation.bids, outcome.inputs
    chosen = outcome.chosen_bids
    place, line, year = np.nonzero(options.spends[chosen])
    if not len(place):
        return works
    row = chosen[place]
    cost = options.cost[row, line, year]
    total = np.bincount(place, cost, len(chosen))[place]
    # A bid that costs nothing in the plan years has one item, which has all of its benefit.
    share = np.divide(cost, total, out=1.0 / np.bincount(place, minlength=len(chosen))[place], where=total > 0)
    of, when = table.iloc[row].reset_index(drop=True), year + inputs.plan.first_year
    kind, names = BID.asset_class, [options.stated[v].works_name for v in options.variant[row]]
    items = pd.DataFrame(
        {
            **{name: "" for name in works.columns if not pd.api.types.is_numeric_dtype(works[name])},
            "asset_id": of["bid"],
            "scheme_id": of["bid"],
            "asset_class": kind,
            "name": [options.bids[p].label or options.bids[p].name for p in options.bid[row]],
            "district": of["district"],
            "division": of["division"],
            "year": when,
            "treatment": names,
            "label": [name.capitalize() for name in names],
            "kind": of["kind"],
            "line": np.array(options.lines, dtype=object)[line],
            "quantity": 1.0,
            "unit": BID.unit,
            "length_m": np.nan,
            "cost": cost.round(2),
            "benefit": (of["benefit"] * share).round(2),
            "reason": of["reason"],
            "committed": (of["mandatory"] == "yes").to_numpy(dtype=bool),
            "status": status_of(inputs, when),
            "geometry": [options.stated[v].place for v in options.variant[row]],
        }
    )[list(works.columns)]
    every = pd.concat([works, gpd.GeoDataFrame(items, geometry="geometry", crs=works.crs)], ignore_index=True)
    every = every.sort_values(["year", "line", "scheme_id", "asset_id"], kind="stable").reset_index(drop=True)
    return gpd.GeoDataFrame(every.astype(works.dtypes.drop("geometry").to_dict()), geometry="geometry", crs=works.crs)
