"""Bundles that the pages of items show: things that need each other, and words that mean harm."""

from tests.browser.place import Place
from tests.made_bundles import Signer, bundle, config, file

from aosedge.trust import certificates

NEEDING = """schemaVersion: 2
publisher: {author: A, company: C}
items:
- identity: {type: service, codename: navigation, title: Turn by turn, description: Shows the way to the next stop}
  version: 2.4.0
  images: [{archInfo: {architecture: amd64}, cmd: /bin/serve}]
  configuration:
    instances: {minInstances: 2, priority: 50}
    quotas: {cpuLimit: 1500, ramLimit: 64MiB, stateLimit: 64KiB, downloadSpeedLimit: 2.5M}
    env: [REGION=north]
    exposedPorts: [8080]
    allowedConnections: [maps/8080/tcp]
    resources: [{name: gps, mode: r}]
    runParameters: {startInterval: PT10M, startBurst: 3, restartInterval: 5s}
    healthCheck: {type: http, port: 8080, path: /up, interval: 10s}
  dependencies:
  - {identity: {codename: maps, type: service}, versions: ">=1.2.0"}
  - {identity: {codename: geometry, type: layer}, versions: ">=1.0.0"}
- identity: {type: service, codename: maps, title: Tiles and search}
  version: 1.3.1
  images: [{archInfo: {architecture: amd64}, cmd: /bin/serve}]
  dependencies:
  - {identity: {codename: geometry, type: layer}, versions: ">=1.0.2"}
- identity: {type: layer, codename: geometry, title: Geometry}
  version: 1.0.2
  images: [{archInfo: {architecture: amd64}}]
"""
HARMFUL = """schemaVersion: 2
publisher: {author: A, company: C}
items:
- identity: {type: service, codename: harmful, title: TITLE, description: WORDS}
  version: 1.0.0
  images: [{archInfo: {architecture: amd64}, cmd: /bin/serve}]
"""


SCRIPT = ("bin/serve", b"#!/bin/sh\n")


def signed(place: Place, text: str, *codenames: str, program: tuple[str, bytes] = SCRIPT, of: str = "amd64") -> bytes:
    """A bundle with these items, a program in each, signed by the Service Provider."""
    key, leaf, roots = certificates.load_p12((place.cloud.folder / "users" / "sp.p12").read_bytes())
    files = [file(f"./{each}/{of}/{program[0]}", program[1]) for each in codenames]
    return bundle(Signer(key, leaf, tuple(roots)), text.encode(), files)


def upload(place: Place, text: str, *codenames: str, name: str = "batch.tar.gz") -> str:
    """The id of the bundle, once it is ready."""
    content = {"file": (name, signed(place, text, *codenames), "application/gzip")}
    return str(place.call("sp", "POST", "/deployment-bundles/upload/", files=content)["id"])


def unfit(place: Place, codename: str, version: str) -> str:
    """The id of a bundle that Units cannot install: its runtime is not there."""
    text = config(codename, version).replace(b"{quotas", b"{runtimes: [{codename: wasm}], quotas")
    return upload(place, text.decode(), codename, name="bad.tar.gz")
