"""What an item version is made of: OCI index, manifest, image configuration, and AosEdge's item configuration.

Sources: OCI image specification 1.0; the item configuration is AosEdge's (docs.aosedge.tech), with `healthCheck`
as our extension, which other Units ignore.
"""

from datetime import timedelta
from typing import Literal, TypeVar

import msgspec

from aosedge.model.digests import Digest
from aosedge.model.errors import Invalid

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
IMAGE_CONFIG = "application/vnd.oci.image.config.v1+json"
ITEM_CONFIG = "application/vnd.aos.item.config.v1+json"
LAYER_TAR = "application/vnd.oci.image.layer.v1.tar"
LAYER_TAR_GZIP = "application/vnd.oci.image.layer.v1.tar+gzip"
T = TypeVar("T")

ENCRYPTED_LAYERS = frozenset(
    f"application/vnd.aos.image.layer.enc.v1.aes256gcm+{form}" for form in ("tar", "tar+gzip", "tar+gz")
)


class Platform(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an image runs on, in OCI's names."""

    architecture: str
    os: str = msgspec.field(default_factory=lambda: "linux")  # a factory, so that it is written: OCI requires it
    variant: str | None = None


def platform_name(platform: Platform) -> str:
    """`linux/arm64/v8`."""
    return "/".join(part for part in (platform.os, platform.architecture, platform.variant) if part)


class Descriptor(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A reference to a blob by digest and size."""

    media_type: str
    digest: Digest
    size: int
    platform: Platform | None = None


class Index(msgspec.Struct, frozen=True, rename="camel"):
    """One item version: a manifest for each platform. Its digest is the wire's `indexDigest`."""

    manifests: tuple[Descriptor, ...]
    schema_version: int = 2
    media_type: str = INDEX


class Manifest(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One image of one platform, with the item configuration as an extra descriptor."""

    config: Descriptor
    layers: tuple[Descriptor, ...]
    schema_version: int = msgspec.field(default_factory=lambda: 2)  # a factory, so that it is written
    media_type: str = msgspec.field(default_factory=lambda: MANIFEST)
    aos_item_config: Descriptor | None = None


class RunConfig(msgspec.Struct, frozen=True, omit_defaults=True, rename="pascal"):
    """The image configuration's `config` object."""

    env: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    working_dir: str = ""
    exposed_ports: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)
    user: str = ""


class RootFs(msgspec.Struct, frozen=True):
    """Digests of the uncompressed layers, bottom first."""

    diff_ids: tuple[str, ...] = ()
    type: Literal["layers"] = "layers"


class ImageConfig(msgspec.Struct, frozen=True):
    """OCI image configuration; `architecture` and `os` are required by real Units."""

    architecture: str
    os: str
    config: RunConfig = RunConfig()
    rootfs: RootFs = RootFs()
    variant: str = ""


class HealthCheck(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """How to tell that an instance is healthy: one of three probes, repeated.

    `http` is a path on `port` that must answer 2xx or 3xx; `tcp` a `port` that must accept; `exec` a command in the
    container that must exit 0. Unhealthy after `retries` failures in a row, `start_period` after the start.
    """

    type: Literal["http", "tcp", "exec"]
    port: int = 0
    path: str = "/"
    command: tuple[str, ...] = ()
    interval: timedelta = timedelta(seconds=5)
    timeout: timedelta = timedelta(seconds=2)
    start_period: timedelta = timedelta(0)
    retries: int = 3


DEFAULT_RATIO_PERCENT = 50.0
"""What share of its quota an instance is taken to need where it does not say."""


class RunParameters(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """`start_burst` starts within `start_interval` end in `failed`."""

    start_interval: timedelta | None = None
    start_burst: int | None = None
    restart_interval: timedelta | None = None


class Quotas(msgspec.Struct, frozen=True, omit_defaults=True):
    """Limits of one instance. Sizes in bytes, CPU in DMIPS, speeds in bits per second; absent is unlimited."""

    cpu_dmips_limit: int | None = msgspec.field(default=None, name="cpuDMIPSLimit")
    ram_limit: int | None = msgspec.field(default=None, name="ramLimit")
    pids_limit: int | None = msgspec.field(default=None, name="pidsLimit")
    no_file_limit: int | None = msgspec.field(default=None, name="noFileLimit")
    tmp_limit: int | None = msgspec.field(default=None, name="tmpLimit")
    state_limit: int | None = msgspec.field(default=None, name="stateLimit")
    storage_limit: int | None = msgspec.field(default=None, name="storageLimit")
    upload_speed: int | None = msgspec.field(default=None, name="uploadSpeed")
    download_speed: int | None = msgspec.field(default=None, name="downloadSpeed")
    upload_limit: int | None = msgspec.field(default=None, name="uploadLimit")
    download_limit: int | None = msgspec.field(default=None, name="downloadLimit")


class RuntimeName(msgspec.Struct, frozen=True):
    """A runtime type that may run the item: `crun`, `runc`, ..."""

    codename: str


class ResourceUse(msgspec.Struct, frozen=True, omit_defaults=True):
    """A node's resource by name; mode is `r`, `w` or `rw`."""

    name: str
    mode: str = "rw"


class ItemConfig(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """AosEdge's item configuration, the manifest's `aosItemConfig`."""

    created: str = ""
    author: str = ""
    hostname: str = ""
    balancing_policy: Literal["enabled", "disabled"] = "enabled"
    runtimes: tuple[RuntimeName, ...] = ()
    run_parameters: RunParameters = RunParameters()
    sysctl: dict[str, str] = msgspec.field(default_factory=dict)
    offline_ttl: timedelta | None = msgspec.field(default=None, name="offlineTTL")
    quotas: Quotas = Quotas()
    requested_resources: dict[str, int] = msgspec.field(default_factory=dict)
    allowed_connections: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)
    """Keys are `{host name}/{port or from:to}/{tcp or udp}`; an object because real Units read an object."""
    resources: tuple[ResourceUse, ...] = ()
    permissions: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)
    alert_rules: msgspec.Raw = msgspec.Raw(b"null")
    skip_resource_limits: bool = False
    base_layer_is_node_rootfs: bool = True
    health_check: HealthCheck | None = None


def encode(document: Index | Manifest | ImageConfig | ItemConfig) -> bytes:
    """The document as the bytes that are stored and hashed."""
    return msgspec.json.encode(document)


def decode_index(content: bytes) -> Index:
    """Raises Invalid naming the wrong field."""
    return _decode(content, Index, "index")


def decode_manifest(content: bytes) -> Manifest:
    """Raises Invalid naming the wrong field."""
    return _decode(content, Manifest, "manifest")


def decode_image_config(content: bytes) -> ImageConfig:
    """Raises Invalid naming the wrong field."""
    return _decode(content, ImageConfig, "image configuration")


def decode_item_config(content: bytes) -> ItemConfig:
    """Raises Invalid naming the wrong field."""
    return _decode(content, ItemConfig, "item configuration")


def _decode(content: bytes, kind: type[T], element: str) -> T:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(str(error), element=element) from error
