"""The statements of finance that follow from a plan: what a treasurer and a capital board ask for."""

from assetplan.statements.accounts import accounts

__all__ = ["accounts"]
