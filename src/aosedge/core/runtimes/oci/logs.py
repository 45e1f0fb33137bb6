"""The log that conmon keeps: lines of `time stream P|F text`, P where a line goes on."""

from pathlib import Path


def read_log(file: Path, most_bytes: int) -> bytes:
    """The end of what the instance wrote, without conmon's marks; nothing where there is no log."""
    if most_bytes <= 0:
        return b""
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        return b""
    found = bytearray()
    for line in raw.split(b"\n"):
        marks = line.split(b" ", 3)
        if len(marks) == 4:
            found += marks[3] + (b"\n" if marks[2] == b"F" else b"")
    return bytes(found[-most_bytes:])
