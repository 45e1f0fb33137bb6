"""The shape of `config.yaml`, schema version 2.

Source: docs.aosedge.tech (service-config) as `aos-signer` 2.1 reads it; `configuration.healthCheck` is our extension.
Fields nobody knows are ignored, as aos-signer does, but not inside `healthCheck`: a misspelt probe would be no probe.
"""

from typing import Literal

import msgspec

from aosedge.model.bundle.values import BitRate, Command, Connection, Duration, Port, Size
from aosedge.model.oci import Platform

ItemType = Literal["service", "component", "layer"]
Condition = Literal["started", "healthy", "completed", "before", "after"]


class _Camel(msgspec.Struct, frozen=True, rename="camel"):
    pass


class Identity(_Camel, frozen=True):
    """What names an item."""

    codename: str
    type: ItemType
    title: str = ""
    description: str = ""
    id: str = ""
    urn: str = ""


class ArchInfo(_Camel, frozen=True):
    """OCI's names."""

    architecture: str
    variant: str = ""


class OsInfo(_Camel, frozen=True):
    """OCI's names, whatever the case."""

    os: str = "linux"
    version: str = ""
    features: tuple[str, ...] = ()


class Encryption(_Camel, frozen=True):
    """How the image was encrypted; its key is never in the bundle."""

    algorithm: Literal["AES256-GCM"] = "AES256-GCM"
    key_file: str = ""


class Image(_Camel, frozen=True):
    """One image of one platform."""

    arch_info: ArchInfo
    os_info: OsInfo = OsInfo()
    source_folder: str = ""
    path: str = ""
    media_type: str = ""
    env: tuple[str, ...] = ()
    working_dir: str = ""
    cmd: Command | None = None
    encryption: Encryption | None = None

    @property
    def platform(self) -> Platform:
        """What it runs on."""
        return Platform(self.arch_info.architecture, self.os_info.os.strip().lower(), self.arch_info.variant or None)


class Instances(_Camel, frozen=True):
    """How many instances an assignment brings at least, and where they may go."""

    min_instances: int = 1
    priority: int = 0
    labels: tuple[str, ...] = ()


class RunParametersText(_Camel, frozen=True):
    """`start_burst` starts within `start_interval` end in `failed`."""

    start_interval: Duration | None = None
    start_burst: int | None = None
    restart_interval: Duration | None = None


class RuntimeRef(_Camel, frozen=True):
    """A runtime type."""

    codename: str
    type: str = "runtime"


class Resource(_Camel, frozen=True):
    """A node's resource by name."""

    name: str
    mode: Literal["r", "w", "rw"] = "r"


class State(_Camel, frozen=True):
    """The default state, a file of the item's folder."""

    filename: str = "state.dat"
    required: bool = False


class QuotasText(_Camel, frozen=True):
    """Limits of one instance; CPU in DMIPS."""

    cpu_limit: int | None = None
    ram_limit: Size | None = None
    storage_limit: Size | None = None
    state_limit: Size | None = None
    tmp_limit: Size | None = None
    upload_speed_limit: BitRate | None = None
    download_speed_limit: BitRate | None = None
    upload_limit: Size | None = None
    download_limit: Size | None = None
    no_file_limit: int | None = None
    pids_limit: int | None = None


class AlertRule(_Camel, frozen=True):
    """Thresholds: percent for ram, cpu and storage, points for upload and download."""

    min_threshold: float
    max_threshold: float
    min_timeout: Duration | None = None


class AlertRules(_Camel, frozen=True):
    """When an instance's use raises an alert."""

    ram: AlertRule | None = None
    cpu: AlertRule | None = None
    storage: AlertRule | None = None
    upload: AlertRule | None = None
    download: AlertRule | None = None


class HealthCheckText(_Camel, frozen=True, forbid_unknown_fields=True):
    """Our extension: how to tell that an instance is healthy (`aosedge.model.oci.HealthCheck`)."""

    type: Literal["http", "tcp", "exec"]
    port: int = 0
    path: str = "/"
    command: Command | None = None
    interval: Duration = Duration(seconds=5)
    timeout: Duration = Duration(seconds=2)
    start_period: Duration = Duration(0)
    retries: int = 3


class Configuration(_Camel, frozen=True):
    """How instances of the item run."""

    env: tuple[str, ...] = ()
    working_dir: str = ""
    cmd: Command | None = None
    hostname: str = ""
    exposed_ports: tuple[Port, ...] = ()
    instances: Instances = Instances()
    run_parameters: RunParametersText = RunParametersText()
    runtimes: tuple[RuntimeRef, ...] = (RuntimeRef("runc"), RuntimeRef("crun"))
    balancing_policy: Literal["enabled", "disabled"] = "enabled"
    base_layer_is_node_rootfs: bool = True
    offline_ttl: Duration | None = msgspec.field(default=None, name="offlineTTL")
    resources: tuple[Resource, ...] = ()
    allowed_connections: tuple[Connection, ...] = ()
    state: State | None = None
    skip_resource_limits: bool = False
    permissions: dict[str, dict[str, Literal["r", "w", "rw"]]] = msgspec.field(default_factory=dict)
    quotas: QuotasText = QuotasText()
    alert_rules: AlertRules = AlertRules()
    sysctl: dict[str, str] = msgspec.field(default_factory=dict)
    health_check: HealthCheckText | None = None


class DependencyIdentity(_Camel, frozen=True):
    """Which item is needed."""

    codename: str = ""
    type: ItemType = "service"
    id: str = ""
    urn: str = ""


class Dependency(_Camel, frozen=True):
    """What an item needs, and when it may start."""

    identity: DependencyIdentity
    versions: str
    include_pre_release: bool = False
    condition: Condition = "completed"


class Item(_Camel, frozen=True):
    """One item version as its publisher describes it."""

    identity: Identity
    version: str
    images: tuple[Image, ...]
    source_folder: str = ""
    configuration: Configuration = Configuration()
    dependencies: tuple[Dependency, ...] = ()

    @property
    def folder(self) -> str:
        """The item's folder in the bundle."""
        return self.source_folder or self.identity.codename

    def image_path(self, image: Image) -> str:
        """Where the image is in the bundle: aos-signer's rule."""
        if not (self.source_folder or image.path or image.source_folder):
            return f"{self.identity.codename}/{image.arch_info.architecture}"
        own = image.path or image.source_folder or image.arch_info.architecture
        return f"{self.source_folder}/{own}" if self.source_folder else own


class Publisher(_Camel, frozen=True):
    """Who made it, in their own words."""

    author: str = ""
    company: str = ""


class BundleConfig(_Camel, frozen=True):
    """The whole `config.yaml`."""

    items: tuple[Item, ...]
    publisher: Publisher = Publisher()
