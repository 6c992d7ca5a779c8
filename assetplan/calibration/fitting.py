"""Calibration: from inspections to rows of parameters, with what they are worth on assets that no fit saw."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from assetplan._types import Bools
from assetplan.calibration.covariates import Features
from assetplan.calibration.curve_model import CurveModel, likeliest
from assetplan.calibration.inspections import Inspections
from assetplan.calibration.model import LEVELS, Expected, counts, sample
from assetplan.calibration.pooling import Estimate, pool
from assetplan.calibration.state_model import LifeModel, PairModel, StateModel
from assetplan.delimited import write_csv
from assetplan.deterioration.fits.chains import ChainKind
from assetplan.display import Shown, in_notebooks
from assetplan.errors import Fault, RegisterError
from assetplan.output import new_file
from assetplan.reading.scale import SHARE_HINT, SHARE_RULE

Kind = Literal["curve", "markov", "weibull"]
DecayModel = CurveModel | StateModel | LifeModel

AUTO = "auto"
KINDS = get_args(Kind)
FOLDS = 5  # parts of the assets, each held out in turn from a fit of the others
_DRAWS = 400  # of parameters, for an interval
_AGES = np.arange(0.0, 61.0)
_FEW = 10  # assets below which an interval says little
_MANY = 50_000  # pairs from which one part held out tells enough
FAILURE = 40.0  # condition index at which an asset counts as failed
COLUMNS = (
    "group", "model", "family", "c0", "k", "b", "a50", "cmin", "states", "falls", "noise", "spread", "wander",
    "covariates", "life", "life_low", "life_high", "assets", "pairs", "from", "to", "error", "no_change",
    "constant_rate", "within_80", "within_95", "parameters", "estimates", "covariance", "source", "verified",
)  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class Calibration(Shown):
    """What inspections taught.

    Attributes
    ----------
    kind : str; curve, markov or weibull
    rows : DataFrame; one row a group, columns as `COLUMNS`; see docs/calibration.md
    decay : DataFrame
        Columns group, age [years], index [0–100], and low and high, the ends of its 95 % interval: of the group's mean,
        not of one asset.
    held_out : DataFrame
        One row a reading of an asset that the fit did not see: asset_id, group, years [since the reading before],
        before, after, expected, no_change, constant_rate [index points], and low and high of the 80 % and 95 %
        intervals with what they claim to hold.
    notes : tuple of str
        What was set aside, which family of curve was chosen, which groups lean on the others, what was not checked.
    """

    kind: Kind
    rows: pd.DataFrame
    decay: pd.DataFrame
    held_out: pd.DataFrame
    notes: tuple[str, ...]

    def write(self, path: Path, force: bool = False) -> None:
        """Write the rows as CSV.

        An OutputExistsError where the file is there and `force` is not set.
        """
        with new_file(path, force) as draft:
            write_csv(self.rows, draft)

    def _repr_html_(self) -> str:
        return str(in_notebooks("cards", "calibration_html")(self))


def calibrate(
    inspections: Inspections,
    kind: Kind = "curve",
    *,
    family: str = AUTO,
    chain: ChainKind = "continuous",
    max_drop: int | None = None,
    failure: float = FAILURE,
    seed: int = 0,
    check: bool = True,
) -> Calibration:
    """Learn decay from inspections.

    Parameters
    ----------
    inspections : Inspections; readings, with groups and covariates
    kind : {"curve", "markov", "weibull"}
        A curve through values, a chain through states, or a life to failure, which needs ages.
    family : str
        Of the curve: linear, power, exponential, logistic or weibull; by default the likeliest of them for its number
        of parameters.
    chain : {"continuous", "discrete"}; as in `fit_markov`
    max_drop : int, optional; states that one move of a chain may drop; by default any number
    failure : float; condition index at which a life ends [0–100]
    seed : int; of the draw of assets held out for the check, and of the intervals
    check : bool; whether to hold assets out at all; without it, a fifth of the time and no errors

    Returns
    -------
    Calibration
        Groups share what they can: each leans on the others by as much as its own inspections leave in doubt.

    A RegisterError where the inspections hold nothing that such a model can learn from; the message gives the reason.
    """
    model, notes = _model(inspections, kind, family, chain, max_drop, failure)
    everyone = np.ones(len(inspections.assets), dtype=bool)
    if not model.counted(everyone):
        why = f"no asset has two inspections with no works between them that show decay ({len(everyone):,} assets)"
        raise _refusal(inspections, why)
    if isinstance(model, StateModel) and not model.fell(everyone):
        why = f"in none of {model.counted(everyone):,} pairs of inspections did an asset fall a state"
        raise _refusal(inspections, f"{why}, so nothing says how fast it decays")
    try:
        learned = _groups(inspections, model, everyone)
    except ValueError as error:
        raise _refusal(inspections, _why(error)) from error
    held, unchecked = _held_out(inspections, model, learned, seed, FOLDS if check else 0)
    drawn = [_drawn(model, estimate, seed) for estimate in learned]
    rows = [_row(inspections, model, k, estimate, held) | drawn[k][0] for k, estimate in enumerate(learned)]
    decay = [table.assign(group=name) for name, (_, table) in zip(inspections.groups, drawn, strict=True)]
    notes = (*inspections.notes, *_thin(inspections), *notes, *_leaning(inspections, model), *unchecked)
    for row, estimate in zip(rows, learned, strict=True):
        if row["pairs"] and (why := _unsettled(model, estimate, row)):
            row["verified"], notes = "no", (*notes, f"group {row['group']}: {why}; it is not verified.")
    table = pd.DataFrame(rows).reindex(columns=list(COLUMNS))
    return Calibration(kind, table, pd.concat(decay, ignore_index=True), held, notes)


def _refusal(inspections: Inspections, why: str, column: str = "") -> RegisterError:
    return RegisterError([Fault(inspections.file, 0, column, "", why)])


def _why(error: ValueError) -> str:
    unsure = isinstance(error, np.linalg.LinAlgError)
    return "they leave some of its parameters quite open" if unsure else str(error)


def _model(
    inspections: Inspections, kind: Kind, family: str, chain: ChainKind, max_drop: int | None, failure: float
) -> tuple[DecayModel, tuple[str, ...]]:
    features = Features.of(inspections.covariates, len(inspections.assets))
    values = inspections.index[~np.isnan(inspections.index)]
    if len(values) and values.max() <= 1.0:
        raise RegisterError([Fault(inspections.file, 0, "value", "", SHARE_RULE, SHARE_HINT)])
    if kind == "curve":
        if np.isnan(inspections.index).all():
            raise _refusal(inspections, "a curve needs values; for states use a chain", "value")
        return likeliest(inspections, features) if family == AUTO else CurveModel.of(inspections, family, features)
    if kind == "markov":
        return StateModel.of(inspections, chain, max_drop, features)
    if kind == "weibull":
        if np.isnan(inspections.age).all():
            raise _refusal(inspections, "a life needs a column age or built_year", "age")
        return LifeModel.of(inspections, failure, features)
    raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")


def _groups(
    inspections: Inspections, model: DecayModel, keep: Bools, near: list[Estimate] | None = None
) -> list[Estimate]:
    """Each group's estimate, those with no data taking what the others make together; `near` is where to begin."""
    members = [keep & (inspections.group == k) for k in range(len(inspections.groups))]
    with_data = [k for k, inside in enumerate(members) if model.counted(inside)]
    start = None if near is None else np.mean([e.parameters for e in near], axis=0)
    if len(with_data) < 2:
        return [model.fit(keep, None, start)] * len(members)
    some = sample(keep)
    whole = model.fit(some if model.counted(some) else keep, None, start)
    fits = [partial(model.fit, members[k]) for k in with_data]
    starts = [whole.parameters if near is None else near[k].parameters for k in with_data]
    prior, estimates = pool(whole.parameters, fits, starts)
    nothing = np.zeros((len(prior.mean),) * 2)
    learned = [Estimate(prior.mean, np.diag(prior.variance), nothing)] * len(members)
    for k, estimate in zip(with_data, estimates, strict=True):
        learned[k] = estimate
    return learned


def _held_out(
    inspections: Inspections, model: DecayModel, learned: list[Estimate], seed: int, folds: int
) -> tuple[pd.DataFrame, list[str]]:
    """What fits of the other assets expect of each part held out, beside two simple rivals; and what had none."""
    n = len(inspections.assets)
    fold = np.random.default_rng(seed).permutation(n) % FOLDS
    everyone = np.ones(n, dtype=bool)
    parts = [_compared(model, model.expected(~everyone, learned[0].parameters), 0.0, "")]
    unchecked = []
    for part in range(folds if model.counted(everyone) < _MANY else min(folds, 1)):
        away = fold == part
        if not model.counted(away):
            continue
        try:
            others = _groups(inspections, model, ~away, learned)
        except ValueError as error:
            which = f"part {part + 1} of {FOLDS} ({int(away.sum()):,} assets)"
            unchecked.append(f"{which} was not checked, for the other assets alone give no fit: {_why(error)}.")
            continue
        for group, estimate in enumerate(others):
            of_group = inspections.group == group
            expected = model.expected(away & of_group, estimate.parameters)
            taught = model.expected(~away & of_group, estimate.parameters)
            if not len(taught.row):
                taught = model.expected(~away, estimate.parameters)
            pace = float((taught.after - taught.before).sum() / taught.years.sum())
            parts.append(_compared(model, expected, pace, inspections.groups[group]))
    return pd.concat([p for p in parts if len(p)] or parts, ignore_index=True), unchecked


def _compared(model: DecayModel, expected: Expected, pace: float, group: str) -> pd.DataFrame:
    asset = model.inspections.assets[model.inspections.asset[expected.row]]
    constant = np.clip(expected.before + pace * expected.years, 0.0, 100.0)
    table = pd.DataFrame({"asset_id": asset, "group": group, "years": expected.years})
    table = table.assign(before=expected.before, after=expected.after, expected=expected.mean)
    table = table.assign(no_change=expected.before, constant_rate=constant)
    for k, level in enumerate(LEVELS):
        name = f"{100 * level:.0f}"
        table[f"low_{name}"], table[f"high_{name}"] = expected.low[k], expected.high[k]
        table[f"claimed_{name}"] = expected.claimed[k]
    return table


def _row(
    inspections: Inspections, model: DecayModel, group: int, learned: Estimate, held: pd.DataFrame
) -> dict[str, object]:
    members = inspections.group == group
    time = inspections.time[members[inspections.asset]]
    pairs = model.counted(members)
    return {
        "group": inspections.groups[group],
        **model.row(learned.parameters),
        "assets": int(members.sum()),
        "pairs": pairs,
        "from": round(float(time.min()), 2),
        "to": round(float(time.max()), 2),
        **_errors(held[held["group"] == inspections.groups[group]]),
        "parameters": "|".join(model.names),
        "estimates": "|".join(f"{v:.8g}" for v in learned.parameters),
        "covariance": "|".join(f"{v:.6g}" for v in learned.covariance[np.tril_indices(len(learned.parameters))]),
        "source": "calibrated" if pairs else "calibrated: parent's, the group has no pairs of its own",
        "verified": "yes" if pairs else "no",
    }


def _drawn(model: DecayModel, learned: Estimate, seed: int) -> tuple[dict[str, float], pd.DataFrame]:
    """Life and decay of a group with the intervals that its own doubt leaves, by draws of the parameters."""
    random = np.random.default_rng(seed)
    draws = random.multivariate_normal(learned.parameters, learned.covariance, _DRAWS, method="eigh")
    ends = [(1 - LEVELS[1]) / 2, (1 + LEVELS[1]) / 2]
    low, high = np.quantile([model.life(draw) for draw in draws], ends, method="inverted_cdf")
    life = {"life": model.life(learned.parameters), "life_low": float(low), "life_high": float(high)}
    bottom, top = np.quantile([model.path(draw, _AGES) for draw in draws], ends, axis=0)
    middle = model.path(learned.parameters, _AGES)
    decay = pd.DataFrame({"age": _AGES, "index": middle, "low": bottom, "high": top}).round(3)
    return {name: round(value, 2) for name, value in life.items()}, decay


def _errors(checked: pd.DataFrame) -> dict[str, float]:
    """Errors of the model and its rivals on readings held out, and shares of these within its intervals."""
    after, out = checked["after"], {}
    for name, column in (("error", "expected"), ("no_change", "no_change"), ("constant_rate", "constant_rate")):
        out[name] = float(np.sqrt(((checked[column] - after) ** 2).mean()))
    for level in ("80", "95"):
        inside = after.between(checked[f"low_{level}"] - 1e-9, checked[f"high_{level}"] + 1e-9)
        out[f"within_{level}"] = float(inside.mean())
    return {name: round(value, 3) for name, value in out.items()}


def _unsettled(model: DecayModel, learned: Estimate, row: dict[str, Any]) -> str:
    """Why a group's own inspections do not settle its decay; "" where they do."""
    ends = model.at_bound(learned.parameters)
    if ends:
        return f"{' and '.join(ends)} stand{'s' if len(ends) == 1 else ''} at the end of what a fit searches"
    if row["life_low"] < row["life_high"]:
        return ""
    return f"the 95 % interval of its life, {row['life_low']:,} to {row['life_high']:,} years, is empty or has no end"


def _thin(inspections: Inspections) -> tuple[str, ...]:
    """Why readings say less than there seem to be: some share a date, or all are of few assets."""
    shared = int(((np.diff(inspections.asset) == 0) & (np.diff(inspections.time) == 0)).sum())
    lanes = "readings share asset and date with another, as lanes do: a curve takes them all, a chain the worst."
    few = f"fewer than {_FEW} assets hardly show how assets differ: an interval from them says little."
    return (*counts((shared, lanes)), *([few] if len(inspections.assets) < _FEW else []))


def _leaning(inspections: Inspections, model: DecayModel) -> list[str]:
    """Groups whose own inspections show no decay."""
    alone = "assets, none of whose inspections shows decay; it has the parameters of the groups together."
    leaning = "pairs of inspections, in none of which an asset fell; its pace leans on that of the other groups."
    notes = []
    for k, name in enumerate(inspections.groups):
        members = inspections.group == k
        pairs = model.counted(members)
        if not pairs:
            notes.append(f"group {name}: {int(members.sum()):,} {alone}")
        elif isinstance(model, PairModel) and not model.fell(members):
            notes.append(f"group {name}: {pairs:,} {leaning}")
    return notes
