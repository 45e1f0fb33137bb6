"""The deployment axis of a Unit: one written predicate over target and actual state."""

from typing import Literal

DeploymentState = Literal["in_sync", "updating", "blocked", "degraded", "failed", "unknown"]
