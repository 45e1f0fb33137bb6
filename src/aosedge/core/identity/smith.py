"""Keys and certificates for the running agent, made and looked at by a process that lives for that alone.

The library that does it takes 16 MiB, which an agent shall not carry along for ever. `forge.py` is that process.
"""

import sys
from pathlib import Path
from typing import Protocol

import msgspec

from aosedge.core import processes
from aosedge.core.identity.cabinet import Facts
from aosedge.model.errors import AosError
from aosedge.model.ids import SystemId
from aosedge.model.instants import Instant
from aosedge.protocol.messages.parts import CertificateType


class Make(msgspec.Struct, frozen=True, tag=True, tag_field="what"):
    """A new key and its signing request."""

    type: CertificateType
    system_id: SystemId


class Check(msgspec.Struct, frozen=True, tag=True, tag_field="what"):
    """Whether a chain is this Unit's, for this key, and leads to one of the roots that it trusts."""

    type: CertificateType
    system_id: SystemId
    key: str
    chain: str
    roots: str
    now: Instant


class Describe(msgspec.Struct, frozen=True, tag=True, tag_field="what"):
    """What a certificate says."""

    chain: str


class Made(msgspec.Struct, frozen=True, tag=True, tag_field="what"):
    """A key, and its request, PEM."""

    key: str
    request: str


class Checked(msgspec.Struct, frozen=True, tag=True, tag_field="what"):
    """What the certificate says, and the roots that its chain ends with, PEM."""

    facts: Facts
    roots: str


class Refused(msgspec.Struct, frozen=True, tag=True, tag_field="what"):
    """Why not; the serial of the certificate, where it can be read."""

    why: str
    serial: str = ""


Question = Make | Check | Describe
Answer = Made | Checked | Refused
_FORGE = "aosedge.core.identity.forge"


class Smith(Protocol):
    """Who makes keys and looks at certificates."""

    async def answer(self, question: Question) -> Answer:
        """Do it. Raises AosError where nobody could."""


class Process:
    """A `Smith` that lives for one question. Keys are born in this store, for the identity in this folder."""

    def __init__(self, store: str, folder: Path) -> None:
        self._argv = (sys.executable, "-m", _FORGE, store, str(folder))

    async def answer(self, question: Question) -> Answer:
        """Do it. Raises Unavailable where the process does not end in time, AosError where it fails."""
        written = await processes.check(self._argv, content=msgspec.json.encode(question))
        answer: Answer = msgspec.json.decode(written, type=Answer)
        return answer


async def make(smith: Smith, type: CertificateType, system_id: SystemId) -> Made:
    """A new key with its request. Raises AosError."""
    answer = await smith.answer(Make(type, system_id))
    if not isinstance(answer, Made):
        raise _stray(answer)
    return answer


async def check(smith: Smith, question: Check) -> Checked | Refused:
    """Look at a new certificate. Raises AosError where nobody could look."""
    answer = await smith.answer(question)
    if isinstance(answer, Made):
        raise _stray(answer)
    return answer


async def describe(smith: Smith, chain: str) -> Facts:
    """What the first certificate of the chain says. Raises AosError."""
    answer = await smith.answer(Describe(chain))
    if not isinstance(answer, Checked):
        raise _stray(answer)
    return answer.facts


def _stray(answer: Answer) -> AosError:
    return AosError(answer.why if isinstance(answer, Refused) else "not an answer to the question", element=_FORGE)
