# SPDX-License-Identifier: Apache-2.0
"""Our MIME splitter beside the standard library's parser: parts, and the same with decoding.

Both read the same mails in one process in alternating rounds; ratios of CPU time, above 1 where
ours is the faster one.
"""

import argparse
import email
import email.policy
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import mails
from comity.mime.decode import body
from comity.mime.split import split
from measure import middle, say, span


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="more mails, more rounds")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="comity-bench-") as name:
        paths, what = mails.take(Path(name), 2001 if options.full else 500)
        raws = [path.read_bytes() for path in paths]
    contenders: dict[str, Callable[[bytes], object]] = {
        "ours": split,
        "stdlib": email.message_from_bytes,
        "ours-decoded": _ours_decoded,
        "stdlib-decoded": _stdlib_decoded,
    }
    times: dict[str, list[float]] = {one: [] for one in contenders}
    for number in range(7 if options.full else 3):
        order = list(contenders.items())
        for one, read in order if number % 2 == 0 else reversed(order):
            times[one].append(_cpu(read, raws))
    for one, each in times.items():
        per_mail = [seconds / len(raws) * 1e6 for seconds in each]
        say(f"mime.{one}", middle(per_mail), "µs/mail", f"CPU; {what}")
    for suffix, note in (("", "headers and parts"), ("-decoded", "with all bodies decoded")):
        pairs = zip(times["stdlib" + suffix], times["ours" + suffix], strict=True)
        ratios = [theirs / ours for theirs, ours in pairs]
        say(
            f"mime.ratio{suffix}",
            middle(ratios),
            "×",
            f"to stdlib compat32, {note}; {span(ratios)}",
        )
    return 0


def _cpu(read: Callable[[bytes], object], raws: Sequence[bytes]) -> float:
    begin = time.process_time()
    for raw in raws:
        read(raw)
    return time.process_time() - begin


def _ours_decoded(raw: bytes) -> int:
    return sum(len(body(raw, part)[0]) for part in split(raw).parts if not part.children)


def _stdlib_decoded(raw: bytes) -> int:
    total = 0
    for part in email.message_from_bytes(raw, policy=email.policy.compat32).walk():
        if not part.is_multipart():
            content = part.get_payload(decode=True)
            total += len(content) if isinstance(content, bytes) else 0
    return total


if __name__ == "__main__":
    sys.exit(main())
