"""What a person calls a thing: its title, codename or name, or its id."""

import re

from aosedge.cli.client import Client, View, segment
from aosedge.model.errors import Conflict, NotFound

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ENDING = re.compile(r"(\.tar)?\.(tar|gz|tgz)$")
_VERSION = re.compile(r"[-_]v?\d+(\.\d+)+.*$")
_LISTED_MOST = 8


def named(client: Client, path: str, noun: str, name: str, field: str) -> View:
    """The one whose `field` or id is `name`; raises NotFound, or Conflict where several are called so."""
    if _UUID.fullmatch(name):
        return client.get(f"{path}{segment(name)}/")
    return _one(client.every(path, **{field: name}), noun, name)


def item_named(client: Client, name: str) -> View:
    """An item by codename or id."""
    return named(client, "items/", "item", name, "codename")


def bundle_named(client: Client, name: str, state: str | None = "ready") -> View:
    """A bundle by what `bundle_among` takes, of those in this state; raises NotFound and Conflict."""
    if _UUID.fullmatch(name):
        return client.get(f"deployment-bundles/{name}/")
    return bundle_among(client.every("deployment-bundles/", state=state, ordering="-created_at"), name)


def bundle_among(bundles: list[View], name: str) -> View:
    """The bundle that a person means, of some with `id` and `name`, newest first.

    By id; by name, `hello-2.0.0`, or file name; by the name without version, `hello`: the newest; by how the name
    begins, if only one begins so. Raises NotFound, and Conflict where several do, naming them.
    """
    said = _ENDING.sub("", name)
    for bundle in bundles:
        if name == bundle["id"] or said == bundle["name"]:
            return bundle
    for bundle in bundles:
        if said == _VERSION.sub("", bundle["name"]):
            return bundle
    beginning = [bundle for bundle in bundles if said and bundle["name"].startswith(said)]
    if len(beginning) == 1:
        return beginning[0]
    if beginning:
        raise Conflict(f"several begin with {said}", element="bundle", got=_names(beginning), cure="say more of it")
    error = NotFound("bundle", name)
    error.expected, error.got = _names(bundles), name
    raise error


def _names(bundles: list[View]) -> str:
    names = list(dict.fromkeys(bundle["name"] for bundle in bundles))
    more = f" and {len(names) - _LISTED_MOST} more" if len(names) > _LISTED_MOST else ""
    return ", ".join(names[:_LISTED_MOST]) + more


def _one(found: list[View], noun: str, name: str) -> View:
    if not found:
        error = NotFound(noun, name)
        error.got = name
        raise error
    if len(found) > 1:
        ids = ", ".join(view["id"] for view in found)
        raise Conflict(f"several are called {name}", element=noun, got=ids, cure="name it by its id")
    return found[0]
