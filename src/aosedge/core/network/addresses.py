"""Which address each instance has: given once, kept over restarts, free again when the instance is gone."""

import ipaddress
import os
from collections.abc import Collection
from pathlib import Path

import msgspec

from aosedge.model.errors import Unavailable


class _Book(msgspec.Struct):
    subnet: str
    given: dict[str, str] = msgspec.field(default_factory=dict)
    last: str = ""
    opened: list[str] = msgspec.field(default_factory=list)


class Addresses:
    """The book of addresses in one file. The first address of the subnet is the node's own, the bridge's."""

    def __init__(self, file: Path, subnet: str) -> None:
        """Another subnet than the file's begins a new book.

        Raises ValueError for what is no IPv4 subnet with room for instances.
        """
        self._file = file
        self.subnet = ipaddress.IPv4Network(subnet)
        if self.subnet.num_addresses < 8:
            raise ValueError(f"{subnet} has no room for instances")
        self.gateway = str(self.subnet[1])
        self._book = _read(file, str(self.subnet))

    def of(self, name: str) -> str | None:
        """The instance's address, if it has one."""
        return self._book.given.get(name)

    def give(self, name: str) -> str:
        """The instance's address, a fresh one where it has none: the one longest unused. Raises Unavailable."""
        found = self._book.given.get(name)
        if found is None:
            found = self._book.given[name] = self._book.last = self._free()
        return found

    def _free(self) -> str:
        taken = set(self._book.given.values())
        first, count = int(self.subnet[2]), self.subnet.num_addresses - 3
        begin = int(ipaddress.IPv4Address(self._book.last)) + 1 - first if self._book.last else 0
        for step in range(count):
            address = str(ipaddress.IPv4Address(first + (begin + step) % count))
            if address not in taken:
                return address
        raise Unavailable(f"no address is left in {self.subnet}", cure="set a larger subnet")

    def keep(self, names: Collection[str]) -> None:
        """Take back all other addresses."""
        self._book.given = {name: address for name, address in self._book.given.items() if name in names}

    @property
    def opened(self) -> tuple[str, ...]:
        """Interfaces whose forwarding we switched on."""
        return tuple(self._book.opened)

    def open(self, interface: str) -> None:
        """Remember that we switched the interface's forwarding on."""
        if interface not in self._book.opened:
            self._book.opened.append(interface)

    def forget(self) -> None:
        """Begin anew: nobody has an address, no interface was switched on."""
        self._book = _Book(str(self.subnet))

    def save(self) -> None:
        """Write the book, durably, if it changed."""
        content = msgspec.json.encode(self._book)
        if self._file.exists() and self._file.read_bytes() == content:
            return
        fresh = self._file.with_suffix(".new")
        with fresh.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(self._file)


def _read(file: Path, subnet: str) -> _Book:
    try:
        book = msgspec.json.decode(file.read_bytes(), type=_Book)
    except (FileNotFoundError, msgspec.DecodeError):
        return _Book(subnet)
    return book if book.subnet == subnet else _Book(subnet, opened=book.opened)
