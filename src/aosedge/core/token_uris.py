"""Where a key in a PKCS#11 token is, as RFC 7512 writes it: `pkcs11:token=T;object=O?module-path=M&pin-source=P`."""

from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

import msgspec

from aosedge.model.errors import Invalid

SCHEME: Final = "pkcs11:"
FORM: Final = "pkcs11:token=LABEL?module-path=MODULE.so&pin-source=FILE"
PIN_BYTES_MOST: Final = 256


class Token(msgspec.Struct, frozen=True):
    """A token, and where it names one, an object in it."""

    label: str
    module: str
    """Path of the module's library."""
    pin_file: Path
    object: str = ""

    def uri(self) -> str:
        """The text that names it."""
        return f"{self.object_uri()}?module-path={_quoted(self.module)}&pin-source={_quoted(str(self.pin_file))}"

    def object_uri(self) -> str:
        """The same without module and PIN, as engines of TLS take it."""
        named = f";object={_quoted(self.object)}" if self.object else ""
        return f"{SCHEME}token={_quoted(self.label)}{named}"

    def pin(self) -> str:
        """What the file says, its first line. Raises Invalid where it can't be read or says nothing."""
        try:
            with self.pin_file.open() as file:
                pin = file.readline(PIN_BYTES_MOST).strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Invalid("can't read the token's PIN", element="keys", got=str(self.pin_file)) from error
        if not pin:
            raise Invalid("there is no PIN", element="keys", got=str(self.pin_file))
        return pin


def parse(text: str) -> Token:
    """Raises Invalid for a text that names no token, no module or no PIN file."""
    path, _, query = text.removeprefix(SCHEME).partition("?")
    parts, more = _pairs(path, ";"), _pairs(query, "&")
    label, module = parts.get("token", ""), more.get("module-path", "")
    pin_file = more.get("pin-source", "").removeprefix("file:")
    if not text.startswith(SCHEME) or not label or not module or not pin_file:
        raise Invalid("not where keys can be", element="keys", expected=f"file, or {FORM}", got=text[:200])
    if not Path(module).is_absolute() or not Path(pin_file).is_absolute():
        raise Invalid("a path has to be absolute", element="keys", expected=FORM, got=text[:200])
    return Token(label, module, Path(pin_file), parts.get("object", ""))


def _pairs(text: str, separator: str) -> dict[str, str]:
    return {name: unquote(value) for name, _, value in (part.partition("=") for part in text.split(separator))}


def _quoted(text: str) -> str:
    return quote(text, safe="/-._~")
