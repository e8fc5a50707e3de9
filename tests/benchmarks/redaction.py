# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long hiding secrets takes in a hostile text of 1 MB, beside one of half the size and beside a plain search in it.

Run it in the checkout as `PYTHONPATH=.cache/collections python tests/benchmarks/redaction.py`. Twice the text takes
about twice the time; processor time of one core is counted.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from unittest import mock

from ansible_collections.xacct.aws.plugins.module_utils._border import redaction

SIZE = 1_000_000
SECRETS = ("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "IQoJb3JpZ2luX2Vj" * 20, "hunter2-hunter2")
PIECES = {
    "words": "An ordinary message of AWS about arn:aws:iam::111111111111:role/Backup. ",
    "schemes of URLs": "https://",
    "half passwords": "http://a:b",
    "parameters": "Invalid type for parameter SessionToken, ",
    "headers": "x-amz-security-token ",
    "names of secrets": "SessionToken' ",
    "half a secret": SECRETS[0][:-1] + " ",
    "long runs": "A1b2" * 30 + " ",
    "one long run": "A1b2",
    "one long ARN": "arn:aws:iam::111111111111:role/A1b2/",
}


def seconds(work: Callable[[], object]) -> float:
    """Return the least processor time of three runs."""
    taken = []
    for _run in range(3):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def main() -> None:
    """Print a line for each kind of text."""
    plain = re.compile("swordfish|[0-9]{20}")
    print(f"hiding secrets in {SIZE:,} characters, the bound on messages lifted")
    with mock.patch.object(redaction, "LONGEST_READ", 10 * SIZE):
        for name, piece in PIECES.items():
            text = (piece * (SIZE // len(piece) + 1))[:SIZE]
            whole = seconds(lambda text=text: redaction.hide_secrets(text, SECRETS))
            half = seconds(lambda text=text: redaction.hide_secrets(text[: SIZE // 2], SECRETS))
            search = seconds(lambda text=text: plain.findall(text))
            print(
                f"  {name:18} {whole * 1000:7.1f} ms, {whole / half:4.1f} times half the text, "
                f"{whole / search:5.1f} times a search"
            )


if __name__ == "__main__":
    main()
