"""Components of one block that share a site: its access, scaffold and preliminaries are paid once a year.

A block is a candidate scheme of its components. Its **modes** say which component has works in which year, and which
has none: of a block with few components every such choice over one year or two; of any other, in each year those whose
works bring most for their money, two of them, three and so on, and for each pair of years every component in the
better of the two. Doing the works of a block apart stays a mode, so sharing never costs more. Works that all of a block
has or none of it, such as its replacement, are modes of their own, one a year, and no component has them by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import combinations, product

import numpy as np
import pandas as pd

from assetplan._types import Bools, Floats, Ints
from assetplan.formulation.candidate_schemes import no_schemes
from assetplan.formulation.section_worth import SectionWorth
from assetplan.formulation.works import Works
from assetplan.inputs.load import Inputs

NONE = -1
_MOST_MODES = 100  # choices that are all tried, of one block


def blocks_of(assets: pd.DataFrame, classes: tuple[str, ...]) -> Ints:
    """Block of each asset that joins with others of its block, by number, −1 for none (n_assets,).

    Parameters
    ----------
    assets : DataFrame; table `assets` of the register; a block is what components name as `parent_id`
    classes : tuple of str; classes whose assets join
    """
    joins = assets["asset_class"].isin(classes) & (assets["parent_id"] != "")
    codes, _ = pd.factorize(assets["parent_id"].where(joins), sort=True)
    return np.asarray(codes, dtype=np.intp)


def whole_works(sites: pd.DataFrame, works: Works) -> Bools:
    """Works that all components of a block have in one year, or none of them, (n_works,)."""
    whole = works.treatments["treatment"].isin(sites.index[sites["whole"] == "yes"])
    return np.asarray(whole.to_numpy(dtype=bool)[works.treatment])


def alone_in_block(inputs: Inputs, works: Works, stands: Bools) -> Bools:
    """Candidates with works that all of a block has or none, which no component has by itself, (n_options,).

    Parameters
    ----------
    inputs : Inputs; the plan and what sites cost
    works : Works; of the candidates
    stands : array of bool (n_assets, n_years); where works are committed or firm, and so stay
    """
    asked = (works.year >= inputs.past) & ~stands[works.asset, works.year]
    block = blocks_of(inputs.register.assets, inputs.tables.classes.where("schemes", "block"))
    # A component that is all of its block has them with the whole block.
    alone = (block >= 0) & (np.bincount(block + 1)[block + 1] == 1)
    asked &= ~alone[works.asset]
    return works.options_of(whole_works(inputs.sites, works) & asked)


def block_schemes(block: Ints, joins: Bools, worth: SectionWorth, whole: Bools, first_year: int) -> pd.DataFrame:
    """Candidate schemes of blocks, and what each component is treated by in each of their modes.

    Parameters
    ----------
    block : array (n_assets,); block of each asset, −1 for those of none
    joins : array of bool (n_assets,); assets that are free to join; a block is treated whole only if all of it is
    worth : SectionWorth; of all assets
    whole : array of bool (n_crews,); crews that treat all of a block or none of it
    first_year : int; plan year in which works may begin, 0 the first

    Returns
    -------
    DataFrame
        As of `form_candidates`: scheme and mode count from 0.
    """
    value = worth.value[:, ~whole].max(axis=1, initial=-np.inf)
    value[:, :first_year] = -np.inf
    rows = np.flatnonzero((block >= 0) & joins & np.isfinite(value).any(axis=1))
    rows = rows[np.argsort(block[rows], kind="stable")]
    _, place, size = np.unique(block[rows], return_inverse=True, return_counts=True)
    years = tuple(range(first_year, value.shape[1]))
    parts = [no_schemes()]
    for n in np.unique(size[size > 1]):
        members = rows[size[place] == n].reshape(-1, n)  # (n_blocks, n)
        few = (len(years) + 1) ** n <= _MOST_MODES
        for when in _every(int(n), years, len(members)) if few else _best(members, value, worth, ~whole, years):
            parts.append(_mode(members, when, value).assign(mode=len(parts)))
    table = pd.concat(parts, ignore_index=True)
    asset, year = (table[name].to_numpy(dtype=np.intp) for name in ("asset", "works_year"))
    crew = np.where(whole[:, None], -np.inf, worth.value[asset, :, year].T).argmax(axis=0)
    table = pd.concat([table.assign(crew=crew), *_whole(block, joins, worth, whole, years, len(parts))])
    table = table.assign(scheme=pd.factorize(block[table["asset"].to_numpy(dtype=np.intp)], sort=True)[0])
    table = table.sort_values(["scheme", "mode", "asset"], kind="stable", ignore_index=True)
    return table.assign(mode=pd.factorize(pd.MultiIndex.from_frame(table[["scheme", "mode"]]))[0])


def _whole(
    block: Ints, joins: Bools, worth: SectionWorth, whole: Bools, years: tuple[int, ...], mode: int
) -> Iterator[pd.DataFrame]:
    """Modes in which all of a block has the works of one crew in one year; numbers of modes follow `mode`."""
    rows = np.flatnonzero(block >= 0)
    for crew in np.flatnonzero(whole):
        for year in years:
            can = joins[rows] & np.isfinite(worth.value[rows, crew, year])
            every = np.bincount(block[rows], ~can) == 0
            asset = rows[every[block[rows]]]
            columns = {"scheme": 0, "mode": mode, "year": year, "again": NONE, "asset": asset, "crew": crew}
            yield pd.DataFrame({**columns, "works_year": year})
            mode += 1


@cache
def _choices(n: int, years: tuple[int, ...]) -> Ints:
    """Years of the works of components (n_choices, n), −1 for none, that share in some year and take two at most."""
    every = np.array(list(product((NONE, *years), repeat=n)))
    counts = (every[:, :, None] == np.array(years)).sum(axis=1)
    return every[(counts > 1).any(axis=1) & ((counts > 0).sum(axis=1) <= 2)]


def _every(n: int, years: tuple[int, ...], n_blocks: int) -> Iterator[Ints]:
    """Every choice of years (n_blocks, n) of blocks with few components."""
    for choice in _choices(n, years):
        yield np.broadcast_to(choice, (n_blocks, n))


def _best(members: Ints, value: Floats, worth: SectionWorth, crews: Bools, years: tuple[int, ...]) -> Iterator[Ints]:
    """Years of works (n_blocks, n) of blocks with many components: those that bring most, and pairs of years."""
    here = value[members]  # (n_blocks, n, n_years)
    crew = worth.value[members][:, :, crews].argmax(axis=2)
    cost = np.take_along_axis(worth.cost[members][:, :, crews], crew[:, :, None, :], axis=2)[:, :, 0]
    for year in years:
        ratio = here[:, :, year] / np.maximum(cost[:, :, year], 1.0)
        rank = np.argsort(np.argsort(-ratio, axis=1, kind="stable"), axis=1)
        for most in range(2, members.shape[1] + 1):
            # More than there are works for is what fewer components are already.
            enough = np.isfinite(ratio).sum(axis=1, keepdims=True) >= most
            yield np.where((rank < most) & enough, year, NONE)
    for first, second in combinations(years, 2):
        pair = here[:, :, [first, second]]
        yield np.where(pair.max(axis=2) > 0, np.where(pair[:, :, 1] > pair[:, :, 0], second, first), NONE)


def _mode(members: Ints, when: Ints, value: Floats) -> pd.DataFrame:
    """Rows of one mode of each of some blocks; none of a block where works cannot be, or where no two share a year."""
    done = when >= 0
    can = np.isfinite(np.where(done, value[members, np.maximum(when, 0)], 0.0)).all(axis=1)
    alike = (when[:, :, None] == when[:, None, :]) & done[:, :, None] & done[:, None, :]
    can &= alike.sum(axis=(1, 2)) > done.sum(axis=1)
    kept = np.flatnonzero(can)
    first = np.where(done, when, value.shape[1]).min(axis=1, initial=value.shape[1])
    last = when.max(axis=1, initial=NONE)
    b, k = np.nonzero(done[kept])
    of = kept[b]
    return pd.DataFrame(
        {
            "scheme": 0, "mode": 0, "year": first[of], "again": np.where(last > first, last, NONE)[of],
            "asset": members[of, k], "crew": 0, "works_year": when[of, k],
        }
    )  # fmt: skip
