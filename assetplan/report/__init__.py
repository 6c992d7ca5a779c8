"""The board report: one HTML file that shows a programme, opens without a network and prints on A4."""

from assetplan.report.page import write_report

__all__ = ["write_report"]
