# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all tests share: the fixtures of the local AWS, and surroundings that lead to this checkout and nowhere else."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.local_aws.fixtures import empty_aws, local_aws

__all__ = ["empty_aws", "local_aws"]

CHECKOUT = Path(__file__).resolve().parents[1]
CACHE = CHECKOUT / ".cache"


def pytest_configure() -> None:
    """Give tests, and the programs that they start, what `make` gives them: pytest can be run by itself too."""
    link = CACHE / "collections" / "ansible_collections" / "xacct" / "aws"
    if not link.is_symlink():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(CHECKOUT)
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    os.environ["ANSIBLE_COLLECTIONS_PATH"] = str(CACHE / "collections")
    os.environ.setdefault("ANSIBLE_HOME", str(CACHE / "ansible"))
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    for variable, file in (("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials")):
        os.environ[variable] = str(CACHE / "aws" / file)
