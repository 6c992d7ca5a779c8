"""The figures the county is built to, read from `reference/example_county.csv`."""

from __future__ import annotations

from dataclasses import dataclass

from assetplan.reference import load_table

SIZES = ("small", "county")


@dataclass(frozen=True)
class Figures:
    """Figures of one size of county.

    Attributes
    ----------
    size : str; one of `SIZES`
    share : float; part of a whole county that is built (0–1)
    whole : dict; the table's figures of a whole county, in the table's units
    """

    size: str
    share: float
    whole: dict[str, float]

    def __getitem__(self, name: str) -> float:
        """A figure that does not depend on size, such as a density."""
        return self.whole[name]

    def part(self, name: str) -> float:
        """This size's part of a county's figure."""
        return self.whole[name] * self.share

    def count(self, name: str) -> int:
        """This size's part of a county's count, at least one."""
        return max(1, round(self.part(name)))


def load_figures(size: str) -> Figures:
    """Read the figures for a size of county.

    Raises
    ------
    ValueError
        The size is not one of `SIZES`.
    """
    if size not in SIZES:
        raise ValueError(f"size must be one of {', '.join(SIZES)}, not {size!r}")
    table = load_table("example_county")
    values = dict(zip(table["name"], table["value"].astype(float), strict=True))
    return Figures(size, values["share_small"] if size == "small" else 1.0, values)


def name_parts(kind: str) -> list[str]:
    """Parts of invented names of one kind, as in `reference/example_names.csv`."""
    table = load_table("example_names")
    return table.loc[table["kind"] == kind, "text"].tolist()
