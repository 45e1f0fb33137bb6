"""The agent's log: a sentence and fields a line, on the standard library (structlog brings rich along: 6 MiB)."""

import logging
import sys
from datetime import UTC, datetime
from typing import Literal

import msgspec

Level = Literal["debug", "info", "warning", "error"]
_LEVELS: dict[Level, int] = {"debug": 10, "info": 20, "warning": 30, "error": 40}


class Journal:
    """Lines of one part of the agent."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    @property
    def tells_steps(self) -> bool:
        """Whether `debug` goes anywhere."""
        return self._logger.isEnabledFor(logging.DEBUG)

    def debug(self, sentence: str, **fields: object) -> None:
        """A step, for who looks where time goes or what went wrong."""
        self._logger.debug(sentence, extra={"fields": fields})

    def info(self, sentence: str, **fields: object) -> None:
        """Something worth knowing."""
        self._logger.info(sentence, extra={"fields": fields})

    def warning(self, sentence: str, **fields: object) -> None:
        """Something that should not be, and that the Unit copes with."""
        self._logger.warning(sentence, extra={"fields": fields})

    def error(self, sentence: str, trouble: BaseException | None = None, **fields: object) -> None:
        """Something that somebody has to look at; with the exception's trace where it was not foreseen."""
        self._logger.error(sentence, exc_info=trouble, extra={"fields": fields})


class _Lines(logging.Formatter):
    def __init__(self, as_json: bool) -> None:
        super().__init__()
        self.as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields: dict[str, object] = getattr(record, "fields", {})
        trace = self.formatException(record.exc_info) if record.exc_info and record.exc_info[0] else ""
        if self.as_json:
            line = {"at": at, "level": record.levelname.lower(), "part": record.name, "said": record.getMessage()}
            more = {**fields, **({"trace": trace} if trace else {})}
            return msgspec.json.encode({**line, **more}, enc_hook=str).decode()
        told = "".join(f" {name}={value}" for name, value in fields.items())
        return f"{at} {record.levelname.lower():7} {record.name}: {record.getMessage()}{told}" + (
            f"\n{trace}" if trace else ""
        )


def set_up(level: Level, *, as_json: bool) -> None:
    """Send all lines of this process from `level` on to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines(as_json))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(_LEVELS[level])
    for chatty in ("asyncio", "httpx", "websockets"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def writes_json() -> bool:
    """Whether the lines of this process are JSON: a process that it starts shall write the same."""
    forms = [handler.formatter for handler in logging.getLogger().handlers]
    return any(isinstance(form, _Lines) and form.as_json for form in forms)
