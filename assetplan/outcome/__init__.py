"""A solved plan: what becomes of each asset, why, and the figures of the whole."""
