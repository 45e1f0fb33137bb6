"""From an item of a Deployment Bundle to what a Unit is given: OCI index, manifests, image and item configurations.

Pure: the layers have been packed and stored elsewhere, here only their descriptors are put together. Equal items
with equal layers become equal documents, so that their digests are equal too.
"""

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from aosedge.cloud.domain.catalogue import Dependency, ImageOfVersion
from aosedge.model import oci
from aosedge.model.bundle import BundleConfig, HealthCheckText, Image, Item
from aosedge.model.bundle.config import AlertRule, AlertRules, Configuration
from aosedge.model.digests import Digest, sha256
from aosedge.model.oci import Descriptor, HealthCheck, ImageConfig, Index, ItemConfig, Manifest, RootFs, RunConfig

STORAGE_PARTITION = "storages"
"""What AosCore calls the partition that holds the storage of instances."""


class Layer(msgspec.Struct, frozen=True):
    """The one layer of an image, as stored."""

    media_type: str
    digest: Digest
    size_bytes: int
    diff_id: str = ""
    """Digest of the uncompressed layer; empty where nobody can know it (encrypted, a component's image)."""


class Composed(msgspec.Struct, frozen=True):
    """An item version as documents: all are blobs, `index` names the version."""

    index: Digest
    documents: tuple[bytes, ...]
    images: tuple[ImageOfVersion, ...]
    dependencies: tuple[Dependency, ...]

    @property
    def digests(self) -> tuple[Digest, ...]:
        """Of the documents."""
        return tuple(sha256(document) for document in self.documents)


def compose(item: Item, bundle: BundleConfig, layers: Sequence[Layer]) -> Composed:
    """The documents of an item; `layers` has one layer for each of its images, in their order."""
    config = oci.encode(item_config(item, bundle))
    documents, manifests, images = [config], [], []
    for image, layer in zip(item.images, layers, strict=True):
        described = oci.encode(image_config(item, image, layer))
        manifest = oci.encode(
            Manifest(
                _descriptor(oci.IMAGE_CONFIG, described),
                (Descriptor(layer.media_type, layer.digest, layer.size_bytes),),
                aos_item_config=_descriptor(oci.ITEM_CONFIG, config),
            )
        )
        documents += [described, manifest]
        manifests.append(msgspec.structs.replace(_descriptor(oci.MANIFEST, manifest), platform=image.platform))
        size_bytes = len(config) + len(described) + len(manifest) + layer.size_bytes
        encrypted = layer.media_type in oci.ENCRYPTED_LAYERS
        images.append(
            ImageOfVersion(
                image.platform, sha256(manifest), size_bytes, encrypted, ((layer.digest, layer.size_bytes),)
            )
        )
    index = oci.encode(Index(tuple(manifests)))
    images = [msgspec.structs.replace(image, size_bytes=image.size_bytes + len(index)) for image in images]
    dependencies = tuple(
        Dependency(
            type=needed.identity.type,
            versions=needed.versions,
            codename=needed.identity.codename,
            id=needed.identity.id,
            include_pre_release=needed.include_pre_release,
            condition=needed.condition,
        )
        for needed in item.dependencies
    )
    return Composed(sha256(index), (*documents, index), tuple(images), dependencies)


def needed_ram(config: Configuration) -> int:
    """What an instance is taken to need, in bytes, as a Unit without ratios of its own takes it; 0: nobody said."""
    if config.skip_resource_limits:
        return 0
    return int((config.quotas.ram_limit or 0) * oci.DEFAULT_RATIO_PERCENT / 100)


def image_config(item: Item, image: Image, layer: Layer) -> ImageConfig:
    """OCI's image configuration. What the image says wins over what the item's configuration says."""
    config = item.configuration
    variables = {variable.partition("=")[0]: variable for variable in (*config.env, *image.env)}
    run = RunConfig(
        env=tuple(variables.values()),
        cmd=tuple(image.cmd or config.cmd or ()),
        working_dir=image.working_dir or config.working_dir or "/",
        exposed_ports={str(port): {} for port in config.exposed_ports},
    )
    platform = image.platform
    diff_ids = (layer.diff_id,) if layer.diff_id else ()
    return ImageConfig(platform.architecture, platform.os, run, RootFs(diff_ids), platform.variant or "")


def item_config(item: Item, bundle: BundleConfig) -> ItemConfig:
    """AosEdge's item configuration."""
    config, quotas = item.configuration, item.configuration.quotas
    made = ItemConfig(
        author=bundle.publisher.author,
        hostname=config.hostname,
        balancing_policy=config.balancing_policy,
        runtimes=tuple(oci.RuntimeName(runtime.codename) for runtime in config.runtimes),
        run_parameters=_run_parameters(config),
        sysctl=config.sysctl,
        offline_ttl=_span(config.offline_ttl),
        quotas=oci.Quotas(
            cpu_dmips_limit=quotas.cpu_limit,
            ram_limit=_whole(quotas.ram_limit),
            pids_limit=quotas.pids_limit,
            no_file_limit=quotas.no_file_limit,
            tmp_limit=_whole(quotas.tmp_limit),
            state_limit=_whole(quotas.state_limit),
            storage_limit=_whole(quotas.storage_limit),
            upload_speed=_whole(quotas.upload_speed_limit),
            download_speed=_whole(quotas.download_speed_limit),
            upload_limit=_whole(quotas.upload_limit),
            download_limit=_whole(quotas.download_limit),
        ),
        allowed_connections={str(connection): {} for connection in config.allowed_connections},
        resources=tuple(oci.ResourceUse(resource.name, resource.mode) for resource in config.resources),
        permissions={server: dict(scopes) for server, scopes in config.permissions.items()},
        skip_resource_limits=config.skip_resource_limits,
        base_layer_is_node_rootfs=config.base_layer_is_node_rootfs,
        health_check=_probe(config.health_check) if config.health_check else None,
    )
    rules = _alert_rules(config.alert_rules)
    return msgspec.structs.replace(made, alert_rules=msgspec.Raw(msgspec.json.encode(rules))) if rules else made


def _run_parameters(config: Configuration) -> oci.RunParameters:
    text = config.run_parameters
    return oci.RunParameters(_span(text.start_interval), text.start_burst, _span(text.restart_interval))


def _probe(text: HealthCheckText) -> HealthCheck:
    return HealthCheck(
        type=text.type,
        port=text.port,
        path=text.path,
        command=tuple(text.command or ()),
        interval=_plain(text.interval),
        timeout=_plain(text.timeout),
        start_period=_plain(text.start_period),
        retries=text.retries,
    )


def _alert_rules(rules: AlertRules) -> dict[str, object]:
    """The wire's alert rules; a bundle's `storage` is a partition there."""
    named = {"ram": rules.ram, "cpu": rules.cpu, "download": rules.download, "upload": rules.upload}
    found: dict[str, object] = {name: _alert_rule(rule) for name, rule in named.items() if rule}
    if rules.storage:
        found["partitions"] = [{"name": STORAGE_PARTITION, **_alert_rule(rules.storage)}]
    return found


def _alert_rule(rule: AlertRule) -> dict[str, object]:
    numbers = {"minThreshold": _number(rule.min_threshold), "maxThreshold": _number(rule.max_threshold)}
    return numbers | ({"minTimeout": _plain(rule.min_timeout)} if rule.min_timeout else {})


def _number(value: float) -> float | int:
    return int(value) if value == int(value) else value


def _descriptor(media_type: str, document: bytes) -> Descriptor:
    return Descriptor(media_type, sha256(document), len(document))


def _whole(amount: int | None) -> int | None:
    """The plain number, without what its type says about how it was read."""
    return None if amount is None else int(amount)


def _span(span: timedelta | None) -> timedelta | None:
    return None if span is None else _plain(span)


def _plain(span: timedelta) -> timedelta:
    return timedelta(days=span.days, seconds=span.seconds, microseconds=span.microseconds)
