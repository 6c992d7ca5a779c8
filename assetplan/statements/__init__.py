"""The statements of finance that follow from a plan: what a treasurer and a capital board ask for."""

from assetplan.statements.all import LONG, accounts

__all__ = ["LONG", "accounts"]
