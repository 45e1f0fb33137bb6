"""The shapes and limits of AosCore 9.1.1 on the wire, written without any of our own types."""

import hashlib
from typing import Any

Json = dict[str, Any]

ID_MOST, VERSION_MOST, URL_MOST = 64, 32, 4096
ITEMS_MOST, INSTANCES_MOST, SUBJECTS_MOST, NODES_MOST, LABELS_MOST, CERTIFICATES_MOST = 64, 256, 64, 16, 4, 32
LAYERS_MOST, MANIFESTS_MOST = 16, 8
NODE, RUNTIME = "main", "0c6a1b32-7b0a-4f0e-9c6e-4d7a2f1f6a10"


def lowered(value: Any) -> Any:
    """Keys are read without regard to case."""
    if isinstance(value, dict):
        return {key.lower(): lowered(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [lowered(inner) for inner in value]
    return value


def within_limits(data: Json) -> bool:
    """Whether a message fits the Unit's fixed arrays; over one of them it is dropped whole, unanswered."""
    lists = {
        "items": ITEMS_MOST,
        "instances": INSTANCES_MOST,
        "subjects": SUBJECTS_MOST,
        "nodes": NODES_MOST,
        "certificates": CERTIFICATES_MOST,
    }
    if any(len(data.get(name) or []) > most for name, most in lists.items()):
        return False
    for item in data.get("items") or []:
        if len(item.get("version", "")) > VERSION_MOST or any(len(url) > URL_MOST for url in item.get("urls", [])):
            return False
        if len((item.get("item") or {}).get("id", "")) > ID_MOST:
            return False
    for node in (data.get("unitconfig") or {}).get("nodes") or []:
        if len(node.get("labels") or []) > LABELS_MOST:
            return False
    return all(len(instance.get("labels") or []) <= LABELS_MOST for instance in data.get("instances") or [])


def complete(data: Json) -> bool:
    """Whether the required fields of a desiredStatus are there."""
    for item in data.get("items") or []:
        if not item["item"].get("type") or not (item.get("owner") or {}).get("id") or not item.get("indexdigest"):
            return False
    return all(entry["item"].get("id") and entry["subject"].get("id") for entry in data.get("instances") or [])


def node_status(architecture: str, connected: bool) -> Json:
    """The main node: right after a start it is not connected and has no runtimes."""
    status: Json = {
        "identity": {"codename": NODE, "title": NODE},
        "nodeGroupSubject": {"codename": "main-node"},
        "maxDmips": 10_000,
        "physicalRam": 1 << 30,
        "totalRam": 1 << 30,
        "osInfo": {"os": "linux"},
        "cpus": [
            {
                "modelName": "cpu",
                "totalNumCores": 2,
                "totalNumThreads": 2,
                "archInfo": {"architecture": architecture},
            }
        ],
        "attrs": {"MainNode": "", "AosComponents": "cm,iam,sm"},
        "partitions": [
            {"name": "storages", "types": ["storages"], "totalSize": 1 << 30, "path": "/var/aos/storages"}
        ],
        "state": "provisioned",
        "isConnected": connected,
        "runtimes": [],
        "resources": [],
    }
    if connected:
        status["runtimes"] = [
            {
                "identity": {"codename": RUNTIME},
                "runtimeType": "crun",
                "archInfo": {"architecture": architecture},
                "osInfo": {"os": "linux"},
                "maxInstances": 16,
            }
        ]
    return status


def sha3_256(content: bytes) -> str:
    """What a downloaded blob is compared with."""
    return hashlib.sha3_256(content).hexdigest()


def sha3_224(content: bytes) -> str:
    """The checksum of a state."""
    return hashlib.sha3_224(content).hexdigest()


def error_info(message: str) -> Json:
    """Messages are cut at 64 characters."""
    return {"aosCode": 1, "exitCode": 1, "message": message[:64]}
