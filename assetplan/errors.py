"""Every error a user can meet. Each is a built-in too, so that callers need not import ours to catch it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from assetplan.display import cut
from assetplan.words import plural


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong in one place of a user's file.

    `row` is the line of a text file (the header is line 1) or the feature number of a layer (first is 1);
    0 where the fault is not in a row.
    """

    file: str
    row: int
    column: str
    value: str
    rule: str

    def __str__(self) -> str:
        place = self.file
        if self.row:
            place += f", row {self.row}"
        if self.column:
            place += f", column {self.column}"
        shown = f": {self.value!r}" if self.value else ":"
        return f"{place}{shown} {self.rule}"


class FaultyInputError(ValueError):
    """Input that breaks its rules; `faults` lists every one."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(faults)
        lines = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(f"{plural(len(self.faults), 'fault')} found:\n{lines}")

    def __reduce__(self) -> tuple[object, ...]:
        # An exception is copied from its message alone unless it says what it is made of.
        return type(self), (self.faults,)

    def __repr__(self) -> str:
        return cut(f"{type(self).__name__}: {self}", 400)


class RegisterError(FaultyInputError):
    """A register, mapping or inspection file breaks the schema."""


class ConfigError(FaultyInputError):
    """A plan file or a reference table breaks the schema."""


@dataclass(frozen=True)
class Change:
    """A limit that has to move: its key, "cap" or "floor", what it is and what it would have to be [its own unit]."""

    limit: Hashable
    side: str
    now: float
    needed: float


class InfeasibleError(ValueError):
    """No choice of strategies meets every limit.

    `limits` are the keys of a set that cannot hold together, none of which can be left out: names, or what a problem
    knows its limits by. `changes` is the least change of limits that would make all hold, empty where none was reached.
    """

    def __init__(self, message: str, limits: Iterable[Hashable], changes: Iterable[Change] = ()) -> None:
        self.limits = tuple(limits)
        self.changes = tuple(changes)
        super().__init__(message)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (str(self), self.limits, self.changes)

    __repr__ = FaultyInputError.__repr__


class OutputExistsError(FileExistsError):
    """The output is there already and may not be replaced."""
