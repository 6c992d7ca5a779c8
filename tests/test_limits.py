"""A limit or a flow of money has one key and one text, made from the key."""

from __future__ import annotations

import pytest

from assetplan.limits import FlowKey, LimitKey


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (LimitKey("line", line="bridges", year=2021), "bridges 2021"),
        (LimitKey("line floor", line="bridges", year=2021, side="at least"), "bridges 2021 at least"),
        (LimitKey("virement", year=2020), "virement 2020"),
        (LimitKey("preventative", "preventative share", year=2019, side="at most"), "preventative share at most 2019"),
        (LimitKey("limit", "north"), "north"),
        (LimitKey("source", source="PWLB", side="at most"), "PWLB at most"),
        (LimitKey("funding", "fundable by council", year=2020), "fundable by council 2020"),
        (LimitKey("affordability", "debt cost", year=2031), "debt cost 2031"),
    ],
)
def test_a_limit_is_called_by_its_key_and_read_back_from_its_fields(key: LimitKey, text: str) -> None:
    assert str(key) == text
    assert LimitKey.from_json(key.as_json()) == key
    assert "" not in key.as_json().values()


def test_limits_sort_by_kind_then_by_what_they_are_of() -> None:
    keys = [LimitKey("line", line=line, year=year) for line in ("a", "b") for year in (2019, 2020)]
    assert sorted({*keys}) == keys


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (FlowKey("carry-over", line="bridges", year=2020, to_year=2021), "bridges carried from 2020 to 2021"),
        (FlowKey("virement", line="bridges", year=2020, direction="out"), "bridges out 2020"),
        (FlowKey("source", source="X", year=2020, funds="fundable by Y"), "X to fundable by Y 2020"),
        (FlowKey("source use", source="X", year=2020, funds="used of X"), "X used for used of X 2020"),
        (FlowKey("spent", source="X", year=2020, funds="what is spent"), "X spent 2020"),
        (FlowKey("drawdown", source="PWLB", year=2020), "PWLB drawn 2020"),
        (FlowKey("gift", source="crown", year=2020), "gift crown 2020"),
    ],
)
def test_a_flow_is_called_by_its_key(key: FlowKey, text: str) -> None:
    assert str(key) == text
