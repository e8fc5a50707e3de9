# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A policy as a diff shows it."""

from __future__ import annotations

import json

from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.render import readable_policy

ROLE = "arn:aws:iam::111111111111:role/Role"
OURS = {
    "Sid": "Xacctbackup",
    "Effect": "Allow",
    "Principal": {"AWS": ["222222222222", ROLE]},
    "Action": ["sts:AssumeRole"],
}
FOREIGN = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": ["b:B", "a:A", "b:B"],
    "Condition": {"Bool": {"B": "1", "a": [2]}},
}


def test_nothing():
    assert readable_policy(None) == readable_policy("") == readable_policy({}) == {}


def test_own_statements_by_name_and_the_others_by_sid_or_place():
    document = {"Id": "x", "Version": "2012-10-17", "Statement": [OURS, FOREIGN, {"Sid": "Theirs"}, {"Sid": "Theirs"}]}
    view = readable_policy(document, {"Xacctbackup": "backup"})
    assert view == {
        "version": "2012-10-17",
        "Id": "x",
        "statements": {
            "backup": {
                "Action": "sts:AssumeRole",
                "Effect": "Allow",
                "Principal": {"AWS": ["222222222222", ROLE]},
            },
            "statement 2": {
                "Action": ["a:A", "b:B"],
                "Condition": {"Bool": {"a": "2", "B": "1"}},
                "Effect": "Deny",
                "Principal": "*",
            },
            "Theirs": {},
            "Theirs (2)": {},
        },
    }
    assert next(iter(readable_policy(document)["statements"])) == "Xacctbackup"


def test_one_order_whatever_the_spelling():
    one = {"Statement": {**OURS, "Action": "sts:AssumeRole"}, "Version": "2012-10-17"}
    other = {"Version": "2012-10-17", "Statement": [{**OURS, "Principal": {"AWS": [ROLE, "222222222222", ROLE]}}]}
    assert json.dumps(readable_policy(one)) == json.dumps(readable_policy(other))


def test_missing_version_is_shown_as_what_it_means():
    assert readable_policy({"Statement": []}) == {"version": "2008-10-17", "statements": {}}
