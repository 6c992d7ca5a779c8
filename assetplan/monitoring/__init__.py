"""Quarterly monitoring: what schemes have spent and are to spend, against what their programme approved."""

from assetplan.monitoring.actuals import Actuals, read_actuals
from assetplan.monitoring.approved import Approved, approved_of
from assetplan.monitoring.outturn import Monitoring, monitor
from assetplan.monitoring.past import as_done, past_until

__all__ = ["Actuals", "Approved", "Monitoring", "approved_of", "as_done", "monitor", "past_until", "read_actuals"]
