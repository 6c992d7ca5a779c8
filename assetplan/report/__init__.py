"""The board report, and what differs between two programmes: HTML files that open without a network and print on A4."""

from assetplan.report.page import write_differences, write_report

__all__ = ["write_differences", "write_report"]
