"""Statutory tests, inspections and reviews from the table that a plan names: when each is due, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from assetplan import cells, schema
from assetplan._types import Bools, Ints
from assetplan.asset_classes import BUILDING
from assetplan.compliance import CAPITAL, EVENT, FIXED, SCHEME, due_counts, first_month, month_of, months_later
from assetplan.config import Plan
from assetplan.config.inflation import ALL_WORKS
from assetplan.delimited import csv_table
from assetplan.display import Shown
from assetplan.economics import price_levels
from assetplan.errors import ConfigError, Fault
from assetplan.finance.inflation import Rises, rises_of
from assetplan.inputs.firm import as_registered
from assetplan.inputs.mandatory import mandatory_table
from assetplan.inputs.tables import Parameters
from assetplan.prices import CONSTRUCTION
from assetplan.register import Register
from assetplan.register.premises import COUNCIL, premises_of, responsibility_of
from assetplan.words import financial_year

_TABLE = "statutory_tests"
_PLACES = ("asset_id", "block_id", "premises_id")
_DATES = ("last", "event", "next_due")
_MONEY = ("cost", "remedial_cost")
# What is known of the place of a test, from the register.
_FACTS = ("name", "asset_class", "road_class", "district", "division", "group", "road", "responsibility")

TEST, REMEDIAL = "test", "remedial works"


@dataclass(frozen=True, eq=False, repr=False)
class Compliance(Shown):
    """Statutory tests of a plan and when they are due.

    Attributes
    ----------
    regimes : DataFrame; regimes by name, as `load_regimes` gives them
    tests : DataFrame
        One row a test of the plan's table: asset_id, block_id, premises_id, item, regime, last, due [dates], interval
        [months, 0 where it falls due once], criterion_met, cost, remedial_cost [£, prices of the first year, NaN where
        not known], funding and line of tests, remedial_year, remedial_funding, remedial_line, what the register says of
        the place (name, asset_class, district, …), and responsibility: who pays, of which the council's alone cost it.
    due : array (n_tests, n_years); how often each falls due in each plan year, none in years that are past
    first_open : int; first plan year that is not past: what is due before it is overdue
    plan_years : tuple of int; years of the plan
    longer : int; tests whose scheme states a longer interval than law does without one
    """

    regimes: pd.DataFrame
    tests: pd.DataFrame
    due: Ints
    first_open: int
    plan_years: tuple[int, ...]
    longer: int

    @property
    def due_month(self) -> Ints:
        """Month in which each is next due (n_tests,), as `month_of`."""
        return month_of(self.tests["due"])

    @property
    def overdue(self) -> Bools:
        """Tests that are overdue as the first year that is not past begins, (n_tests,)."""
        return self.due_month < first_month(self.first_open)

    @property
    def in_date(self) -> Bools:
        """Whether each is in date as the first open year begins and, if none is done, at the end of each open year.

        Returns
        -------
        array (n_tests, 1 + n_open) of bool
        """
        ends = [first_month(year) for year in range(self.first_open, self.plan_years[-1] + 2)]
        return self.due_month[:, None] >= np.array(ends)

    @property
    def councils(self) -> Bools:
        """Tests that the council pays for, (n_tests,)."""
        return (self.tests["responsibility"] == COUNCIL).to_numpy(dtype=bool)

    @property
    def label(self) -> pd.Series:
        """What the regime of each test is called."""
        return self.tests["regime"].map(self.regimes["label"])

    def works(self, funding: str, growth: Mapping[str, Rises]) -> pd.DataFrame:
        """Tests and remedial works that the council pays for in the plan's open years, one row a works item.

        Parameters
        ----------
        funding : str; "capital" or "revenue"
        growth : mapping of budget line or "works" → rises; from `rises_by_name`

        Returns
        -------
        DataFrame
            As `mandatory_table`.
        """
        tests = self.tests.assign(reference=self.references, label=self.label)
        mine = self.councils & (tests["funding"] == funding).to_numpy(dtype=bool) & (tests["cost"] > 0).to_numpy()
        row, place = np.nonzero(self.due * mine[:, None])
        number = self.due[row, place]
        done = tests.iloc[row].reset_index(drop=True)
        done = done.assign(
            what=f"{TEST}: " + done["label"], number=number, cost=done["cost"] * number,
            year=self.plan_years[0] + place,
        )  # fmt: skip
        years = range(self.first_open, self.plan_years[-1] + 1)
        asked = self.councils & (tests["remedial_funding"] == funding) & (tests["remedial_cost"] > 0)
        works = tests[asked & tests["remedial_year"].isin(years)]
        works = works.assign(
            what=f"{REMEDIAL}: " + works["label"], number=1, cost=works["remedial_cost"], year=works["remedial_year"],
            line=works["remedial_line"],
        )  # fmt: skip
        both = pd.concat([done, works], ignore_index=True)
        lines, of = np.unique(both["line"].to_numpy(dtype=str), return_inverse=True)
        levels = [price_levels(rises_of(growth, line, ALL_WORKS), np.arange(len(self.plan_years))) for line in lines]
        place = both["year"].to_numpy(dtype=np.intp) - self.plan_years[0]
        rises = np.reshape(levels, (len(lines), len(self.plan_years)))[of, place]
        return mandatory_table(both.assign(cost=both["cost"] * rises))

    @property
    def references(self) -> list[str]:
        """A number of each test, by its row in the table."""
        return [f"T{row:05d}" for row in range(1, len(self.tests) + 1)]


def load_statutory_tests(plan: Plan, parameters: Parameters, register: Register, past: int) -> Compliance | None:
    """Read the statutory tests of a plan; None where it names no table of them.

    Parameters
    ----------
    plan : Plan; `tables.statutory_tests` names a CSV with the columns of table `statutory_tests` of the schema
    parameters : Parameters; regimes, and indices that bring its money to the prices of the first year
    register : Register; its assets, with `group`, its blocks and premises
    past : int; how many of the plan's years are past

    Raises
    ------
    ConfigError
        Rows break their rules, are of no place of the register, have neither an interval nor a date, are dated in the
        future, wait longer than their regime allows or are there twice; every fault is listed.
    FileNotFoundError
        There is no such file.
    """
    if not plan.tables.statutory_tests:
        return None
    path, regimes = plan.path(plan.tables.statutory_tests), parameters.regimes
    text = csv_table(path, ConfigError, ("regime",))
    table, faults = schema.conform(text, _TABLE, str(path), pd.Series(text.index, index=text.index))
    for name in _DATES:
        faults += _read_dates(table, name, str(path))
    known = table["regime"].isin(regimes.index)
    table = table.join(regimes[["kind", "months"]], on="regime")
    for name, ids in zip(_PLACES, _identifiers(register), strict=True):
        table[name] = as_registered(table[name], ids).astype("str")
    table = table.join(_facts(table, register)).assign(file=str(path), row=text.index)
    start = pd.Timestamp(plan.plan_years[past], 4, 1)
    checks = [
        ("regime", known | (table["regime"] == ""), f"must be one of {', '.join(regimes.index)}; tables.regimes adds"),
        *_place_checks(table, regimes, register),
        *_date_checks(table, known, start),
        *_money_checks(table, regimes, plan),
    ]
    faults += schema.row_faults(table, checks)
    table, unpriced = _priced(table, parameters, str(path))
    if faults or unpriced:
        raise ConfigError([*faults, *unpriced])
    return _scheduled(table.reset_index(drop=True), regimes, plan, past)


def _read_dates(table: pd.DataFrame, column: str, file: str) -> Iterator[Fault]:
    """Dates of a column of text in their place, and the faults of those that are none."""
    words = table[column]
    blank = cells.missing(words)
    short = cells.short_years(words)
    dates = cells.dates(words.mask(blank | short, ""))
    for wrong, rule in (
        (short, cells.TWO_DIGITS),
        (~blank & ~short & dates.isna(), "must be a date such as 2019-06-30"),
    ):
        for line in table.index[wrong]:
            yield Fault(file, int(line), column, str(words[line])[:80], rule)
    table[column] = dates
    table[f"{column}_stated"] = ~blank


def _identifiers(register: Register) -> tuple[pd.Series, pd.Series, pd.Series]:
    return register.assets["asset_id"], register.blocks["block_id"], register.premises["premises_id"]


def _facts(table: pd.DataFrame, register: Register) -> pd.DataFrame:
    """What the register says of the place of each test, and the block and premises that an asset or block lies in."""
    assets, blocks, premises = register.assets, register.blocks, register.premises
    mine = pd.DataFrame(assets[[name for name in _FACTS if name in assets and name != "responsibility"]])
    by_asset = mine.assign(
        responsibility=responsibility_of(assets, blocks, premises), of_premises=premises_of(assets, blocks)
    ).set_index(assets["asset_id"].astype(object))
    of_premises = premises.set_index(premises["premises_id"].astype(object))
    held = of_premises["responsibility"].replace({"": COUNCIL, "shared": COUNCIL})
    sites = pd.DataFrame(
        {"name": of_premises["name"], "district": of_premises["district"], "division": of_premises["division"],
         "asset_class": BUILDING, "responsibility": held, "of_premises": of_premises["premises_id"]}
    )  # fmt: skip
    in_blocks = sites.reindex(blocks["premises_id"].astype(object)).set_axis(blocks["block_id"].astype(object))
    named = pd.Series(blocks["name"].to_numpy(), index=in_blocks.index)
    in_blocks["name"] = named.where(named != "", in_blocks["name"])
    parts = []
    for column, known in zip(_PLACES, (by_asset, in_blocks, sites), strict=True):
        rows = known.reindex(table[column].astype(object)).set_axis(table.index)
        parts.append(rows[(table[column] != "").to_numpy()])
    columns = [*_FACTS, "of_premises"]
    facts = pd.concat(parts) if parts else pd.DataFrame(columns=columns)
    facts = facts[~facts.index.duplicated()].reindex(index=table.index, columns=columns)
    return facts.fillna("").astype("str")


def _place_checks(
    table: pd.DataFrame, regimes: pd.DataFrame, register: Register
) -> Iterator[tuple[str, pd.Series, str]]:
    """That a row names one place, of the register and of the class of its regime, and once."""
    named = table[list(_PLACES)] != ""
    rule = "a row names one of asset_id, block_id and premises_id"
    yield "asset_id", named.sum(axis=1) == 1, rule
    for name, ids, what in zip(_PLACES, _identifiers(register), ("asset", "block", "premises"), strict=True):
        yield name, ~named[name] | table[name].isin(set(ids)), f"the register has no such {what}"
    wanted = table["regime"].map(regimes["asset_class"]).fillna("")
    meant = (wanted == "") | (table["asset_class"] == "") | (wanted == table["asset_class"])
    yield "regime", meant, "is a regime of another asset class than this place's"
    twice = table.duplicated([*_PLACES, "regime", "item"]) & named.any(axis=1)
    yield "regime", ~twice, "is there twice for this place and item"


def _date_checks(table: pd.DataFrame, known: pd.Series, start: pd.Timestamp) -> Iterator[tuple[str, pd.Series, str]]:
    """That a test has what says when it is due, and waits no longer than its regime allows."""
    for name in ("last", "event"):
        when = financial_year(start.year)
        yield name, ~(table[name] >= start), f"lies in the future: what is planned begins on 1 April, with {when}"
    yield "event", (table["kind"] == EVENT) | ~table["event_stated"] | ~known, "is for regimes that are event-driven"
    dated = table["last_stated"] | table["next_due_stated"] | table["event_stated"]
    yield "last", dated | ~known, "a date is required: of the last test, or in next_due of the next"
    every = table["interval"].notna() | table["months"].notna() | table["next_due_stated"]
    rule = "an interval in months, or a date in next_due, is required: its scheme states one"
    yield "interval", (table["kind"] != SCHEME) | every, rule
    fixed = table["kind"] == FIXED
    longer = fixed & (table["interval"] > table["months"])
    yield "interval", ~longer, "is longer than the interval of its regime, which is fixed"
    late = table["next_due"] > months_later(table["last"], table["months"])
    yield "next_due", ~(fixed & late), "is later than the interval of its regime after the last test"


def _money_checks(table: pd.DataFrame, regimes: pd.DataFrame, plan: Plan) -> Iterator[tuple[str, pd.Series, str]]:
    """That works have a year, and a budget line where capital pays."""
    both = (table["remedial_cost"] > 0) == table["remedial_year"].notna()
    yield "remedial_year", both, "remedial works need their cost and the year by which they are due, or neither"
    rule = f"must be {plan.first_year}, the plan's first year, or later: overdue works are due in {plan.first_year}"
    yield "remedial_year", ~(table["remedial_year"] < plan.first_year), rule
    lines = f"the envelope has no such line; it has {', '.join(plan.envelope.lines)}"
    own = table["regime"].map(regimes["line"]).fillna("")
    line = table["remedial_line"].where(table["remedial_line"] != "", own)
    paid = (table["remedial_cost"] > 0) & (table["remedial_funding"] != "revenue")
    yield "remedial_line", ~paid | line.isin(plan.envelope.lines), lines
    cost = table["cost"].fillna(table["regime"].map(regimes["cost"]))
    capital = (table["regime"].map(regimes["funding"]) == CAPITAL) & (cost > 0)
    yield "regime", ~capital | own.isin(plan.envelope.lines), f"its tests are capital, and {lines}"


def _priced(table: pd.DataFrame, parameters: Parameters, file: str) -> tuple[pd.DataFrame, list[Fault]]:
    """Money of the rows that state any in prices of the plan's first year."""
    stated = (table[list(_MONEY)] > 0).any(axis=1)
    if not stated.any():
        return table, []
    priced, faults = parameters.prices.indexed(table[stated], file, _MONEY, CONSTRUCTION)
    table = table.copy()
    table.loc[stated, list(_MONEY)] = priced[list(_MONEY)]
    return table, faults


def _scheduled(table: pd.DataFrame, regimes: pd.DataFrame, plan: Plan, past: int) -> Compliance:
    """Tests with the day when each is next due, and how often that is in each plan year."""
    interval = table["interval"].fillna(table["months"])
    changed = table["event"].where(table["last"].isna() | (table["event"] > table["last"]))
    usual = months_later(table["last"], interval).where(table["next_due"].isna(), table["next_due"])
    due = pd.concat([usual, changed], axis=1).min(axis=1)
    every = interval.fillna(0).to_numpy(dtype=np.int64)
    counts = np.zeros((len(table), plan.years), dtype=np.int64)
    counts[:, past:] = due_counts(month_of(due), every, plan.plan_years[past], plan.years - past)
    own = table["regime"].map(regimes["line"])
    tests = table.assign(
        due=due,
        interval=every,
        criterion_met=table["criterion_met"].replace("", "unknown"),
        cost=table["cost"].fillna(table["regime"].map(regimes["cost"])),
        funding=table["regime"].map(regimes["funding"]),
        line=own,
        remedial_line=table["remedial_line"].where(table["remedial_line"] != "", own),
        remedial_funding=table["remedial_funding"].replace("", CAPITAL),
        premises_id=table["premises_id"].where(table["premises_id"] != "", table["of_premises"]),
    )
    longer = int(((table["kind"] == SCHEME) & (table["interval"] > table["months"])).sum())
    columns = [
        *_PLACES, "item", "regime", "last", "due", "interval", "criterion_met", "cost", "funding", "line",
        "remedial_cost", "remedial_year", "remedial_funding", "remedial_line", *_FACTS,
    ]  # fmt: skip
    return Compliance(regimes, tests[columns], counts, plan.plan_years[past], plan.plan_years, longer)
