# SPDX-License-Identifier: Apache-2.0
"""`make evaluate`: accuracy of origin, category and campaigns on real mail.

Looks for the development mail in `../shared/data` beside the checkout, unpacks it to a temporary
folder outside it, runs the three evaluations. Without that mail only simulated worlds are scored.
"""

import sys
import tarfile
import tempfile
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[2] / "shared" / "data"
sys.path.insert(0, str(HERE))

campaigns, category, origin = map(import_module, ("campaigns", "category", "origin"))


def main() -> int:
    """Print all scores; 1 where a goal of campaigns is missed."""
    table = DATA / "dev.tsv"
    if not table.exists():
        print(f"No development mail in {DATA}: only simulated worlds are scored.\n")
        return campaigns.main([])
    with tempfile.TemporaryDirectory(prefix="comity-evaluate-") as folder:
        with tarfile.open(DATA / "dev.tar.gz") as box:
            box.extractall(folder, filter="data")
        where = [str(table), str(Path(folder) / "dev")]
        for name, evaluation in (("Origin", origin), ("Category", category)):
            print(f"\n{name}\n{'=' * len(name)}")
            evaluation.main(where)
        print("\nCampaigns (B-cubed)\n===================")
        return campaigns.main(where)


if __name__ == "__main__":
    sys.exit(main())
