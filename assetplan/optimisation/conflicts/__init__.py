"""Limits that cannot hold together: which ones, and the least change with which they would."""
