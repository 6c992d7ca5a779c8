"""Where things lie on links: link and chainage to geometry, and geometry back to link, chainage and offset.

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
from assetplan.network.stretches import JOIN_M, link_codes, ranges

Problem = tuple[str, Ints, Floats]  # what is wrong, rows it is wrong of, by how much [m]


@dataclass(frozen=True, eq=False, repr=False)
class Located(Shown):
    """Places on links.

    Attributes
    ----------
    link : array (n,) of int
        Row of the link; −1 where there is none.
    from_m, to_m : array (n,)
        Chainage of the ends [m], from not above to; the same twice for a point; NaN where it is on no link.
    backward : array (n,) of bool
        It was given, or drawn, against the direction of the link.
    offset : array (n,)
        Furthest that it lies from the link [m]; 0 where the chainage was given.
    faults : DataFrame
        Columns row (from 0, as in the arguments), identifier, problem, metres (by how much; NaN where that says
        nothing), in order of row.
    """

    link: Ints
    from_m: Floats
    to_m: Floats
    backward: Bools
    offset: Floats
    faults: pd.DataFrame


def read_chainages(
    link: ArrayLike, start_m: ArrayLike, end_m: ArrayLike, names: ArrayLike, length: ArrayLike
) -> Located:
    """Place assets or measurements that say their link and start and end metres.

    A stretch that runs off its link is cut at the link's end, one that is reversed is turned round; both are reported,
    as are unknown links, missing chainages and what lies wholly off its link. Half a metre beyond an end is rounding.

    Parameters
    ----------
    link : array (n,) of str
        Identifier of each row's link.
    start_m, end_m : array (n,)
        Chainage along the link [m]; NaN for the end of what has none, such as a gully.
    names : array (n_links,) of str
        Identifiers of the links, each once.
    length : array (n_links,)
        Length of the links [m].

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
    start = np.asarray(start_m, dtype=np.float64)
    end = np.asarray(end_m, dtype=np.float64)
    end = np.where(np.isnan(end), start, end)
    on_link, silent = row >= 0, np.isnan(start)
    limit = np.full(len(row), np.nan)
    limit[on_link] = np.asarray(length, dtype=np.float64)[row[on_link]]
    backward = end < start
    low, high = np.minimum(start, end), np.maximum(start, end)
    off = (low >= limit + JOIN_M) | (high <= -JOIN_M)
    faults = [
        _where("no such link", ~on_link),
        _where("no chainage", on_link & silent),
        _where("reversed", backward, high - low),
        _where("off its link", off, np.maximum(low - limit, -high)),
        _where("begins before its link", (low < -JOIN_M) & ~off, -low),
        _where("runs past the end of its link", (high > limit + JOIN_M) & ~off, high - limit),
    ]
    lost = off | ~on_link | silent
    from_m, to_m = (np.where(lost, np.nan, np.clip(x, 0, np.where(on_link, limit, np.inf))) for x in (low, high))
    return Located(row, from_m, to_m, backward, np.zeros(len(row)), _report(faults, wanted))


def check_survey(link: ArrayLike, from_m: Floats, to_m: Floats, names: ArrayLike, length: ArrayLike) -> pd.DataFrame:
    """List where the readings of a survey overlap, leave gaps or have no length.

    Parameters
    ----------
    link : array (n,) of int
        Row of the link of each reading; −1 none.
    from_m, to_m : array (n,)
        Ends of each reading along its link [m], from not above to.
    names : array (n_links,) of str
        Identifiers of the links.
    length : array (n_links,)
        Length of the links [m].

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


def substrings(lines: Shapes, link: Ints, from_m: Floats, to_m: Floats) -> Shapes:
    """Geometry of stretches of links.

    Parameters
    ----------
    lines : array (n_links,) of LineString
        Shapes of the links, coordinates in metres.
    link : array (n,) of int
        Row of the link of each; −1 none.
    from_m, to_m : array (n,)
        Ends along the link [m], from not above to, held to the link's ends.

    Returns
    -------
    array (n,)
        A LineString, a Point where the two ends are one place, None where link or chainage is missing.
    """
    lines = np.asarray(lines, dtype=object)
    out = np.full(len(link), None, dtype=object)
    coordinates, owner = shapely.get_coordinates(lines, return_index=True)
    step = np.hypot(*np.diff(coordinates, axis=0).T)
    # Links lie end to end on one axis, a metre apart, so that one search finds the vertices of every stretch.
    along = np.cumsum(np.r_[0.0, np.where(np.diff(owner) != 0, 1.0, step)])[: len(owner)]
    count = np.bincount(owner, minlength=len(lines))
    origin = np.cumsum(count) - count
    held = np.flatnonzero((link >= 0) & np.isfinite(from_m) & np.isfinite(to_m))
    held = held[count[link[held]] > 0]
    if not len(held):
        return out
    mine = link[held]
    low, high = along[origin[mine]], along[origin[mine] + count[mine] - 1]
    begin, end = np.clip(low + from_m[held], low, high), np.clip(low + to_m[held], low, high)
    one = end <= begin
    out[held[one]] = shapely.points(_points_at(begin[one], along, coordinates))
    held, begin, end = held[~one], begin[~one], end[~one]
    inner = np.searchsorted(along, begin, side="right")
    between = np.maximum(np.searchsorted(along, end, side="left") - inner, 0)
    owner_between, vertex = ranges(inner, between)
    every = np.arange(len(held))
    order = np.argsort(np.r_[every, owner_between, every], kind="stable")
    points = [_points_at(begin, along, coordinates), coordinates[vertex], _points_at(end, along, coordinates)]
    if len(held):
        out[held] = shapely.linestrings(np.vstack(points)[order], indices=np.repeat(every, between + 2))
    return out


def project_points(points: ArrayLike, identifiers: ArrayLike, lines: Shapes, tolerance: float) -> Located:
    """Find the nearest link of each point and the chainage there.

    Parameters
    ----------
    points : array (n,) of Point
        Places, in the links' coordinates [m].
    identifiers : array (n,)
        What each point is called in the report of faults.
    lines : array (n_links,) of LineString
        Shapes of the links.
    tolerance : float
        Furthest that a point may lie from its link [m, above 0]. Of links as near, the first is taken.

    Returns
    -------
    Located
    """
    points, lines = np.asarray(points, dtype=object), np.asarray(lines, dtype=object)
    (row, link), gap = shapely.STRtree(lines).query_nearest(points, max_distance=tolerance, return_distance=True)
    return _placed(points, points, row, link, gap, identifiers, lines)


def project_lines(shapes: ArrayLike, identifiers: ArrayLike, lines: Shapes, tolerance: float) -> Located:
    """Find the link that each line lies along and the chainage of its ends.

    Parameters
    ----------
    shapes : array (n,) of LineString
        Sections of another network, footways or defects drawn as lines, in the links' coordinates [m]. One that runs
        over several links has to be cut first (`cut_sections` cuts lines short), or lies off them.
    identifiers : array (n,)
        What each line is called in the report of faults.
    lines : array (n_links,) of LineString
        Shapes of the links.
    tolerance : float
        Furthest that any vertex may lie from the link [m, above 0].

    Returns
    -------
    Located
        Each on the link from which its furthest vertex lies least far; of links as near, the first.
    """
    shapes, lines = np.asarray(shapes, dtype=object), np.asarray(lines, dtype=object)
    middle = shapely.line_interpolate_point(shapes, 0.5, normalized=True)
    row, link = shapely.STRtree(lines).query(middle, predicate="dwithin", distance=tolerance)
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    count = np.bincount(owner, minlength=len(shapes))
    pair, vertex = ranges((np.cumsum(count) - count)[row], count[row])
    gap = np.zeros(len(row))
    np.maximum.at(gap, pair, shapely.distance(shapely.points(coordinates[vertex]), lines[link[pair]]))
    near = gap <= tolerance
    starts, ends = shapely.get_point(shapes, 0), shapely.get_point(shapes, -1)
    return _placed(starts, ends, row[near], link[near], gap[near], identifiers, lines)


def _placed(
    starts: Shapes, ends: Shapes, row: Ints, link: Ints, gap: Floats, identifiers: ArrayLike, lines: Shapes
) -> Located:
    """The nearest of the links that each row may lie on."""
    order = np.lexsort((link, gap, row))
    row, link, gap = row[order], link[order], gap[order]
    best = np.r_[True, row[1:] != row[:-1]][: len(row)]
    row, link, gap = row[best], link[best], gap[best]
    chosen = np.full(len(starts), -1, dtype=np.intp)
    chosen[row] = link
    places = np.full((3, len(starts)), np.nan)
    places[:, row] = (
        shapely.line_locate_point(lines[link], starts[row]),
        shapely.line_locate_point(lines[link], ends[row]),
        gap,
    )
    begin, end, offset = places
    nowhere = shapely.is_missing(starts) | shapely.is_empty(starts)
    problems = [_where("no geometry", nowhere), _where("off the network", (chosen < 0) & ~nowhere)]
    low, high = np.minimum(begin, end), np.maximum(begin, end)
    return Located(chosen, low, high, end < begin, offset, _report(problems, np.asarray(identifiers, dtype=object)))


def _points_at(at: Floats, along: Floats, coordinates: Floats) -> Floats:
    return np.stack([np.interp(at, along, axis) for axis in coordinates.T], axis=1)


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
