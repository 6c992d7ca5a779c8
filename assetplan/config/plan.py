"""One plan: what is owned, what may be spent, what counts as good."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from assetplan.config.allowances import Allowances
from assetplan.config.assurance import IndicatorSettings, RiskSettings
from assetplan.config.base import NUMERIC, Amount, Frozen, KeyUnit, Name, Names, Number, RegisterSource, Share, Whole
from assetplan.config.bids import Bid, Contingency, Disposals, Receipts
from assetplan.config.choices import ChoiceRules, ObjectiveChoice, Scheme, Stability, Target
from assetplan.config.delivery import CalendarEntry, Crew, Embargo
from assetplan.config.energy import EnergySettings
from assetplan.config.envelope import Envelope, Limit, Source
from assetplan.config.finance import (
    Borrowing,
    BusinessCaseSettings,
    Gate,
    IncomeLine,
    MediumTerm,
    Printed,
    SpentYears,
    TaxBase,
    Treasury,
)
from assetplan.config.inflation import Inflation
from assetplan.config.uncertainty import UncertaintySettings
from assetplan.display import Shown, in_notebooks
from assetplan.limits import PLANNED_SHARE, REACTIVE
from assetplan.objectives import RISK
from assetplan.postgis.address import DatabaseTable
from assetplan.words import financial_year

# Years that a council approves as firm, unless its plan says otherwise.
FIRM_YEARS = 2
Level = Annotated[Number, Field(ge=0.1, le=10), KeyUnit("ratio")]


class Benefit(Frozen):
    """What counts as good: the present value (£) of these cost streams under do-nothing less under the strategy."""

    streams: Names | None = None
    """cost streams counted; all those of the table of streams where left out"""
    horizon: Whole = Field(default=80, ge=5, le=150)
    """years followed one by one; the rate, prices and traffic of the last go on for ever"""

    @model_validator(mode="after")
    def _has_works(self) -> Benefit:
        if self.streams is None:
            return self
        if "works" not in self.streams:
            raise ValueError("streams must include 'works', or money would count for nothing")
        if len(set(self.streams)) != len(self.streams):
            raise ValueError("streams names one more than once")
        return self


class StrategySettings(Frozen):
    """Which strategies are tried."""

    max_treatments: Annotated[Literal[1, 2], NUMERIC] = 2
    """treatments of one asset within the plan years"""
    min_interval: Whole = Field(default=3, ge=1, le=20)
    """years between two treatments of one asset"""


class ProgrammeSettings(Frozen):
    """Which years of the programme are for approval, and which are those of the medium-term plan."""

    firm_years: Whole | None = Field(default=None, ge=0, le=20)
    """how many years, from the first that is not past, are firm; 2, or all of a shorter plan, where left out"""
    medium_term_years: Whole | None = Field(default=None, ge=1, le=20)
    """years of the medium-term plan, from the plan's first: all plan years where left out"""


class SiteSettings(Frozen):
    """What works sites cost beside the works, and which works may share one."""

    costs: Literal["shared", "single", "none"] = "shared"
    """shared: works may share a site; single: each has its own; none: unit costs hold for any size"""
    minimum: Number | None = Field(default=None, ge=0, le=100_000)
    """least length of a site (m) of treatments that have one; if left out the table of sites says it; 0: of any size"""
    maximum: Number | None = Field(default=None, gt=0, le=100_000)
    """longest scheme along a road (m)"""
    untreated: Number | None = Field(default=None, ge=0, lt=1)
    """most of a scheme's length that may stay untreated (share)"""
    most: Number | None = Field(default=None, ge=1, le=1e6)
    """sites a year on roads and footways at most"""
    jobs_window: Whole = Field(default=1, ge=0, le=20)
    """years between a routine job's due year and works whose closure it may share, at most"""
    closed_again: Whole | None = Field(default=None, ge=0, le=50)
    """least years between two works sites of one asset; 0 for no such rule"""


class Solver(Frozen):
    """When to stop looking for better."""

    target_gap: Number = Field(default=1e-4, ge=0, le=0.5)
    """relative distance from the bound (share) at which a plan is called optimal"""
    time_limit: Number = Field(default=60.0, gt=0)
    """seconds"""


class TableFiles(Frozen):
    """The council's own tables in place of the packaged ones, as paths beside the plan file."""

    groups: str = ""
    """deterioration groups"""
    treatments: str = ""
    """catalogue of treatments"""
    follow_on: str = ""
    """follow-on policies of the groups that it names, in place of those of least cost"""
    consequences: str = ""
    """what poor condition costs"""
    sites: str = ""
    """what works sites cost"""
    asset_classes: str = ""
    """classes added to the packaged ones, or in place of those of the same name"""
    lines: str = ""
    """labels of budget lines, likewise"""
    streams: str = ""
    """cost streams, likewise"""
    risk_likelihood: str = ""
    """which chance of failure is which likelihood, in place of the packaged levels"""
    risk_impact: str = ""
    """which consequence is which impact, likewise"""
    footway_use: str = ""
    """how much claims and risk of each level of footways count"""
    price_indices: str = ""
    """indices that bring the tables' money to the prices of the first year"""
    calibration: str = ""
    """rows that `assetplan calibrate` wrote, in place of what the groups say of decay"""
    treatment_carbon: str = ""
    """what treatments emit"""
    grade_costs: str = ""
    """what mending building components costs by group and grade, in place of shares of renewal"""
    energy_factors: str = ""
    """what a kWh emits, by fuel and year: rows added to the packaged ones, or in place of those of the same"""
    energy_savings: str = ""
    """what treatments save of energy"""
    epc_duties: str = ""
    """least bands of energy performance certificates"""
    routine_jobs: str = ""
    """routine jobs that are due, which may be done under a scheme's closure"""
    bids: str = ""
    """bids beside those of the plan file"""
    medium_term: str = ""
    """lines of the council's own medium-term plan, beside those of the plan file"""
    regimes: str = ""
    """statutory compliance regimes added to the packaged ones, or in place of those of the same name"""
    statutory_tests: str = ""
    """tests, inspections and reviews that those ask for, place by place, with the remedial works they called for"""


class ClaimsSettings(Frozen):
    """What a council counts and pays of claims on roads and footways in a year."""

    count: Number | None = Field(default=None, gt=0, le=1e9)
    """claims for damage or injury received in the base year"""
    repudiated: Share | None = None
    """share of them for which nothing is paid"""
    mean_paid: Amount | None = None
    """mean of what a settled claim is paid, large ones left out (£)"""
    large_paid: Amount = 0.0
    """what large claims cost in a mean year (£)"""
    price_base: Whole | None = Field(default=None, ge=1990, le=2200)
    """year whose prices that money is in; the plan's first year where left out"""


class Forecast(Frozen):
    """What the years ahead are forecast from: how many futures, and the council's own counts."""

    futures: Whole = Field(default=50, ge=0, le=1000)
    """futures that the plan is run under; none makes no forecast"""
    level: Number = Field(default=0.8, gt=0, lt=1)
    """share of them that an interval holds"""
    seed: Whole = Field(default=0, ge=0)
    """the same seed gives the same futures"""
    potholes: Number | None = Field(default=None, gt=0, le=1e9)
    """safety potholes of the base year"""
    current_spend: Literal["optimised", "worst_first"] = "optimised"
    """how the money of `envelope.current` alone would be spent: by the plan's own choice, or the worst first, each
    asset on a site of its own"""
    standstill: Literal["poor", "index"] | None = None
    """what stand-still money is to hold: the share of each class in poor condition, or its average index; by default
    it is not worked out"""
    clear_by: Whole | None = None
    """year by whose end stand-still money clears all that is in poor condition"""


class Report(Frozen):
    """How the report introduces itself."""

    title: str = ""
    """heading of the report; the plan's name where left out"""
    authority: str = ""
    """the council's name"""
    note: str = ""
    """text below the heading"""
    carbon: bool = False
    """whether the programme states what its works emit; a plan with its own factors, or a limit on carbon, does"""


class Plan(Shown, Frozen):
    """One plan: what is owned, what may be spent, what counts as good."""

    name: str = Field(min_length=1)
    """name of the plan"""
    register_source: RegisterSource = Field(alias="register")
    """a GeoPackage from `assetplan import`, any table with a mapping, or a table of a database"""
    mapping: str = ""
    """column mapping of the register"""
    first_year: Whole = Field(ge=1990, le=2200)
    """first financial year: 2019 is 2019/20"""
    years: Whole = Field(default=5, ge=1, le=20)
    """how many financial years are planned"""
    later_surveys: Literal["refuse", "hold"] = "refuse"
    """what a survey later than the base year is: a fault, or held to be the condition of the end of that year"""
    inflation: dict[Name, Inflation] = Field(default={})
    """kind of cost → how its prices rise, and what is of it; all else rises as all prices do"""
    price_level: dict[Name, Level] = Field(default={})
    """treatment, budget line or `default` → unit cost of works over that of the table of treatments"""
    allowances: Allowances = Allowances()
    envelope: Envelope
    limits: tuple[Limit, ...] = ()
    # A set of sources and borrowing facilities is kept in the bits of one whole number, so 60 is the most.
    sources: tuple[Source, ...] = Field(default=(), max_length=50)
    borrowing: tuple[Borrowing, ...] = Field(default=(), max_length=10)
    tax_base: TaxBase | None = None
    income: tuple[IncomeLine, ...] = ()
    treasury: Treasury = Treasury()
    medium_term: tuple[MediumTerm, ...] = ()
    printed: tuple[Printed, ...] = ()
    gates: tuple[Gate, ...] = ()
    spent: SpentYears | None = None
    rules: ChoiceRules = ChoiceRules()
    schemes: tuple[Scheme, ...] = ()
    bids: tuple[Bid, ...] = ()
    contingency: tuple[Contingency, ...] = ()
    disposals: Disposals | None = None
    receipts: Receipts = Receipts()
    targets: tuple[Target, ...] = ()
    objective: ObjectiveChoice = ObjectiveChoice()
    stability: Stability | None = None
    programme: ProgrammeSettings = ProgrammeSettings()
    business_case: BusinessCaseSettings | None = None
    benefit: Benefit = Benefit()
    strategies: StrategySettings = StrategySettings()
    sites: SiteSettings = SiteSettings()
    crews: tuple[Crew, ...] = ()
    embargoes: tuple[Embargo, ...] = ()
    calendar: tuple[CalendarEntry, ...] = ()
    solver: Solver = Solver()
    claims: ClaimsSettings = ClaimsSettings()
    forecast: Forecast = Forecast()
    uncertainty: UncertaintySettings = UncertaintySettings()
    energy: EnergySettings | None = None
    tables: TableFiles = TableFiles()
    report: Report = Report()
    risk: RiskSettings = RiskSettings()
    indicators: IndicatorSettings = IndicatorSettings()
    folder: Path = Field(default=Path(), exclude=True)
    """where the plan file lies: paths in it are relative to this"""

    def __hash__(self) -> int:
        return hash((self.name, self.register_file, self.first_year, self.years, self.folder))

    def _shown(self) -> dict[str, Any]:
        last = self.plan_years[-1]
        return {
            "name": self.name,
            "register": self.register_file,
            "years": f"{financial_year(self.first_year)} to {financial_year(last)}",
            "objective": self.objective.of,
            "lines": tuple(self.envelope.lines),
            "sources": tuple(source.name for source in self.sources),
            "borrowing": tuple(facility.name for facility in self.borrowing),
            "targets": f"{len(self.targets)}",
            "schemes": f"{len(self.schemes)}",
        }

    def _repr_html_(self) -> str:
        return str(in_notebooks("cards", "plan_html")(self))

    @property
    def register_file(self) -> str:
        """The register's file, or its table in a database, as the faults name it."""
        return self.register_source if isinstance(self.register_source, str) else self.register_source.table

    @property
    def register_place(self) -> Path | DatabaseTable:
        """Where the register lies."""
        source = self.register_source
        return self.path(source) if isinstance(source, str) else DatabaseTable(source.url, source.table)

    @property
    def plan_years(self) -> tuple[int, ...]:
        """Calendar (first) years of the plan's financial years."""
        return tuple(range(self.first_year, self.first_year + self.years))

    @property
    def records(self) -> dict[str, str]:
        """Key → file of the council's own registers and indicators that the plan names."""
        files = {
            "risk.register": self.risk.register_,
            "risk.previous": self.risk.previous,
            "indicators.definitions": self.indicators.definitions,
            "indicators.values": self.indicators.values_,
            "indicators.schemes": self.indicators.schemes,
        }
        return {key: name for key, name in files.items() if name}

    @property
    def streams_apart(self) -> tuple[str, ...]:
        """Streams that candidates keep apart: of risk and of reactive repairs, where the plan seeks or limits them."""
        limited = {limit.of for limit in self.limits}
        risk = self.risk.streams if self.objective.of == RISK or "risk" in limited else ()
        return tuple(dict.fromkeys((*risk, *((REACTIVE,) if PLANNED_SHARE in limited else ()))))

    @property
    def medium_term_years(self) -> int:
        """How many years the medium-term plan has, from the plan's first."""
        return self.programme.medium_term_years or self.years

    @property
    def firm_years(self) -> int:
        """How many years of the programme are firm, from the first that is not past."""
        stated = self.programme.firm_years
        return FIRM_YEARS if stated is None else stated

    @property
    def states_carbon(self) -> bool:
        """Whether the programme states what its works emit."""
        asked = self.report.carbon or bool(self.tables.treatment_carbon) or self.objective.of == "least carbon"
        return asked or any(limit.of.startswith("carbon") for limit in self.limits)

    @property
    def added_limits(self) -> dict[str, tuple[Any, ...]]:
        """Rows of the tables of limits that were added to those of every plan, by table."""
        return {table: getattr(self, table) for table in type(self).model_fields if table not in Plan.model_fields}

    def path(self, name: str) -> Path:
        """A path named in the plan, relative to the plan file."""
        return self.folder / name
