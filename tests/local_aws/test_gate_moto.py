# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""moto is as the gate knows it. moto is in the environment of the local AWS, not in that of the tests."""

from __future__ import annotations

import json
import os
import subprocess

from tests.local_aws.server import CHECKOUT, python


def test_every_canary_sings() -> None:
    run = subprocess.run(
        [python(), "-m", "tests.local_aws.gate.canaries"],
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert json.loads(run.stdout) == {}
