"""Equations as MathML: the browser sets them, so that the site needs neither a script nor the network."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

LOG = logging.getLogger(__name__)
# LaTeX takes one character each of \tfrac12, docutils the number 12.
_DIGITS = re.compile(r"\\([td]?frac)(\d)(\w)")
# An accent is no operator: what is below a letter with one stands beside it, as below any letter.
_ACCENTS = re.compile(r"(\\(?:hat|bar|tilde)\s*(?:\\[A-Za-z]+|[A-Za-z]|\{[^{}]*\}))_")


def mathml(text: str, *, as_block: bool) -> str:
    """LaTeX as MathML, with what docutils reads otherwise than LaTeX put plainly.

    Raises
    ------
    MathError, IndexError
        A command or a form that docutils does not know.
    """
    text = _DIGITS.sub(r"\\\1{\2}{\3}", text)
    return str(tex2mathml(_ACCENTS.sub(r"\1{}_", text), as_block=as_block))


def _mathml(node: nodes.Element, *, as_block: bool) -> str:
    """An equation in LaTeX as MathML; one that cannot be read is a warning, and stands as it was written."""
    text = node.astext()
    try:
        return mathml(text, as_block=as_block)
    except (MathError, IndexError) as error:
        LOG.warning("equation %r: %s", text, error, location=node)
        return f"<code>{escape(text)}</code>"


def _inline(translator: HTML5Translator, node: nodes.math) -> None:
    translator.body.append(_mathml(node, as_block=False))
    raise nodes.SkipNode


def _block(translator: HTML5Translator, node: nodes.math_block) -> None:
    # Wide equations scroll by themselves, and by keyboard too.
    translator.body.append(f'<div class="equation" tabindex="0">{_mathml(node, as_block=True)}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer `mathml`."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
