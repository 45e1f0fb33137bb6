"""TLS tickets of the channel: after a lost connection the next handshake costs the cloud half or less."""

import ssl
from typing import Any


class ResumingContext(ssl.SSLContext):
    """Offers, to each server name, the session that was kept for it last."""

    _sessions: dict[str | bytes | None, ssl.SSLSession] | None = None

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        """As in the standard library, with a kept session where none is given."""
        kept = (self._sessions or {}).get(server_hostname)
        return super().wrap_bio(incoming, outgoing, server_side, server_hostname, session or kept)

    def keep(self, wrapped: Any) -> None:
        """Keep the session of this SSLObject, whose tickets came after the handshake, for its server name."""
        session = getattr(wrapped, "session", None)
        if session is not None and session.has_ticket:
            self._sessions = {**(self._sessions or {}), wrapped.server_hostname: session}
