"""Parts of the reference that are made from the code itself while the site is built: ```{generated} NAME```."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_pages import PARTS
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx


class Generated(SphinxDirective):
    """The Markdown of one part of the reference, read in place."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Nodes of that part."""
        text = PARTS[self.arguments[0]]()
        return self.parse_text_to_nodes(text, allow_section_headings=True)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("generated", Generated)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
