"""Every statement of a plan, in the order in which a board reads them."""

from __future__ import annotations

import pandas as pd

from assetplan.finance import Table
from assetplan.planning.accounts.books import Books
from assetplan.planning.accounts.debt import affordability, loans, printed_debt, prudential, tax_base
from assetplan.planning.accounts.money import checklist, financing, sources
from assetplan.planning.accounts.profile import approved_profile, variance
from assetplan.planning.accounts.records import (
    capital_programme,
    late_against_early,
    medium_term,
    movements,
    valuations,
)
from assetplan.planning.outcome import Outcome

# Statements with a row a scheme or a drawdown and year, too long for a summary.
LONG = frozenset(("capital_programme", "loans"))
_ORDER = (
    *(
        approved_profile,
        variance,
        financing,
        sources,
        checklist,
        affordability,
        tax_base,
        loans,
        prudential,
        printed_debt,
    ),
    *(medium_term, movements, capital_programme, valuations, late_against_early),
)


def accounts(outcome: Outcome, works: pd.DataFrame) -> list[Table]:
    """Every statement that a plan gives cause for.

    Parameters
    ----------
    outcome : Outcome
        The solved plan.
    works : DataFrame
        Table `works` of its programme.

    Returns
    -------
    list of Table
        Each says which money it is in. What a plan does not have (borrowing, an approved profile) has no statement.
    """
    books = Books(outcome, works)
    return [table for statement in _ORDER for table in statement(books)]
