"""Where a Unit's keys come from and who signs with them: the one place that knows what a key is.

A key goes by its text everywhere else: the key itself, PEM, or the URI of one in a token.
"""

from pathlib import Path

from aosedge.core.token_uris import SCHEME
from aosedge.model.ids import NodeName, SystemId
from aosedge.protocol.messages.parts import CertificateType
from aosedge.trust import certificates, csr

IN_FILES = "file"


def make_key(type: CertificateType, owner: SystemId, store: str = IN_FILES, folder: Path | None = None) -> str:
    """A fresh key for a certificate of this type; it stays on this node, in its file or in the token that `store`
    names. What nothing below the identity's `folder` names any more leaves the token. Raises Invalid, Unavailable.
    """
    # nodes know each other by gRPC, whose TLS takes no key of a token
    if store == IN_FILES or type == "iam" or folder is None:
        return certificates.key_pem(csr.new_key("rsa2048" if type == "offline" else "p384")).decode()
    from aosedge.core.identity import tokens

    return tokens.make(store, owner, type, folder)


def let_go(owner: SystemId, node: NodeName, store: str, folder: Path) -> None:
    """Keys of a node that nothing below its `folder` names leave the token. Raises Invalid, Unavailable."""
    if store != IN_FILES:
        from aosedge.core.identity import tokens

        tokens.let_go(store, owner, node, folder)


def signer(text: str, element: str = "key") -> csr.PrivateKey:
    """Who signs with the key; raises Invalid, naming `element`, and Unavailable without its token."""
    if text.startswith(SCHEME):
        from aosedge.core.identity import tokens

        return tokens.signer(text)
    return certificates.load_key(text.encode(), element)
