"""Fits of decay to observations, each usable alone on arrays."""
