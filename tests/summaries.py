"""Summaries: model notes of one check, and programmes with other values of some keys, checked as one that is read."""

from __future__ import annotations

from dataclasses import replace

from assetplan.programme import Programme, Summary
from assetplan.programme.summary_file import summary_of


def with_summary(programme: Programme, **keys: object) -> Programme:
    """A programme with other values of some keys of its summary."""
    return replace(programme, summary=summary_of({**programme.summary.model_dump(), **keys}))


def notes_of(summary: Summary, check: str) -> list[str]:
    """Messages of the model notes of one check."""
    return [row["message"] for row in summary.lint if row["check"] == check]
