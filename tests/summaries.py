"""Programmes with another summary, checked as one that is read."""

from __future__ import annotations

from dataclasses import replace

from assetplan.programme import Programme
from assetplan.programme.summary_file import summary_of


def with_summary(programme: Programme, **keys: object) -> Programme:
    """A programme with other values of some keys of its summary."""
    return replace(programme, summary=summary_of({**programme.summary.model_dump(), **keys}))
