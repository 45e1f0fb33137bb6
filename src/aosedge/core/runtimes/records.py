"""What is written about an instance before it starts, so that whoever comes after a crash knows what runs."""

import os
from pathlib import Path

import msgspec

from aosedge.core.domain.instances import InstanceKey
from aosedge.model.digests import Digest, sha256

RECORD = "instance.json"
STORAGE = "storage"
"""The folder of what outlives instances, by their names: `storage` and `state.dat`."""
STATE = "state.dat"


class Record(msgspec.Struct, frozen=True):
    """The label of one instance's folder: who it is, and in which boot of the machine it was started."""

    key: InstanceKey
    spec: Digest
    boot: str


def instance_name(key: InstanceKey) -> str:
    """A name of 24 hex digits for folders, containers and cgroups: ids come from outside and may hold anything."""
    return sha256(msgspec.json.encode(key)).removeprefix("sha256:")[:24]


def write_record(folder: Path, record: Record) -> None:
    """Replace the folder's record at once, durably."""
    fresh = folder / (RECORD + ".new")
    with fresh.open("wb") as file:
        file.write(msgspec.json.encode(record))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / RECORD)


def read_record(folder: Path) -> Record | None:
    """The folder's record; None where there is none that can be read (a start that got no further)."""
    try:
        return msgspec.json.decode((folder / RECORD).read_bytes(), type=Record)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
