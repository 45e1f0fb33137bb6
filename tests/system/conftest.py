"""What many system tests begin with, the event loops they run on, and how much the access matrix has asked."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import uvloop
from tests.system.cloud_process import CloudProcess


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloudProcess]:
    made = CloudProcess(tmp_path_factory.mktemp("cloud"))
    made.init()
    made.start()
    yield made
    assert made.stop() == 0


@pytest.fixture
def hasty(tmp_path: Path) -> Iterator[CloudProcess]:
    """A cloud whose Units' certificates hold for a short time."""
    made = CloudProcess(tmp_path / "hasty")
    made.environment["AOSCLOUD_UNIT_CERTIFICATE_LIFE"] = "PT40S"
    made.init()
    made.start()
    yield made
    assert made.stop() == 0


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The gateway on uvloop, as in the cloud, whose transports differ from asyncio's."""
    if item.path.name.startswith("test_gateway"):
        return {"uvloop": uvloop.new_event_loop}
    return {"asyncio": asyncio.new_event_loop}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the workers counted, in one line."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, cells in getattr(report, "user_properties", ()):
            if name == "access":
                counted.update({(operation, identity, words): times for operation, identity, words, times in cells})
    if counted:
        from tests.system.access.matrix import summary

        terminalreporter.write_line(f"access: {summary(counted)}")
