"""Every statement of a plan, in the order in which a board reads them."""

from __future__ import annotations

import pandas as pd

from assetplan.finance import Statement
from assetplan.outcome.outcome import Outcome
from assetplan.statements.books import Books
from assetplan.statements.debt import affordability, loans, printed_debt, prudential, tax_base
from assetplan.statements.money import checklist, financing, sources
from assetplan.statements.profile import approved_profile, variance
from assetplan.statements.records import (
    capital_programme,
    late_against_early,
    medium_term,
    movements,
    valuations,
)

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


def accounts(outcome: Outcome, works: pd.DataFrame) -> list[Statement]:
    """Every statement that a plan gives cause for.

    Parameters
    ----------
    outcome : Outcome
        The solved plan.
    works : DataFrame
        Table `works` of its programme.

    Returns
    -------
    list of Statement
        Each says which money it is in. What a plan does not have (borrowing, an approved profile) has no statement.
    """
    books = Books(outcome, works)
    return [table for statement in _ORDER for table in statement(books)]
