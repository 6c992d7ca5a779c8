"""Bids and sales of premises: what was chosen and when, its cost by year, receipts by stage, what was left out and why.

What single premises would bring is exempt information, so of sales that are not banked no amount stands by itself.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from assetplan.asset_classes import BID, SALE
from assetplan.finance.statement import declared, named, real
from assetplan.reference import load_table
from assetplan.report.facts import Facts
from assetplan.report.sections.section import Section
from assetplan.report.statement_table import as_it_stands
from assetplan.report.tables import Fold, Noted
from assetplan.words import financial_year, plural, pounds

STATEMENTS = ("bids", "contingency")
"""Statements that this section shows or stands for."""

_BID, BANKED = BID.asset_class, "banked"
_AMOUNTS = ("funded", "cost", "later", "benefit")
_FEWEST = 2  # sales at a stage whose receipts may be printed as one sum
_DONE, _MUST = "It is worth more sold than kept.", "The council means to dispose of it."
_KEPT = "It is worth more kept, or no money of its line pays what selling costs."


def _data(facts: Facts) -> dict[str, Any] | None:
    table = facts.programme.bids
    contingency = facts.statements.get("contingency")
    chosen = pd.DataFrame() if table is None else table[table["chosen"]]
    if chosen.empty and contingency is None:
        return None
    parts = [] if chosen.empty else _chosen_parts(facts, chosen)
    return {
        "sentences": [] if chosen.empty else _sentences(chosen),
        "tables": [*parts, *([as_it_stands(contingency)] if contingency else [])],
    }


def _chosen_parts(facts: Facts, chosen: pd.DataFrame) -> list[Noted | Fold]:
    bids, sales = chosen[chosen["kind"] == _BID], chosen[chosen["kind"] == SALE]
    prices = real(facts.summary.price_base)
    parts: list[Noted | Fold] = []
    if len(bids):
        parts += [_bids(bids, prices), *_by_year(facts, bids, prices)]
    if (chosen["receipts_stage"] != "").any():
        parts.append(_receipts(chosen[chosen["receipts_stage"] != ""], prices))
    if len(sales):
        parts.append(Fold(declared("sales").title, _sales(facts, sales)))
    return parts


def _sentences(chosen: pd.DataFrame) -> list[str]:
    """What the tables come to."""
    out = []
    for kind, done, noun in ((_BID, "are in the programme", "bid"), (SALE, "are sold", "premises")):
        mine = chosen[chosen["kind"] == kind]
        begun = int(mine["start"].notna().sum())
        if len(mine):
            cost = f", for {pounds(float(mine['cost'].sum()), 4)} in the plan years" if kind == _BID and begun else ""
            out.append(f"{begun:,} of {plural(len(mine), noun, 'premises' if kind == SALE else '')} {done}{cost}.")
    return out


def _bids(bids: pd.DataFrame, prices: str) -> Noted:
    amounts = bids[[*_AMOUNTS]].where(bids["start"].notna(), 0.0).round() + 0.0
    rows = pd.DataFrame(
        {
            **{name: bids[name].to_numpy() for name in ("bid", "variant", "criteria", "district", "division")},
            "starts": _when(bids, "left out"),
            **{name: amounts[name].to_numpy() for name in _AMOUNTS},
            "reason": bids["reason"].to_numpy(),
            "source": bids["source"].to_numpy(),
        }
    )
    note = (
        "Cost is what the council pays in the plan years, own funding taken off; what it pays after them stands beside "
        "it. Benefit is the present value of what a bid brings, its cost taken off. A bid that is left out has neither."
    )
    return as_it_stands(declared("bids_chosen").table(rows, prices, note))


def _when(table: pd.DataFrame, never: str) -> list[str]:
    return [financial_year(int(year)) if year == year else never for year in table["start"]]


def _by_year(facts: Facts, bids: pd.DataFrame, prices: str) -> list[Noted]:
    """Cost of each bid of the programme in each year, and their sum."""
    works = facts.programme.works
    mine = works[works["asset_id"].isin(bids["bid"]) & (works["kind"] == _BID)]
    if mine.empty:
        return []
    wide = mine.pivot_table(index="asset_id", columns="year", values="cost", aggfunc="sum", fill_value=0.0)
    wide = wide.reindex(columns=facts.years, fill_value=0.0).round()
    wide.loc["total"] = wide.sum()
    years = [financial_year(year) for year in facts.years]
    rows = wide.set_axis(years, axis=1).assign(total=wide.sum(axis=1)).rename_axis("bid").reset_index()
    return [as_it_stands(declared("bids_by_year").table(rows, prices, "", own=named(years)))]


def _sales(facts: Facts, sales: pd.DataFrame) -> Noted:
    """Premises that may be sold; no amount of money is in it."""
    works = facts.programme.works
    label = works[works["kind"] == SALE].drop_duplicates("asset_id").set_index("asset_id")["name"]
    sold = sales["start"].notna()
    must = (sales["mandatory"] == "yes").to_numpy()
    rows = pd.DataFrame(
        {
            "premises": sales["bid"].str.removeprefix("sale of ").to_numpy(),
            "name": [str(label.get(name, "")) for name in sales["bid"]],
            **{name: sales[name].to_numpy() for name in ("district", "division")},
            "stage": sales["receipts_stage"].to_numpy(),
            "sold": _when(sales, "kept"),
            "reason": [_MUST if m else _DONE if s else _KEPT for m, s in zip(must, sold, strict=True)],
        }
    )
    note = "What single premises are worth is exempt information, and stands in bids.csv alone."
    return as_it_stands(declared("sales").table(rows, "", note))


def _receipts(rows: pd.DataFrame, prices: str) -> Noted:
    """Expected receipts by stage, where so many are summed that no single one shows."""
    table = load_table("receipt_stages")
    come = rows[rows["start"].notna()]
    by = come.groupby("receipts_stage")["receipt"].agg(["size", "sum"]).reindex(table["stage"]).fillna(0.0)
    bare = (by["size"] > 0) & (by["size"] < _FEWEST) & (by.index != BANKED)
    shown = by["sum"].round().mask(bare)
    near = by.index.isin(["exchanged", BANKED])
    out = pd.DataFrame(
        {
            "stage": [*by.index, "total", "banked and exchanged"],
            "number": [*by["size"], by["size"].sum(), by["size"][near].sum()],
            "receipt": [*shown, _sum(shown), _sum(shown[near])],
        }
    )
    note = (
        "Receipts in the plan years, by how likely they are (table receipt_stages); banked and exchanged is what the "
    )
    note += "receipts indicator counts. A dash stands where one sale alone could be read from the amount."
    return as_it_stands(declared("receipts_by_stage").table(out, prices, note))


def _sum(amounts: pd.Series) -> float:
    """Their sum, missing where one of them is withheld."""
    return float(amounts.sum(skipna=False))


SECTION = Section("bids", "Bids and sales", "sentences.html", _data)
