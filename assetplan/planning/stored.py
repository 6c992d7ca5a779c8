"""What an output folder keeps so that it explains itself: all strategies, and the plan with its own tables."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assetplan.config import Plan, make_plan
from assetplan.optimisation.problem import Solution
from assetplan.programme import Strategies
from assetplan.programme.strategies import NOTHING
from assetplan.strategies import Candidates, Model

if TYPE_CHECKING:
    from assetplan.planning.constraints import Statement


def stored_strategies(assets: pd.DataFrame, model: Model, statement: Statement, solution: Solution) -> Strategies:
    """All strategies of a plan with what they cost, bring and use; of those that share a site, those chosen.

    Parameters
    ----------
    assets : DataFrame
        Table `assets` of the register, with `group`.
    model : Model
        Catalogue and discounting.
    statement : Statement
        The strategies, and what each brings and uses.
    solution : Solution
        What was chosen.
    """
    kept = _told(statement, solution.chosen)
    options, problem = statement.options.take(kept), statement.problem
    name, names = strategy_names(assets, model, options)
    years = options.cost.shape[1]
    return Strategies(
        options.starts,
        names,
        name,
        options.cost.sum(axis=1),
        options.cost @ model.rules.discount[1 : years + 1],
        options.benefit,
        problem.benefit[kept],
        problem.usage[kept],
        np.searchsorted(kept, solution.chosen),
    )


def _told(statement: Statement, chosen: NDArray[np.int64]) -> NDArray[np.intp]:
    """Options worth keeping: what each asset may do by itself, but where it shares a site what it does there."""
    sharing = statement.sharing
    kept = ~sharing.copies
    shared = chosen[sharing.copies[chosen]]
    kept[np.isin(sharing.twin, sharing.twin[shared])] = False
    kept[shared] = True
    return np.flatnonzero(kept)


def strategy_names(
    assets: pd.DataFrame, model: Model, options: Candidates
) -> tuple[NDArray[np.int32], NDArray[np.object_]]:
    """Position of each strategy's name, and the names, each once.

    Returns
    -------
    (array (n_options,) of int, array (n_names,) of str)
        Names as "do-nothing" or "surface_dressing@2020+resurfacing@2023".
    """
    groups, labels = pd.factorize(assets["group"], sort=True)
    packed = groups[options.asset].astype(np.int64)
    base = int(options.schedule.max(initial=0)) + 2
    for year in options.schedule.T:
        if packed.max(initial=0) > np.iinfo(np.int64).max // (2 * base):
            packed = np.unique(packed, return_inverse=True)[1]
        packed = packed * base + (year + 1)
    _, first, code = np.unique(packed, return_index=True, return_inverse=True)
    texts = [_strategy_name(model, str(labels[groups[options.asset[row]]]), options.schedule[row]) for row in first]
    # Two groups may have a treatment of one name.
    names, shared = np.unique(np.array(texts, dtype=object).astype(str), return_inverse=True)
    return shared[code].astype(np.int32), names.astype(object)


def _strategy_name(model: Model, group: str, schedule: NDArray[np.int8]) -> str:
    treatments = model.catalogue.treatments[group]
    done = [f"{treatments[code].name}@{model.first_year + year}" for year, code in enumerate(schedule) if code >= 0]
    return "+".join(done) or NOTHING


def settings(plan: Plan) -> dict[str, Any]:
    """Every setting of a plan as it is used, and the text of its own tables.

    A folder may travel: of files outside the plan's own folder only the name is kept.
    """
    said = _plain(plan.model_dump(mode="json", by_alias=True, exclude_none=True))
    tables = {
        key: {"file": said["tables"][key], "text": plan.path(name).read_text(encoding="utf-8-sig")}
        for key, name in plan.tables.model_dump().items()
        if name
    }
    return {"plan": said, "tables": tables}


def _plain(value: Any) -> Any:
    """The same, without the places of files on this machine."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if not isinstance(value, str):
        return value
    for kind in (PurePosixPath, PureWindowsPath):
        path = kind(value)
        if path.is_absolute() or path.parts[:1] == ("..",):
            return path.name or value
    return value


@contextmanager
def kept_plan(kept: dict[str, Any]) -> Iterator[Plan]:
    """The plan that `settings` kept, with its own tables where it finds them for as long as this lasts.

    Raises
    ------
    ConfigError
        What was kept is not a plan.
    """
    said, tables = dict(kept.get("plan") or {}), kept.get("tables") or {}
    # What an earlier plan chose is not kept: strategies bear its price already.
    said.pop("stability", None)
    with tempfile.TemporaryDirectory() as folder:
        for key, table in tables.items():
            (Path(folder) / f"{Path(key).name}.csv").write_text(str(table["text"]), encoding="utf-8")
        said["tables"] = {key: f"{Path(key).name}.csv" for key in tables}
        yield make_plan(said, Path(folder) / "plan.json")
