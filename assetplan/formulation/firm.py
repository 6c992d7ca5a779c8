"""Firm works of an earlier programme: what a council has approved stands, where it can still be done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from assetplan._types import Bools, Ints, Texts
from assetplan.formulation.past import begins_as_done
from assetplan.inputs.load import Inputs
from assetplan.strategies import Candidates
from assetplan.strategies.names import steps_of, strategy_names, strategy_text
from assetplan.words import and_list, plural

CHECK = "firm works"
"""Check of the model notes on them."""
KEY = "stability.firm"
"""Key of the plan file that holds them."""

_SHOWN = 20  # assets that a note names


@dataclass(frozen=True, eq=False)
class FirmWorks:
    """What the firm works of the earlier programme leave of the candidates.

    Attributes
    ----------
    held : array (n_assets,) of object; firm works of each asset, as a strategy's text; "" for none
    scheme : array (n_assets,); code of the scheme that they are of; −1 for none
    allowed : array of bool (n_options,); candidates that hold them, and all of assets that have none
    notes : tuple of (str, str); how many are held, and which are not and why
    """

    held: Texts
    scheme: Ints
    allowed: Bools
    notes: tuple[tuple[str, str], ...]


def hold_firm(inputs: Inputs, options: Candidates) -> FirmWorks:
    """Hold the firm works of the earlier programme that its assets may still have.

    Parameters
    ----------
    inputs : Inputs; the plan with its earlier programme
    options : Candidates; every strategy of every asset, before any rule of the plan
    """
    assets = inputs.register.assets
    held, allowed = np.full(len(assets), "", dtype=object), np.ones(len(options.asset), dtype=bool)
    scheme = np.full(len(assets), -1, dtype=np.intp)
    if inputs.earlier is None or inputs.plan.stability is None or inputs.plan.stability.firm == "price":
        return FirmWorks(held, scheme, allowed, ())
    firm = inputs.earlier.firm
    if firm is None:
        none = "The earlier programme does not say which of its works are firm: none is held."
        return FirmWorks(held, scheme, allowed, ((CHECK, none),))
    rows = pd.Index(assets["asset_id"]).get_indexer(pd.Index(firm["asset_id"]))
    known = firm[rows >= 0].groupby(rows[rows >= 0])
    for row, works in known:
        held[int(str(row))] = strategy_text(zip(works["treatment"], works["year"], strict=True))
    mine = np.flatnonzero((held != "")[options.asset])
    allowed[mine] = _holds(inputs, options.take(mine), held) & begins_as_done(inputs, options)[0][mine]
    lost = (held != "") & ~np.logical_or.reduceat(allowed, options.starts[:-1])
    allowed |= lost[options.asset]
    lost_rows = np.isin(rows, np.flatnonzero(lost))
    stand = (rows >= 0) & ~lost_rows
    scheme[rows[stand]] = pd.factorize(firm["scheme_id"][stand])[0]
    notes = (*_notes(firm, rows < 0, lost_rows), *_bid_notes(inputs))
    return FirmWorks(np.where(lost, "", held), scheme, allowed, notes)


def _holds(inputs: Inputs, options: Candidates, held: Texts) -> Bools:
    """Where candidates hold the firm works of their asset (n_options,)."""
    code, names = strategy_names(inputs.register.assets, inputs.model, options)
    wanted, want = np.unique(held[options.asset].astype(str), return_inverse=True)
    steps = [set(steps_of(str(name))) for name in names]
    kept = [[set(steps_of(str(text))) <= mine for mine in steps] for text in wanted]
    return np.array(kept, dtype=bool).reshape(len(wanted), len(names))[want, code]


def _notes(firm: pd.DataFrame, gone: Bools, lost: Bools) -> Iterable[tuple[str, str]]:
    """How many works are held, and which are not: of assets that are gone, and those that can no longer be done."""
    stand = ~gone & ~lost
    yield CHECK, f"{plural(int(stand.sum()), 'works item')} of the earlier programme's firm years held as approved."
    for which, why in (
        (gone, "of assets that are no longer in the register"),
        (lost, "that condition, commitments, disposals or the envelope's lines no longer allow"),
    ):
        if which.any():
            yield CHECK, f"{plural(int(which.sum()), 'works item')} {why} not held: {_listed(firm[which])}."


def _bid_notes(inputs: Inputs) -> Iterable[tuple[str, str]]:
    """How many bids are held as an earlier programme has them, and which of its firm ones the plan does not state."""
    firm = [each.name for each in inputs.earlier.bids if each.firm] if inputs.earlier is not None else []
    kept = {bid.name for bid in inputs.bids if bid.held}
    if kept:
        yield (
            CHECK,
            f"{plural(len(kept), 'bid')} of earlier programmes held as begun or approved: {and_list(sorted(kept))}.",
        )
    gone = [name for name in firm if name not in {bid.name for bid in inputs.bids}]
    if gone:
        yield (
            CHECK,
            f"{plural(len(gone), 'firm bid')} of the earlier programme not stated and not held: {and_list(gone)}.",
        )


def _listed(works: pd.DataFrame) -> str:
    """Works as "R0114 surface_dressing@2021 (S00012)", the first few."""
    shown = [
        f"{row.asset_id} {strategy_text([(str(row.treatment), int(str(row.year)))])} ({row.scheme_id})"
        for row in works.head(_SHOWN).itertuples()
    ]
    return ", ".join(shown) + (", …" if len(works) > _SHOWN else "")
