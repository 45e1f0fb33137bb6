"""`config.yaml` from text to types, with every error in words."""

import re
from typing import Any

import msgspec

from aosedge.model.bundle.config import BundleConfig, Item, Publisher
from aosedge.model.bundle.rejections import Rejected, Rejection, rejection
from aosedge.model.bundle.rules import broken_rules
from aosedge.model.bundle.values import decoded
from aosedge.model.documents import read_yaml
from aosedge.model.errors import Invalid

CONFIG = "config.yaml"
SCHEMA_VERSION = 2
_WHERE = re.compile(r"(.*?)(?: - at `\$\.?(.*?)`)?", re.DOTALL)


def parse_config(content: bytes) -> BundleConfig:
    """`config.yaml` typed and checked; raises Rejected with every reason found."""
    try:
        document = read_yaml(content, CONFIG)
    except Invalid as error:
        raise Rejected((rejection(error),)) from error
    config = _typed(document)
    if broken := tuple(broken_rules(config)):
        raise Rejected(broken)
    return config


def _typed(document: Any) -> BundleConfig:
    if not isinstance(document, dict):
        raise Rejected((Rejection("", CONFIG, "not a mapping; expected schemaVersion and items"),))
    document = _without_nulls(document)
    version = document.get("schemaVersion", "nothing")
    if version != SCHEMA_VERSION or isinstance(version, bool):
        reason = f"an unknown schema version; expected {SCHEMA_VERSION}, got {version!r:.40}"
        raise Rejected((Rejection("", "schemaVersion", reason),))
    raw_items = document.get("items")
    if not isinstance(raw_items, list) or not raw_items:
        raise Rejected((Rejection("", "items", "there are no items; expected a list of at least one"),))
    found: list[Item] = []
    wrong: list[Rejection] = []
    for number, raw in enumerate(raw_items):
        try:
            found.append(msgspec.convert(raw, Item, dec_hook=decoded))
        except msgspec.ValidationError as error:
            wrong.append(_in_words(error, _name(raw, number)))
    try:
        publisher = msgspec.convert(document.get("publisher", {}), Publisher)
    except msgspec.ValidationError as error:
        wrong.append(_in_words(error, "", "publisher"))
    if wrong:
        raise Rejected(tuple(wrong))
    return BundleConfig(tuple(found), publisher)


def _name(raw: Any, number: int) -> str:
    identity = raw.get("identity") if isinstance(raw, dict) else None
    codename = identity.get("codename") if isinstance(identity, dict) else None
    return str(codename)[:64] if codename else f"items[{number}]"


def _in_words(error: msgspec.ValidationError, item: str, above: str = "") -> Rejection:
    found = _WHERE.fullmatch(str(error))
    reason, field = (found[1], found[2] or "") if found else (str(error), "")
    missing = re.fullmatch(r"Object missing required field `(.*)`", reason)
    if missing:
        field, reason = ".".join(filter(None, (field, missing[1]))), "is missing"
    return Rejection(item, ".".join(filter(None, (above, field))), reason.replace("`", "").replace(" | null", ""))


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(below) for key, below in value.items() if below is not None}
    return [_without_nulls(below) for below in value] if isinstance(value, list) else value
