"""What is refused, with the path of the field, and what passes unharmed."""

import json
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.unit.protocol.structs import anything

from aosedge.model.errors import Invalid, TooLarge
from aosedge.protocol.envelope import LARGEST_BYTES, PROTOCOL_VERSION, Envelope, Header, decode, encode
from aosedge.protocol.messages import Ack, Message

HEADER: dict[str, Any] = {"version": 7, "systemId": "u", "createdAt": "2026-01-01T00:00:00Z", "txn": "t-1"}
HEADERS = anything(Header).map(lambda header: msgspec.structs.replace(header, version=PROTOCOL_VERSION))


def message(**data: Any) -> bytes:
    return json.dumps({"header": HEADER, "data": data}).encode()


def headed(**fields: Any) -> bytes:
    return json.dumps({"header": {**HEADER, **fields}, "data": {"messageType": "ack"}}).encode()


ITEM = {"item": {"type": "service"}, "version": "1.0.0", "owner": {}, "indexDigest": "sha256:" + "0" * 64}
INSTANCE = {"item": {}, "subject": {}, "instance": 0}

REFUSED = [
    (message(messageType="desiredStatus", items=[ITEM, {**ITEM, "version": 5}]), "data.items[1].version"),
    (
        message(messageType="desiredStatus", items=[{"item": {}, "version": "1", "owner": {}}]),
        "data.items[0].indexDigest",
    ),
    (message(messageType="desiredStatus", items=[{**ITEM, "indexDigest": "../../etc"}]), "data.items[0].indexDigest"),
    (message(messageType="desiredStatus", items=[{**ITEM, "item": {"type": "car"}}]), "data.items[0].item.type"),
    (message(messageType="desiredStatus", generation={"epoch": 0, "number": -1}), "data.generation.number"),
    (message(messageType="unitStatus", items={}), "data.items"),
    (message(messageType="unitStatus", nodes=None, isDeltaInfo="no"), "data.isDeltaInfo"),
    (message(messageType="stateRequest", **{**INSTANCE, "instance": 2**63}), "data.instance"),
    (message(messageType="stateRequest", **{**INSTANCE, "instance": 1.5}), "data.instance"),
    (
        message(messageType="alerts", items=[{"tag": "otherAlert", "timestamp": "2026-01-01T00:00:00Z"}]),
        "data.items[0].tag",
    ),
    (message(messageType="nonsense"), "data.messageType"),
    (message(), "data.messageType"),
    (headed(version=6), "header.version"),
    (headed(version="7"), "header.version"),
    (headed(txn=""), "header.txn"),
    (headed(txn="t" * 65), "header.txn"),
    (headed(systemId=None), "header.systemId"),
    (headed(createdAt="yesterday"), "header.createdAt"),
    (headed(createdAt="2026-01-01T00:00:00"), "header.createdAt"),
    (json.dumps({"header": HEADER}).encode(), "data"),
    (json.dumps({"data": {"messageType": "ack"}}).encode(), "header"),
]


@pytest.mark.parametrize(
    ("raw", "element"), REFUSED, ids=[element + str(i) for i, (_, element) in enumerate(REFUSED)]
)
def test_a_wrong_field_is_refused_with_its_path(raw: bytes, element: str) -> None:
    with pytest.raises(Invalid) as refused:
        decode(raw)
    assert refused.value.element == element


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"hello",
        b"{",
        b"[]",
        b"7",
        b"null",
        b"\x00" * 64,
        headed() + b"x",
        b'{"header":' + b"[" * 100_000,
        b'{"skipped":' + b"[" * 50_000 + b"]" * 50_000 + b"," + headed()[1:],
        b'{"skipped":"\xff",' + headed()[1:],
        b'{"skipped":"\xed\xa0\x80",' + headed()[1:],
        b'{"skipped":' + b"9" * 5_000 + b"e,",
        headed(systemId="u").replace(b'"u"', b'"\xc3("'),
    ],
)
def test_what_is_not_a_message_is_refused(raw: bytes) -> None:
    with pytest.raises(Invalid):
        decode(raw)


def test_a_message_of_10_mib_is_refused_unread() -> None:
    raw = headed()[:-1] + b',"skipped":"' + b"x" * (10 * 1024 * 1024) + b'"}'
    with pytest.raises(TooLarge) as refused:
        decode(raw)
    assert str(LARGEST_BYTES) in refused.value.expected


def test_of_another_version_the_version_is_named_and_not_the_shape() -> None:
    raw = json.dumps({"header": {**HEADER, "version": 8}, "data": {"messageType": "newInEight"}}).encode()
    with pytest.raises(Invalid) as refused:
        decode(raw)
    assert (refused.value.element, refused.value.expected, refused.value.got) == ("header.version", "7", "8")


def test_unknown_fields_are_ignored_everywhere() -> None:
    raw = json.dumps(
        {"header": {**HEADER, "x": [{}]}, "data": {"messageType": "ack", "y": {"z": 1}}, "w": 0}
    ).encode()
    assert decode(raw).data == Ack()


@pytest.mark.parametrize("kind", get_args(Message), ids=lambda k: str(k.__struct_config__.tag))
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_every_message_comes_back_as_it_was(kind: type[Message], data: st.DataObject) -> None:
    envelope = Envelope(data.draw(HEADERS), data.draw(anything(kind)))
    raw = encode(envelope)
    assert decode(raw) == envelope
    assert encode(decode(raw)) == raw
    assert b":null" not in raw


@settings(max_examples=500)
@example(b'{"header":{"version":7}}')
@given(st.one_of(st.binary(), st.text().map(str.encode)))
def test_no_bytes_raise_anything_but_invalid(raw: bytes) -> None:
    try:
        decode(raw)
    except Invalid as refused:
        assert refused.element


@settings(max_examples=300)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda s: st.lists(s) | st.dictionaries(st.text(), s),
    ),
    st.sampled_from(sorted(str(k.__struct_config__.tag) for k in get_args(Message))),
    st.data(),
)
def test_no_value_in_any_field_raises_anything_but_invalid(value: Any, tag: str, data: st.DataObject) -> None:
    kind = next(k for k in get_args(Message) if k.__struct_config__.tag == tag)
    names = [f.encode_name for f in msgspec.structs.fields(kind)] or ["none"]
    raw = json.dumps(
        {"header": HEADER, "data": {"messageType": tag, data.draw(st.sampled_from(names)): value}}
    ).encode()
    try:
        decode(raw)
    except Invalid as refused:
        assert refused.element
