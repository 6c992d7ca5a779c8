"""The envelope and where it comes from."""

from assetplan.finance.envelope import Limits, limits, line_labels, published_profile

__all__ = ["Limits", "limits", "line_labels", "published_profile"]
