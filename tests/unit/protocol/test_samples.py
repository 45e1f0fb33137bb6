"""A message of each type as a peer writes it, by hand: nothing of it may be lost, nothing of it misread."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from aosedge.protocol.envelope import decode, encode
from aosedge.protocol.messages import DesiredStatus, Message

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.json"))
VENDOR = "vendor"
"""Begins the names of fields that the protocol does not know."""


def message_types() -> set[str]:
    return {str(kind.__struct_config__.tag) for kind in get_args(Message)}


def as_meant(key: str, value: Any) -> Any:
    """Spellings that mean the same, as one: times, durations, whole floats."""
    if key == "minTimeout":
        if isinstance(value, int | float):
            return timedelta(seconds=value)
        return msgspec.convert(value if value.startswith("P") else f"PT{value.upper()}", timedelta)
    if isinstance(value, str) and value.endswith("Z") and value.startswith("2026-"):
        return datetime.fromisoformat(value)
    return value


def lost(sent: Any, kept: Any, path: str = "", key: str = "") -> list[str]:
    """Paths of what the peer sent and we did not keep, unknown fields aside."""
    if isinstance(sent, dict):
        missing = [f"{path}.{k}" for k in sent if k not in kept and not k.startswith(VENDOR)]
        known = [k for k in sent if k in kept]
        return missing + [p for k in known for p in lost(sent[k], kept[k], f"{path}.{k}", k)]
    if isinstance(sent, list):
        if len(sent) != len(kept):
            return [path]
        return [p for i, (a, b) in enumerate(zip(sent, kept, strict=True)) for p in lost(a, b, f"{path}[{i}]", key)]
    return [] if as_meant(key, sent) == as_meant(key, kept) else [path]


def test_there_is_a_sample_of_each_of_the_26_message_types() -> None:
    assert {path.stem for path in SAMPLES} == message_types()
    assert len(SAMPLES) == 26


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.stem)
def test_every_field_that_a_peer_sends_is_kept(path: Path) -> None:
    raw = path.read_bytes()
    envelope = decode(raw)
    assert envelope.data.__struct_config__.tag == path.stem
    written = encode(envelope)
    assert lost(json.loads(raw), json.loads(written)) == []
    assert decode(written) == envelope


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.stem)
def test_nothing_is_written_as_null(path: Path) -> None:
    assert b":null" not in encode(decode(path.read_bytes()))


def test_a_duration_is_read_as_iso_8601_as_seconds_and_as_5s() -> None:
    sample = decode((Path(__file__).parent / "samples" / "desiredStatus.json").read_bytes()).data
    assert isinstance(sample, DesiredStatus) and sample.unit_config
    rules = sample.unit_config.nodes[0].alert_rules
    assert rules and rules.ram and rules.cpu
    assert rules.ram.min_timeout == timedelta(seconds=10)
    assert rules.cpu.min_timeout == timedelta(seconds=30)
    assert rules.partitions[0].min_timeout == timedelta(seconds=5)
    assert b'"minTimeout":"PT5S"' in msgspec.json.encode(rules)
