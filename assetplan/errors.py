"""Every error a user can meet. Each is a built-in too, so that callers need not import ours to catch it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from assetplan.display import cut
from assetplan.words import plural

_ALONE = 3  # faults alike up to which each has a line of its own
_FEW = 5  # rows or values named of faults alike
_LINES = 47  # of a message; its first, its last and what a command adds make 50


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong in one place of a user's file.

    `row` is the line of a text file (the header is line 1), the row of a sheet or the feature number of a layer (first
    is 1); 0 where the fault is not in a row. `hint` says what would mend it, where that is known; `asset` whose fault
    it is, where row and value do not.
    """

    file: str
    row: int
    column: str
    value: str
    rule: str
    hint: str = field(default="", compare=False)
    asset: str = ""

    def place(self, row: bool = True) -> str:
        """File, row and column of it, in words; without the row where it stands for faults alike."""
        place = self.file
        if self.row and row:
            place += f", row {self.row}"
        if self.column:
            place += f", column {self.column}"
        return _printable(place)

    def __str__(self) -> str:
        shown = f": {self.value!r}" if self.value else ":"
        asset = f" asset {_printable(self.asset)}:" if self.asset else ""
        return f"{self.place()}{shown}{asset} {_printable(self.rule)}"


def _printable(text: str) -> str:
    """Text with characters that would steer a terminal shown as �."""
    return text if text.isprintable() else "".join(one if one.isprintable() else "�" for one in text)


def _alike(fault: Fault) -> tuple[str, str, str]:
    """What faults of one kind share: file, column and rule but for its figures, save those of a key such as lock[1]."""
    return fault.file, fault.column, re.sub(r"(?<![\[\d.,])[\d.,]+", "0", fault.rule)


def _alike_anywhere(fault: Fault) -> tuple[str, str, str]:
    """As `_alike`, but faults without row and value, such as missing keys, whatever their columns."""
    file, column, rule = _alike(fault)
    return file, column if fault.row or fault.value else "", rule


def _alike_by_rule(fault: Fault) -> tuple[str, str, str]:
    """As `_alike`, whatever the column."""
    file, _, rule = _alike(fault)
    return file, "", rule


def _kinds(faults: Sequence[Fault], alike: Callable[[Fault], tuple[str, str, str]]) -> list[list[Fault]]:
    """Faults by kind, in the order in which each kind is first there."""
    kinds: dict[tuple[str, str, str], list[Fault]] = {}
    for fault in faults:
        kinds.setdefault(alike(fault), []).append(fault)
    return list(kinds.values())


def _some(names: Iterable[object]) -> str:
    each = list(dict.fromkeys(map(str, names)))
    return ", ".join(each[:_FEW]) + (", …" if len(each) > _FEW else "")


def _where(faults: Sequence[Fault]) -> str:
    """How many faults alike there are, and the first of their rows and assets."""
    rows = sorted({fault.row for fault in faults} - {0})
    whole = rows and rows[-1] - rows[0] == len(rows) - 1
    named = [f"{rows[0]} to {rows[-1]}" if whole else _some(rows)] if rows else []
    if any(fault.asset for fault in faults):
        named.append(f"{'assets ' if rows else ''}{_printable(_some(fault.asset for fault in faults))}")
    what = "rows" if rows else "assets" if named else "times"
    return f"({len(faults):,} {what}{': ' if named else ''}{', '.join(named)})"


def _values(faults: Sequence[Fault]) -> str:
    """The commonest values, with how many rows have each and where the first is."""
    first: dict[str, int] = {}
    for fault in faults:
        first.setdefault(fault.value, fault.row)
    counts = Counter(fault.value for fault in faults)
    shown = [
        f"{value!r} ({plural(n, 'row')} from {first[value]})"
        if first[value]
        else f"{value!r}" + f" ({n:,} times)" * (n > 1)
        for value, n in counts.most_common(_FEW)
    ]
    return ", ".join(shown) + (f" and {len(counts) - _FEW:,} more values" if len(counts) > _FEW else "")


def _kind(faults: Sequence[Fault]) -> list[str]:
    """Lines for faults of one kind: each its own where there are few, else one with how many rows there are."""
    hints = list(dict.fromkeys(f"    hint: {_printable(fault.hint)}" for fault in faults if fault.hint))[:_FEW]
    if len(faults) <= _ALONE:
        return [f"  {fault}" for fault in faults] + hints
    one = faults[0]
    columns = {fault.column for fault in faults}
    if len(columns) > 1:
        named = _printable(_some(fault.column for fault in faults))
        count = f"{len(faults):,} times, " if len(faults) > len(columns) else ""
        return [f"  {_printable(one.file)}: {_printable(one.rule)} ({count}{len(columns):,} columns: {named})", *hints]
    rule, count = _printable(one.rule), _where(faults)
    if len({fault.value for fault in faults}) == 1:
        shown = f" {one.value!r}" if one.value else ""
        return [f"  {one.place(row=False)}:{shown} {rule} {count}", *hints]
    return [f"  {one.place(row=False)}: {rule} {count}", f"    {_values(faults)}", *hints]


def _listed(faults: Sequence[Fault]) -> tuple[str, bool]:
    """The message for faults, and whether it leaves any of them out."""
    kinds: list[list[Fault]] = []
    for alike in (_alike, _alike_anywhere, _alike_by_rule):
        kinds = _kinds(faults, alike)
        if len(kinds) <= _LINES:
            break
    lines: list[str] = []
    shown = 0
    for kind in kinds:
        more = _kind(kind)
        if lines and len(lines) + len(more) > _LINES:
            break
        lines += more
        shown += 1
    rest = kinds[shown:]
    if rest:
        lines.append(f"  … and {sum(map(len, rest)):,} more, of {plural(len(rest), 'other kind')}")
    abridged = bool(rest) or any(len(kind) > _ALONE for kind in kinds)
    return "\n".join([f"{plural(len(faults), 'fault')}:", *lines]), abridged


class FaultyInputError(ValueError):
    """Input that breaks its rules; `faults` lists every one.

    The message has at most some fifty lines: faults alike, of one column and rule, stand together with how many rows
    they are in, the first of those, the commonest values and the hint that mends them; so do missing keys and columns,
    and then all of one rule, where there are more kinds than lines. `abridged` says that it does not name every fault.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(faults)
        message, self.abridged = _listed(self.faults)
        super().__init__(message)

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
