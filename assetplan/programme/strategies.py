"""All that a plan chose from, as arrays, and the file that holds it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assetplan._types import Bools, Floats, Ints, Ints32, Texts
from assetplan.display import Shown
from assetplan.errors import Fault, RegisterError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


_COLUMNS = (
    *("asset_id", "strategy", "cost", "present_cost", "benefit", "site_saving", "objective"),
    *("changes", "limits", "uses", "chosen"),
)
_MONEY = ("cost", "present_cost", "benefit", "site_saving", "objective")


@dataclass(frozen=True, eq=False, repr=False)
class Strategies(Shown):
    """Candidate strategies of all assets, those of one asset together; money to the penny, as the file has it.

    Attributes
    ----------
    starts : array (n_assets + 1,)
        Asset a, in the order of the programme's assets, owns rows starts[a] to starts[a + 1] − 1.
    names : array (n_names,); strategies as text: "do-nothing", "surface_dressing@2020+resurfacing@2023"
    name : array (n,); position of each row's strategy in `names`
    cost : array (n,); works of the plan years (£)
    present_cost : array (n,); the same, discounted (£)
    benefit : array (n,); whole-life benefit against do-nothing (£)
    site_saving : array (n,)
        By how much its cost is less, as its works share a site with others', than on a site of their own (£); 0 where
        they do not share one. Of works that may share one, the row is that of the site that the plan chose.
    objective : array (n,); what the plan added up and made the most of
    changes : array of bool (n,); where it bears the plan's price on change from the earlier programme
    usage : CSR array (n, n_limits); what each strategy uses of each row of the summary's `limits` [the limit's unit]
    chosen : array (n_assets,); row of each asset's chosen strategy
    """

    starts: Ints
    names: Texts
    name: Ints32
    cost: Floats
    present_cost: Floats
    benefit: Floats
    site_saving: Floats
    objective: Floats
    changes: Bools
    usage: Any
    chosen: Ints

    def rows(self, asset: int) -> slice:
        """Rows of the asset at a position."""
        return slice(int(self.starts[asset]), int(self.starts[asset + 1]))

    def write(self, asset_ids: pd.Series, path: Path) -> None:
        """Write strategies.parquet; the same strategies give the same bytes."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        count = len(self.name)
        chosen = np.zeros(count, dtype=bool)
        chosen[self.chosen] = True
        owner = np.repeat(np.arange(len(self.starts) - 1, dtype=np.int32), np.diff(self.starts))
        offsets = pa.array(np.asarray(self.usage.indptr, dtype=np.int32))
        limits = pa.array(np.asarray(self.usage.indices, dtype=np.int16))
        arrays = {
            "asset_id": _dictionary(owner, asset_ids.to_numpy(dtype=object)),
            "strategy": _dictionary(self.name, self.names),
            **{column: pa.array(getattr(self, column)) for column in _MONEY},
            "changes": pa.array(self.changes),
            "limits": pa.ListArray.from_arrays(offsets, limits),
            "uses": pa.ListArray.from_arrays(offsets, pa.array(np.asarray(self.usage.data, dtype=np.float64))),
            "chosen": pa.array(chosen),
        }
        split = {**dict.fromkeys(_MONEY, "BYTE_STREAM_SPLIT"), "uses.list.element": "BYTE_STREAM_SPLIT"}
        pq.write_table(
            pa.table(arrays),
            path,
            compression="zstd",
            use_dictionary=["asset_id", "strategy", "limits.list.element"],
            column_encoding=split,
        )


def _dictionary(codes: Ints32, names: Texts) -> pa.DictionaryArray:
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(names, pa.string()))


@dataclass(frozen=True)
class StrategiesFile:
    """A strategies.parquet that has not been read yet."""

    path: Path

    def read(self, asset_ids: pd.Series, n_limits: int) -> Strategies:
        """Read the file.

        Parameters
        ----------
        asset_ids : Series; assets of the programme, in its order
        n_limits : int; rows of the summary's `limits`

        Raises
        ------
        RegisterError
            The file is damaged, or does not go with these assets and limits.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            table = pq.read_table(self.path).combine_chunks()
        except (pa.ArrowException, OSError) as error:
            raise _damaged(self.path, "", f"is not a Parquet file that can be read: {error}") from error
        lacking = [column for column in _COLUMNS if column not in table.column_names]
        if lacking:
            raise RegisterError(Fault(str(self.path), 0, column, "", "this column is missing") for column in lacking)
        try:
            return _arrays(table, asset_ids, n_limits)
        except (pa.ArrowException, ValueError, TypeError, IndexError) as error:
            raise _damaged(self.path, "", f"does not go with the rest of its folder: {error}") from error


def _damaged(path: Path, column: str, message: str) -> RegisterError:
    return RegisterError([Fault(str(path), 0, column, "", message.splitlines()[0][:200])])


def _arrays(table: pa.Table, asset_ids: pd.Series, n_limits: int) -> Strategies:
    """Table → arrays.

    Raises
    ------
    ValueError
        Rows of other assets than the programme's or not in their order, limits that it does not have, a figure missing.
    """
    from scipy import sparse

    owner, ids = _codes(table["asset_id"])
    name, names = _codes(table["strategy"])
    if len(ids) != len(asset_ids) or (ids != asset_ids.to_numpy(dtype=object)).any() or (np.diff(owner) < 0).any():
        raise ValueError("its assets are not those of assets.parquet")
    cost, present, benefit, saving, objective = (np.asarray(table[column], dtype=np.float64) for column in _MONEY)
    limits, uses = (table[column].combine_chunks() for column in ("limits", "uses"))
    position = np.asarray(limits.flatten(), dtype=np.int64)
    usage = np.asarray(uses.flatten(), dtype=np.float64)
    if position.size and not 0 <= position.min() <= position.max() < n_limits:
        raise ValueError("it uses limits that summary.json does not have")
    if not all(np.isfinite(values).all() for values in (cost, present, benefit, saving, objective, usage)):
        raise ValueError("a figure is missing")
    offsets = np.asarray(limits.offsets, dtype=np.int64) - int(limits.offsets[0].as_py())
    chosen = np.flatnonzero(np.asarray(table["chosen"], dtype=bool)).astype(np.int64)
    starts = np.searchsorted(owner, np.arange(len(ids) + 1)).astype(np.int64)
    if (np.diff(starts) < 1).any():
        raise ValueError("an asset has no strategy")
    if not np.array_equal(owner[chosen], np.arange(len(ids))):
        raise ValueError("not every asset has one chosen strategy")
    matrix = sparse.csr_array((usage, position, offsets), shape=(len(owner), n_limits))
    changes = np.asarray(table["changes"], dtype=bool)
    return Strategies(starts, names, name, cost, present, benefit, saving, objective, changes, matrix, chosen)


def _codes(column: pa.ChunkedArray) -> tuple[Ints32, Texts]:
    import pyarrow as pa
    import pyarrow.compute as pc

    array = column.combine_chunks()
    if not pa.types.is_dictionary(array.type):
        array = pc.dictionary_encode(array)
    return np.asarray(array.indices, dtype=np.int32), array.dictionary.to_numpy(zero_copy_only=False)
