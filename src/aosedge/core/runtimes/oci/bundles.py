"""The folders of instances below the state folder: OCI bundles, and what outlives them, storage and state.

instances/<name>/   the bundle: record, config.json, hosts, log, exit code; gone with the instance
storage/<name>/     `storage` and `state.dat`: kept until the instance is discarded
skeletons/          layers that all roots share
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from aosedge.core.domain.instances import InstanceKey, InstanceSpec
from aosedge.core.network.connections import host_name
from aosedge.core.runtimes.oci.cgroups import remove_empty
from aosedge.core.runtimes.oci.rootfs import Root, make_skeletons, plan_root, refuse_exposure
from aosedge.core.runtimes.oci.spec import NodeLimits, Place, runtime_config
from aosedge.core.runtimes.oci.users import User, resolve_user
from aosedge.core.runtimes.records import STATE, STORAGE, instance_name
from aosedge.model.digests import Digest
from aosedge.model.errors import Unavailable


class Bundles:
    """Makes and removes bundles. `layer_folder` says where a layer lies unpacked."""

    def __init__(
        self, state: Path, layer_folder: Callable[[Digest], Path], limits: NodeLimits, cgroup: str = "/aosedge"
    ) -> None:
        self._instances = state / "instances"
        self._storage = state / STORAGE
        self._skeletons = state / "skeletons"
        self._state = state
        self._layer_folder = layer_folder
        self._limits = limits
        self._cgroup = cgroup

    def open(self) -> None:
        """Make the folders; raises Invalid where instances could see into them."""
        refuse_exposure(self._state)
        for folder in (self._instances, self._storage, self._skeletons):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        make_skeletons(self._skeletons)

    def folder(self, key: InstanceKey) -> Path:
        """Where the instance's bundle is or would be."""
        return self._instances / instance_name(key)

    def folders(self) -> list[Path]:
        """The bundles there are, whole or not."""
        return sorted(self._instances.iterdir())

    def cgroup(self, name: str) -> str:
        """The instance's cgroup, the same in every hierarchy."""
        return f"{self._cgroup}/{name}"

    def make(self, spec: InstanceSpec, network: str, hosts: str) -> Root:
        """Fill the instance's folder, which exists.

        Raises Invalid for what cannot run, Unavailable without a layer.
        """
        folder = self.folder(spec.key)
        layers = [self._layer(digest) for digest in spec.layers]
        for name in ("rootfs", "exit"):
            (folder / name).mkdir(exist_ok=True)
        root = plan_root(folder, layers, self._skeletons, with_node=spec.config.base_layer_is_node_rootfs)
        node = [Path("/")] if spec.config.base_layer_is_node_rootfs else []
        user = resolve_user(spec.run.user, [*reversed(layers), *node])
        name = host_name(spec) or folder.name
        for file, text in (("hosts", hosts), ("hostname", f"{name}\n"), ("resolv.conf", "")):
            (folder / file).write_text(text)
            (folder / file).chmod(0o644)
        place = Place(folder.name, folder, self.cgroup(folder.name), name, network, *self._kept(spec, user))
        (folder / "config.json").write_bytes(runtime_config(spec, place, root, user, self._limits))
        return root

    def rename_peers(self, folder: Path, hosts: str) -> None:
        """Write a running instance's `/etc/hosts` anew. In place: the container holds on to this very file."""
        content = hosts.encode()
        try:
            if (folder / "hosts").read_bytes() != content:
                with (folder / "hosts").open("r+b") as file:
                    file.write(content)
                    file.truncate()
        except FileNotFoundError:
            return

    def _layer(self, digest: Digest) -> Path:
        folder = self._layer_folder(digest)
        if not folder.is_dir():
            raise Unavailable(f"layer {digest} is not unpacked", cure="install the item's content first")
        return folder

    def _kept(self, spec: InstanceSpec, user: User) -> tuple[Path | None, Path | None]:
        """Storage and state of the instance, its user's own, where it has limits for them."""
        kept = self._storage / instance_name(spec.key)
        storage = kept / "storage" if spec.config.quotas.storage_limit else None
        state = kept / STATE if spec.config.quotas.state_limit else None
        if storage is not None:
            storage.mkdir(parents=True, exist_ok=True)
            os.chown(storage, user.uid, user.gid)
        if state is not None:
            state.parent.mkdir(parents=True, exist_ok=True)
            state.touch()
            os.chown(state, user.uid, user.gid)
        return storage, state

    def remove(self, folder: Path) -> None:
        """The bundle and all in it; its root was never mounted outside of the container."""
        shutil.rmtree(folder, ignore_errors=True)

    def leave(self) -> None:
        """Remove the cgroup above all instances, if there is none in it."""
        remove_empty(self._cgroup)

    def discard(self, key: InstanceKey) -> None:
        """Storage and state of an instance that shall never come back."""
        shutil.rmtree(self._storage / instance_name(key), ignore_errors=True)
