"""Where a running Unit's keys come from and who signs with them: the one place that knows what a key is.

A key goes by its text everywhere else. Here the text is the key itself, PEM; a key in a token would be named by it.
"""

from aosedge.protocol.messages.parts import CertificateType
from aosedge.trust import certificates, csr


def make_key(type: CertificateType) -> str:
    """A fresh key for a certificate of this type; it stays on this Unit."""
    return certificates.key_pem(csr.new_key("rsa2048" if type == "offline" else "p384")).decode()


def signer(text: str, element: str = "key") -> csr.PrivateKey:
    """Who signs with the key; raises Invalid, naming `element`."""
    return certificates.load_key(text.encode(), element)
