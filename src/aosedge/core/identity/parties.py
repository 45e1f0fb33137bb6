"""Whom custody works with: the line to the cloud, and whoever looks after the Unit's other nodes."""

from typing import Protocol

from aosedge.model.ids import Txn
from aosedge.protocol.messages import (
    FromUnit,
    InstallUnitCertificatesConfirmation,
    IssuedUnitCertificates,
    RenewCertificatesNotification,
)


class Line(Protocol):
    """What custody needs of the line to the cloud."""

    def say(self, message: FromUnit) -> None:
        """Send it, if there is a channel."""

    def report(self, message: FromUnit) -> None:
        """Send it, kept until acknowledged."""

    def settle(self, txn: Txn) -> None:
        """Acknowledge."""

    def refuse(self, txn: Txn) -> None:
        """Do not take."""

    def reconnect(self) -> None:
        """Give this channel up for a new one."""


class Others(Protocol):
    """What custody needs of whoever looks after the certificates of the Unit's other nodes. May raise OSError."""

    def connected(self) -> None:
        """The cloud hears again."""

    async def asked(self, message: RenewCertificatesNotification) -> None:
        """An order to renew."""

    async def issued(self, message: IssuedUnitCertificates) -> None:
        """Certificates that were asked for."""

    async def delivered(self, message: InstallUnitCertificatesConfirmation) -> None:
        """The cloud has this."""

    async def dismiss(self, node: str, password: str) -> str:
        """Deprovision a node; why not, empty if it was done."""
