"""The answers that every other message gets, matched by the header's txn."""

from aosedge.protocol.messages.parts import Count, Part


class Ack(Part, frozen=True, tag="ack", tag_field="messageType"):
    """Taken: the sender may forget the message."""


class Nack(Part, frozen=True, tag="nack", tag_field="messageType"):
    """Not taken: send again after `retry_after` milliseconds, or after the receiver's default."""

    retry_after: Count | None = None
