"""Settings of AosCore: a TOML file, with `AOSCORE_<NAME>` in the environment on top."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from aosedge.model.errors import Invalid

PREFIX = "AOSCORE_"
FILE = "aoscore.toml"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How this Unit is set up. Every name is a key of the file, and in upper case of the environment."""

    state_folder: Path = Path("var/unit")
    """Everything the Unit keeps: identity, ledger, content, instances."""
    runtime: Literal["auto", "runc", "crun", "native"] = "auto"
    node: str = "main"
    """The codename of this node."""
    node_type: str = "main"
    """The kind of node, which its group subject is named by."""
    model: str = "aosedge-unit"
    bridge: str = "aos0"
    """The network bridge of the instances."""
    subnet: str = "10.181.0.0/16"
    """Addresses of the instances, IPv4."""
    max_dmips: int = 0
    """What the processor does; 0 is 10,000 for each core."""
    max_instances: int = 256
    discovery_url: str = ""
    """Where the cloud is; empty: as the online certificate says."""
    discovery_path: str = "/sd/v7/"
    provisioning_host: str = "127.0.0.1"
    """Where an unprovisioned Unit lets tools provision it, without any protection: 0.0.0.0 only on a trusted line."""
    provisioning_port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 8089
    """0: no such door; `aoscore provision` is the way then."""
    cloud: str = ""
    """The cloud's API, https://HOST:10000: where a Unit with an enrolment key registers itself."""
    cloud_root: str = ""
    """PEM file of the root certificate that the cloud is known by."""
    enrolment_key: str = ""
    """The one-time key of `aos enrolment create`, with which a new Unit registers itself."""
    enrolment_key_file: str = ""
    """The file that has it."""
    keys: str = "file"
    """Where new keys are born: `file`, or `pkcs11:token=LABEL?module-path=MODULE.so&pin-source=FILE`."""
    nodes_port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 0
    """Where a main node listens for the Unit's secondary nodes, over mutual TLS once it is provisioned; 0: none."""
    nodes_host: str = "127.0.0.1"
    """The address of that: of the line between the nodes."""
    main_node: str = ""
    """Makes this a secondary node: the main node's `host:port`, its `nodes_port`."""
    healthy_within_s: int = 60
    """From a launch to all instances healthy; then the last good set comes back."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    state_quiet_s: Annotated[int, msgspec.Meta(ge=1, le=3600)] = 10
    """A service's state is reported to the cloud when it was not written to for so long."""


def load(file: Path | None, environment: Mapping[str, str]) -> Settings:
    """The settings in the file, if one is given, and the environment on top.

    Raises Invalid naming the setting.
    """
    values: dict[str, object] = {}
    if file is not None:
        try:
            values.update(tomllib.loads(file.read_text()))
        except OSError as error:
            raise Invalid(f"can't read settings: {error.strerror}", element=str(file)) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise Invalid(f"not TOML: {error}", element=str(file)) from error
    names = {PREFIX + name.upper(): name for name in Settings.__struct_fields__}
    values.update({names[key]: value for key, value in environment.items() if key in names})
    try:
        found = msgspec.convert(values, Settings, strict=False, dec_hook=_path)
    except msgspec.ValidationError as error:
        raise Invalid(f"wrong setting: {error}", element=str(file or "environment")) from error
    # mounts and containers have working folders of their own: a relative path would mean another place there
    return msgspec.structs.replace(found, state_folder=found.state_folder.absolute())


def _path(kind: type, value: object) -> Path:
    if kind is not Path or not isinstance(value, str):
        raise ValueError(f"expected text, got {value!r}")
    return Path(value)
