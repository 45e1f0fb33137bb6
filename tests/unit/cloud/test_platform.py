"""What whoever runs the installation sees of it: no secret, and trouble in words."""

from pathlib import Path

from aosedge.cloud.reconcilers.driver import Run
from aosedge.cloud.settings import Settings
from aosedge.cloud.usecases.platform import HIDDEN, Platform, Room, without_password
from aosedge.model.instants import Instant


def platform(**values: object) -> Platform:
    runs = {
        "targets": Run(Instant(1), Instant(2), "3 targets"),
        "audit": Run(Instant(1), Instant(2), "", "OSError: x"),
    }
    return Platform(Settings(**values), "1", Instant(0), runs)  # type: ignore[arg-type]


def test_every_setting_is_told_and_no_password() -> None:
    shown = dict(platform(database="postgresql://aos:secret@db/aos", blobs="s3://b?secret_access_key=k").in_force())
    assert set(shown) == set(Settings.__struct_fields__)
    assert shown["database"] == f"postgresql://aos:{HIDDEN}@db/aos"
    assert shown["blobs"] == f"s3://b?{HIDDEN}"
    assert shown["api_port"] == "10000" and shown["unit_certificate_life"] == "1825 days"


def test_an_address_keeps_what_is_no_secret() -> None:
    assert without_password("/var/lib/blobs") == "/var/lib/blobs"
    assert without_password("postgresql://aos@db/aos") == "postgresql://aos@db/aos"
    assert without_password("postgresql://[broken") == HIDDEN


def test_tasks_are_told_by_name_with_their_failures() -> None:
    assert [(task.name, task.failure) for task in platform().tasks()] == [("audit", "OSError: x"), ("targets", "")]


async def test_room_is_that_of_the_data_folder(tmp_path: Path) -> None:
    room = await platform(data_folder=tmp_path).room()
    assert 0 < room.free <= room.total
    assert Room(100, 9).little and not Room(100, 10).little
