"""Pages that run: each command of README, docs/tutorials and docs/how-to is carried out, and what it prints is theirs.

A block that begins with ```console holds commands, each after "$ ", and what they print. A line of "…" stands for
lines left out. A block whose first line is "# file: NAME" is written to that file, a block of Python is run. Then
`python tests/tutorials.py` writes into the pages what the commands print now; figures of time are not compared.

The same input gives the same bytes on machines of one kind. Another kind rounds otherwise in the last place, and may
then choose another programme within the target gap: tests/tutorials_kind.txt holds the kind the pages were written on.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from commands import run
from places import ROOT, SHARED

FOLDERS = (ROOT / "docs" / "tutorials", ROOT / "docs" / "how-to")
PAGES = [ROOT / "README.md", *(page for folder in FOLDERS for page in sorted(folder.glob("*.md")))]
KIND = ROOT / "tests" / "tutorials_kind.txt"
LEFT_OUT = "…"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_SECONDS = re.compile(r"^(seconds +)\S.*$", re.MULTILINE)
_FIGURE = re.compile(r"-?£?\d[\d,.]*[m%]?")


def commands_of(block: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block, and what the page shows of its output."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output.rstrip("\n")


def printed(command: str, folder: Path) -> str:
    """What a command prints, its errors after its output, in a folder."""
    name, *words = shlex.split(command)
    if name == "assetplan":
        done = run(*words, cwd=folder)
        text = done.stdout + done.stderr
    elif name == "head":
        lines = (folder / words[-1]).read_text(encoding="utf-8-sig").splitlines()
        text = "\n".join(lines[: int(words[1])])
    else:
        raise ValueError(f"a tutorial runs assetplan and head -n N FILE, not {name}")
    return "\n".join(line.rstrip() for line in _SECONDS.sub(r"\1…", text).splitlines()).rstrip("\n")


def shown(output: str, page: str) -> str:
    """The output as a page shows it: where the page leaves lines out, its own first and last lines about the gap."""
    lines = page.splitlines()
    if LEFT_OUT not in lines:
        return output
    before = lines.index(LEFT_OUT)
    after = len(lines) - before - 1
    every = output.splitlines()
    return "\n".join([*every[:before], LEFT_OUT, *(every[-after:] if after else [])])


def carried_out(page: Path, folder: Path) -> str:
    """The text of a page with what its commands print now."""
    for name in SHARED.glob("*"):
        (folder / name.name).symlink_to(name)

    def again(block: re.Match[str]) -> str:
        kind, text = block.groups()
        if text.startswith("# file: "):
            name, content = text.removeprefix("# file: ").split("\n", 1)
            (folder / name).write_text(content, encoding="utf-8")
        elif kind == "python":
            with contextlib.chdir(folder):
                exec(compile(text, page.name, "exec"), {})
        if kind != "console":
            return block.group()
        done = [f"$ {command}\n{shown(printed(command, folder), output)}" for command, output in commands_of(text)]
        return "```console\n" + "\n".join(part.rstrip("\n") for part in done) + "\n```"

    return BLOCK.sub(again, page.read_text(encoding="utf-8"))


def kind_of_machine() -> str:
    """What tells kinds of machine apart: last places of elementary functions, and of sums by the processor's steps."""
    values = np.random.default_rng(0).random((300, 300)) + 0.5
    sums = np.array([row @ row for row in values])
    parts = (np.exp(values), np.log(values), values**1.8, sums)
    return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()[:16]


def without_figures(page: str) -> str:
    """A page's words alone, a mark for each figure or range; rules of tables and ends of lines go by their width."""
    words = re.sub(r"\s+", " ", re.sub(r"-{3,}", "-", page))
    return re.sub(r"#( to #)+", "#", _FIGURE.sub("#", words))


if __name__ == "__main__":
    import tempfile

    KIND.write_text(kind_of_machine() + "\n", encoding="utf-8")
    for one in [Path(name).resolve() for name in sys.argv[1:]] or PAGES:
        with tempfile.TemporaryDirectory() as scratch:
            one.write_text(carried_out(one, Path(scratch)), encoding="utf-8")
