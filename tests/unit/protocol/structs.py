"""Hypothesis strategies for msgspec Structs, made from their types."""

import string
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

_TEXT = st.one_of(st.text(max_size=8), st.text(string.ascii_lowercase, max_size=8))
_DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64).map("sha256:{}".format)
_TIMES = st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2999, 1, 1), timezones=st.just(UTC))
_DURATIONS = st.integers(0, 10**12).map(lambda us: timedelta(microseconds=us))


def anything(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of the type, as it is after decoding."""
    return _of(inspect.type_info(kind))


def _of(kind: inspect.Type) -> st.SearchStrategy[Any]:
    match kind:
        case inspect.StructType():
            return _struct(kind)
        case inspect.UnionType():
            # numbers of seconds are read and become durations, so that none is there after decoding
            types = list(kind.types)
            if any(isinstance(t, inspect.TimeDeltaType) for t in types):
                types = [t for t in types if not isinstance(t, inspect.FloatType)]
            return st.one_of([_of(t) for t in types])
        case inspect.VarTupleType():
            return st.lists(_of(kind.item_type), max_size=2).map(tuple)
        case inspect.DictType():
            return st.dictionaries(_of(kind.key_type), _of(kind.value_type), max_size=2)
        case inspect.LiteralType():
            return st.sampled_from(kind.values)
        case inspect.IntType():
            return st.integers(
                kind.ge if kind.ge is not None else -(2**63), kind.le if kind.le is not None else 2**63 - 1
            )
        case inspect.StrType():
            return _string(kind)
        case _:
            return _plain(kind)


def _plain(kind: inspect.Type) -> st.SearchStrategy[Any]:
    match kind:
        case inspect.NoneType():
            return st.none()
        case inspect.BoolType():
            return st.booleans()
        case inspect.FloatType():
            return st.floats(allow_nan=False, allow_infinity=False)
        case inspect.DateTimeType():
            return _TIMES
        case inspect.TimeDeltaType():
            return _DURATIONS
        case inspect.Metadata():
            return _of(kind.type)
        case _:
            raise NotImplementedError(kind)


def _string(kind: inspect.StrType) -> st.SearchStrategy[str]:
    if kind.pattern:
        return _DIGESTS
    if kind.min_length or kind.max_length:
        return st.text(min_size=kind.min_length or 0, max_size=kind.max_length)
    return _TEXT


def _struct(kind: inspect.StructType) -> st.SearchStrategy[Any]:
    cls = cast("type[msgspec.Struct]", kind.cls)
    return st.builds(cls, **{field.name: _of(field.type) for field in kind.fields})
