"""Builds the sample Deployment Bundle: the folder with `config.yaml`, and signed, ready for `aos bundle upload`.

Both services are shell scripts around the machine's static busybox (Debian: `busybox-static`), which is copied into
their images. `--break` makes a version whose health check never passes, to see a Unit go back by itself.
"""

import argparse
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

from aosedge.model.errors import AosError, Invalid
from aosedge.model.versions import parse_version
from aosedge.trust.bundles import pack_and_sign
from aosedge.trust.certificates import load_p12

HERE = Path(__file__).parent
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "riscv64": "riscv64"}
FILES = {
    "hello-server": {"serve.sh": "server/serve.sh", "www/cgi-bin/index.cgi": "server/index.cgi"},
    "hello-client": {"ask.sh": "client/ask.sh"},
}


def main() -> int:
    """Exit code 0 when the bundle is there."""
    options = _options()
    try:
        build(options.folder, options.version, options.busybox, broken=options.broken)
        if options.sign_with:
            key, certificate, _ = load_p12(options.sign_with.read_bytes(), options.password, str(options.sign_with))
            output = options.output or options.folder.with_name(f"hello-{options.version}.tar.gz")
            output.parent.mkdir(parents=True, exist_ok=True)
            pack_and_sign(options.folder, output, key, certificate)
            print(f"signed: {output}")
        else:
            print(f"built: {options.folder} (sign it with: --sign-with USER.p12)")
    except (AosError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def build(folder: Path, version: str, busybox: Path, *, broken: bool = False) -> None:
    """Write the bundle's folder anew, for this machine's architecture; raises Invalid naming what is missing."""
    parse_version(version, "--version")
    _check_static(busybox)
    architecture = ARCHITECTURES.get(platform.machine(), platform.machine())
    if folder.exists() and any(folder.iterdir()) and not (folder / "config.yaml").exists():
        raise Invalid("the folder holds something else", element=str(folder), cure="name another with --folder")
    shutil.rmtree(folder, ignore_errors=True)
    for codename, files in FILES.items():
        image = folder / codename / architecture
        (image / "bin").mkdir(parents=True)
        shutil.copy(busybox, image / "bin/busybox")
        (image / "bin/busybox").chmod(0o755)
        (image / "tmp").mkdir()
        for name, source in files.items():
            (image / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(HERE / source, image / name)
            (image / name).chmod(0o755)
    words = {"VERSION": version, "BROKEN": "yes" if broken else "", "ARCHITECTURE": architecture}
    text = re.sub(
        r"(?<=[=: ])(VERSION|BROKEN|ARCHITECTURE)(?=[\"}\n])",
        lambda word: words[word[1]],
        (HERE / "config.yaml").read_text(),
    )
    (folder / "config.yaml").write_text(text)


def _check_static(busybox: Path) -> None:
    cure = "apt-get install busybox-static, or name one with --busybox"
    if not busybox.is_file():
        raise Invalid("there is no busybox", element=str(busybox), cure=cure)
    loader = subprocess.run(["ldd", str(busybox)], capture_output=True, text=True, check=False)
    if loader.returncode == 0 and "not a dynamic executable" not in loader.stdout:
        raise Invalid("this busybox needs libraries that are not in the image", element=str(busybox), cure=cure)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="build.py", description=__doc__)
    parser.add_argument("--version", default="1.0.0", help="version of both services")
    parser.add_argument("--break", dest="broken", action="store_true", help="a version that never gets healthy")
    parser.add_argument("--folder", type=Path, default=Path("var/hello/bundle"), help="where to build")
    parser.add_argument("--sign-with", type=Path, metavar="P12", help="key and certificate of the signer")
    parser.add_argument("--password", default="", help="of the PKCS#12 file")
    parser.add_argument("--output", type=Path, metavar="FILE", help="the signed bundle")
    parser.add_argument("--busybox", type=Path, default=Path("/bin/busybox"), help="a static busybox")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
