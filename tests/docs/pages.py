"""The pages of the documentation: their blocks of code, their headings and their links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from places import ROOT

DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
_FENCED = re.compile(r"^```(\S*)[^\n]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_INDENTED = re.compile(r"(?:^|\n)\n((?:    [^\n]*(?:\n|$))+)")
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """One block of code: where it begins, in what language, and its text."""

    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(language: str) -> list[Block]:
    """Every block of code in a language."""
    out = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in _FENCED.finditer(text):
            if match[1] == language:
                out.append(Block(page, text.count("\n", 0, match.start()) + 1, language, match[2]))
    return out


def prose(page: Path) -> str:
    """A page without its code."""
    return _CODE.sub("", _INDENTED.sub("\n", _FENCED.sub("", page.read_text(encoding="utf-8"))))


def links(page: Path) -> Iterator[str]:
    """Where the links and pictures of a page lead."""
    yield from _LINK.findall(prose(page))


def anchors(page: Path) -> set[str]:
    """What a link into a page may name: its headings, as viewers of repositories name them, and its own anchors."""
    text = _FENCED.sub("", page.read_text(encoding="utf-8"))
    heads = re.findall(r"^#{1,6} +(.+?) *$", text, flags=re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
    return slugs | set(re.findall(r'<a id="([\w-]+)">', text))
