"""An item of a bundle becomes exactly the documents that Units read."""

import msgspec
import pytest

from aosedge.cloud.domain.catalogue import Dependency
from aosedge.cloud.domain.items import Composed, Layer, compose, needed_ram
from aosedge.model import oci
from aosedge.model.bundle import parse_config
from aosedge.model.digests import Digest, sha256

EVERYTHING = b"""
schemaVersion: 2
publisher: {author: A}
items:
- identity: {type: service, codename: hello}
  version: 1.0.0
  images:
  - {archInfo: {architecture: amd64}, env: [MODE=image, X=1], cmd: [/serve, -v], workingDir: /image}
  - archInfo: {architecture: arm, variant: v7}
    mediaType: application/vnd.aos.image.layer.enc.v1.aes256gcm+tar
    path: x
  configuration:
    env: [MODE=item, Y=2]
    cmd: /default
    workingDir: /item
    hostname: hello
    exposedPorts: [8080]
    runtimes: [{codename: crun}]
    balancingPolicy: disabled
    baseLayerIsNodeRootfs: false
    offlineTTL: P1D
    runParameters: {startInterval: PT10S, startBurst: 3, restartInterval: 1s}
    allowedConnections: [db/5432/tcp]
    resources: [{name: camera0}]
    permissions: {vis: {Doors: rw}}
    sysctl: {net.x: "1"}
    quotas: {cpuLimit: 500, ramLimit: 64MiB, downloadSpeedLimit: 10K}
    alertRules:
      ram: {minThreshold: 10, maxThreshold: 20.5, minTimeout: PT10S}
      storage: {minThreshold: 1, maxThreshold: 2}
      download: {minThreshold: 1000, maxThreshold: 2000}
    healthCheck: {type: exec, command: /check me, startPeriod: PT1S}
  dependencies:
  - {identity: {codename: db, type: service}, versions: "*", includePreRelease: true, condition: healthy}
"""
PLAIN = (
    b"schemaVersion: 2\nitems:\n- {identity: {type: service, codename: a}, version: 1.0.0, images:"
    b" [{archInfo: {architecture: amd64}, cmd: /a}]}"
)
LAYER = Layer(oci.LAYER_TAR_GZIP, sha256(b"layer"), 1_000, sha256(b"tar"))
SECRET = Layer("application/vnd.aos.image.layer.enc.v1.aes256gcm+tar", sha256(b"secret"), 500)


def made(text: bytes, *layers: Layer) -> tuple[Composed, dict[Digest, bytes]]:
    bundle = parse_config(text)
    composed = compose(bundle.items[0], bundle, layers)
    return composed, {sha256(document): document for document in composed.documents}


def test_every_document_is_reached_from_the_index() -> None:
    composed, blobs = made(EVERYTHING, LAYER, SECRET)
    assert composed.digests == tuple(blobs)
    index = oci.decode_index(blobs.pop(composed.index))
    assert [entry.platform and entry.platform.architecture for entry in index.manifests] == ["amd64", "arm"]
    configs = set()
    for entry, image, layer in zip(index.manifests, composed.images, (LAYER, SECRET), strict=True):
        assert image.manifest == entry.digest
        manifest = oci.decode_manifest(blobs.pop(entry.digest))
        assert [(part.digest, part.size) for part in manifest.layers] == [(layer.digest, layer.size_bytes)]
        assert manifest.aos_item_config is not None
        config = blobs.pop(manifest.config.digest)
        configs.add(manifest.aos_item_config.digest)
        parts = (composed.documents[-1], composed.documents[0], config)
        assert image.size_bytes == entry.size + sum(map(len, parts)) + layer.size_bytes
    assert set(blobs) == configs
    assert [image.encrypted for image in composed.images] == [False, True]


def test_the_image_says_what_runs_and_the_item_fills_in() -> None:
    composed, _ = made(EVERYTHING, LAYER, SECRET)
    first, second = (oci.decode_image_config(composed.documents[number]) for number in (1, 3))
    assert (first.config.env, first.config.cmd) == (("MODE=image", "Y=2", "X=1"), ("/serve", "-v"))
    assert (second.config.env, second.config.cmd) == (("MODE=item", "Y=2"), ("/default",))
    assert (first.config.working_dir, second.config.working_dir) == ("/image", "/item")
    assert first.config.exposed_ports == {"8080/tcp": {}}
    assert (first.rootfs.diff_ids, second.rootfs.diff_ids) == ((sha256(b"tar"),), ())
    assert (second.architecture, second.variant, second.os) == ("arm", "v7", "linux")


@pytest.mark.parametrize(("version", "said", "needed"), [
    ("1.0.0", "quotas: {ramLimit: 64MiB}", 32 << 20),
    ("1.0.0-dev.1", "quotas: {ramLimit: 64MiB}\n    skipResourceLimits: true", 0),
    ("1.0.0", "hostname: hello", 0),
])  # fmt: skip
def test_an_instance_is_taken_to_need_a_share_of_its_limit_of_ram(version: str, said: str, needed: int) -> None:
    upper = EVERYTHING[: EVERYTHING.index(b"    env: [MODE=item")].replace(b"1.0.0", version.encode())
    config = parse_config(upper + f"    cmd: /default\n    {said}\n".encode())
    assert needed_ram(config.items[0].configuration) == needed


def test_the_item_configuration_is_the_wires() -> None:
    composed, _ = made(EVERYTHING, LAYER, SECRET)
    assert msgspec.json.decode(composed.documents[0]) == {
        "author": "A",
        "hostname": "hello",
        "balancingPolicy": "disabled",
        "runtimes": [{"codename": "crun"}],
        "runParameters": {"startInterval": "PT10S", "startBurst": 3, "restartInterval": "PT1S"},
        "sysctl": {"net.x": "1"},
        "offlineTTL": "P1D",
        "quotas": {"cpuDMIPSLimit": 500, "ramLimit": 64 * 2**20, "downloadSpeed": 10_000},
        "allowedConnections": {"db/5432/tcp": {}},
        "resources": [{"name": "camera0", "mode": "r"}],
        "permissions": {"vis": {"Doors": "rw"}},
        "alertRules": {
            "ram": {"minThreshold": 10, "maxThreshold": 20.5, "minTimeout": "PT10S"},
            "download": {"minThreshold": 1000, "maxThreshold": 2000},
            "partitions": [{"name": "storages", "minThreshold": 1, "maxThreshold": 2}],
        },
        "baseLayerIsNodeRootfs": False,
        "healthCheck": {
            "type": "exec",
            "command": ["/check", "me"],
            "interval": "PT5S",
            "timeout": "PT2S",
            "startPeriod": "PT1S",
        },
    }
    assert composed.dependencies == (Dependency("service", "*", "db", include_pre_release=True, condition="healthy"),)


def test_what_is_left_out_is_left_out() -> None:
    composed, _ = made(PLAIN, LAYER)
    document = msgspec.json.decode(composed.documents[0])
    assert document == {"runtimes": [{"codename": "runc"}, {"codename": "crun"}], "quotas": {}, "runParameters": {}}
    assert oci.decode_image_config(composed.documents[1]).config.working_dir == "/"


def test_documents_say_what_oci_requires() -> None:
    composed, blobs = made(PLAIN, LAYER)
    index = msgspec.json.decode(blobs[composed.index])
    manifest = msgspec.json.decode(blobs[composed.images[0].manifest])
    assert index["manifests"][0]["platform"] == {"architecture": "amd64", "os": "linux"}
    assert (index["schemaVersion"], manifest["schemaVersion"]) == (2, 2)
    assert manifest["mediaType"] == oci.MANIFEST


def test_equal_items_have_equal_digests_and_others_have_not() -> None:
    assert made(PLAIN, LAYER)[0].index == made(PLAIN + b"\n# other words\n", LAYER)[0].index
    assert made(PLAIN, LAYER)[0].index != made(PLAIN, SECRET)[0].index


def test_there_is_one_layer_for_each_image() -> None:
    with pytest.raises(ValueError, match="zip"):
        made(EVERYTHING, LAYER)
