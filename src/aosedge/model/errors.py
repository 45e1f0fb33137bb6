"""The errors a person or a peer may hear of. Each says what was expected, what came and what to do.

The rim maps kinds once: `cloud/api/errors.py` to HTTP, `cli/output.py` to exit codes.
"""

from typing import ClassVar


class AosError(Exception):
    """Something was refused or failed, in words for whoever asked.

    `element` names the field, item or file at fault; `expected`, `got` and `cure` may be empty.
    """

    kind: ClassVar[str] = "failed"

    def __init__(self, message: str, *, element: str = "", expected: str = "", got: str = "", cure: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.element = element
        self.expected = expected
        self.got = got
        self.cure = cure

    def __str__(self) -> str:
        where = f"{self.element}: " if self.element else ""
        expected = f"; expected {self.expected}" if self.expected else ""
        got = f", got {self.got}" if self.got else ""
        cure = f" ({self.cure})" if self.cure else ""
        return f"{where}{self.message}{expected}{got}{cure}"


class Invalid(AosError):
    """What came is not well-formed or breaks a rule; the same input will be refused again."""

    kind = "invalid"


class Untrusted(Invalid):
    """A signature, hash, certificate or owner does not hold."""

    kind = "untrusted"


class TooLarge(Invalid):
    """A size or count is over its limit, which the message names."""

    kind = "too_large"


class Unauthenticated(AosError):
    """Who is asking is not known."""

    kind = "unauthenticated"


class NotAllowed(AosError):
    """Who is asking is known and may not do this."""

    kind = "not_allowed"


class NotFound(AosError):
    """There is no such object, or it is not the asker's: both have the same words."""

    kind = "not_found"

    def __init__(self, noun: str, name: str = "") -> None:
        super().__init__(f"no such {noun}", element=noun, cure=f"list what there is with: aos {noun} list")
        self.name = name


class Conflict(AosError):
    """The request contradicts what is: a name is taken, a version exists, an object is in use."""

    kind = "conflict"


class Stale(Conflict):
    """The object is not any more what the request takes it for: somebody changed it meanwhile."""

    kind = "stale"


class Reused(Invalid):
    """A name that stands for one request came with another one."""

    kind = "reused"


class Unavailable(AosError):
    """Cannot be done now; the same request may succeed later."""

    kind = "unavailable"

    def __init__(self, message: str, *, retry_after_s: int = 1, cure: str = "") -> None:
        super().__init__(message, cure=cure)
        self.retry_after_s = retry_after_s


class TooMany(Unavailable):
    """Whoever asks has asked too often; not before `retry_after_s` again."""

    kind = "too_many"
