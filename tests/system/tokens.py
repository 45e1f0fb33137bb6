"""A PKCS#11 token for tests: SoftHSM, which keeps it in a folder."""

import subprocess
from pathlib import Path

import pytest

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
LABEL, PIN = "unit", "8412"


class SoftToken:
    """One token; processes find it by `environment`, settings by `store`."""

    def __init__(self, folder: Path) -> None:
        if not MODULE.exists():
            pytest.skip("softhsm2 is not installed")
        (folder / "tokens").mkdir(parents=True)
        config, self.pin_file = folder / "softhsm2.conf", folder / "pin"
        config.write_text(
            f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n"
        )
        self.pin_file.write_text(PIN + "\n")
        self.environment = {"SOFTHSM2_CONF": str(config)}
        command = ["softhsm2-util", "--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", "99887766"]
        subprocess.run(command, check=True, env=self.environment, capture_output=True)
        self.store = f"pkcs11:token={LABEL}?module-path={MODULE}&pin-source={self.pin_file}"

    def labels(self, part: str) -> set[str]:
        """Of the private keys whose label has this."""
        import pkcs11

        with pkcs11.lib(str(MODULE)).get_token(token_label=LABEL).open(user_pin=PIN) as session:
            found = session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY})
            return {each.label for each in found if part in each.label}
