# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make bench`: all benchmarks, or those named on the command line."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.benchmarks.access_check import check_access
from tests.benchmarks.bootstrap import grow_bootstrap
from tests.benchmarks.bucket_grant import compare_bucket_grants
from tests.benchmarks.object_acl import compare_object_acls
from tests.benchmarks.roles import compare_roles
from tests.local_aws.server import LocalAws

BENCHMARKS = {
    "roles": compare_roles,
    "bootstrap": grow_bootstrap,
    "bucket_grant": compare_bucket_grants,
    "object_acl": compare_object_acls,
    "access_check": check_access,
}


def main() -> None:
    """Run the benchmarks on a local AWS of their own."""
    names = sys.argv[1:] or list(BENCHMARKS)
    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        sys.exit(f"unknown: {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}")
    with tempfile.TemporaryDirectory() as folder:
        server = LocalAws(Path(folder) / "local_aws")
        server.start(with_parent=True)
        try:
            for name in names:
                BENCHMARKS[name](server, Path(folder))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
