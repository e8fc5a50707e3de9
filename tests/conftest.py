# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all tests share: the fixtures of the local AWS, and a collections tree that leads to this checkout."""

from __future__ import annotations

from pathlib import Path

from tests.local_aws.fixtures import empty_aws, local_aws

__all__ = ["empty_aws", "local_aws"]

CHECKOUT = Path(__file__).resolve().parents[1]


def pytest_configure() -> None:
    """Make .cache/collections/ansible_collections/xacct/aws, which pyproject.toml puts on the path."""
    link = CHECKOUT / ".cache" / "collections" / "ansible_collections" / "xacct" / "aws"
    if not link.is_symlink():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(CHECKOUT)
