# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who must get at what in a bucket once a plan is applied, and who must be refused."""

from __future__ import annotations

import datetime
import json

from ansible_collections.xacct.aws.plugins.module_utils._operations.verify.verify import call_errors
from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.account_parts import per_account
from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.plan import plan
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._trusts.bucket_declarations import (
    BUCKET,
    bucket_acl,
    bucket_trust,
    object_acl,
)
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._trusts.declarations import (
    ACCOUNTS,
    CUSTOMER_A,
    PLATFORM,
)

NOON = datetime.datetime(2027, 1, 1, 12, tzinfo=datetime.timezone.utc)


def expectations(*trusts, of=None, now=None):
    """The expectations on customer_a of one trust, by ID without the part that they all have."""
    made = plan(list(trusts), ACCOUNTS, now)["expectations"]
    start = f"{of or trusts[0]['name']}/customer_a/"
    return {e["id"][len(start) :]: e for e in made if e["id"].startswith(start)}


def outcomes(found):
    return {name: e["expect"] for name, e in found.items()}


def test_a_reader_of_a_prefix():
    found = expectations(bucket_trust())
    assert outcomes(found) == {
        "role-Reader/get exports/": "allowed",
        "role-Reader/list exports/": "allowed",
        "role-Reader/get outside": "denied",
        "role-Reader/list outside": "denied",
        "role-Reader/no-put": "denied",
        "connection-of-platform/other-principal get": "denied",
        "connection-of-customer_b/other-account get": "denied",
    }
    assert found["role-Reader/get exports/"] == {
        "id": "exports/customer_a/role-Reader/get exports/",
        "trust": "exports",
        "trusting": "customer_a",
        "actor": {"account": "platform", "principal": "role/Reader"},
        "call": "s3_get",
        "bucket": BUCKET,
        "bucket_owner": CUSTOMER_A,
        "prefix": "exports/",
        "expect": "allowed",
        "why": "exports lets role/Reader of platform get",
        "outside": [],
        "lookup": f"{BUCKET}/exports/",
        "depends_on": [],
    }
    assert found["role-Reader/get outside"]["outside"] == ["exports/"]
    assert found["role-Reader/get outside"]["lookup"] == f"{BUCKET} outside exports/"
    assert found["role-Reader/list outside"]["prefix"] == ""
    assert found["connection-of-platform/other-principal get"]["unless"] == [f"arn:aws:iam::{PLATFORM}:role/Reader"]


def test_what_names_a_proof_comes_back_from_a_result_as_it_was():
    found = expectations(bucket_trust(prefixes=["a\tb/\u200d"]))
    got = found["role-Reader/get a\\tb/\\u200d"]
    assert (got["prefix"], got["lookup"]) == ("a\tb/\u200d", f"{BUCKET}/a\\tb/\\u200d")
    assert found["role-Reader/get outside"]["lookup"] == f"{BUCKET} outside a\\tb/\\u200d"


def test_a_reader_of_the_whole_bucket_has_no_outside():
    found = expectations(bucket_trust(prefixes=None))
    assert "role-Reader/get" in found
    assert not [name for name in found if "outside" in name]


def test_a_box_to_drop_letters_in():
    found = expectations(bucket_trust("inbox", access="write", prefixes=["inbox/"]))
    assert outcomes(found) == {
        "role-Reader/put inbox/": "allowed",
        "role-Reader/no-get": "denied",
        "role-Reader/no-list": "denied",
        "role-Reader/put outside": "denied",
        "connection-of-platform/other-principal put": "denied",
        "connection-of-customer_b/other-account put": "denied",
    }
    assert found["role-Reader/put inbox/"]["by_writing"] is False
    said = expectations(bucket_trust("inbox", access="write", prefixes=["inbox/"], verify_by_writing=True))
    assert said["role-Reader/put inbox/"]["by_writing"] is True


def test_what_another_trust_gives_is_not_refused():
    inbox = bucket_trust("inbox", access="write", prefixes=["exports/", "inbox/"])
    found = expectations(bucket_trust(), inbox)
    assert "role-Reader/no-put" not in found
    assert found["role-Reader/get outside"]["outside"] == ["exports/"]
    other = expectations(bucket_trust(), bucket_trust("more", prefixes=["more/"]))
    assert other["role-Reader/get outside"]["outside"] == ["exports/", "more/"]
    assert (
        expectations(bucket_trust(), bucket_trust("all", prefixes=None))
        .keys()
        .isdisjoint({"role-Reader/get outside", "role-Reader/list outside"})
    )


def test_actions_say_what_is_tried():
    found = expectations(bucket_trust(access=None, actions=["s3:Get*"]))
    assert outcomes(found)["role-Reader/get exports/"] == "allowed"
    assert outcomes(found)["role-Reader/no-list"] == "denied"


def test_conditions_that_the_place_of_the_proof_may_not_meet():
    found = expectations(bucket_trust(source_ips=["198.51.100.0/24"], require_tls=True))
    assert found["role-Reader/get exports/"]["depends_on"] == ["source_ips", "require_tls"]


def test_objects_by_acl_are_got_and_not_listed():
    found = expectations(object_acl(), bucket_trust("other", principals=["role/Other"]))
    assert outcomes(found) == {
        "role-Reader/get reports/": "allowed",
        "role-Reader/get outside": "denied",
        "role-Reader/no-list": "denied",
        "role-Reader/no-put": "denied",
        # The ACL lets the whole account in, so its administrator is no witness; another role is.
        "role-Other/other-principal get": "denied",
        "connection-of-customer_b/other-account get": "denied",
    }


def test_single_objects():
    found = expectations(object_acl(prefix=None, keys=["a", "b"]))
    assert found["role-Reader/get a"]["key"] == "a"
    assert "lookup" not in found["role-Reader/get a"]
    assert found["role-Reader/get outside"]["outside"] == ["a", "b"]


def test_a_whole_account_by_acl_is_compared_with_a_caller_that_lacks_the_permission():
    found = expectations(bucket_acl(principals=["root"]))
    assert outcomes(found) == {
        "root/list": "allowed",
        "root/no-get": "denied",
        "root/no-put": "denied",
        "connection-of-platform/without-permission list": "denied",
        "connection-of-customer_b/other-account list": "denied",
    }


def test_a_whole_account_gets_what_any_acl_gives_it():
    assert "root/no-get" in expectations(bucket_acl(principals=["root"]), bucket_trust())
    assert "root/no-get" not in expectations(bucket_acl(principals=["root"]), object_acl())


def test_taken_back_and_ended():
    gone = expectations(bucket_trust(state="absent"))
    assert outcomes(gone) == {
        "role-Reader/taken-back get": "denied",
        "role-Reader/taken-back list": "denied",
    }
    assert expectations(bucket_trust(state="absent"), bucket_trust("other")) == {}
    ended = expectations(bucket_trust(not_after="2026-01-01T00:00:00Z"), now=NOON)
    assert outcomes(ended) == {"role-Reader/ended get": "denied", "role-Reader/ended list": "denied"}


def test_every_call_can_be_made():
    made = plan([bucket_trust("a"), bucket_acl("b"), object_acl("c"), object_acl("d", prefix=None, key="k")], ACCOUNTS)[
        "expectations"
    ]
    for expectation in made:
        assert call_errors({"key": None, "lookup": None, **expectation}) == []


def test_the_owner_of_the_bucket_is_asked_for_objects():
    made = plan([bucket_trust("a"), bucket_trust("b", principals=["role/B"]), object_acl("c")], ACCOUNTS)
    parts = per_account(made)
    assert parts["hosts"]["looking"] == ["customer_a"]
    assert parts["hosts"]["grantees"] == ["platform"]
    lookups = json.loads(parts["accounts"]["customer_a"])["lookups"]
    assert {entry["lookup"] for entry in lookups} == {
        f"{BUCKET}/exports/",
        f"{BUCKET}/reports/",
        # What role/Reader gets by two trusts, and role/B by one.
        f"{BUCKET} outside exports/, reports/",
        f"{BUCKET} outside exports/",
    }
    assert len(lookups) == 4
    assert json.loads(parts["accounts"]["platform"])["lookups"] == []


def test_an_end_is_shown_by_asking_after_it():
    ending = bucket_trust(not_after="2031-01-01T00:00:00Z")
    after = expectations(ending)["role-Reader/after-its-end get"]
    assert (after["expect"], after["at"]) == ("denied", "2031-01-01T00:00:02Z")


def test_what_another_trust_gives_does_not_end():
    ending = bucket_trust(not_after="2031-01-01T00:00:00Z")
    assert "role-Reader/after-its-end get" not in expectations(ending, bucket_trust("forever"))
