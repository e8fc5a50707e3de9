# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Declared trusts on topics, queues and other resources that the tests of the planner share."""

from __future__ import annotations

from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._trusts.bucket_declarations import declared
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._trusts.declarations import CUSTOMER_A

REGION = "eu-central-1"
TOPIC = f"arn:aws:sns:{REGION}:{CUSTOMER_A}:events"
KEY = f"arn:aws:kms:{REGION}:{CUSTOMER_A}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def topic_trust(trust: str = "events", **changes: object) -> dict:
    """A publisher. ``principals``, ``where``, ``state``, ``side`` and ``trusted`` are the trust's, others the way's."""
    options = {"type": "sns_topic", "name": "events", "region": REGION, "access": "publish"}
    return declared(trust, "resource", options, changes)


def resource_trust(trust: str, **changes: object) -> dict:
    """A trust on a resource that is declared whole."""
    return declared(trust, "resource", {}, changes)
