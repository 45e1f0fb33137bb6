"""Keys in a PKCS#11 token: born there, signing there, and gone from there when nothing names them any more.

A key's text is its RFC 7512 URI, module and PIN file included: whoever has the text can use the key on this node, and
nowhere else. The library is loaded by whoever touches a token, never by the running agent.
"""

import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NoReturn

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from aosedge.core.identity import read_card
from aosedge.core.token_uris import Token, parse
from aosedge.model.errors import AosError, Invalid, Unavailable
from aosedge.model.ids import NodeName, SystemId
from aosedge.trust.csr import PrivateKey

_NAMED: Final = re.compile(rb"pkcs11:[!-~]*?object=([A-Za-z0-9.-]+)")


def make(store: str, owner: SystemId, kind: str, folder: Path) -> str:
    """A fresh key in the token (P-384; RSA 2048 for `offline`), its text.

    Those of this kind and node that no file below the identity's `folder` names are removed before. Raises Invalid,
    Unavailable.
    """
    pkcs11, token = _library(), parse(store)
    card = read_card(folder.parent)
    begin = label_begin(owner, card.node if card else NodeName(""), kind)
    label = begin + secrets.token_hex(8)
    with _session(token, write=True) as session:
        _drop_unnamed(session, begin, folder)
        more = {"store": True, "label": label, "id": label.encode()}
        if kind == "offline":
            session.generate_keypair(pkcs11.KeyType.RSA, 2048, **more)
        else:
            named_curve = pkcs11.util.ec.encode_named_curve_parameters("secp384r1")
            curve = {pkcs11.Attribute.EC_PARAMS: named_curve}
            session.create_domain_parameters(pkcs11.KeyType.EC, curve, local=True).generate_keypair(**more)
    return msgspec.structs.replace(token, object=label).uri()


def let_go(store: str, owner: SystemId, node: NodeName, folder: Path) -> None:
    """Remove this node's keys that no file below `folder` names. Raises Invalid, Unavailable."""
    with _session(parse(store), write=True) as session:
        _drop_unnamed(session, _label_of(owner, node), folder)


def _drop_unnamed(session: Any, begin: str, folder: Path) -> None:
    named = _named_below(folder)
    for found in session.get_objects({_library().Attribute.TOKEN: True}):
        if found.label.startswith(begin) and found.label not in named:
            found.destroy()


def label_begin(owner: SystemId, node: NodeName, kind: str) -> str:
    """How the labels of a node's keys of this kind begin: a token may have those of others."""
    return f"{_label_of(owner, node)}{kind}-"


def _label_of(owner: SystemId, node: NodeName) -> str:
    return f"aos-{hashlib.sha256(f'{owner}/{node}'.encode()).hexdigest()[:16]}-"


def signer(text: str) -> PrivateKey:
    """The key of this text, to sign with. Raises Invalid for a text that is none, Unavailable without its token."""
    pkcs11, token = _library(), parse(text)
    with _session(token) as session:
        public = session.get_key(pkcs11.ObjectClass.PUBLIC_KEY, label=token.object)
        is_rsa = public.key_type == pkcs11.KeyType.RSA
        der = _spki_of_rsa(public) if is_rsa else pkcs11.util.ec.encode_ec_public_key(public)
    found = load_der_public_key(der)
    if isinstance(found, rsa.RSAPublicKey):
        return _Rsa(token, found)
    if isinstance(found, ec.EllipticCurvePublicKey):
        return _Ec(token, found)
    raise Invalid("not a key that certificates are for", element=token.object)


def _spki_of_rsa(public: Any) -> bytes:
    attribute = _library().Attribute
    modulus, exponent = (
        int.from_bytes(public[each], "big") for each in (attribute.MODULUS, attribute.PUBLIC_EXPONENT)
    )
    numbers = rsa.RSAPublicNumbers(exponent, modulus)
    return numbers.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _named_below(folder: Path) -> set[str]:
    """The keys that files of the identity name, whatever stage they are in."""
    files: Iterable[Path] = (path for path in folder.rglob("*") if path.is_file()) if folder.exists() else ()
    return {match.group(1).decode() for path in files for match in _NAMED.finditer(path.read_bytes())}


def _library() -> Any:
    try:
        import_module("pkcs11.util.ec")
        return import_module("pkcs11")
    except ModuleNotFoundError as error:
        raise Invalid("keys in a token need more", element="keys", cure="pip install 'aosedge[hsm]'") from error


@contextmanager
def _session(token: Token, *, write: bool = False) -> Iterator[Any]:
    pkcs11 = _library()
    try:
        with (
            pkcs11.lib(token.module).get_token(token_label=token.label).open(rw=write, user_pin=token.pin()) as found
        ):
            yield found
    except (pkcs11.NoSuchKey, pkcs11.NoSuchToken, pkcs11.MultipleTokensReturned) as error:
        raise Unavailable(f"the token has no such key, or is not there: {token.uri()}") from error
    except pkcs11.PKCS11Error as error:
        words = str(error) or type(error).__name__
        raise Unavailable(
            f"the token {token.label!r} does not do it: {words}", cure="look at the setting keys"
        ) from error
    except RuntimeError as error:  # the module can't be loaded
        raise Invalid(f"no PKCS#11 module: {error}", element="keys", got=token.module) from error


class _Held:
    """What a key that never leaves its token has in common with others."""

    def private_numbers(self) -> NoReturn:
        """Never."""
        raise AosError("the key stays in its token")

    def private_bytes(self, *_: object, **__: object) -> NoReturn:
        """Never."""
        raise AosError("the key stays in its token")

    def exchange(self, *_: object) -> NoReturn:
        """Not a key for that."""
        raise AosError("the key signs, and nothing else")

    def decrypt(self, *_: object) -> NoReturn:
        """Not a key for that."""
        raise AosError("the key signs, and nothing else")


class _Ec(_Held, ec.EllipticCurvePrivateKey):
    def __init__(self, token: Token, public: ec.EllipticCurvePublicKey) -> None:
        self._token, self._public = token, public

    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self._public

    @property
    def curve(self) -> ec.EllipticCurve:
        return self._public.curve

    @property
    def key_size(self) -> int:
        return self._public.key_size

    def sign(self, data: Any, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
        pkcs11 = _library()
        algorithm = signature_algorithm.algorithm
        if not isinstance(algorithm, hashes.HashAlgorithm):
            raise Invalid("a token signs what it is given whole")
        digest = hashes.Hash(algorithm)
        digest.update(data)
        with _session(self._token) as session:
            key = session.get_key(pkcs11.ObjectClass.PRIVATE_KEY, label=self._token.object)
            raw = key.sign(digest.finalize(), mechanism=pkcs11.Mechanism.ECDSA)
        signature: bytes = pkcs11.util.ec.encode_ecdsa_signature(raw)
        return signature

    def __copy__(self) -> "_Ec":
        return self

    def __deepcopy__(self, memo: object) -> "_Ec":
        return self


class _Rsa(_Held, rsa.RSAPrivateKey):
    def __init__(self, token: Token, public: rsa.RSAPublicKey) -> None:
        self._token, self._public = token, public

    def public_key(self) -> rsa.RSAPublicKey:
        return self._public

    @property
    def key_size(self) -> int:
        return self._public.key_size

    def sign(self, data: Any, padding_: Any, algorithm: Any) -> bytes:
        pkcs11 = _library()
        if not isinstance(padding_, padding.PKCS1v15) or not isinstance(algorithm, hashes.SHA256):
            raise Invalid("the token's key signs with PKCS#1 v1.5 and SHA-256")
        with _session(self._token) as session:
            key = session.get_key(pkcs11.ObjectClass.PRIVATE_KEY, label=self._token.object)
            signature: bytes = key.sign(bytes(data), mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS)
        return signature

    def __copy__(self) -> "_Rsa":
        return self

    def __deepcopy__(self, memo: object) -> "_Rsa":
        return self
