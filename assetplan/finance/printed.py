"""Published statements beside what arithmetic makes of them."""

from __future__ import annotations

from typing import get_args

import pandas as pd

from assetplan.finance.loans import Method, loan_schedule
from assetplan.finance.statement import CASH, Statement, StatementSpec, numbers, texts
from assetplan.finance.tax_base import tax_base_income
from assetplan.reference import load_table
from assetplan.words import financial_year

_PER_YEAR = {"half-yearly": 2, "annual": 1}
SPEC = StatementSpec(
    "printed_debt",
    "Printed debt statements, checked",
    (
        *numbers("principal", "rate", "years"),
        *texts("method", "paid"),
        *numbers("first_year", "mean_a_year", "printed_mean", "mean_difference"),
        *numbers("total", "printed_total", "total_difference"),
        *texts("agrees"),
    ),
    "£m",
)


def check_printed(statements: pd.DataFrame | None = None) -> Statement:
    """What printed debt statements come to by every kind of loan, and whether that is what was printed.

    Parameters
    ----------
    statements : DataFrame, optional
        One row a statement: principal [£], rate [share a year], years, mean_a_year and total as printed [£], mean_to
        and total_to: the last place printed [£]. By default the packaged ``published_debt.csv``.

    Returns
    -------
    Statement
        "printed_debt": one row a statement, method and frequency; £m, cash. `agrees` is "yes" where mean and total both
        round to what was printed.

    Raises
    ------
    ValueError
        A figure is out of range for a loan.
    """
    table = load_table("published_debt") if statements is None else statements
    rows = [
        _against(said, method, often)
        for said in table.to_dict("records")
        for method in get_args(Method)
        for often in _PER_YEAR
    ]
    note = (
        "Printed pairs beside every kind of loan at the printed rate and term; differences are computed less printed. "
        "A mean is all that is paid, principal and interest, over the years. " + _matches(rows)
    )
    return SPEC.table(pd.DataFrame(rows), CASH, note)


def _against(said: dict, method: Method, often: str) -> dict[str, object]:
    """One printed statement beside one kind of loan."""
    schedule = loan_schedule(said["principal"], said["rate"], said["years"], method, _PER_YEAR[often])
    total = float(schedule["payment"].sum())
    mean = total / said["years"]
    first = float(schedule.loc[schedule["year"] == 1, "payment"].sum())
    near = [_rounds_to(mean, said["mean_a_year"], said["mean_to"]), _rounds_to(total, said["total"], said["total_to"])]
    return {
        "principal": _millions(said["principal"]),
        "rate": said["rate"],
        "years": int(said["years"]),
        "method": method,
        "paid": often,
        "first_year": _millions(first),
        "mean_a_year": _millions(mean),
        "printed_mean": _millions(said["mean_a_year"]),
        "mean_difference": _millions(mean - said["mean_a_year"]),
        "total": _millions(total),
        "printed_total": _millions(said["total"]),
        "total_difference": _millions(total - said["total"]),
        "agrees": _YES[all(near)],
    }


def check_tax_base(published: pd.DataFrame | None = None) -> Statement:
    """Printed extra council tax beside what the rule of `tax_base_income` gives.

    Parameters
    ----------
    published : DataFrame, optional
        Columns of ``published_tax_base.csv``, which it is by default; the first row is the year before the homes, and
        growth of the base and of Band D are each the same in all years that have them.

    Returns
    -------
    Statement
        "printed_tax_base": one row a year; £000, cash; increments, not income to date.

    Raises
    ------
    ValueError
        There is no growth, or more than one.
    """
    table = load_table("published_tax_base") if published is None else published
    before, rows = table.iloc[0], table.iloc[1:].reset_index(drop=True)
    growth, rise = _one(rows, "growth"), _one(rows, "band_d_growth")
    known = rows["band_d"].dropna().tolist()
    first = int(rows["year"].iloc[0])
    found = tax_base_income(float(before["taxbase"]), growth, rows["homes"].tolist(), known, rise, first)
    computed = found["increment"] / 1e3
    beside = pd.DataFrame(
        {
            "year": [financial_year(int(year)) for year in rows["year"]],
            "mtfp_base": found["mtfp_base"].round(1),
            "printed_base": rows["taxbase"],
            "increment": computed.round(1),
            "printed": rows["printed_000"],
            "difference": (computed - rows["printed_000"]).round(1) + 0.0,
            "agrees": [
                _YES[_rounds_to(mine, said, 1.0)] for mine, said in zip(computed, rows["printed_000"], strict=True)
            ],
        }
    )
    apart = beside.loc[beside["agrees"] == "no", "year"].tolist()
    note = "Increments by the rule, less what was printed. " + (
        f"Not reproduced: {', '.join(apart)}." if apart else "All rows are reproduced."
    )
    return Statement("printed_tax_base", "Printed extra council tax, checked", CASH, "£000", beside, note)


_YES = {True: "yes", False: "no"}


def _one(rows: pd.DataFrame, column: str) -> float:
    """The one figure of a column that may be blank."""
    found = rows[column].dropna().unique()
    if len(found) != 1:
        raise ValueError(f"{column} must be one figure, the same in all years that have it; there are {len(found)}")
    return float(found[0])


def _rounds_to(found: float, said: float, place: float) -> bool:
    """Whether a figure is what was printed, to the last place printed; a float's error at the half is let be."""
    return bool(abs(found - said) <= place / 2 * (1 + 1e-9))


def _millions(pounds: float) -> float:
    return round(float(pounds) / 1e6, 3) + 0.0  # never −0.0


def _matches(rows: list[dict[str, object]]) -> str:
    """Which kinds of loan give each printed pair, in a sentence each."""
    said = []
    for principal, total in dict.fromkeys((row["principal"], row["printed_total"]) for row in rows):
        same = [row for row in rows if (row["principal"], row["printed_total"]) == (principal, total)]
        kinds = [f"{row['method']}, {row['paid']}" for row in same if row["agrees"] == "yes"]
        said.append(f"£{principal:g}m printed as £{total:g}m: {'; '.join(kinds) or 'none agrees'}.")
    return " ".join(said)
