"""The sections of the report in the order of the page: a new one is a module here, its template and its place below."""

from assetplan.report.sections import (
    about,
    bids_and_sales,
    board_map,
    carbon,
    compliance,
    condition_bands,
    funding,
    headline,
    indicators,
    largest_works,
    property,
    risks,
    spending,
    value_for_money,
)

SECTIONS = (
    headline.SECTION,
    board_map.SECTION,
    condition_bands.SECTION,
    compliance.SECTION,
    spending.SECTION,
    carbon.SECTION,
    funding.SECTION,
    property.SECTION,
    bids_and_sales.SECTION,
    largest_works.SECTION,
    value_for_money.SECTION,
    risks.SECTION,
    indicators.SECTION,
    about.SECTION,
)
