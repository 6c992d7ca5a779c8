"""Pages as they stand in the repository, made good on the site: their anchors, links and console blocks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from docutils import nodes
from docutils.transforms import Transform
from pygments.lexer import RegexLexer, bygroups
from pygments.lexers import TextLexer
from pygments.token import Generic, Text
from sphinx.addnodes import pending_xref

if TYPE_CHECKING:
    from sphinx.application import Sphinx

# Files beside docs/ → the page that holds them on the site.
PAGES = {"README": "index", "CHANGELOG": "changelog"}
_ANCHOR = re.compile(r'<a id="([\w-]+)">$')


class Anchors(Transform):
    """`<a id="…"></a>`, which any viewer of Markdown knows, is a target of links."""

    default_priority = 840  # before the names of a page are gathered and its links resolved

    def apply(self) -> None:
        """Put a target in place of each anchor."""
        for raw in list(self.document.findall(nodes.raw)):
            if match := _ANCHOR.match(raw.astext()):
                target = nodes.target("", "", ids=[match[1]], names=[match[1]])
                end = raw.next_node(siblings=True, descend=False)
                end.parent.remove(end)  # </a>
                raw.replace_self(target)
                self.document.note_explicit_target(target)


class Pages(Transform):
    """Links to pages: README and CHANGELOG have theirs, and one that shows a file's name shows the page's title."""

    default_priority = 840

    def apply(self) -> None:
        """Turn such links."""
        for link in self.document.findall(pending_xref):
            if link.get("refdomain") != "doc":
                continue
            name = link["reftarget"].rpartition("/")[2]
            link["reftarget"] = PAGES.get(name, link["reftarget"])
            if link.astext() == f"{name}.md":
                link["refexplicit"] = False


class Console(RegexLexer):
    """Commands after "$ ", and what they print, whatever that is."""

    tokens: ClassVar = {"root": [(r"^(\$ )(.*\n)", bygroups(Generic.Prompt, Text)), (r".*\n", Generic.Output)]}


def setup(app: Sphinx) -> dict[str, bool]:
    """Register all."""
    app.add_lexer("console", Console)
    app.add_lexer("csv", TextLexer)  # which Pygments has no other for
    app.add_transform(Anchors)
    app.add_transform(Pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
