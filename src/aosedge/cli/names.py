"""What a person calls a thing: its title, codename or file name, or its id."""

import re

from aosedge.cli.client import Client, View, segment
from aosedge.model.errors import Conflict, NotFound

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_VERSION_AND_ENDING = re.compile(r"([-_]v?\d[^/]*?)?(\.tar)?(\.t?gz)?$")


def named(client: Client, path: str, noun: str, name: str, field: str) -> View:
    """The one whose `field` or id is `name`; raises NotFound, or Conflict where several are called so."""
    if _UUID.fullmatch(name):
        return client.get(f"{path}{segment(name)}/")
    return _one(client.every(path, **{field: name}), noun, name)


def item_named(client: Client, name: str) -> View:
    """An item by codename or id."""
    return named(client, "items/", "item", name, "codename")


def bundle_named(client: Client, name: str) -> View:
    """A bundle by id, by file name, or the newest ready one whose file name begins so."""
    if _UUID.fullmatch(name):
        return client.get(f"deployment-bundles/{name}/")
    ready = client.every("deployment-bundles/", state="ready", ordering="-created_at")
    for bundle in ready:
        if name in (bundle["filename"], _VERSION_AND_ENDING.sub("", bundle["filename"])):
            return bundle
    raise NotFound("bundle", name)


def _one(found: list[View], noun: str, name: str) -> View:
    if not found:
        raise NotFound(noun, name)
    if len(found) > 1:
        ids = ", ".join(view["id"] for view in found)
        raise Conflict(f"several are called {name}", element=noun, got=ids, cure="name it by its id")
    return found[0]
