"""What a section of the report is: its name, its heading, and what its template shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from assetplan.report.facts import Facts
from assetplan.report.markup import render


@dataclass(frozen=True)
class Section:
    """One section of the report.

    Attributes
    ----------
    name : str; makes the id of its heading
    heading : str; its heading, and its entry in the contents
    template : str; file in `report/templates`
    data : callable; facts → what the template shows, by name; None where the programme has nothing for this section
    """

    name: str
    heading: str
    template: str
    data: Callable[[Facts], dict[str, Any] | None]

    def render(self, facts: Facts) -> Markup:
        """Return the section as HTML, "" where it has nothing to show."""
        data = self.data(facts)
        return Markup() if data is None else render(self.template, section=self, **data)
