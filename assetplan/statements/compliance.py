"""Statutory compliance in tables: what is overdue, what falls due when, what it costs, and what is paid first."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from assetplan._types import Bools
from assetplan.asset_classes import BUILDING
from assetplan.compliance import CAPITAL, FUNDING, first_month
from assetplan.finance import CASH, Statement, price_of_years, real
from assetplan.finance.inflation import rises_by_name
from assetplan.finance.statement import declared, named
from assetplan.inputs.load import Inputs
from assetplan.inputs.statutory_tests import REMEDIAL, TEST, Compliance
from assetplan.register import Register
from assetplan.register.premises import premises_of
from assetplan.statements.ledger import Ledger
from assetplan.words import financial_year, plural

_TOTAL = "total"


def compliance_statements(inputs: Inputs) -> list[Statement]:
    """Every table on statutory compliance; none where the plan names no tests.

    Parameters
    ----------
    inputs : Inputs; what the plan is made from
    """
    made = inputs.compliance
    if made is None:
        return []
    return [_due(inputs, made), _in_date(inputs, made), *_cost(inputs, made), _tests(inputs, made), *_first(inputs)]


def compliance(ledger: Ledger) -> Iterator[Statement]:
    """The tables on statutory compliance of a solved plan."""
    yield from compliance_statements(ledger.outcome.inputs)


def _years(inputs: Inputs) -> list[str]:
    return [financial_year(year) for year in inputs.plan.plan_years]


def _prices(inputs: Inputs) -> str:
    return CASH if inputs.plan.envelope.prices == "cash" else real(inputs.plan.first_year)


def _due(inputs: Inputs, made: Compliance) -> Statement:
    """Tests by regime: how many there are, are overdue, and fall due in each year."""
    code, present = _regimes(made)
    counted = {
        "tests": np.ones(len(code)), "not_met": made.tests["criterion_met"] == "no", "overdue": made.overdue,
        **dict(zip(_years(inputs), made.due.T, strict=True)),
    }  # fmt: skip
    sums = {name: np.bincount(code, np.asarray(each, dtype=float), len(present)) for name, each in counted.items()}
    rows = made.regimes.loc[present, ["label", "kind", "months"]].assign(
        tests=sums.pop("tests"), without=[_without(made, inputs.register, str(name)) for name in present], **sums
    )
    rows = rows[(rows["tests"] > 0) | (rows["without"] > 0)]
    total = rows.drop(columns=["label", "kind", "months"]).sum()
    rows = pd.concat([rows, pd.DataFrame([{"label": _TOTAL, "kind": "", "months": np.nan, **total}])])
    start = financial_year(made.first_open)
    note = (
        f"Overdue is what was due before 1 April of {start}; it is taken to be done on that day, and every other test "
        "on the day when it is due. Kinds: fixed has a longest interval; scheme that of a scheme or certificate; event "
        "is a review when things change, and its interval the user's own default, which no law prescribes."
    )
    if made.longer:
        note += f" {plural(made.longer, 'scheme')} with a longer interval than holds without one."
    return declared("compliance").table(rows, "", note, own=named(_years(inputs)))


def _regimes(made: Compliance) -> tuple[np.ndarray, list[str]]:
    """Regime of each test by its place among those that have tests or every place must have one."""
    asked = made.regimes["everywhere"] == "yes"
    present = [name for name in made.regimes.index if asked[name] or (made.tests["regime"] == name).any()]
    return pd.Index(present).get_indexer(made.tests["regime"]), present


def _without(made: Compliance, register: Register, regime: str) -> float:
    """Places that a regime asks a test of and the table has none for; NaN where the register or regime cannot say."""
    row, tests, assets, blocks = made.regimes.loc[regime], made.tests, register.assets, register.blocks
    of_block = row["asset_class"] == BUILDING and not row["element"]
    if row["everywhere"] != "yes" or (of_block and not len(blocks)):
        return np.nan
    alike = made.regimes.index[made.regimes["instead_of"] == regime]
    mine = tests[tests["regime"].isin([regime, *alike])]
    whole = mine[(mine["asset_id"] == "") & (mine["block_id"] == "")]["premises_id"]
    if of_block:
        block, premises = blocks["block_id"], blocks["premises_id"]
        area = blocks["floor_area_m2"]
        meant = ~((area <= row["floor_area_over"]) | (area > row["floor_area_to"]))
        have = block.isin(set(mine["block_id"]) - {""})
    else:
        block, premises = assets["parent_id"], premises_of(assets, blocks)
        meant = (assets["asset_class"] == row["asset_class"]) if row["asset_class"] else ~assets["asset_id"].isna()
        meant &= assets["element"].isin(row["element"].split("|")) | (row["element"] == "")
        have = assets["asset_id"].isin(mine["asset_id"]) | block.isin(set(mine["block_id"]) - {""})
    if row["use"]:
        use = register.premises.set_index("premises_id")["use"].reindex(premises)
        meant &= use.isin(row["use"].split("|")).to_numpy()
    return float((meant & ~have & ~premises.isin(set(whole) - {""})).sum())


def _in_date(inputs: Inputs, made: Compliance) -> Statement:
    """Share of tests in date as the plan begins and at the end of each year, if none is done from now on."""
    code, present = _regimes(made)
    code, present = np.append(code, np.full(len(code), len(present))), [*present, _TOTAL]
    held = np.vstack([made.in_date, made.in_date])
    count = np.bincount(code, minlength=len(present))
    ends = [financial_year(year) for year in range(made.first_open, made.plan_years[-1] + 1)]
    rows = pd.DataFrame({"label": [*made.regimes["label"].reindex(present[:-1]), _TOTAL], "tests": count})
    for place, name in enumerate(["start", *ends]):
        shares = np.bincount(code, held[:, place], len(present)) / np.maximum(count, 1)
        rows[name] = (100 * shares).round(1)
    note = (
        "A test is in date up to the day on which the next is due. The plan pays every test that is due and "
        "charged to capital, so that with the revenue beside it all are in date at the end of each year."
    )
    return declared("compliance_in_date").table(rows[rows["tests"] > 0], "", note, own=named(ends))


def _cost(inputs: Inputs, made: Compliance) -> Iterator[Statement]:
    """Cost of tests and of remedial works by year, revenue and capital apart."""
    price, parts = price_of_years(inputs.plan), []
    for funding in FUNDING:
        works = made.works(funding, rises_by_name(inputs.plan))
        place = works["year"].to_numpy(dtype=np.intp) - inputs.plan.first_year
        kind = np.where(works["what"].str.startswith(TEST), f"{TEST}s", REMEDIAL)
        label = works["line"].map(inputs.tables.labels) if funding == CAPITAL else ""
        works = works.assign(funding=funding, kind=kind, label=label)
        works["cost"] *= price[place]
        parts.append(works)
    both = pd.concat(parts, ignore_index=True)
    if not len(both):
        return
    keys = ["funding", "kind", "label"]
    wide = both.pivot_table(index=keys, columns="year", values="cost", aggfunc="sum", fill_value=0.0)
    wide = wide.reindex(columns=list(inputs.plan.plan_years), fill_value=0.0).set_axis(_years(inputs), axis=1)
    rows = wide.assign(total=wide.sum(axis=1)).round(2).reset_index().rename(columns={"kind": "what"})
    bare = int(made.due[made.councils & ~(made.tests["cost"] > 0).to_numpy()].sum())
    note = "Capital is paid first, from the lines named; revenue stands beside the capital envelope, not in it."
    if bare:
        note += f" {plural(bare, 'test')} due in the plan without a cost in the tables."
    others = int((~made.councils).sum())
    if others:
        note += f" {plural(others, 'test')} of places that others keep up, at no cost to the council."
    yield declared("compliance_cost").table(rows, _prices(inputs), note, own=named(_years(inputs)))


def _tests(inputs: Inputs, made: Compliance) -> Statement:
    """Every test, with when it is due."""
    tests = made.tests
    end = made.due_month >= first_month(made.plan_years[-1] + 1)
    rows = pd.DataFrame(
        {
            "reference": made.references,
            **{name: tests[name] for name in ("name", "asset_id", "block_id", "premises_id", "item")},
            "label": made.label,
            "last": _day(tests["last"]),
            "criterion_met": tests["criterion_met"],
            "due": _day(tests["due"]),
            "status": _status(tests["due"].isna().to_numpy(dtype=bool), made.overdue, end),
            "responsibility": tests["responsibility"],
            "funding": tests["funding"],
            "cost": tests["cost"].round(2),
        }
    )
    return declared("statutory_tests").table(rows, real(inputs.plan.first_year), "")


def _day(dates: pd.Series) -> pd.Series:
    return dates.dt.strftime("%Y-%m-%d").fillna("").astype("str")


def _status(never: Bools, overdue: Bools, later: Bools) -> np.ndarray:
    names = np.select([never, overdue, later], ["no date", "overdue", "after the plan"], "due in the plan")
    return names.astype(object)


def _first(inputs: Inputs) -> Iterator[Statement]:
    """What is paid first, item by item."""
    works = inputs.mandatory
    if not len(works):
        return
    price = price_of_years(inputs.plan)[works["year"].to_numpy(dtype=np.intp) - inputs.plan.first_year]
    columns = [
        "reference", "what", "name", "asset_id", "block_id", "premises_id", "district", "line", "year", "number", "cost"
    ]  # fmt: skip
    rows = works[columns].assign(
        cost=(works["cost"] * price).round(2), year=[financial_year(int(year)) for year in works["year"]]
    )
    yield declared("mandatory_works").table(rows, _prices(inputs), "")


STATEMENTS = (compliance,)
