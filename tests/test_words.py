"""Numbers, money, years and lists in words: one rule each."""

from __future__ import annotations

import pytest

from assetplan.words import (
    and_list,
    capitalised,
    financial_year,
    millions,
    months_of,
    months_words,
    number,
    plural,
    pounds,
    significant,
)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0.2, "£0"),
        (812.4, "£812"),
        (4123, "£4,120"),
        (999_600, "£1m"),
        (1_234_000, "£1.23m"),
        (-56_789, "−£56,800"),
        (-0.2, "£0"),
        (152_750_000, "£153m"),
        (1_250_400_000, "£1,250m"),
        (None, "–"),
        (float("nan"), "–"),
    ],
)
def test_money_has_three_significant_figures_in_a_sentence(amount: float | None, words: str) -> None:
    assert pounds(amount) == words


@pytest.mark.parametrize(
    ("amount", "figures", "words"),
    [
        (152_750_000, 4, "£152.8m"),
        (4_249_400, 4, "£4.249m"),
        (9_996_000, 3, "£10m"),
        (996_000, 2, "£1m"),
        (860_400, 4, "£860,400"),
        (-2_500_000, 4, "−£2.500m"),
        (152_753_210, 5, "£152.75m"),
        (120.49, 5, "£120"),
        (999_999.6, 7, "£1.000000m"),
    ],
)
def test_money_that_is_added_up_has_as_many_figures_as_asked(amount: float, figures: int, words: str) -> None:
    assert pounds(amount, figures) == words


def test_rounding_is_to_whole_units_at_most() -> None:
    values = (0.49, 0.5, 12.6, -1_234.0, 99_951.0)
    assert [significant(value) for value in values] == [0.0, 0.0, 13.0, -1_230.0, 100_000.0]


def test_numbers_and_years() -> None:
    assert number(-0.04, 1) == "0.0"
    assert number(-1234.5, 1) == "−1,234.5"
    assert number(float("nan")) == "–"
    assert millions(152_750_000) == "152.75"
    assert millions(None) == "–"
    assert financial_year(2019) == "2019/20"
    assert financial_year(1999) == "1999/00"


def test_names_in_a_row_and_plurals() -> None:
    assert [and_list("abc"[:count]) for count in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert (plural(1, "bridge"), plural(2_000, "bridge")) == ("1 bridge", "2,000 bridges")
    assert plural(0, "asset has", "assets have") == "0 assets have"
    assert capitalised("asset OK") == "Asset OK"
    assert capitalised(float("nan")) == ""


@pytest.mark.parametrize(
    ("text", "months", "words"),
    [
        ("4-9", (4, 5, 6, 7, 8, 9), "April to September"),
        ("11-2", (1, 2, 11, 12), "November to February"),
        ("Apr–Sept", (4, 5, 6, 7, 8, 9), "April to September"),
        ("6", (6,), "June"),
        ("12, 3-5", (3, 4, 5, 12), "March to May and December"),
        ("1-12", tuple(range(1, 13)), "all year"),
    ],
)
def test_months_as_people_write_them(text: str, months: tuple[int, ...], words: str) -> None:
    assert months_of(text) == months
    assert months_words(months) == words
    assert months_words([]) == ""


@pytest.mark.parametrize("text", ["", "0", "13", "4-", "4-9-10", "04-Sep", "J", "spring", "1.5", "0019", "²", "4;9"])
def test_what_names_no_months_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be months, as 4-9, 11-2, 6 or April-September"):
        months_of(text)
