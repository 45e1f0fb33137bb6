"""What must hold of a `config.yaml` beyond its shape. Each broken rule is a Rejection; all are found at once.

Sources: the bundle format of docs.aosedge.tech; what real Units can hold (ids of 64 characters, 64 items, 8 platforms
an item); OCI's names of platforms.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator

from aosedge.model.bundle.config import BundleConfig, Configuration, HealthCheckText, Image, Item
from aosedge.model.bundle.rejections import Rejection, rejection
from aosedge.model.errors import Invalid
from aosedge.model.oci import ENCRYPTED_LAYERS, LAYER_TAR, LAYER_TAR_GZIP
from aosedge.model.versions import parse_range, parse_version

COMPONENT_FORMS = frozenset(
    f"application/vnd.aos.image.component.{form}" for form in ("full.v1+gzip", "full.v1+squashfs", "inc.v1+squashfs")
)
LAYER_FORMS = frozenset({LAYER_TAR, LAYER_TAR_GZIP})
MOST_ITEMS = 64
MOST_IMAGES = 8
MOST_INSTANCES = 100
_CODENAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?", re.ASCII)
_HOSTNAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?", re.ASCII)
_PLATFORM = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}", re.ASCII)
_VARIABLE = re.compile(r"[^=\0]+=[^\0]*")


def broken_rules(config: BundleConfig) -> Iterator[Rejection]:
    """Every rule that the configuration breaks."""
    if len(config.items) > MOST_ITEMS:
        yield Rejection("", "items", f"too many items; expected at most {MOST_ITEMS}, got {len(config.items)}")
    counts = Counter((item.identity.type, item.identity.codename) for item in config.items)
    for (kind, codename), count in counts.items():
        if count > 1:
            yield Rejection(codename, "identity", f"the {kind} comes {count} times; expected each item once")
    for item in config.items:
        for field, reason in _of_item(item):
            yield Rejection(item.identity.codename[:64], field, reason)


_Broken = Iterator[tuple[str, str]]


def _of_item(item: Item) -> _Broken:
    if not _CODENAME.fullmatch(item.identity.codename):
        yield "identity.codename", "not a codename; expected 1 to 64 letters, digits, `.`, `_` or `-`"
    if item.source_folder:
        yield from _folder("sourceFolder", item.source_folder)
    yield from _read(parse_version, item.version, "version")
    if not 1 <= len(item.images) <= MOST_IMAGES:
        yield "images", f"expected 1 to {MOST_IMAGES} images, got {len(item.images)}"
    platforms = Counter(image.platform for image in item.images)
    for platform, count in platforms.items():
        if count > 1:
            yield "images", f"{count} images of one platform ({platform.os}/{platform.architecture}); expected one"
    for number, image in enumerate(item.images):
        for field, reason in _of_image(item, image):
            yield f"images[{number}].{field}", reason
    for field, reason in _of_configuration(item):
        yield f"configuration.{field}", reason
    for number, needed in enumerate(item.dependencies):
        where = f"dependencies[{number}]"
        if not (needed.identity.codename or needed.identity.id or needed.identity.urn):
            yield f"{where}.identity", "names nothing; expected a codename, id or urn"
        yield from _read(parse_range, needed.versions, f"{where}.versions")


def _of_image(item: Item, image: Image) -> _Broken:
    platform = image.platform
    for field, name in (("archInfo.architecture", platform.architecture), ("osInfo.os", platform.os)):
        if not _PLATFORM.fullmatch(name):
            yield field, "not an OCI platform name; expected as in amd64, arm64, linux"
    for field, path in (("sourceFolder", image.source_folder), ("path", image.path)):
        if path:
            yield from _folder(field, path)
    yield from _environment("env", image.env)
    taken = COMPONENT_FORMS if item.identity.type == "component" else LAYER_FORMS | ENCRYPTED_LAYERS
    if image.media_type and image.media_type not in taken:
        yield "mediaType", f"not a media type of a {item.identity.type}; expected one of {', '.join(sorted(taken))}"
    if image.media_type in ENCRYPTED_LAYERS | COMPONENT_FORMS and not image.path:
        yield "path", "is missing; expected the one file of this media type"
    if item.identity.type == "component" and not image.media_type:
        yield "mediaType", f"is missing; expected one of {', '.join(sorted(COMPONENT_FORMS))}"
    if item.identity.type == "service" and not (image.cmd or item.configuration.cmd):
        yield "cmd", "is missing; expected a command here or in configuration"


def _of_configuration(item: Item) -> _Broken:
    config = item.configuration
    yield from _environment("env", config.env)
    if config.hostname and not _HOSTNAME.fullmatch(config.hostname):
        yield "hostname", "not a host name; expected one label of letters, digits and `-`"
    if not 1 <= config.instances.min_instances <= MOST_INSTANCES:
        yield "instances.minInstances", f"expected 1 to {MOST_INSTANCES}, got {config.instances.min_instances}"
    if not 0 <= config.instances.priority < 2**31:
        yield "instances.priority", f"expected 0 or more, got {config.instances.priority}"
    if config.skip_resource_limits and "-" not in item.version:
        yield (
            "skipResourceLimits",
            "only a pre-release may skip resource limits; expected a version as in 1.0.0-dev.1",
        )
    if config.state:
        yield from _folder("state.filename", config.state.filename)
    yield from _numbers(config)
    if config.health_check:
        for field, reason in _of_probe(config.health_check):
            yield f"healthCheck.{field}", reason


def _numbers(config: Configuration) -> _Broken:
    quotas = config.quotas
    named = {"cpuLimit": quotas.cpu_limit, "noFileLimit": quotas.no_file_limit, "pidsLimit": quotas.pids_limit}
    for name, value in named.items():
        if value is not None and not 0 < value < 2**31:
            yield f"quotas.{name}", f"expected a number above 0, got {value}"
    burst = config.run_parameters.start_burst
    if burst is not None and burst < 1:
        yield "runParameters.startBurst", f"expected 1 or more, got {burst}"
    rules = config.alert_rules
    for name, rule in (("ram", rules.ram), ("cpu", rules.cpu), ("storage", rules.storage)):
        if rule and not 0 <= rule.min_threshold <= rule.max_threshold <= 100:
            yield f"alertRules.{name}", "expected percents, minThreshold not above maxThreshold"


def _of_probe(probe: HealthCheckText) -> _Broken:
    if probe.type == "exec":
        if not probe.command:
            yield "command", "is missing; expected the command that exits 0 when healthy"
    elif not 1 <= probe.port <= 65_535:
        yield "port", f"expected 1 to 65535 for {probe.type}, got {probe.port}"
    if probe.type == "http" and not probe.path.startswith("/"):
        yield "path", "expected a path that begins with /"
    if not 1 <= probe.retries <= 1_000:
        yield "retries", f"expected 1 to 1000, got {probe.retries}"
    for name, span in (("interval", probe.interval), ("timeout", probe.timeout)):
        if not 0.1 <= span.total_seconds() <= 86_400:
            yield name, "expected PT0.1S to P1D"


def _folder(field: str, path: str) -> _Broken:
    parts = path.split("/")
    if path.startswith("/") or ".." in parts or "\0" in path or not any(part not in ("", ".") for part in parts):
        yield field, f"not a path inside the bundle; expected a relative one without `..`, got {path[:80]!r}"


def _environment(field: str, variables: tuple[str, ...]) -> _Broken:
    for number, variable in enumerate(variables):
        if not _VARIABLE.fullmatch(variable):
            yield f"{field}[{number}]", "not a variable; expected NAME=value"


def _read(parse: Callable[[str], object], text: str, field: str) -> _Broken:
    try:
        parse(text)
    except Invalid as error:
        yield field, rejection(error).reason
