"""What a person can ask for about Deployment Bundles."""

from aosedge.cloud.usecases.bundles.intake import BundleConflict, BundleRejected, Intake

__all__ = ["BundleConflict", "BundleRejected", "Intake"]
