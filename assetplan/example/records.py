"""Records that a council keeps beside its register: statutory tests, risks and indicators, invented for the example."""

from __future__ import annotations

import csv
import io
from collections.abc import Hashable, Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from assetplan.example.buildings import whole_numbers
from assetplan.example.figures import Figures, figure
from assetplan.example.plan_file import templates
from assetplan.reference import load_table
from assetplan.register import Register
from assetplan.register.premises import COUNCIL

RISKS, RISKS_BEFORE, INDICATORS, VALUES, SCHEMES = (
    "risks.csv",
    "risks_before.csv",
    "indicators.csv",
    "indicator_values.csv",
    "schemes.csv",
)
TESTS, SAVINGS = "statutory_tests.csv", "energy_savings.csv"
BIDS = "bids.csv"
RECORDS = (TESTS, SAVINGS, BIDS, RISKS, RISKS_BEFORE, INDICATORS, VALUES, SCHEMES)
"""Files of the records, in the folder of the plan."""

_WITHOUT_INTERVAL = 36  # months that an event-driven review lies back at most
_WORKS_WITHIN = 3  # years


def records(register: Register, figures: Figures, seed: int) -> dict[str, str]:
    """Texts of the records by file.

    Parameters
    ----------
    register : Register; from `make_county`
    figures : Figures; size of the county, by which counts and money go
    seed : int; of the county
    """
    made = {TESTS: _tests(register, figures, np.random.default_rng((seed, 4)))}
    scaled = templates().overlay()
    scaled.filters = scaled.filters | {"pounds": partial(_pounds, figures.share)}
    growing = register.premises.loc[register.premises["expansion_year"].notna()].iloc[0]
    for name in RECORDS[1:]:
        template = scaled.get_template(name)
        made[name] = template.render(share=figures.share, potholes=figures.count("potholes"), school=growing)
    return made


def _pounds(share: float, millions: Iterable[float]) -> str:
    """Money of a share of a whole county, by year (£), as a table of bids has it."""
    return ";".join(f"{1e6 * share * each:.0f}" for each in millions)


def _tests(register: Register, figures: Figures, rng: np.random.Generator) -> str:
    """Last tests of some blocks that the council keeps up, and the works that those which failed called for."""
    blocks = register.blocks.merge(register.premises, on="premises_id", suffixes=("", "_of_premises"))
    ours = np.flatnonzero((blocks["responsibility"] == COUNCIL) & (blocks["retention"] == "retain"))
    # Where most people are is tested first.
    floor = blocks["floor_area_m2"].to_numpy(dtype=float)[ours]
    chosen = np.sort(rng.choice(ours, figures.count("tested_blocks"), replace=False, p=floor / floor.sum()))
    months = load_table("regimes").set_index("regime")["months"].astype(float).fillna(_WITHOUT_INTERVAL)
    rows: list[dict[str, Any]] = []
    for regime in load_table("example_tests").to_dict("records"):
        here = rng.permutation(chosen)[: round(regime["share"] * len(chosen))]
        states = ["overdue", "failed", "met"]
        share = np.array([regime["overdue"], regime["failed"], 1 - regime["overdue"] - regime["failed"]])
        state = np.repeat(states, whole_numbers(share, len(here)))
        every = float(months[regime["regime"]])
        rows += [_test(regime, every, blocks.iloc[k], outcome, rng) for k, outcome in zip(here, state, strict=True)]
    text = io.StringIO()
    text.write("# Invented for the example: no test here was ever made, and no cost is of a real contract.\n")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda row: (row["block_id"], row["regime"])))
    return text.getvalue()


def _test(
    regime: Mapping[Hashable, Any], months: float, block: pd.Series[Any], outcome: str, rng: np.random.Generator
) -> dict[str, Any]:
    """One test: within its interval of the plan's first year, or longer ago where it is overdue."""
    first = int(figure("survey_year")) + 1
    days = 30.4 * months
    ago = rng.uniform(days + 60, days + 400) if outcome == "overdue" else rng.uniform(0.2, 0.9) * days
    last = pd.Timestamp(first, 4, 1) - pd.Timedelta(days=round(ago))
    failed = outcome == "failed"
    return {
        "block_id": block["block_id"],
        "regime": regime["regime"],
        "last": f"{last:%Y-%m-%d}",
        "criterion_met": "no" if failed else "yes",
        "remedial_cost": round(regime["works_m2"] * block["floor_area_m2"], -2) if failed else "",
        "remedial_year": first + int(rng.integers(_WORKS_WITHIN)) if failed else "",
        "remedial_funding": regime["works_funding"] if failed else "",
        "price_base": first - 1 if failed else "",
    }
