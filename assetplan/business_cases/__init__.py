"""Business-case packs: a bid or a scheme with its options, as a page and as a Word document."""

from assetplan.business_cases.pack import write_business_cases

__all__ = ["write_business_cases"]
