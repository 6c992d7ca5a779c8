"""What a plan says of borrowing: loans, the income that pays for them, the council's own limits, its gates."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from assetplan.config.base import (
    LIST,
    NUMERIC,
    ONE,
    Amount,
    Amounts,
    Frozen,
    Funder,
    KeyUnit,
    Name,
    Number,
    Share,
    Whole,
)

LONGEST = 60
"""Years of the longest loan; provision that has no end of its own is followed for as long."""

Rate = Annotated[Number, Field(ge=0, le=0.5), KeyUnit("1/year")]
Rates = Annotated[
    Annotated[Rate, Tag(ONE)] | Annotated[tuple[Rate, ...], Tag(LIST)],
    Discriminator(lambda value: LIST if isinstance(value, list | tuple) else ONE),
]
"""One rate, or a list with one a plan year."""
Term = Annotated[Whole, Field(ge=1, le=LONGEST)]
Method = Literal["annuity", "eip", "maturity"]


class Refinance(Frozen):
    """The loan that takes the place of a maturity loan, of what is not provided for by then."""

    rate: Rate
    """interest of the loan that follows (1/year)"""
    years: Term
    """its term (years)"""
    method: Method = "eip"
    """how it is repaid"""


class Borrowing(Funder):
    """A borrowing facility. The plan decides how much is drawn in each year."""

    type: Literal["external", "internal"] = "external"
    """external: a loan; internal: the council's own cash, which then earns nothing"""
    rate: Rates
    """interest of the loan, or what the cash would have earned (1/year); a list has one by year of drawing"""
    years: Term
    """term of the loan (years); of internal borrowing, years until it is provided for"""
    method: Method = "annuity"
    """how a loan is repaid: annuity: equal payments; eip: equal instalments of principal; maturity: all at the end"""
    per_year: Annotated[Literal[1, 2, 4], NUMERIC] = 2
    """payments a year"""
    drawn: Literal["start", "middle", "end"] = "start"
    """when in its year a loan is drawn: interest runs from then"""
    mrp: Literal["equal", "annuity", "reducing"] = "equal"
    """minimum revenue provision, from the year after; reducing: a share of what is not provided for yet"""
    mrp_years: Term | None = None
    """life over which it is provided for (years); by default the term; a reducing balance has none"""
    mrp_rate: Rate | None = None
    """of provision by annuity, by default that of the loan; of a reducing balance, by default 4 %"""
    cash_rate: Rate | None = None
    """what the council's cash earns (1/year): forgone where a loan is repaid faster than it is provided for"""
    refinance: Refinance | None = None
    """loan that takes the place of a maturity loan, of what is not provided for by then"""
    at_most: Amounts | None = None
    """most that may be drawn over the plan, or a list with one amount a year (the envelope's unit)"""

    @property
    def years_of_cost(self) -> int:
        """Years after the one in which it is drawn for which it costs."""
        loan = self.years if self.drawn != "start" else self.years - 1
        if self.refinance is not None:
            loan += self.refinance.years
        provided = LONGEST if self.mrp == "reducing" else self.mrp_years or self.years
        return max(provided, 0 if self.type == "internal" else loan)

    def rate_of(self, draw: int) -> float:
        """Rate of what is drawn in a plan year, 0 the first."""
        return self.rate[draw] if isinstance(self.rate, tuple) else self.rate


class PrintedTaxBase(Frozen):
    """What a paper prints of the tax base, to be set beside the arithmetic."""

    name: Name
    """what the paper calls it"""
    of: Literal["homes", "extra", "increment"]
    """homes added, homes beyond the medium-term plan, or extra council tax of the year (£000)"""
    amounts: tuple[Annotated[Number, Field(ge=-1e9, le=1e9)], ...] = ()
    """as printed for each plan year (£000, or of homes a number); none where only the total is"""
    total: Annotated[Number, Field(ge=-1e9, le=1e9)]
    """as printed for the years together (£000, or of homes a number)"""


class TaxBase(Frozen):
    """Growth of the council-tax base above what the medium-term plan holds already."""

    base: Number = Field(gt=0, le=1e8)
    """tax base of the year before the first [Band D homes]"""
    growth: Number = Field(ge=-0.5, le=0.5)
    """growth that the medium-term plan holds already (1/year)"""
    homes: tuple[Annotated[Number, Field(ge=0, le=1e7)], ...] = Field(min_length=1)
    """homes that are added in each plan year [Band D homes]"""
    band_d: tuple[Annotated[Number, Field(gt=0, le=1e5)], ...] = Field(min_length=1)
    """Band D tax of the first years (£)"""
    band_d_growth: Number = Field(default=0.0, ge=-0.5, le=0.5)
    """its growth in the years after (1/year)"""
    extra_before: Annotated[Number, Field(ge=-1e7, le=1e7)] = 0.0
    """homes beyond those of the medium-term plan that came before the first year, and are there [Band D homes]"""
    share: Share = 1.0
    """share of the increase that is set aside for this plan"""
    confirmed: Whole | None = None
    """last year whose growth is confirmed; none where all is forecast"""
    probability: Share = 1.0
    """how likely the growth that is confirmed comes; Plan B says what drops without it"""
    sensitivity: Share = 0.0025
    """change of the tax base whose effect is shown (share)"""
    printed: tuple[PrintedTaxBase, ...] = ()
    """what a paper prints of it"""


class IncomeLine(Frozen):
    """Other income that may pay for debt."""

    name: Name
    """what it is called"""
    amounts: tuple[Amount, ...]
    """what comes in each plan year, the envelope's unit; years after the last have what the last has"""
    status: Literal["confirmed", "forecast"] = "forecast"
    """only confirmed income pays for debt"""
    probability: Share = 1.0
    """how likely it comes where it is confirmed; Plan B says what drops without it"""
    until: Whole | None = None
    """last year in which it comes; for good where left out"""


class Maturity(Frozen):
    """A band of the maturity structure of debt, and the share of all debt that may fall due in it."""

    from_: Annotated[Whole, Field(ge=0, le=LONGEST)] = Field(alias="from")
    """years from the end of the year to the first of the band"""
    to: Annotated[Whole, Field(ge=1, le=LONGEST)] | None = None
    """years from the end of the year; of the last band there is no end"""
    at_least: Share = 0.0
    """least share of all debt that falls due in it"""
    at_most: Share = 1.0
    """most of it"""
    debt: Amount | None = None
    """what of the loans without this plan falls due in it"""

    @property
    def words(self) -> str:
        """What people call it."""
        return f"{self.from_} years or more" if self.to is None else f"{self.from_} to {self.to} years"


class Treasury(Frozen):
    """The council's debt without this plan, and the limits it has set itself; cash, the envelope's unit.

    A list has one amount a plan year, or more; later years have what the last has.
    """

    within_income: bool = True
    """whether the debt cost of every year must be within confirmed income"""
    external_debt: Amounts = 0.0
    """loans owed at the end of each year"""
    other_liabilities: Amounts = 0.0
    """other long-term liabilities at the end of each year, which count with loans against the two limits on debt"""
    operational_boundary: Amounts | None = None
    """operational boundary for external debt"""
    authorised_limit: Amounts | None = None
    """authorised limit for external debt"""
    cfr: Amount = 0.0
    """capital financing requirement at the end of the year before the first"""
    unfinanced_capital: Amounts = 0.0
    """spend of other programmes that is financed by borrowing"""
    mrp: Amounts = 0.0
    """provision for what was borrowed before, and for that"""
    cfr_limit: Amounts | None = None
    """most that the capital financing requirement may come to"""
    interest: Amounts = 0.0
    """interest on loans without this plan"""
    investment_income: Amounts = 0.0
    """what investments earn without this plan"""
    debt_cost_before: Amounts = 0.0
    """debt cost of what was drawn against confirmed income before the first year, which it goes on to bear"""
    net_revenue: Amounts | None = None
    """net revenue stream"""
    financing_ratio: Share | None = None
    """most of the net revenue stream that financing may cost"""
    investments: Amounts | None = None
    """portfolio that internal borrowing is taken from"""
    internal_share: Share | None = None
    """most of it that may be lent so"""
    maturity: tuple[Maturity, ...] = ()
    """bands of the maturity structure of debt"""
    maturity_binds: bool = False
    """whether the plan's borrowing must keep the shares of the bands, or they are shown alone"""


class MediumTerm(Frozen):
    """A line of the council's own in the medium-term plan, as councils print them: changes to the base."""

    reference: Name
    """identifier; several lines may share it"""
    type: Literal["P", "S"]
    """pressure or investment, or saving; either sign is printed on either, as lines of earlier years reverse"""
    detail: Name
    """what it is"""
    changes: tuple[Annotated[Number, Field(ge=-1e12, le=1e12)], ...] = ()
    """change to the base in each year (the envelope's unit), below 0 what goes out of it"""
    inflation: str = ""
    """in place of changes, of a pressure: the kind of cost whose rise of prices its base budget bears"""
    one_off: bool = False
    """whether it goes out of the base again, in any later year: its changes sum to zero"""
    stage: Literal["forecast", "in delivery", "realised"] | None = None
    """of a saving: only one that is in delivery is booked, or is realised; none for lines that are adopted"""
    cashable: bool = True
    """of a saving: whether it releases money"""
    base_budget: Amount | None = None
    """today's base budget: that a saving with a stage comes out of, or that bears inflation from the first year on"""
    works: Whole | None = None
    """of a saving: year of the works that bring it"""


class Gate(Frozen):
    """Approval gate for spend above a threshold."""

    name: Name
    """what the approval is called"""
    above: Amount = 0.0
    """threshold: the least amount that needs this approval (the envelope's unit)"""
    of: tuple[Literal["scheme", "virement", "carry-over"], ...] = ("scheme", "virement", "carry-over")
    """decisions that need it"""


class BusinessCaseSettings(Frozen):
    """Which bids and schemes need a business case."""

    gate: Amount
    """least cost that needs one, where the command states no other (the envelope's unit)"""


class Printed(Frozen):
    """A statement of debt that a paper prints, to be set beside the arithmetic."""

    name: Name
    """what the paper calls it"""
    principal: Amount
    """what is borrowed"""
    rate: Rate
    """its interest (1/year)"""
    years: Term
    """its term (years)"""
    mean: Amount
    """printed mean cost of a year"""
    total: Amount
    """printed total cost of all years"""


class SpentYears(Frozen):
    """An earlier programme of the same plan whose first years are past."""

    from_: Name = Field(alias="from")
    """its output folder, beside the plan file"""
    until: Whole
    """last year that stays as it was"""
