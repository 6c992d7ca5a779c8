"""Debt statements that a plan file quotes from papers, beside what arithmetic makes of them."""

from __future__ import annotations

from typing import get_args

import pandas as pd

from assetplan.finance.loans import Method, loan_schedule
from assetplan.finance.statement import CASH, Statement, declared

_PER_YEAR = {"half-yearly": 2, "annual": 1}


def check_printed(statements: pd.DataFrame) -> Statement:
    """What printed debt statements come to by every kind of loan, and whether that is what was printed.

    Parameters
    ----------
    statements : DataFrame
        One row a statement: principal [£], rate [share a year], years, mean_a_year and total as printed [£], mean_to
        and total_to: the last place printed [£].

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
    rows = [
        _against(row, method, often)
        for row in statements.to_dict("records")
        for method in get_args(Method)
        for often in _PER_YEAR
    ]
    note = (
        "Printed pairs beside every kind of loan at the printed rate and term; differences are computed less printed. "
        "A mean is all that is paid, principal and interest, over the years. " + _matches(rows)
    )
    return declared("printed_debt").table(pd.DataFrame(rows), CASH, note)


def _against(shown: dict, method: Method, often: str) -> dict[str, object]:
    """One printed statement beside one kind of loan."""
    schedule = loan_schedule(shown["principal"], shown["rate"], shown["years"], method, _PER_YEAR[often])
    total = float(schedule["payment"].sum())
    mean = total / shown["years"]
    first = float(schedule.loc[schedule["year"] == 1, "payment"].sum())
    near = [
        _rounds_to(mean, shown["mean_a_year"], shown["mean_to"]),
        _rounds_to(total, shown["total"], shown["total_to"]),
    ]
    return {
        "principal": _millions(shown["principal"]),
        "rate": shown["rate"],
        "years": int(shown["years"]),
        "method": method,
        "paid": often,
        "first_year": _millions(first),
        "mean_a_year": _millions(mean),
        "printed_mean": _millions(shown["mean_a_year"]),
        "mean_difference": _millions(mean - shown["mean_a_year"]),
        "total": _millions(total),
        "printed_total": _millions(shown["total"]),
        "total_difference": _millions(total - shown["total"]),
        "agrees": "yes" if all(near) else "no",
    }


def _rounds_to(computed: float, shown: float, place: float) -> bool:
    """Whether a figure is what was printed, to the last place printed; a float's error at the half is let be."""
    return bool(abs(computed - shown) <= place / 2 * (1 + 1e-9))


def _millions(pounds: float) -> float:
    return round(float(pounds) / 1e6, 3) + 0.0  # never −0.0


def _matches(rows: list[dict[str, object]]) -> str:
    """Which kinds of loan give each printed pair, in a sentence each."""
    sentences = []
    for principal, total in dict.fromkeys((row["principal"], row["printed_total"]) for row in rows):
        same = [row for row in rows if (row["principal"], row["printed_total"]) == (principal, total)]
        kinds = [f"{row['method']}, {row['paid']}" for row in same if row["agrees"] == "yes"]
        sentences.append(f"£{principal:g}m printed as £{total:g}m: {'; '.join(kinds) or 'none agrees'}.")
    return " ".join(sentences)
