"""What a version's documents say becomes figures with units, and no value of a variable."""

import msgspec
import pytest
from tests.unit.cloud.domain.test_items import EVERYTHING, LAYER, PLAIN, SECRET, made

from aosedge.cloud.domain.configurations import (
    AllowedConnection,
    Configuration,
    Device,
    ImageSettings,
    Probe,
    Starts,
    configuration,
)
from aosedge.cloud.domain.items import Layer
from aosedge.cloud.domain.target_systems import Alerts, BytesRule, PartitionRule, PercentRule
from aosedge.model import oci
from aosedge.model.errors import Invalid


def read(text: bytes, *layers: Layer) -> Configuration:
    """As composed, then read back from the documents alone."""
    composed, blobs = made(text, *layers)
    item, images = oci.ItemConfig(), []
    for entry in oci.decode_index(blobs[composed.index]).manifests:
        manifest = oci.decode_manifest(blobs[entry.digest])
        assert entry.platform and manifest.aos_item_config
        item = oci.decode_item_config(blobs[manifest.aos_item_config.digest])
        images.append((oci.platform_name(entry.platform), oci.decode_image_config(blobs[manifest.config.digest])))
    return configuration("1.0.0", item, images)


def test_everything_that_a_bundle_says_is_told_with_its_unit() -> None:
    told = read(EVERYTHING, LAYER, SECRET)
    assert (told.version, told.author, told.hostname, told.runtimes) == ("1.0.0", "A", "hello", ("crun",))
    assert (told.balancing, told.node_rootfs, told.limited, told.offline_ttl_s) == (False, False, True, 86_400)
    assert (told.quotas.cpu_dmips, told.quotas.ram_bytes, told.quotas.download_bits_per_s) == (500, 2**26, 10_000)
    assert told.quotas.state_bytes is None
    assert told.starts == Starts(10, 3, 1)
    assert told.health_check == Probe("exec", 0, "/", ("/check", "me"), 5, 2, 1, 3)
    assert told.connections == (AllowedConnection("db", "5432", "tcp"),)
    assert (told.devices, told.sysctl) == ((Device("camera0", "r"),), {"net.x": "1"})
    assert told.permissions == {"vis": {"Doors": "rw"}}
    assert told.alerts == Alerts(
        ram=PercentRule(10, 20.5, 10),
        partitions=(PartitionRule("storages", 1, 2),),
        download=BytesRule(1000, 2000),
    )
    assert told.images == (
        ImageSettings("linux/amd64", ("/serve", "-v"), "/image", ("8080/tcp",), ("MODE", "X", "Y")),
        ImageSettings("linux/arm/v7", ("/default",), "/item", ("8080/tcp",), ("MODE", "Y")),
    )
    assert b"image" not in msgspec.json.encode(told.images[0].variables)


def test_what_a_bundle_leaves_open_stays_open() -> None:
    told = read(PLAIN, LAYER)
    assert (told.health_check, told.offline_ttl_s, told.alerts) == (None, None, Alerts())
    assert (told.connections, told.devices, told.starts) == ((), (), Starts(None, None, None))
    assert told.balancing and told.node_rootfs and told.limited


def test_alert_rules_that_are_none_are_named() -> None:
    with pytest.raises(Invalid, match="alertRules"):
        configuration("1.0.0", oci.ItemConfig(alert_rules=msgspec.Raw(b'{"ram": 3}')), ())
