"""Equations of the documentation as MathML, read as LaTeX reads them."""

from __future__ import annotations

import re
import sys

import pytest
from docutils.utils.math import MathError
from pages import PAGES
from places import ROOT

sys.path.insert(0, str(ROOT / "docs" / "_ext"))
from mathml import mathml

_BLOCK = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
_INLINE = re.compile(r"(?<![\$\w])\$([^\$\n]+)\$(?!\w)")


def _flat(tex: str) -> str:
    return re.sub(r' \w+="[^"]*"|\s+', "", mathml(tex, as_block=True))


@pytest.mark.parametrize(
    ("short", "plain"),
    [
        (r"\tfrac12 x", r"\tfrac{1}{2} x"),
        (r"\tfrac1K \sum_f b", r"\tfrac{1}{K} \sum_f b"),
        (r"\frac{12}{x}", r"\frac{12}{x}"),
    ],
)
def test_a_fraction_has_one_character_above_and_one_below(short: str, plain: str) -> None:
    assert _flat(short) == _flat(plain)
    assert "<mn>12</mn><mi>x</mi></mfrac>" not in _flat(r"\tfrac12 x")


@pytest.mark.parametrize("tex", [r"\hat\lambda_r u", r"\bar b_f x", r"\hat{\lambda}_r"])
def test_what_is_below_a_letter_with_an_accent_stands_beside_it(tex: str) -> None:
    assert "munder" not in _flat(tex)
    assert "<mover>" in _flat(tex)
    assert "<msub>" in _flat(tex)


def test_a_sum_has_its_bounds_below_and_above() -> None:
    assert "<munderover><mo>∑</mo>" in _flat(r"\sum_{t=1}^T c_t")


def test_every_equation_can_be_read() -> None:
    wrong = []
    for page in PAGES:
        text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        blocks = _BLOCK.findall(text)
        for tex in (*blocks, *_INLINE.findall(_BLOCK.sub("", text))):
            try:
                mathml(tex, as_block=True)
            except (MathError, IndexError) as error:
                wrong.append(f"{page.name}: {tex}: {error}")
    assert wrong == []


def test_a_command_that_is_not_known_is_an_error() -> None:
    with pytest.raises(MathError, match="bigbrace"):
        mathml(r"\bigbrace x", as_block=False)
