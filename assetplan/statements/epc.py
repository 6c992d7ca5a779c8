"""Blocks that the council lets and that fall short of the least band of their certificate: when, and what it takes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from assetplan.energy import KWH, shares_saved
from assetplan.epc import epc_shortfalls
from assetplan.finance import Statement, real
from assetplan.finance.statement import declared
from assetplan.inputs.load import Inputs
from assetplan.statements.ledger import Ledger
from assetplan.words import plural


def epc_duties(ledger: Ledger) -> Iterator[Statement]:
    """One row a let block and duty that it falls short of, with the works that save energy and pay back in time."""
    inputs = ledger.outcome.inputs
    short = epc_shortfalls(inputs.register.blocks, inputs.tables.parameters.epc_duties)
    if short.empty:
        return
    works = _saving_works(inputs)
    names = inputs.register.blocks.set_index("block_id")["name"]
    rows = []
    for row in short.to_dict("records"):
        mine = works[works["block_id"] == row["block_id"]]
        in_time = mine[mine["payback"] <= (np.inf if pd.isna(row["payback_years"]) else row["payback_years"])]
        saving = float(in_time["saving"].sum())
        rows.append(
            {
                "row": row["row"],
                "block": row["block_id"],
                "name": names[row["block_id"]],
                "epc": row["epc"] or "no certificate",
                "floor_area_m2": row["floor_area_m2"],
                "band": row["band"],
                "from_year": str(row["from_year"]),
                "works": "; ".join(in_time["label"]),
                "cost": round(float(in_time["cost"].sum())) if len(in_time) else np.nan,
                "saving": round(saving) if len(in_time) else np.nan,
                "payback": round(float(in_time["cost"].sum()) / saving, 1) if saving else np.nan,
            }
        )
    bare = int((short.drop_duplicates("row")["epc"] == "").sum())
    note = (
        "Row is that of the register's table of blocks. Works are those that save energy by the plan's tables and "
        "prices and pay for themselves within the years of the duty's test, each at its full cost; whether they reach "
        "the band an assessor must say. Where there are none, an exemption may be registered. Dwellings have duties of "
        "their own."
    )
    if bare:
        note += f" {plural(bare, 'let block')} without a certificate: nobody can say what it takes."
    yield declared("epc_duties").table(pd.DataFrame(rows), real(ledger.plan.first_year), note)


def _saving_works(inputs: Inputs) -> pd.DataFrame:
    """What may be done to components of blocks that saves energy: block_id, label, cost, saving [£ a year], payback."""
    assets, terms = inputs.register.assets, inputs.model.energy
    columns = ["block_id", "label", "cost", "saving", "payback"]
    if terms is None:
        return pd.DataFrame(columns=columns)
    blocks, rows = set(inputs.register.blocks["block_id"]), []
    for group, members in assets[assets["parent_id"].isin(blocks)].groupby("group"):
        own = inputs.model.catalogue.own(str(group))
        shares = shares_saved(terms.savings, [(t.name, t.group) for t in own])
        for treatment, saved in zip(own, shares, strict=True):
            saving = members[list(KWH)].to_numpy(dtype=float) @ (saved * terms.price)
            cost = treatment.unit_cost * members["quantity"].to_numpy(dtype=float)
            for block, pounds, price in zip(members["parent_id"], saving, cost, strict=True):
                if pounds > 0:
                    label = f"{treatment.label}, {inputs.model.groups[str(group)].label.lower()}"
                    rows.append((block, label, price, pounds, price / pounds))
    return pd.DataFrame(rows, columns=columns)


STATEMENTS = (epc_duties,)
