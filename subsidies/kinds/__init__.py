"""Lists about identities, from the departments that determine them."""

from subsidies.kinds.identities import IDENTITIES

__all__ = ["IDENTITIES"]
