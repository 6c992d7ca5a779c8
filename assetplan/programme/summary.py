"""The summary of a programme: every key of summary.json and of its rows, in this one place."""

from __future__ import annotations

import json
from typing import Annotated, Any, NotRequired

from pydantic import AfterValidator, BaseModel, ConfigDict
from typing_extensions import TypedDict

from assetplan.asset_classes import AssetClass
from assetplan.display import Shown
from assetplan.finance.statement import StatementTable
from assetplan.objectives import Sought
from assetplan.programme.delivery import CrewRow, SitesSummary
from assetplan.programme.summary_ahead import ForecastRow, FuturesBasis, Restrictions
from assetplan.register.basis import BasisRow

FORM = 7
"""Which form of summary.json this version writes and reads; it rises when a key is added, goes or changes meaning."""


class StreamRow(TypedDict):
    """Present value of one stream of costs in both futures (£)."""

    stream: str
    label: str
    do_nothing: float
    plan: float


class YearlyRow(TypedDict):
    """What one stream of poor condition costs in a plan year (£, prices of the first year, not discounted)."""

    stream: str
    year: int
    case: str
    amount: float


class SpendRow(TypedDict):
    """Money of a budget line in a year (£): spent, the limit after carry-over and virement, the envelope before.

    `mandatory` is the part of `amount` that goes on works that are paid first; a plan without any has no such key.
    """

    line: str
    label: str
    year: int
    amount: float
    limit: float
    envelope: float
    mandatory: NotRequired[float]


class KeyFields(TypedDict):
    """Fields of a limit's key, those that are not empty."""

    kind: str
    name: NotRequired[str]
    line: NotRequired[str]
    source: NotRequired[str]
    year: NotRequired[int]
    side: NotRequired[str]


class LimitResult(TypedDict):
    """A limit of the problem: its words in the plan file, its unit, cap, floor and use in it, worth of one more."""

    limit: str
    key: KeyFields
    words: str
    unit: str
    kind: str
    cap: float | None
    floor: float | None
    used: float
    price: float


class PriceRow(TypedDict):
    """What one more unit of a limit is worth (in the unit of the objective)."""

    limit: str
    key: KeyFields
    price: float


class FlowRow(TypedDict):
    """Money carried over, moved between lines, borrowed or drawn from a source (£)."""

    flow: str
    kind: str
    amount: float
    year: int
    line: NotRequired[str]
    to_year: NotRequired[int]
    direction: NotRequired[str]
    source: NotRequired[str]
    funds: NotRequired[str]


class ConditionRow(TypedDict):
    """Stock of a class in one of the bands it is shown in at the end of a year, base year included."""

    asset_class: str
    band: str
    year: int
    quantity: float
    unit: str
    case: str


class ResidualLifeRow(TypedDict):
    """Carriageway in one band of residual life at the end of a year (km), base year included."""

    band: str
    year: int
    length_km: float
    case: str


class PaybackRow(TypedDict):
    """What the works of a line (last: "total") cost and save over `within` years, not discounted (£).

    `in_plan` is what they save in the plan years. They have paid for themselves in the financial year `year`, after
    `years` from the start of the first year of works; both are None where not within the years followed.
    """

    line: str
    label: str
    cost: float
    in_plan: float
    benefit: float
    within: int
    years: int | None
    year: int | None


class BenefitYearRow(TypedDict):
    """What the whole plan costs (one-off) and saves in a year, not discounted (£): burdens, later works, to date."""

    year: int
    cost: float
    burdens: float
    works: float
    cumulative: float


class GainRow(TypedDict):
    """Condition gained by a class above the cut-off (index-years, mean by replacement value)."""

    asset_class: str
    index_years: float


class BaselineRow(TypedDict):
    """What a rule of thumb makes of the same money: benefit and cost (£), objective, limits it breaks."""

    name: str
    benefit: float
    reached: float
    cost: float
    breaks: list[str]


class KindRow(TypedDict):
    """Cost of one kind of works (£)."""

    kind: str
    amount: float


class SharedClosuresRow(TypedDict):
    """Routine jobs that may be done under the closures of schemes of a year, and the traffic management saved (£)."""

    year: int
    jobs: int
    saving: float


class AssumedRow(TypedDict):
    """Share of the assets of a class (0–1) whose column was filled in by rule."""

    asset_class: str
    column: str
    share: float


class NoteRow(TypedDict):
    """A note of the register, and how many it is about."""

    note: str
    count: int


class LintRow(TypedDict):
    """What a check of the model reports."""

    check: str
    message: str


class PhasingCase(TypedDict):
    """Least and most that free money would gain (in the unit of the objective); `most` is None where not proved."""

    case: str
    least: float
    most: float | None


class PhasingAmount(TypedDict):
    """What a line would spend in a year if its money were free (£)."""

    case: str
    line: str
    year: int
    amount: float


class Phasing(TypedDict):
    """The best phasing of the same money; `note` says why there is none."""

    cases: list[PhasingCase]
    amounts: list[PhasingAmount]
    note: str


def _one_after_another(years: tuple[int, ...]) -> tuple[int, ...]:
    if not years or years != tuple(range(years[0], years[0] + len(years))):
        raise ValueError("years")
    return years


def _this_form(form: int) -> int:
    if form != FORM:
        raise ValueError("form")
    return form


class Summary(Shown, BaseModel):
    """All that summary.json holds; it cannot be changed.

    Lists of rows are tuples of plain dicts, so `pd.DataFrame(summary.condition)` is their table. Cases are "do-nothing"
    and "plan". Money is in prices of `price_base` but where a key says otherwise.

    Attributes
    ----------
    plan, title, authority, note : str; name of the plan, and what its report is headed with
    years, price_base : tuple of int, int
        Plan years, the base year, condition today, being the one before the first; year of the prices.
    firm_years : tuple of int; plan years whose works are firm; those after them are indicative
    shared_closures : rows; routine jobs by year, where the plan names a table of them
    objective, of, sought : str, str, Sought
        What the plan seeks, in words and as the plan file names it; its unit, words and behaviour.
    asset_classes : tuple of AssetClass; the classes of the assets, in the order of reports
    streams, yearly, horizon : rows, rows, int
        Costs of both futures, present values and year by year; years that are followed one by one.
    payback, benefit_by_year : rows
        When the works of each line and of the plan have paid for themselves; cost and benefit of the plan by year.
    benefit, cost : float; benefit against do-nothing, and cost of the works (£)
    reached, bound, gap : float
        Objective of the programme, the proven most of any within the limits (in the unit of the objective), and the
        distance of the two, relative to the bound.
    status : str; "optimal" (to the gap that the plan asks for) or "feasible"
    spend, limits, flows, prices : rows; money and limits, `limits` in the order of the problem
    prices_bound, prices_known : float, bool
        What the prices by themselves prove (in the unit of the objective); whether the search came to prices.
    condition, residual_life, condition_gain : rows
        Stock in bands by year and case; `year` is the end of that financial year.
    assets, treated : int; assets in all, and those treated in the plan years
    condition_basis : rows; what the condition that the plan begins from rests on, by class
    baselines, kinds, assumed_share, notes, unverified, lint, sites, crews, phasing, restrictions, forecast, futures
        As their rows say; `unverified` lists parameters without a verified source.
    inputs, seconds : dict; file → SHA-256, stage → seconds
    finance : tuple of tables; statements of finance but for those with a row a scheme or loan
    version, form : str, int; version of assetplan that wrote it, and the form of its keys
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)

    plan: str
    title: str
    authority: str
    note: str
    years: Annotated[tuple[int, ...], AfterValidator(_one_after_another)]
    firm_years: tuple[int, ...]
    price_base: int
    objective: str
    of: str
    sought: Sought
    streams: tuple[StreamRow, ...]
    asset_classes: tuple[AssetClass, ...]
    yearly: tuple[YearlyRow, ...]
    payback: tuple[PaybackRow, ...]
    benefit_by_year: tuple[BenefitYearRow, ...]
    horizon: int
    benefit: float
    reached: float
    bound: float
    gap: float
    status: str
    cost: float
    spend: tuple[SpendRow, ...]
    limits: tuple[LimitResult, ...]
    flows: tuple[FlowRow, ...]
    prices: tuple[PriceRow, ...]
    prices_bound: float
    prices_known: bool
    condition: tuple[ConditionRow, ...]
    residual_life: tuple[ResidualLifeRow, ...]
    condition_gain: tuple[GainRow, ...]
    assets: int
    treated: int
    baselines: tuple[BaselineRow, ...]
    kinds: tuple[KindRow, ...]
    sites: SitesSummary
    shared_closures: tuple[SharedClosuresRow, ...]
    crews: tuple[CrewRow, ...]
    assumed_share: tuple[AssumedRow, ...]
    condition_basis: tuple[BasisRow, ...]
    notes: tuple[NoteRow, ...]
    inputs: dict[str, str]
    unverified: tuple[str, ...]
    version: str
    form: Annotated[int, AfterValidator(_this_form)]
    lint: tuple[LintRow, ...]
    finance: tuple[StatementTable, ...]
    phasing: Phasing
    restrictions: Restrictions
    futures: FuturesBasis
    forecast: tuple[ForecastRow, ...]
    seconds: dict[str, float]

    def __hash__(self) -> int:
        return hash((self.plan, self.version, self.years, self.benefit, self.bound))

    def _shown(self) -> dict[str, Any]:
        names = ("plan", "years", "of", "assets", "treated", "cost", "benefit", "gap", "status")
        return {name: getattr(self, name) for name in names}

    def as_json(self) -> str:
        """The text of summary.json."""
        return json.dumps(self.model_dump(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
