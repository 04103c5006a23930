# SPDX-License-Identifier: Apache-2.0
"""Writes `data/prepared.json` of `comity.category` anew, after a change of its texts.

Run: python tools/prepare_category.py. The same texts give the same file. Without it all works the
same; a start takes longer.
"""

import sys
from pathlib import Path

from comity.category import prepared
from comity.category.model import digest, prepare, read_texts

DATA = Path(__file__).parent.parent / "src/comity/category/data"


def main() -> int:
    texts = read_texts()
    made = prepare(texts)
    made.phrases.close()
    (DATA / prepared.NAME).write_bytes(prepared.write(made, digest(texts)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
