"""Files that a user names: only regular ones are read, and TOML ends in values or in listed faults."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from assetplan.errors import Fault, FaultyInputError
from assetplan.postgis.address import address_rule, is_address

TOML_BYTES = 5_000_000
"""Most bytes of a TOML file: a plan that names every asset of a county is a fifth of it."""

TOML_LEVELS = 20
"""Most levels of a TOML file: a plan has six."""

_LONG_NUMBER = re.compile(r"(?<![\w.\"'])[+-]?\d[\d_]{1000,}")
_NAMED = re.compile(r"^[ \t]*(?:\[+[ \t]*([^\]\n]+?)[ \t]*\]+|([\w.\"' -]+?)[ \t]*=)", re.MULTILINE)
_WHOLE = 2**63


def regular_file(path: Path, error: type[FaultyInputError]) -> Path:
    """The path of a file that can be read to its end: no folder, and no pipe or device, which might never end.

    Parameters
    ----------
    path : Path; as the user names it
    error : type; what to raise: `ConfigError` or `RegisterError`

    Raises
    ------
    FaultyInputError
        It is something else than a regular file.
    FileNotFoundError
        There is no such file.
    """
    if not path.is_file():
        if not path.exists():
            raise FileNotFoundError(f"{path}: there is no such file")
        raise error([Fault(str(path), 0, "", "", "is not a regular file")])
    return path


def read_toml(path: Path, error: type[FaultyInputError]) -> dict[str, Any]:
    """Read a TOML file.

    Parameters
    ----------
    path : Path; a file in UTF-8, with or without a byte order mark
    error : type; what to raise: `ConfigError` or `RegisterError`

    Raises
    ------
    FaultyInputError
        It is no regular file, is too large, is not TOML, or is nested too deeply.
    FileNotFoundError
        There is no such file.
    """
    size = regular_file(path, error).stat().st_size
    if size > TOML_BYTES:
        rule = f"has {size / 1e6:,.1f} MB, and a file of settings at most {TOML_BYTES / 1e6:g} MB: is it the right one?"
        raise error([Fault(str(path), 0, "", "", rule)])
    text = ""
    try:
        text = path.read_text(encoding="utf-8-sig")
        return tomllib.loads(text)
    except RecursionError as wrong:
        raise error([Fault(str(path), 0, "", "", "is nested too deeply: is it the right file?")]) from wrong
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise error([Fault(str(path), 0, "", "", f"is not a TOML file: {wrong}")]) from wrong
    except ValueError as wrong:  # Python turns no text of thousands of digits into a number
        raise error(_long_numbers(text, str(path)) or [Fault(str(path), 0, "", "", str(wrong))]) from wrong


def _long_numbers(text: str, file: str) -> list[Fault]:
    """Numbers of more digits than any has, each with its line and the key before it."""
    faults = []
    for number in _LONG_NUMBER.finditer(text):
        section = name = ""
        for named in _NAMED.finditer(text, 0, number.start()):
            section, name = (named[1], "") if named[1] else (section, named[2])
        key = ".".join(part for part in (section, name) if part)
        row = text.count("\n", 0, number.start()) + 1
        faults.append(
            Fault(
                file,
                row,
                key,
                number[0][:20] + "…",
                f"is a number of {len(number[0]):,} digits: no setting has so many",
            )
        )
    return faults


def value_faults(data: Mapping[str, Any], file: str) -> list[Fault]:
    """Values that no setting can have, by key, and too many levels.

    They are numbers that are not finite or beyond 64 bits, and addresses of databases with a password.

    Parameters
    ----------
    data : mapping; what a TOML file holds
    file : str; its name for the faults
    """
    faults = []
    for key, level, value in _values(data):
        if level > TOML_LEVELS:
            return [Fault(file, 0, key[:80], "", f"is nested more than {TOML_LEVELS} levels deep")]
        if isinstance(value, float) and not math.isfinite(value):
            faults.append(Fault(file, 0, key, str(value), "must be a number, and a finite one"))
        elif isinstance(value, int) and not -_WHOLE <= value < _WHOLE:
            digits = f"{value.bit_length() * math.log10(2):,.0f}"
            faults.append(Fault(file, 0, key, "", f"is a number of {digits} digits: no setting has so many"))
        elif isinstance(value, str) and is_address(value) and (rule := address_rule(value)):
            faults.append(Fault(file, 0, key, "", rule))
    return faults


def _values(data: Mapping[str, Any]) -> Iterator[tuple[str, int, Any]]:
    """Key, level and value of all there is in it, in order, without recursion: it may be nested to any depth."""
    left: list[tuple[str, int, Any]] = [("", 0, data)]
    while left:
        key, level, value = left.pop()
        yield key, level, value
        if level > TOML_LEVELS:
            continue
        if isinstance(value, Mapping):
            inner = [(f"{key}.{name}" if key else str(name), level + 1, each) for name, each in value.items()]
        elif isinstance(value, list | tuple):
            inner = [(f"{key}[{place}]", level + 1, each) for place, each in enumerate(value, 1)]
        else:
            continue
        left.extend(reversed(inner))
