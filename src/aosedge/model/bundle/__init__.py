"""A Deployment Bundle's `config.yaml`: its shape, its rules, and the reasons not to take it."""

from aosedge.model.bundle.config import BundleConfig, Dependency, HealthCheckText, Image, Item, ItemType
from aosedge.model.bundle.reading import CONFIG, SCHEMA_VERSION, parse_config
from aosedge.model.bundle.rejections import Rejected, Rejection, rejection

__all__ = [
    "CONFIG",
    "SCHEMA_VERSION",
    "BundleConfig",
    "Dependency",
    "HealthCheckText",
    "Image",
    "Item",
    "ItemType",
    "Rejected",
    "Rejection",
    "parse_config",
    "rejection",
]
