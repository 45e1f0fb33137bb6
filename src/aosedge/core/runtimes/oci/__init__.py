"""Instances as OCI containers by runc or crun, held by conmon."""
