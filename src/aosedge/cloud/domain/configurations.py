"""How instances of an item version run, in words that name their units: what its documents say, for people to read.

Values of environment variables are left out: they may be secrets, and whoever sees an item need not know them.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final, Literal

import msgspec

from aosedge.cloud.domain.target_systems import Alerts, BytesRule, PartitionRule, PercentRule
from aosedge.model.errors import Invalid
from aosedge.model.oci import HealthCheck, ImageConfig, ItemConfig, Quotas, RunParameters
from aosedge.protocol.messages.parts import AlertRule, AlertRules, PointsAlertRule

_NO_RULES: Final = b"null"


class QuotasOfInstance(msgspec.Struct, frozen=True):
    """Limits of one instance; null is no limit, but without `state_bytes` no state is kept."""

    cpu_dmips: int | None
    ram_bytes: int | None
    storage_bytes: int | None
    state_bytes: int | None
    tmp_bytes: int | None
    upload_bits_per_s: int | None
    download_bits_per_s: int | None
    upload_bytes: int | None
    download_bytes: int | None
    open_files: int | None
    processes: int | None


class AllowedConnection(msgspec.Struct, frozen=True):
    """What instances may reach: a host or another item, a port or `from:to`, and `tcp` or `udp`."""

    host: str
    port: str
    protocol: str


class Device(msgspec.Struct, frozen=True):
    """A resource of the node, and whether it is read, written or both."""

    name: str
    mode: str


class Probe(msgspec.Struct, frozen=True):
    """How one tells that an instance is healthy: unhealthy after `retries` failures in a row."""

    type: Literal["http", "tcp", "exec"]
    port: int
    path: str
    command: tuple[str, ...]
    interval_s: float
    timeout_s: float
    start_period_s: float
    retries: int


class Starts(msgspec.Struct, frozen=True):
    """`start_burst` starts within `start_interval_s` end in `failed`; null is left to the Unit."""

    start_interval_s: float | None
    start_burst: int | None
    restart_interval_s: float | None


class ImageSettings(msgspec.Struct, frozen=True):
    """What the image of one platform runs. `ports` are those that it exposes, `variables` names without values."""

    platform: str
    command: tuple[str, ...]
    working_dir: str
    ports: tuple[str, ...]
    variables: tuple[str, ...]


class Configuration(msgspec.Struct, frozen=True):
    """How instances of a version run. `permissions` are scopes and modes at other services, by service."""

    version: str
    author: str
    hostname: str
    runtimes: tuple[str, ...]
    balancing: bool
    node_rootfs: bool
    limited: bool
    offline_ttl_s: float | None
    quotas: QuotasOfInstance
    starts: Starts
    health_check: Probe | None
    connections: tuple[AllowedConnection, ...]
    devices: tuple[Device, ...]
    permissions: dict[str, dict[str, str]]
    sysctl: dict[str, str]
    alerts: Alerts
    images: tuple[ImageSettings, ...]


def configuration(version: str, item: ItemConfig, images: Iterable[tuple[str, ImageConfig]]) -> Configuration:
    """Of an item configuration, and an image configuration for each platform; raises Invalid for alert rules that
    are none."""
    return Configuration(
        version=version,
        author=item.author,
        hostname=item.hostname,
        runtimes=tuple(runtime.codename for runtime in item.runtimes),
        balancing=item.balancing_policy == "enabled",
        node_rootfs=item.base_layer_is_node_rootfs,
        limited=not item.skip_resource_limits,
        offline_ttl_s=_seconds(item.offline_ttl),
        quotas=_quotas(item.quotas),
        starts=_starts(item.run_parameters),
        health_check=None if item.health_check is None else _probe(item.health_check),
        connections=tuple(_connection(name) for name in sorted(item.allowed_connections)),
        devices=tuple(Device(device.name, device.mode) for device in item.resources),
        permissions=item.permissions,
        sysctl=item.sysctl,
        alerts=_alerts(item.alert_rules),
        images=tuple(_image(platform, image) for platform, image in images),
    )


def _image(platform: str, image: ImageConfig) -> ImageSettings:
    run = image.config
    names = sorted(variable.partition("=")[0] for variable in run.env)
    return ImageSettings(
        platform, (*run.entrypoint, *run.cmd), run.working_dir, tuple(run.exposed_ports), tuple(names)
    )


def _quotas(quotas: Quotas) -> QuotasOfInstance:
    return QuotasOfInstance(
        cpu_dmips=quotas.cpu_dmips_limit,
        ram_bytes=quotas.ram_limit,
        storage_bytes=quotas.storage_limit,
        state_bytes=quotas.state_limit,
        tmp_bytes=quotas.tmp_limit,
        upload_bits_per_s=quotas.upload_speed,
        download_bits_per_s=quotas.download_speed,
        upload_bytes=quotas.upload_limit,
        download_bytes=quotas.download_limit,
        open_files=quotas.no_file_limit,
        processes=quotas.pids_limit,
    )


def _starts(parameters: RunParameters) -> Starts:
    return Starts(_seconds(parameters.start_interval), parameters.start_burst, _seconds(parameters.restart_interval))


def _probe(check: HealthCheck) -> Probe:
    return Probe(
        type=check.type,
        port=check.port,
        path=check.path,
        command=check.command,
        interval_s=check.interval.total_seconds(),
        timeout_s=check.timeout.total_seconds(),
        start_period_s=check.start_period.total_seconds(),
        retries=check.retries,
    )


def _connection(name: str) -> AllowedConnection:
    host, port, protocol = [*name.split("/"), "", ""][:3]
    return AllowedConnection(host, port, protocol)


def _alerts(raw: bytes | msgspec.Raw) -> Alerts:
    if bytes(raw) == _NO_RULES:
        return Alerts()
    try:
        rules = msgspec.json.decode(raw, type=AlertRules)
    except msgspec.DecodeError as error:
        raise Invalid(str(error), element="alertRules") from error
    return Alerts(
        ram=_percent(rules.ram),
        cpu=_percent(rules.cpu),
        partitions=tuple(
            PartitionRule(rule.name, rule.min_threshold, rule.max_threshold, _lasting(rule.min_timeout))
            for rule in rules.partitions
        ),
        download=_bytes(rules.download),
        upload=_bytes(rules.upload),
    )


def _percent(rule: AlertRule | None) -> PercentRule | None:
    return None if rule is None else PercentRule(rule.min_threshold, rule.max_threshold, _lasting(rule.min_timeout))


def _bytes(rule: PointsAlertRule | None) -> BytesRule | None:
    return None if rule is None else BytesRule(rule.min_threshold, rule.max_threshold, _lasting(rule.min_timeout))


def _lasting(span: timedelta | float | None) -> float:
    return span.total_seconds() if isinstance(span, timedelta) else span or 0


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()
