"""The process behind `smith`: one question on standard input, one answer on standard output, and it is gone."""

import sys
from pathlib import Path

import msgspec

from aosedge.core.identity import keys
from aosedge.core.identity.cabinet import Facts
from aosedge.core.identity.chains import CERTIFICATE_BYTES_MOST, CHAIN_MOST, checked_leaf, roots_of
from aosedge.core.identity.smith import Answer, Check, Checked, Describe, Made, Make, Question, Refused
from aosedge.model.errors import AosError, Untrusted
from aosedge.trust import certificates, csr


def answer(question: Question, store: str = keys.IN_FILES, folder: Path | None = None) -> Answer:
    """Do it; new keys are born in the store, for the identity in the folder. Raises AosError."""
    match question:
        case Make(type, system_id):
            key = keys.make_key(type, system_id, store, folder)
            return Made(key, csr.unit_request(keys.signer(key), system_id, type).decode())
        case Check():
            return _checked(question)
        case Describe(chain):
            return Checked(_facts(certificates.describe(certificates.parse_pem(chain))), "")


def _checked(question: Check) -> Answer:
    if len(question.chain) > CHAIN_MOST * CERTIFICATE_BYTES_MOST:
        raise Untrusted("the chain is too long", element=question.type)
    chain = certificates.parse_pems(question.chain, question.type)
    trusted = certificates.parse_pems(question.roots, "roots")
    key = keys.signer(question.key).public_key()
    try:
        leaf = checked_leaf(chain, key, question.system_id, trusted, question.now)
    except AosError as error:
        return Refused(str(error), certificates.serial_of(chain[0]))
    roots = "".join(certificates.describe(root).pem for root in roots_of(chain, question.now))
    return Checked(_facts(certificates.describe(leaf)), roots or question.roots)


def _facts(issued: certificates.Issued) -> Facts:
    return Facts(issued.serial, issued.not_before, issued.not_after)


def main() -> None:
    """Answer the question on standard input; the arguments are the store of keys and the identity's folder."""
    store, folder = sys.argv[1:]
    try:
        found = answer(msgspec.json.decode(sys.stdin.buffer.read(), type=Question), store, Path(folder))
    except AosError as error:
        found = Refused(str(error))
    sys.stdout.buffer.write(msgspec.json.encode(found))


if __name__ == "__main__":
    main()
