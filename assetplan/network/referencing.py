"""Where things lie on links: stretches that say their link and chainage, and points beside links.

A link's identifier (USRN, section label) is text: a number would lose its leading zeros. What cannot be placed is
reported by row and identifier, and the rest goes on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike

from assetplan._types import Bools, Floats, Ints, Shapes, Texts
from assetplan.display import Shown
from assetplan.network.stretches import JOIN_M, link_codes

Problem = tuple[str, Ints, Floats]  # what is wrong, rows it is wrong of, by how much [m]


@dataclass(frozen=True, eq=False, repr=False)
class Located(Shown):
    """Places on links.

    Attributes
    ----------
    link : array (n,) of int; row of the link; −1 where there is none
    from_m, to_m : array (n,)
        Chainage of the ends [m], from not above to; the same twice for a point; NaN where it is on no link.
    faults : DataFrame
        Columns row (from 0, as in the arguments), identifier, problem, metres (by how much; NaN where that says
        nothing), in order of row.
    """

    link: Ints
    from_m: Floats
    to_m: Floats
    faults: pd.DataFrame


def read_chainages(
    link: ArrayLike, start_m: ArrayLike, end_m: ArrayLike, names: ArrayLike, length: ArrayLike
) -> Located:
    """Place assets or measurements that say their link and start and end metres.

    A stretch that runs off its link is cut at the link's end, one that is reversed is turned round; both are reported,
    as are unknown links, missing chainages and what lies wholly off its link. Half a metre beyond an end is rounding.

    Parameters
    ----------
    link : array (n,) of str; identifier of each row's link
    start_m, end_m : array (n,); chainage along the link [m]; NaN for the end of what has none, such as a gully
    names : array (n_links,) of str; identifiers of the links, each once
    length : array (n_links,); length of the links [m]

    Returns
    -------
    Located
        Its faults name the link.

    Raises
    ------
    TypeError
        An identifier is not text.
    ValueError
        Two links have one identifier.
    """
    wanted, known = _texts(link, "link"), _texts(names, "names")
    index = pd.Index(known)
    if not index.is_unique:
        raise ValueError(f"links with one identifier: {', '.join(index[index.duplicated()].unique()[:5])}")
    row = index.get_indexer(pd.Index(wanted)).astype(np.intp)
    start, end = (np.asarray(each, dtype=np.float64) for each in (start_m, end_m))
    end = np.where(np.isnan(end), start, end)
    on_link, silent = row >= 0, np.isnan(start)
    limit = np.full(len(row), np.nan)
    limit[on_link] = np.asarray(length, dtype=np.float64)[row[on_link]]
    low, high = np.minimum(start, end), np.maximum(start, end)
    off = (low >= limit + JOIN_M) | (high <= -JOIN_M)
    faults = [
        _where("no such link", ~on_link),
        _where("no chainage", on_link & silent),
        _where("reversed", end < start, high - low),
        _where("off its link", off, np.maximum(low - limit, -high)),
        _where("begins before its link", (low < -JOIN_M) & ~off, -low),
        _where("runs past the end of its link", (high > limit + JOIN_M) & ~off, high - limit),
    ]
    lost = off | ~on_link | silent
    from_m, to_m = (np.where(lost, np.nan, np.clip(x, 0, np.where(on_link, limit, np.inf))) for x in (low, high))
    return Located(row, from_m, to_m, _report(faults, wanted))


def check_survey(link: ArrayLike, from_m: Floats, to_m: Floats, names: ArrayLike, length: ArrayLike) -> pd.DataFrame:
    """List where the readings of a survey overlap, leave gaps or have no length.

    Parameters
    ----------
    link : array (n,) of int; row of the link of each reading; −1 none
    from_m, to_m : array (n,); ends of each reading along its link [m], from not above to
    names : array (n_links,) of str; identifiers of the links
    length : array (n_links,); length of the links [m]

    Returns
    -------
    DataFrame
        Columns as `Located.faults`. A gap is listed at the reading after it, the last of a link at the reading before
        it; a link with no reading at all is not listed.
    """
    code, start, end = link_codes(link), np.asarray(from_m, dtype=np.float64), np.asarray(to_m, dtype=np.float64)
    rows = np.flatnonzero((code >= 0) & np.isfinite(end - start))
    rows = rows[np.lexsort((end[rows], start[rows], code[rows]))]
    code, start, end = code[rows], start[rows], end[rows]
    first = np.r_[True, code[1:] != code[:-1]][: len(rows)]
    last = np.r_[first[1:], True][: len(rows)]
    # The furthest end so far on the link, so that a short reading inside a long one hides no gap.
    reach = np.array(pd.Series(end).groupby(code).cummax(), dtype=np.float64)
    step = start - np.where(first, 0, np.r_[0.0, reach[:-1]][: len(rows)])
    left = np.asarray(length, dtype=np.float64)[code] - reach
    problems = [
        ("overlaps the reading before", rows[~first & (step < -JOIN_M)], -step[~first & (step < -JOIN_M)]),
        ("gap before", rows[step > JOIN_M], step[step > JOIN_M]),
        ("gap after", rows[last & (left > JOIN_M)], left[last & (left > JOIN_M)]),
        ("no length", rows[end <= start], np.zeros(int((end <= start).sum()))),
    ]
    label = np.full(len(np.asarray(from_m)), "", dtype=object)
    label[rows] = np.asarray(names, dtype=object)[code]
    return _report(problems, label)


def nearest_links(points: Shapes, lines: Shapes, tolerance: float) -> Ints:
    """Return the nearest link of each point.

    Parameters
    ----------
    points : array (n,) of Point; places, in the links' coordinates [m]
    lines : array (n_links,) of LineString; shapes of the links
    tolerance : float; furthest that a point may lie from its link [m, above 0]

    Returns
    -------
    array (n,) of int
        Row of the link, of links as near the first; −1 where none is near enough.
    """
    row, link = shapely.STRtree(lines).query_nearest(points, max_distance=tolerance)
    order = np.argsort(-link, kind="stable")
    out = np.full(len(points), -1, dtype=np.intp)
    out[row[order]] = link[order]
    return out


def _texts(values: ArrayLike, what: str) -> Texts:
    texts = np.asarray(values, dtype=object)
    if len(texts) and pd.api.types.infer_dtype(texts, skipna=False) != "string":
        raise TypeError(f"{what}: identifiers of links are kept as text, so that no leading zero is lost")
    return texts


def _where(problem: str, which: Bools, metres: Floats | None = None) -> Problem:
    rows = np.flatnonzero(which)
    return problem, rows, np.full(len(rows), np.nan) if metres is None else metres[rows]


def _report(problems: Iterable[Problem], identifiers: Texts) -> pd.DataFrame:
    parts = [
        pd.DataFrame({"row": rows, "identifier": identifiers[rows], "problem": problem, "metres": metres})
        for problem, rows, metres in problems
    ]
    return pd.concat(parts, ignore_index=True).sort_values("row", kind="stable", ignore_index=True)
