"""The event loops that system tests run on, and how much the access matrix has asked."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping

import pytest
import uvloop


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
