"""Fonts of figures and of the printed map."""

from __future__ import annotations

from pathlib import Path


def figure_font() -> Path:
    """The file of the font that figures and the printed map are drawn in.

    Raises
    ------
    ValueError
        It is not installed, so that another would take its place, or signs such as £ and → would be missing.
    """
    import matplotlib as mpl
    from matplotlib.font_manager import findfont

    name = mpl.rcParamsDefault["font.sans-serif"][0]
    try:
        return Path(findfont(name, fallback_to_default=False))
    except ValueError as error:
        raise ValueError(f"{name} is not installed") from error
