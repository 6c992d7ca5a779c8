"""From data to HTML: the report's templates, in which every text is escaped unless a template made it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from assetplan import words
from assetplan.report.wording import percent

_OWN = "assetplan.report"


@lru_cache
def _environment(package: str) -> Environment:
    made = Environment(
        loader=ChoiceLoader([PackageLoader(name) for name in dict.fromkeys((package, _OWN))]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    names = ("number", "pounds", "millions", "financial_year", "capitalised", "plural")
    made.filters |= {name: getattr(words, name) for name in names} | {"percent": percent}
    return made


def _shown(value: Any) -> Any:
    return "" if words.is_missing(value) else value


class Part:
    """What a template shows by naming it: as HTML it is its own template, named for its class."""

    def __html__(self) -> Markup:
        """Return the part as HTML."""
        name = type(self).__name__.lower()
        return render(f"{name}.html", **{name: self})


def render(template: str, package: str = _OWN, /, **data: Any) -> Markup:
    """Return a template filled in; a name that it asks for and `data` lacks is an error.

    Parameters
    ----------
    template, package, data : str, str, any
        File of the folder `templates` of a package, which may include the report's own; what it shows, by name.
    """
    return Markup(_environment(package).get_template(template).render(data))
