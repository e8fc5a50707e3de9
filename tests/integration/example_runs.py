# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real runs of the playbooks in `examples`, on a local AWS that their seed was put into."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.local_aws.server import LocalAws

CHECKOUT = Path(__file__).resolve().parents[2]
EXAMPLES = CHECKOUT / "examples"
SECONDS = 240


def play(
    local_aws: LocalAws, directory: Path, inventory: Path, playbook: str | Path, **variables: object
) -> tuple[int, str]:
    """Run a playbook; its status and output. `directory` is for what Ansible keeps, `variables` are extra ones."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    environment |= {
        "XACCT_DEMO_ENDPOINT": local_aws.endpoint,
        "XACCT_DEMO_SEED": str(local_aws.directory / "seed.json"),
        "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".cache" / "collections"),
        "ANSIBLE_HOME": str(directory / "ansible"),
        "ANSIBLE_CONFIG": str(EXAMPLES / "demo" / "ansible.cfg"),
        "ANSIBLE_NOCOLOR": "1",
    }
    program = str(Path(sys.executable).parent / "ansible-playbook")
    variables.setdefault("verify_trust_propagation_timeout", 1)
    finished = subprocess.run(
        [program, "-i", inventory, playbook, "-e", json.dumps(variables)],
        env=environment, capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    return finished.returncode, finished.stdout + finished.stderr
