"""How the network connects."""

from assetplan.network.topology import pieces

__all__ = ["pieces"]
