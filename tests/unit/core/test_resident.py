"""What an agent keeps in memory for as long as it runs."""

import subprocess
import sys

RESIDENT = (
    "import sys, aosedge.cli.aoscore, aosedge.core.newborn, aosedge.core.app\n"
    "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
)
HEAVY = {"cryptography", "google", "grpc", "httpx", "litestar", "pygments", "rich", "sqlalchemy", "typer", "uvloop"}


def test_a_running_agent_carries_nothing_along_that_only_provisioning_or_the_cloud_needs() -> None:
    done = subprocess.run([sys.executable, "-c", RESIDENT], capture_output=True, text=True, check=True)
    assert HEAVY.isdisjoint(done.stdout.split())
