"""What late treatment costs against early, from the costs of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from assetplan.finance.statement import Statement, declared, real
from assetplan.reference import load_table

if TYPE_CHECKING:
    from assetplan.deterioration import Group
    from assetplan.treatments import Catalogue, Treatment

_YES = {True: "yes", False: "no"}


@dataclass(frozen=True)
class _Priced:
    """A treatment, the highest index at which it costs so much, and what [£ a unit]."""

    cost: float
    index: float
    treatment: Treatment


def late_multiple(catalogue: Catalogue, groups: Mapping[str, Group]) -> pd.DataFrame:
    """How many times what early treatment costs is the cost of treating late, by group.

    Early is the cheapest preventative treatment. Where it may not be used on a sound asset (index of grade B or
    better), there is a second row for the cheapest that may, which is what the published bound speaks of. Late is the
    major treatment whose range reaches the lowest index: of several, the one of the follow-on policy, else the
    cheapest. Of assets in states, early is the cheapest grade that is mended and late the most costly.

    Parameters
    ----------
    catalogue : Catalogue; treatments with their unit costs and ranges
    groups : mapping of name → Group; groups to list, in order

    Returns
    -------
    DataFrame
        group, label; early, early_cost [£ a unit], early_life [years], early_index (the highest at which it may be
        used), sound (bool); late, late_cost, late_life; price_base: year in whose prices both costs are;
        multiple: late_cost/early_cost; multiple_a_year: the same of cost over life; verified (bool): a source stands
        behind both costs; why: what prevents a multiple, "" where there is one.
    """
    rows = []
    for name, group in groups.items():
        choices: list[_Priced | None] = [*_early(catalogue, group)]
        for early in choices or [None]:
            late = _late(catalogue, group, early.treatment.environment if early else "")
            rows.append({"group": name, "label": group.label} | _row(early, late, catalogue))
    return pd.DataFrame(rows)


def late_multiple_table(frame: pd.DataFrame) -> Statement:
    """The statement of what `late_multiple` returns; the published upper bounds stand in its note."""
    rows = frame.assign(sound=frame["sound"].map(_YES).fillna(""), verified=frame["verified"].map(_YES))
    rows = rows.round({"early_cost": 2, "late_cost": 2, "multiple": 1, "multiple_a_year": 1})
    published = "; ".join(load_table("published_multiples")["label"])
    note = (
        "Unit costs of the plan's own catalogue, £ a unit of the group's quantity; a multiple a year divides each cost "
        f"by the years it lasts. Published upper bounds, never targets: {published}."
    )
    return declared("late_multiple").table(rows, real(int(frame["price_base"].iloc[0])), note)


def _priced(treatment: Treatment, group: Group, catalogue: Catalogue) -> list[_Priced]:
    """What a treatment costs: once, or in each of the states that it names and may be used in."""
    if not treatment.states:
        return [_Priced(treatment.unit_cost, treatment.index_high, treatment)]
    index = [group.chain.state_index[state] for state in treatment.states]
    inside = [x for x in index if treatment.index_low <= x <= treatment.index_high]
    shares = catalogue.share_of_renewal(np.array(inside, dtype=float), group.name)
    return [
        _Priced(treatment.unit_cost * float(share), x, treatment)
        for x, share in zip(inside, shares, strict=True)
        if share
    ]


def _early(catalogue: Catalogue, group: Group) -> list[_Priced]:
    """The cheapest preventative treatment, then the cheapest that a sound asset may have where that is another.

    What restores texture alone puts off no late treatment.
    """
    own = [t for t in catalogue.own(group.name, ["preventative"]) if not t.restores]
    priced = sorted((p for t in own for p in _priced(t, group, catalogue)), key=lambda p: (p.cost, p.treatment.name))
    sound = [p for p in priced if p.index >= catalogue.sound_index]
    return list(dict.fromkeys([*priced[:1], *sound[:1]]))


def _late(catalogue: Catalogue, group: Group, environment: str) -> _Priced | None:
    """The major treatment of the worst condition, where the environment is that of the early one."""
    own = [t for t in catalogue.own(group.name, ["major"]) if not environment or t.environment in ("", environment)]
    lowest = min((t.index_low for t in own), default=0.0)
    priced = sorted((t for t in own if t.index_low == lowest), key=lambda t: (t.unit_cost, t.name))
    return max((p for t in priced[:1] for p in _priced(t, group, catalogue)), key=lambda p: p.cost, default=None)


def _row(early: _Priced | None, late: _Priced | None, catalogue: Catalogue) -> dict[str, object]:
    """The figures of one row; None where there is no such treatment."""
    row: dict[str, object] = {
        "early": early.treatment.label if early else "",
        "early_cost": early.cost if early else None,
        "early_life": early.treatment.life if early else None,
        "early_index": early.index if early else None,
        "sound": early.index >= catalogue.sound_index if early else None,
        "late": late.treatment.label if late else "",
        "late_cost": late.cost if late else None,
        "late_life": late.treatment.life if late else None,
        "price_base": str(catalogue.price_year),
        "verified": all(p.treatment.verified for p in (early, late) if p),
        "multiple": None,
        "multiple_a_year": None,
        "why": "",
    }
    if not early or not late:
        missing = [kind for kind, p in (("preventative", early), ("major", late)) if not p]
        row["why"] = f"no {' and no '.join(missing)} treatment"
    else:
        row["multiple"] = late.cost / early.cost
        row["multiple_a_year"] = (late.cost / late.treatment.life) / (early.cost / early.treatment.life)
    return row
