# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Declared trusts on buckets that the tests of the planner share."""

from __future__ import annotations

BUCKET = "customer-a-data"


def bucket_trust(trust: str = "exports", **changes: object) -> dict:
    """A reader of exports/. ``principals``, ``where``, ``state``, ``side`` and ``trusted`` are the trust's.

    Other keys are the bucket's; None takes one away, ``bucket`` replaces all of them.
    """
    return declared(trust, "bucket", {"name": BUCKET, "access": "read", "prefixes": ["exports/"]}, changes)


def bucket_acl(trust: str = "listing", **changes: object) -> dict:
    """Somebody who lists the bucket."""
    return declared(trust, "bucket_acl", {"bucket": BUCKET, "permission": "READ"}, changes)


def object_acl(trust: str = "reports", **changes: object) -> dict:
    """Somebody who reads what is below reports/."""
    return declared(trust, "object_acl", {"bucket": BUCKET, "prefix": "reports/", "permission": "READ"}, changes)


ACLS = (bucket_acl, object_acl)


def declared(trust: str, method: str, options: dict, changes: dict) -> dict:
    """A trust of a method."""
    changes = dict(changes)
    known = {"account": "platform", "principals": changes.pop("principals", ["role/Reader"])}
    made = {
        "name": trust,
        "trusted": changes.pop("trusted", known),
        "trusting": changes.pop("where", ["customer_a"]),
        "state": changes.pop("state", "present"),
        "trusted_side": changes.pop("side", "exact"),
    }
    if method == "bucket" and isinstance(changes.get("bucket"), str):
        return {**made, "bucket": changes["bucket"]}
    given = {**options, **changes}
    return {**made, method: {key: value for key, value in given.items() if value is not None}}
