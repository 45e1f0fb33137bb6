"""What the Unit takes for one of its certificates, and whom it trusts once it has it."""

from collections.abc import Sequence
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.x509.oid import NameOID

from aosedge.model.errors import Untrusted
from aosedge.model.ids import SystemId
from aosedge.model.instants import Instant
from aosedge.trust import certificates

CHAIN_MOST: Final = 4
CERTIFICATE_BYTES_MOST: Final = 4096
"""Certificates in a chain, and bytes of PEM of each: as much as Units in the field take."""


def checked_leaf(
    chain: Sequence[x509.Certificate],
    key: PublicKeyTypes,
    system_id: SystemId,
    roots: Sequence[x509.Certificate],
    now: Instant,
) -> x509.Certificate:
    """The leaf of a chain, which has one, that is this Unit's and for this key; raises Untrusted."""
    leaf, *others = chain
    names = [str(a.value) for a in leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if names != [system_id]:
        raise Untrusted("a certificate for somebody else", element="certificate", expected=system_id, got=str(names))
    if leaf.public_key() != key:
        raise Untrusted("a certificate for another key", element="certificate")
    certificates.verify_chain(leaf, roots, now, others)
    return leaf


def roots_of(chain: Sequence[x509.Certificate], now: Instant) -> list[x509.Certificate]:
    """The self-signed roots in a chain that its leaf leads to.

    Of a chain that leads to a root that the Unit trusts: a second root is in it only with a certificate by the first.
    """
    leaf, *others = chain
    return [root for root in others if root.issuer == root.subject and _leads_to(leaf, root, now, others)]


def _leads_to(
    leaf: x509.Certificate, root: x509.Certificate, now: Instant, others: Sequence[x509.Certificate]
) -> bool:
    try:
        certificates.verify_chain(leaf, [root], now, others)
    except Untrusted:
        return False
    return True
