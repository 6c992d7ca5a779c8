"""What limits and flows of money are known by: keys. A text is made from a key, here alone, and never taken apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

CREW_DAYS = "crew-days"
"""Unit of limits on crews."""
PLANNED_SHARE = "planned share"
"""What a limit counts that holds planned works beside reactive repairs, and the kind of its key."""
REACTIVE = "reactive"
"""Cost stream of those repairs."""
BID_LINK = "bid link"
"""Kind of limits that say which bids go together."""


@dataclass(frozen=True, order=True)
class LimitKey:
    """One limit of a plan; `str` is what people call it, as "bridges 2022".

    Attributes
    ----------
    kind : str; kind of limit, as "line", "line floor", "source" or "target"
    name : str
        Name of a limit that is of no line and no source; "" where the kind says it all.
    line, source : str
        Budget line, or source of money or borrowing facility, that it is of; "" for none.
    year : int
        Year in which it holds; 0 for all years together.
    side : str
        Which of several limits on one thing: "at least", "at most" or "used"; "" where there is but one.

    Examples
    --------
    >>> str(LimitKey("line", line="bridges", year=2022))
    'bridges 2022'
    """

    kind: str
    name: str = ""
    line: str = ""
    source: str = ""
    year: int = 0
    side: str = ""

    @property
    def subject(self) -> str:
        """What is limited, without the year in which: "bridges" of "bridges 2022"."""
        what = self.line or self.source or self.name or self.kind
        return f"{what} {self.side}" if self.side else what

    @property
    def year_last(self) -> bool:
        """Whether its text ends with its year; that of a floor on a line has it before "at least"."""
        return self.year > 0 and self.kind != "line floor"

    def __str__(self) -> str:
        if self.year_last:
            return f"{self.subject} {self.year}"
        return f"{self.line} {self.year} {self.side}" if self.year else self.subject

    def as_json(self) -> dict[str, str | int]:
        """Its fields that are not empty."""
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """The key whose fields were kept."""
        return cls(**fields)


@dataclass(frozen=True, order=True)
class FlowKey:
    """One flow of money of a plan; `str` is what people call it.

    Attributes
    ----------
    kind : str
        "carry-over", "virement", "receipt", "source", "source use", "drawdown", of a source in a year that is past
        "spent", or "mandatory", of works that are paid first.
    line, source : str
        Budget line that it leaves or enters, or source of money or borrowing facility that gives it; "" for none.
    year, to_year : int
        Year in which it flows, and of a carry-over the year into which; 0 for none.
    direction : str; "out" or "in" of a virement, else ""
    funds : str; what a source pays for, else ""
    """

    kind: str
    line: str = ""
    source: str = ""
    year: int = 0
    to_year: int = 0
    direction: str = ""
    funds: str = ""

    def __str__(self) -> str:
        text = {
            "carry-over": "{line} carried from {year} to {to_year}",
            "virement": "{line} {direction} {year}",
            "receipt": "receipts to {line} {year}",
            "source": "{source} to {funds} {year}",
            "source use": "{source} used for {funds} {year}",
            "spent": "{source} spent {year}",
            "drawdown": "{source} drawn {year}",
            "mandatory": "{line} mandatory works {year}",
        }.get(self.kind, "{kind} {line}{source} {year}")
        return text.format(**asdict(self))

    def as_json(self) -> dict[str, str | int]:
        """Its fields that are not empty."""
        return {name: value for name, value in asdict(self).items() if value}
