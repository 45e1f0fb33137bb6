"""The Unit channel as a small port: who may open one, what comes in, what goes out, and its bounds.

Two adapters pass the same contract suite: `picows` (fast, the default) and `websockets` (the fall-back).
"""

from aosedge.cloud.gateway.channel.port import (
    Accept,
    Connection,
    Door,
    Limits,
    Listener,
    Opening,
    Refusal,
)

__all__ = ["Accept", "Connection", "Door", "Limits", "Listener", "Opening", "Refusal"]
