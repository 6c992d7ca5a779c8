"""A council's risk register: read with its identifiers, checked, and what moved since the last report."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from assetplan import cells, schema
from assetplan._types import Ints
from assetplan.assurance.risk_scale import LEVELS, band_of, level_labels
from assetplan.assurance.tables import by_row, dates_of, faults_where
from assetplan.display import Shown
from assetplan.errors import Fault, RegisterError
from assetplan.reading.columns import absent, leave_out, mapped
from assetplan.reading.mapping import read_mapping
from assetplan.reading.tables import read_tables

OPEN, CLOSED = "open", "closed"
UP, DOWN, SAME, NEW = "up", "down", "same", "new"
_TABLE = "risk_register"
_REVIEW_MONTHS = 3  # a risk is reviewed at least quarterly
_LISTS = (("controls", ("control_owners",)), ("actions", ("action_owners", "action_dates")))


@dataclass(frozen=True, eq=False, repr=False)
class RiskRegister(Shown):
    """A risk register.

    Attributes
    ----------
    risks : DataFrame
        Table `risk_register` of the schema as it was read, `status` filled; with score and target_score (likelihood
        times impact), band and target_band, and reviewed_on, the date of the last review.
    """

    risks: pd.DataFrame

    def own(self) -> pd.DataFrame:
        """The register as a council keeps it: the columns of the schema alone."""
        return self.risks[schema.columns(_TABLE)]


def read_risks(path: Path, mapping: str | os.PathLike[str] | None = None) -> RiskRegister:
    """Read a register of risks; identifiers stay as they are.

    Parameters
    ----------
    path : path; a CSV or workbook with the columns of table `risk_register`, or with others that a mapping names
    mapping : path, optional; which of its columns are which: see `assetplan.reading.mapping`

    Raises
    ------
    RegisterError
        A target above the current score, a level that is not 1 to 5, an identifier that is there twice, controls or
        actions without their owners and dates, or any other broken rule; every fault is listed with its row.
    FileNotFoundError
        There is no such file.
    """
    plan, kinds = read_mapping(mapping), schema.kinds(_TABLE)
    source = read_tables([path], plan, kinds)
    if faults := absent(source, plan, kinds):
        raise RegisterError(faults)
    source = leave_out(source, plan)
    text = mapped(source, plan, kinds).apply(cells.text_of)
    risks, faults = schema.conform(text, _TABLE, source.name, pd.Series(source.row, index=text.index))
    risks = risks.assign(file=source.name, row=source.row, status=risks["status"].replace("", OPEN))
    reviewed, wrong = dates_of(risks, "reviewed")
    if faults := [*faults, *wrong]:
        raise RegisterError(faults)
    risks = risks.assign(
        reviewed_on=reviewed,
        score=risks["likelihood"] * risks["impact"],
        target_score=risks["target_likelihood"] * risks["target_impact"],
    )
    if faults := list(_faults(risks)):
        raise RegisterError(faults)
    bands = {
        name: band_of(risks[score].to_numpy()) for name, score in (("band", "score"), ("target_band", "target_score"))
    }
    return RiskRegister(risks.drop(columns=["file"]).assign(**bands).reset_index(drop=True))


def _faults(risks: pd.DataFrame) -> Iterator[Fault]:
    above = risks["target_score"] > risks["score"]
    yield from faults_where(
        risks, "target_likelihood", above,
        lambda row: f"the target score, {row['target_score']:g}, is above the current score, {row['score']:g}",
    )  # fmt: skip
    for listed, others in _LISTS:
        counts = risks[listed].map(lambda text: len(parts_of(text)))
        for name in others:
            own = risks[name].map(lambda text: len(parts_of(text)))
            wrong = (own != counts) & ~((own == 1) & (counts > 1))
            words = {
                row: f"names {n:g} for {m:g} {listed}: give one for each, with a semicolon between two, or one for all"
                for row, n, m in zip(risks["row"], own, counts, strict=True)
            }
            yield from faults_where(risks, name, wrong, by_row(words))
    dates = risks.assign(action_dates=risks["action_dates"].map(parts_of)).explode("action_dates", ignore_index=True)
    yield from dates_of(dates.assign(action_dates=dates["action_dates"].fillna("")), "action_dates")[1]


def parts_of(text: str) -> list[str]:
    """The parts of a cell that lists several with semicolons between them."""
    return [part.strip() for part in text.split(";") if part.strip()]


def moved(register: RiskRegister, previous: RiskRegister, file: str) -> pd.Series:
    """How each risk moved since the last report: up, down, same, new or closed; "" where it was closed then too.

    Parameters
    ----------
    register, previous : RiskRegister; now and at the last report
    file : str; name of the register, for the faults

    Raises
    ------
    RegisterError
        An identifier of the last report is gone, or one that was closed is open again: identifiers are not reused.
    """
    risks, last = register.risks, previous.risks.set_index("risk_id")
    gone = [name for name in last.index if name not in set(risks["risk_id"])]
    rule = "was in the last report and is gone: a closed risk keeps its row, so that its identifier is not used again"
    faults = [Fault(file, 0, "risk_id", name, rule) for name in gone]
    was = risks["risk_id"].map(last["status"]).fillna("")
    is_open = risks["status"] == OPEN
    again = is_open & (was == CLOSED)
    rule = "was closed in the last report: identifiers are never reused, so a risk that returns takes a new one"
    faults += faults_where(risks.assign(file=file), "risk_id", again, rule)
    if faults:
        raise RegisterError(faults)
    before = risks["risk_id"].map(last["score"])
    cases = [~is_open & (was == CLOSED), ~is_open, was == "", risks["score"] > before, risks["score"] < before]
    return pd.Series(np.select(cases, ["", CLOSED, NEW, UP, DOWN], SAME), index=risks.index)


def risk_report(
    register: RiskRegister, as_at: datetime.date, previous: RiskRegister | None = None, file: str = "the register"
) -> pd.DataFrame:
    """Each risk as a board reads it, open ones by falling score, then those closed.

    Parameters
    ----------
    register : RiskRegister; from `read_risks`
    as_at : date; of the report
    previous : RiskRegister, optional; that of the last report
    file : str; name of the register, for the faults

    Returns
    -------
    DataFrame
        risk_id, title, cause, event, consequence, owner, likelihood, impact, score, band, target_score, target_band,
        movement ("" without a last report), status, reviewed, review_due, overdue ("yes" where it is past), controls,
        actions, and late_actions: how many have a planned date that is past.

    Raises
    ------
    RegisterError
        As `moved`; or a review after the date of the report.
    """
    risks, day = register.risks, pd.Timestamp(as_at)
    late = list(
        faults_where(risks.assign(file=file), "reviewed", risks["reviewed_on"] > day, f"is after the report of {as_at}")
    )
    if late:
        raise RegisterError(late)
    is_open = risks["status"] == OPEN
    due = risks["reviewed_on"] + pd.DateOffset(months=_REVIEW_MONTHS)
    dates = risks["action_dates"].map(lambda text: pd.Series(parts_of(text), dtype="str"))
    past = [int((cells.dates(each) < day).sum()) if len(each) else 0 for each in dates]
    names = ["risk_id", "title", "cause", "event", "consequence", "owner", "likelihood", "impact", "score", "band"]
    out = risks[[*names, "target_score", "target_band"]].assign(
        movement="" if previous is None else moved(register, previous, file),
        status=risks["status"],
        reviewed=risks["reviewed_on"].dt.strftime("%Y-%m-%d"),
        review_due=due.dt.strftime("%Y-%m-%d").where(is_open, ""),
        overdue=np.where(is_open & (due < day), "yes", ""),
        controls=risks["controls"],
        actions=risks["actions"],
        late_actions=np.where(is_open, past, 0),
    )
    order = out.assign(closed=~is_open, falling=-out["score"]).sort_values(
        ["closed", "falling", "risk_id"], kind="stable"
    )
    return out.loc[order.index].reset_index(drop=True)


def heat_map(likelihood: Ints, impact: Ints) -> Ints:
    """How many risks have each likelihood and impact, (5, 5), by likelihood 1 to 5 and impact 1 to 5.

    Parameters
    ----------
    likelihood, impact : array (n,) of int; levels of 1 to 5
    """
    place = (np.asarray(likelihood, dtype=np.intp) - 1) * LEVELS + np.asarray(impact, dtype=np.intp) - 1
    return np.bincount(place, minlength=LEVELS**2).reshape(LEVELS, LEVELS)


def heat_table(counts: Ints, title: str = "likelihood") -> pd.DataFrame:
    """A heat map as rows, the likeliest first.

    Parameters
    ----------
    counts, title : array (5, 5), str; from `heat_map`, and name of the first column
    """
    names = level_labels("likelihood")
    rows = [
        {
            title: f"{level} {names[level - 1]}",
            **{f"impact_{k}": int(counts[level - 1, k - 1]) for k in range(1, LEVELS + 1)},
        }
        for level in range(LEVELS, 0, -1)
    ]
    return pd.DataFrame(rows)
