"""config.yaml: what it says is read in full, and what is wrong is named by item, field and reason."""

from datetime import timedelta

import pytest

from aosedge.model.bundle import Rejected, parse_config

GOOD = """
schemaVersion: 2
publisher: {author: A, company: C, mood: unknown fields are ignored}
publish: {tlsKey: user.p12}
items:
- identity: {type: service, codename: hello, title: Hello}
  version: 1.0.0
  images:
  - archInfo: {architecture: amd64}
    osInfo: {os: Linux}
    env: [A=1]
    cmd: /bin/serve --name 'two words'
  - archInfo: {architecture: arm, variant: v7}
    sourceFolder: arm
    cmd: [/bin/serve, -v]
  configuration:
    workingDir:
    hostname: hello
    exposedPorts: [8080, 53/udp]
    instances: {minInstances: 2, priority: 7, labels: [main]}
    runtimes: [{codename: crun, type: runtime}]
    offlineTTL: P1D
    allowedConnections: [db/5432/tcp, log/1000:1010/udp]
    resources: [{name: camera0, mode: rw}]
    permissions: {vis: {Signal.Doors.*: rw}}
    quotas: {cpuLimit: 500, ramLimit: 64MiB, uploadSpeedLimit: 10K, pidsLimit: 32, noFileLimit: 64}
    alertRules: {ram: {minThreshold: 10, maxThreshold: 20.5, minTimeout: PT10S}}
    runParameters: {startInterval: PT10S, startBurst: 3}
    healthCheck: {type: http, port: 8080, path: /live, interval: 2s, startPeriod: PT1S}
  dependencies:
  - {identity: {codename: db, type: service}, versions: ">=1.0.0,<2.0.0", condition: healthy}
"""


def edited(old: str, new: str) -> bytes:
    assert old in GOOD
    return GOOD.replace(old, new, 1).encode()


def test_everything_is_read() -> None:
    (item,) = parse_config(GOOD.encode()).items
    config = item.configuration
    assert item.images[0].cmd == ("/bin/serve", "--name", "two words")
    assert item.images[1].cmd == ("/bin/serve", "-v")
    assert [image.platform.architecture for image in item.images] == ["amd64", "arm"]
    assert (item.images[0].platform.os, item.images[1].platform.variant) == ("linux", "v7")
    assert config.exposed_ports == ("8080/tcp", "53/udp")
    assert (config.quotas.ram_limit, config.quotas.upload_speed_limit) == (64 * 2**20, 10_000)
    assert config.offline_ttl == timedelta(days=1)
    assert config.health_check is not None
    assert (config.health_check.interval, config.health_check.retries) == (timedelta(seconds=2), 3)
    assert config.base_layer_is_node_rootfs


def test_images_lie_where_aos_signer_puts_them() -> None:
    item = parse_config(GOOD.encode()).items[0]
    assert [item.image_path(image) for image in item.images] == ["hello/amd64", "arm"]
    item = parse_config(edited("  version: 1.0.0", "  version: 1.0.0\n  sourceFolder: src")).items[0]
    assert [item.image_path(image) for image in item.images] == ["src/amd64", "src/arm"]
    assert item.folder == "src"


@pytest.mark.parametrize(
    ("old", "new", "field", "words"),
    [
        ("schemaVersion: 2", "schemaVersion: 3", "schemaVersion", "unknown schema version; expected 2, got 3"),
        ("schemaVersion: 2", "schemaVersion: '2'", "schemaVersion", "got '2'"),
        ("schemaVersion: 2\n", "", "schemaVersion", "got 'nothing'"),
        ("author: A", "author: 1", "publisher.author", "Expected str, got int"),
        ("version: 1.0.0", "version: 1.0", "version", "Expected str, got float"),
        ("version: 1.0.0", "version: latest", "version", "not a semantic version"),
        ("codename: hello", "codename: ../hello", "identity.codename", "not a codename"),
        ("type: service", "type: servant", "identity.type", "Invalid enum value 'servant'"),
        ("  images:", "  pictures:", "images", "is missing"),
        ("architecture: amd64", "arch: amd64", "images[0].archInfo.architecture", "is missing"),
        ("architecture: amd64", "architecture: x 86", "images[0].archInfo.architecture", "not an OCI platform"),
        ("architecture: arm, variant: v7", "architecture: amd64", "images", "2 images of one platform"),
        ("sourceFolder: arm", "sourceFolder: ../arm", "images[1].sourceFolder", "not a path inside the bundle"),
        ("sourceFolder: arm", "path: /arm", "images[1].path", "not a path inside the bundle"),
        ("sourceFolder: arm", "mediaType: image/png", "images[1].mediaType", "not a media type of a service"),
        ("'two words'", "'two words", "images[0].cmd", "not a command line"),
        ("cmd: [/bin/serve, -v]", "cmd: []", "images[1].cmd", "not a command"),
        ("    cmd: [/bin/serve, -v]\n", "", "images[1].cmd", "is missing; expected a command"),
        ("env: [A=1]", "env: [A]", "images[0].env[0]", "expected NAME=value"),
        ("hostname: hello", "hostname: he_llo", "configuration.hostname", "not a host name"),
        ("8080, 53/udp", "99999", "configuration.exposedPorts[0]", "not a port"),
        ("minInstances: 2", "minInstances: 101", "configuration.instances.minInstances", "expected 1 to 100"),
        ("priority: 7", "priority: -1", "configuration.instances.priority", "expected 0 or more"),
        ("offlineTTL: P1D", "offlineTTL: soon", "configuration.offlineTTL", "not a duration"),
        ("db/5432/tcp", "db/tcp", "configuration.allowedConnections[0]", "not a connection"),
        ("1000:1010", "1010:1000", "configuration.allowedConnections[1]", "not a connection"),
        ("mode: rw", "mode: x", "configuration.resources[0].mode", "Invalid enum value"),
        (".*: rw", ".*: all", "configuration.permissions[...][...]", "Invalid enum value"),
        ("cpuLimit: 500", "cpuLimit: lots", "configuration.quotas.cpuLimit", "Expected int, got str"),
        ("cpuLimit: 500", "cpuLimit: 0", "configuration.quotas.cpuLimit", "above 0"),
        ("64MiB", "64 bananas", "configuration.quotas.ramLimit", "not an amount"),
        ("maxThreshold: 20.5", "maxThreshold: 120", "configuration.alertRules.ram", "expected percents"),
        ("startBurst: 3", "startBurst: 0", "configuration.runParameters.startBurst", "expected 1 or more"),
        ("hostname: hello", "skipResourceLimits: true", "configuration.skipResourceLimits", "only a pre-release"),
        ("hostname: hello", "state: {filename: /etc/shadow}", "configuration.state.filename", "not a path inside"),
        ("path: /live", "url: /live", "configuration.healthCheck", "unknown field url"),
        ("path: /live", "path: live", "configuration.healthCheck.path", "begins with /"),
        ("type: http, port: 8080", "type: tcp", "configuration.healthCheck.port", "expected 1 to 65535 for tcp"),
        ("type: http, port: 8080", "type: exec", "configuration.healthCheck.command", "is missing"),
        ("interval: 2s", "interval: 0s", "configuration.healthCheck.interval", "expected PT0.1S to P1D"),
        ("interval: 2s", "retries: 0", "configuration.healthCheck.retries", "expected 1 to 1000"),
        ("codename: db, type: service", "type: service", "dependencies[0].identity", "names nothing"),
        (">=1.0.0,<2.0.0", "newest", "dependencies[0].versions", "not a semantic version"),
        ("condition: healthy", "condition: rich", "dependencies[0].condition", "Invalid enum value"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_item_field_and_reason(old: str, new: str, field: str, words: str) -> None:
    with pytest.raises(Rejected) as caught:
        parse_config(edited(old, new))
    (found,) = caught.value.rejections
    assert found.field == field
    assert words in found.reason
    about_the_bundle = field.startswith(("schemaVersion", "publisher"))
    assert found.item == ("" if about_the_bundle else "../hello" if "../" in new and "codename" in new else "hello")


def test_every_wrong_item_is_named_at_once() -> None:
    text = b"schemaVersion: 2\nitems:\n- {identity: {codename: a, type: service}, version: 1}\n- 7\n"
    with pytest.raises(Rejected) as caught:
        parse_config(text)
    assert [str(found) for found in caught.value.rejections] == [
        "a: version: Expected str, got int",
        "items[1]: Expected object, got int",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"- 1", "not a mapping"),
        (b"schemaVersion: 2", "there are no items"),
        (b"schemaVersion: 2\nitems: []", "there are no items"),
        (b"\x00", "not YAML"),
    ],
)
def test_what_is_no_configuration_is_refused(text: bytes, words: str) -> None:
    with pytest.raises(Rejected, match=words):
        parse_config(text)


def test_an_item_comes_once_and_there_are_only_so_many() -> None:
    one = "- {identity: {codename: %s, type: layer}, version: 1.0.0, images: [{archInfo: {architecture: arm}}]}\n"
    with pytest.raises(Rejected, match="the layer comes 2 times"):
        parse_config(("schemaVersion: 2\nitems:\n" + one % "a" * 2).encode())
    with pytest.raises(Rejected, match="too many items; expected at most 64, got 65"):
        parse_config(("schemaVersion: 2\nitems:\n" + "".join(one % f"a{n}" for n in range(65))).encode())


@pytest.mark.parametrize(
    ("image", "words"),
    [
        ("{archInfo: {architecture: arm}}", "mediaType: is missing"),
        (
            "{archInfo: {architecture: arm}, mediaType: application/vnd.aos.image.component.full.v1+gzip}",
            "path: is missing",
        ),
    ],
)
def test_a_component_is_one_file_of_a_known_kind(image: str, words: str) -> None:
    head = "schemaVersion: 2\nitems:\n- {identity: {codename: a, type: component}, version: 1.0.0, images: ["
    text = head + image + "]}"
    with pytest.raises(Rejected, match=words):
        parse_config(text.encode())
