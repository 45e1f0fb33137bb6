"""Who signs for the installation what leaves it as a record: a key of its own, certified by its authority."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from aosedge.model.instants import Instant, from_datetime
from aosedge.trust import certificates, files
from aosedge.trust.certificates import Authority
from aosedge.trust.dossiers import Signer


class Signers:
    """The signer, in one file; made anew when three quarters of its life are past, or its root issues no more."""

    def __init__(self, path: Path, authority: Authority) -> None:
        self._path, self._authority = path, authority

    def ready(self, now: Instant) -> Signer:
        """Who signs now. Raises Invalid naming the file where that is no key and certificate."""
        if self._path.exists():
            content = self._path.read_bytes()
            leaf, *others = certificates.parse_pems(content, str(self._path))
            key = certificates.load_key(content, str(self._path))
            left = from_datetime(leaf.not_valid_after_utc) - now
            mine = isinstance(key, ec.EllipticCurvePrivateKey) and key.public_key() == leaf.public_key()
            if mine and left > certificates.SIGNER_LIFE // 4 and self._authority.issues(leaf):
                return Signer(key, (leaf, *others))  # type: ignore[arg-type]  # as `mine` says
        return self._new(now)

    def _new(self, now: Instant) -> Signer:
        key = ec.generate_private_key(ec.SECP256R1())
        issued = self._authority.issue_signer(key.public_key(), now)
        files.write_whole(self._path, certificates.key_pem(key) + issued.chain_pem.encode())
        return Signer(key, tuple(certificates.parse_pems(issued.chain_pem)))
