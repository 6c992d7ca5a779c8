"""The figures the county is built to, read from `reference/example_county.csv`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from assetplan.reference import load_table

SIZES = ("small", "county")


@cache
def county_figures() -> dict[str, float]:
    """Every figure, in the table's units: of a whole county where it depends on size."""
    table = load_table("example_county")
    return dict(zip(table["name"], table["value"].astype(float), strict=True))


def figure(name: str) -> float:
    """One of `county_figures`, such as a density."""
    return county_figures()[name]


@dataclass(frozen=True)
class Figures:
    """Figures of one size of county: one of `SIZES`, and the part of a whole county that is built (0–1)."""

    size: str
    share: float

    def part(self, name: str) -> float:
        """This size's part of a county's figure."""
        return figure(name) * self.share

    def count(self, name: str) -> int:
        """This size's part of a county's count, at least one."""
        return max(1, round(self.part(name)))


def load_figures(size: str) -> Figures:
    """Figures for a size of county; a ValueError where it is not one of `SIZES`."""
    if size not in SIZES:
        raise ValueError(f"size must be one of {', '.join(SIZES)}, not {size!r}")
    return Figures(size, figure("share_small") if size == "small" else 1.0)


def name_parts(kind: str) -> list[str]:
    """Parts of invented names of one kind, as in `reference/example_names.csv`."""
    table = load_table("example_names")
    return table.loc[table["kind"] == kind, "text"].tolist()
