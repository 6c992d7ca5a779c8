"""`assetplan --faults FILE`: every fault of a command as CSV, where a terminal shows kinds of fault with a few rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, fields
from pathlib import Path

from assetplan.errors import Fault, FaultyInputError, OutputExistsError
from assetplan.output import new_file

_COLUMNS = [each.name for each in fields(Fault)]


def refuse_other_file(path: Path) -> None:
    """Refuse a file that is there and holds anything but a list of faults: that alone is replaced.

    Raises
    ------
    OutputExistsError
        There is something else of that name.
    """
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise OutputExistsError(f"{path} is no plain file: choose another name for the faults")
    if path.exists():
        with path.open("rb") as file:
            first = file.read(200).partition(b"\n")[0].decode("utf-8-sig", errors="replace")
            if first.strip() != ",".join(_COLUMNS):
                raise OutputExistsError(f"{path} exists and is no list of faults: choose another name")


def write_faults(faults: Iterable[Fault], path: Path) -> None:
    """Write faults as CSV: file, row, column, value, rule, hint.

    Parameters
    ----------
    faults : iterable of Fault
        All of them, in the order they are to stand in.
    path : Path
        File to write; a list of faults of that name is replaced.
    """
    import pandas as pd

    from assetplan.delimited import write_csv

    refuse_other_file(path)
    with new_file(path, force=True) as draft:
        write_csv(pd.DataFrame([astuple(fault) for fault in faults], columns=_COLUMNS), draft)


def faults_text(error: FaultyInputError, path: Path | None) -> str:
    """Kinds of fault with a few rows each, and where the whole list is or how to get it.

    Parameters
    ----------
    error : FaultyInputError; what a command ended with
    path : Path, optional; file for the whole list, which is written
    """
    if path is None:
        more = "\nassetplan --faults FAULTS.csv …, the rest as it was, lists every one" if error.abridged else ""
        return f"{error}{more}"
    try:
        write_faults(error.faults, path)
    except OSError as wrong:
        return f"{error}\nthe faults could not be written: {wrong}"
    return f"{error}\nevery fault: {path}"
