"""Bearer secrets: shown once, kept as a hash (TRUST, identities)."""

import hashlib
import os
from typing import Final

INVITATION: Final = "aosinv_"
ENROLMENT: Final = "aosenr_"
API_TOKEN: Final = "aos_"
SESSION: Final = "aosses_"
SIGN_IN_LINK: Final = "aoslink_"
TICKET: Final = "aostick_"
_BYTES: Final = 32


def new_secret(kind: str) -> str:
    """A fresh secret of 256 bits behind its kind, of letters and digits only."""
    return kind + os.urandom(_BYTES).hex()


def hash_of(secret: str) -> str:
    """SHA-256, hex. Nothing slower is needed: there is nothing to guess in 256 random bits."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def csrf_token_of(session_secret: str) -> str:
    """What a page shows with each change that it asks for in this session; it does not tell the secret."""
    return hash_of(f"csrf {session_secret}")
