"""A programme gives a statement of finance by its name."""

from __future__ import annotations

import pytest

from assetplan import RegisterError


def test_a_statement_is_known_by_its_name(two_programmes) -> None:
    programme = two_programmes[0]
    for statement in programme.accounts:
        assert programme.statement(statement.name) is statement
    with pytest.raises(RegisterError, match=r"no such statement; the programme has .*valuation_today"):
        programme.statement("valuation")
