# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Trusts on buckets: what is refused, what each side has to do, what is worth saying."""

from __future__ import annotations

import json

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.xacct.aws.plugins.module_utils._operations.acls.bucket_acl import (
    OPERATION as BUCKET_ACL_MODULE,
)
from ansible_collections.xacct.aws.plugins.module_utils._operations.acls.object_acl import (
    OPERATION as OBJECT_ACL_MODULE,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation import s3_access
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.identity import check_identity_grants
from ansible_collections.xacct.aws.plugins.module_utils._services.s3_bucket.rules import bucket_statements
from ansible_collections.xacct.aws.plugins.module_utils._trusts.methods.s3 import acl_rights
from ansible_collections.xacct.aws.plugins.module_utils._trusts.methods.s3.bucket import BUCKET_KEYS
from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.plan import PlanError, plan
from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.trusted_side import stateless
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._trusts.bucket_declarations import (
    ACLS,
    BUCKET,
    bucket_acl,
    bucket_trust,
    object_acl,
)
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._trusts.declarations import (
    ACCOUNTS,
    CUSTOMER_A,
    PLATFORM,
    THIRD_PARTY,
)

KEY = f"arn:aws:kms:eu-central-1:{CUSTOMER_A}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
CANONICAL = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"


def errors(*trusts: dict) -> list[str]:
    try:
        plan(list(trusts), ACCOUNTS)
    except PlanError as refused:
        return refused.errors
    return []


def trusting(*trusts: dict, host: str = "customer_a") -> list[dict]:
    return plan(list(trusts), ACCOUNTS)["accounts"][host]["trusting"]


def grants(*trusts: dict) -> dict[str, dict]:
    """The statements of the platform's principals by name; one principal is asked for."""
    (operation,) = plan(list(trusts), ACCOUNTS)["accounts"]["platform"]["trusted"]
    return {grant["name"]: grant for grant in operation["options"]["grants"]}


def present(*trusts: dict) -> dict[str, dict]:
    return {name: grant for name, grant in grants(*trusts).items() if grant["state"] == "present"}


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("bad", "wrong", "right"),
        [
            (bucket_trust(bucket="data"), "bucket is text", "bucket: {name: BUCKET, access: read}"),
            (bucket_trust(name=None), "bucket.name is missing", "the name of a bucket"),
            (bucket_trust(name="Data"), "bucket.name is 'Data'", "lowercase letters"),
            (bucket_trust(name="10.0.0.1"), "bucket.name is '10.0.0.1'", "lowercase letters"),
            (bucket_trust(name="arn:aws:s3:::data"), "arn:aws:s3:::data", "bare name"),
            (bucket_trust(acess="read"), "unknown key 'acess' in bucket", "did you mean 'access'?"),
            (bucket_trust(access="reed"), "bucket.access", "read"),
            (bucket_trust(access=None), "give either access or actions", ""),
            (bucket_trust(actions=["s3:GetObject"]), "give either access or actions", ""),
            (bucket_trust(prefixes=["exports/*"]), "has the wildcard 'exports/*'", "as it is"),
            (bucket_trust(prefixes=["/exports"]), "'/exports'", "without a slash in front"),
            (bucket_trust(prefixes=[""]), "has an empty text", "leave it out"),
            (bucket_trust(source_ips=["300.1.1.1"]), "bucket.source_ips", ""),
            (bucket_trust(not_after="tomorrow"), "bucket.not_after", ""),
            (bucket_trust(kms_key="alias/data"), "bucket.kms_key is 'alias/data'", "other accounts can't use an alias"),
            (bucket_trust(verify_by_writing=True), "verify_by_writing needs s3:PutObject", "access: write"),
            (bucket_trust(where=["customers"]), "in 2 accounts (customer_a, customer_b)", "data-{account_id}"),
            (bucket_trust(side="pattern"), "trusted_side is pattern with bucket", "exact and managed"),
            (bucket_acl(permission="read"), "bucket_acl.permission is 'read'", "did you mean 'READ'?"),
            (bucket_acl(permission=None), "bucket_acl.permission is missing", "FULL_CONTROL"),
            (bucket_acl(object_ownership="BucketOwnerEnforced"), "object_ownership", "ObjectWriter"),
            (bucket_acl(canonical_id="111111111111"), "canonical_id is '111111111111'", "64 digits"),
            (object_acl(canonical_id="79a5 9df9"), "canonical_id is '79a5 9df9'", "64 digits"),
            (object_acl(permission="WRITE"), "object_acl.permission is 'WRITE'", "WRITE_ACP"),
            (object_acl(prefix=None), "object_acl names no objects", "one of prefix, key or keys"),
            (object_acl(key="a"), "object_acl names prefix and key", "one of prefix, key or keys"),
            (object_acl(prefix=None, keys=[]), "object_acl.keys is an empty list", "at least one"),
            (object_acl(bucket_owner="platform"), "object_acl.bucket_owner is 'platform'", "in quotes"),
            (object_acl(bucket_owner=CUSTOMER_A), "is the trusting account itself", "somebody else's bucket"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_with_what_is_wrong_and_what_would_be_right(self, bad, wrong, right):
        found = [error for error in errors(bad) if wrong in error]
        assert len(found) == 1, errors(bad)
        assert right in found[0]
        assert found[0].startswith(f"trust '{bad['name']}': ")

    def test_everything_at_once(self):
        bad = bucket_trust(name="Data", access="reed", prefixes=["*"], kms_key="x", unknown=1, side="pattern")
        assert len(errors(bad, object_acl(permission="WRITE"))) == 6

    @pytest.mark.parametrize("declared", ACLS, ids=["bucket_acl", "object_acl"])
    def test_a_third_party_in_an_acl_without_its_canonical_id(self, declared):
        found = errors(declared(trusted={"account_id": THIRD_PARTY}))
        assert len(found) == 1
        assert "aws s3api list-buckets" in found[0]
        assert errors(declared(trusted={"account_id": THIRD_PARTY}, canonical_id=CANONICAL)) == []

    def test_two_owners_of_one_bucket(self):
        (error,) = errors(bucket_trust("a"), bucket_trust("b", where=["customer_b"]))
        assert error.startswith("trusts 'a' and 'b': the bucket customer-a-data has 2 owners")

    def test_objects_in_the_bucket_of_another_account_are_not_two_owners(self):
        written = object_acl("b", where=["customer_b"], bucket_owner=CUSTOMER_A)
        assert errors(bucket_trust("a"), written) == []

    def test_two_ownership_settings(self):
        (error,) = errors(
            bucket_acl("a", object_ownership="ObjectWriter"),
            bucket_acl("b", permission="WRITE", object_ownership="BucketOwnerPreferred"),
        )
        assert "different values for bucket_acl.object_ownership" in error

    @pytest.mark.parametrize("declared", ACLS, ids=["bucket_acl", "object_acl"])
    def test_an_acl_that_one_trust_takes_and_another_gives(self, declared):
        (error,) = errors(declared("a", state="absent"), declared("b"))
        assert "an ACL cannot tell them apart" in error
        assert errors(declared("a", state="absent"), declared("b", permission="READ_ACP")) == []

    def test_objects_elsewhere_in_the_bucket_are_others(self):
        assert errors(object_acl("a", state="absent", prefix="a/"), object_acl("b", prefix="b/")) == []
        assert errors(object_acl("a", state="absent", prefix="a/"), object_acl("b", prefix=None, key="a/b"))

    def test_statements_that_do_not_fit_into_the_policy_of_the_bucket(self):
        many = [
            bucket_trust(f"trust{number}", principals=[f"role/{'x' * 60}{n}" for n in range(20)]) for number in range(5)
        ]
        (error,) = errors(*many)
        assert "bytes, a bucket's policy holds 20,480" in error
        assert errors(*many[:2]) == []


class TestTrustingSide:
    def test_all_trusts_on_a_bucket_are_one_write(self):
        (operation,) = trusting(
            bucket_trust("exports"),
            bucket_trust("inbox", access="write", prefixes=["inbox/"], principals=["role/Writer"]),
            bucket_trust("old", state="absent"),
        )
        assert operation == {
            "trust": "exports, inbox, old",
            "trusts": ["exports", "inbox", "old"],
            "method": "bucket",
            "state": "present",
            "options": {
                "bucket": BUCKET,
                "expected_bucket_owner": CUSTOMER_A,
                "grants": [
                    {
                        "name": "exports",
                        "state": "present",
                        "principals": [f"arn:aws:iam::{PLATFORM}:role/Reader"],
                        "access": "read",
                        "prefixes": ["exports/"],
                    },
                    {
                        "name": "inbox",
                        "state": "present",
                        "principals": [f"arn:aws:iam::{PLATFORM}:role/Writer"],
                        "access": "write",
                        "prefixes": ["inbox/"],
                    },
                    {"name": "old", "state": "absent"},
                ],
            },
        }

    def test_two_buckets_are_two_writes(self):
        operations = trusting(bucket_trust("a"), bucket_trust("b", name="other"))
        assert [operation["options"]["bucket"] for operation in operations] == [BUCKET, "other"]

    def test_a_bucket_in_each_account(self):
        declared = bucket_trust(name="data-{account_id}", where=["customers"])
        for host in ("customer_a", "customer_b"):
            (operation,) = trusting(declared, host=host)
            assert operation["options"]["bucket"] == f"data-{ACCOUNTS[host]['account_id']}"
        objects = present(declared)["exports"]
        assert objects["resources"] == [
            f"arn:aws:s3:::data-{ACCOUNTS[host]['account_id']}/exports/*" for host in ("customer_a", "customer_b")
        ]

    def test_a_group_makes_it_the_whole_account(self):
        declared = bucket_trust(principals=["group/readers"])
        (operation,) = trusting(declared)
        assert operation["options"]["grants"][0]["principals"] == [PLATFORM]
        assert "cannot name group/readers" in plan([declared], ACCOUNTS)["trusts"]["exports"]["notes"][0]

    def test_what_is_declared_is_handed_over_and_nothing_else(self):
        given = {
            "organizations": ["o-exampleorgid"],
            "source_vpces": ["vpce-0123456789abcdef0"],
            "require_tls": True,
            "not_after": "2027-01-01T00:00:00Z",
            "conditions": {"StringEquals": {"aws:RequestedRegion": "eu-central-1"}},
        }
        (operation,) = trusting(bucket_trust(**given, kms_key=KEY))
        (entry,) = operation["options"]["grants"]
        assert {name: entry[name] for name in given} == given
        assert set(entry) - set(given) == {"name", "state", "principals", "access", "prefixes"}
        assert {"kms_key", "verify_by_writing", "name"} == BUCKET_KEYS.keys() - {
            "access", "actions", "prefixes", "source_ips", *given
        }  # fmt: skip

    def test_acls_of_a_bucket_are_one_write(self):
        (operation,) = trusting(
            bucket_acl("a", object_ownership="ObjectWriter"),
            bucket_acl("b", permission="WRITE"),
            bucket_acl("c", permission="READ_ACP", state="absent"),
        )
        assert operation["trusts"] == ["a", "b", "c"]
        assert operation["options"] == {
            "bucket": BUCKET,
            "expected_bucket_owner": CUSTOMER_A,
            "object_ownership": "ObjectWriter",
            "grants": [
                {"permission": "READ", "account_id": PLATFORM, "state": "present"},
                {"permission": "WRITE", "account_id": PLATFORM, "state": "present"},
                {"permission": "READ_ACP", "account_id": PLATFORM, "state": "absent"},
            ],
        }

    def test_acls_of_objects(self):
        (operation,) = trusting(object_acl(prefix=None, keys=["a", "b"], permission="FULL_CONTROL"))
        assert operation["options"] == {
            "bucket": BUCKET,
            "keys": ["a", "b"],
            "expected_bucket_owner": CUSTOMER_A,
            "grants": [{"permission": "FULL_CONTROL", "account_id": PLATFORM, "state": "present"}],
        }

    def test_objects_in_somebody_elses_bucket(self):
        (operation,) = trusting(object_acl(bucket_owner=PLATFORM))
        assert operation["options"]["expected_bucket_owner"] == PLATFORM
        assert errors(object_acl(bucket_owner=PLATFORM, where=["customers"])) == []

    @pytest.mark.parametrize(
        ("declared", "operation"),
        [(bucket_acl(object_ownership="ObjectWriter"), BUCKET_ACL_MODULE), (object_acl(), OBJECT_ACL_MODULE)],
    )
    def test_the_acl_modules_take_it(self, declared, operation):
        (planned,) = trusting(declared)
        validation = ArgumentSpecValidator(operation.argument_spec, **operation.rules).validate(planned["options"])
        assert validation.error_messages == []
        assert operation.check(validation.validated_parameters) == []

    def test_a_bucket_takes_acls_before_its_objects_do_and_roles_come_first(self):
        role = {"name": "z", "trusted": {"account": "platform"}, "trusting": ["customer_a"], "role": {"name": "Z"}}
        operations = trusting(object_acl("a"), bucket_acl("b"), bucket_trust("c"), role)
        assert [operation["method"] for operation in operations] == ["role", "bucket", "bucket_acl", "object_acl"]


class TestTrustedSide:
    def test_the_same_actions_on_the_same_keys_as_in_the_bucket(self):
        declared = bucket_trust(access="read_write", prefixes=["a/", "b"])
        (entry,) = trusting(declared)[0]["options"]["grants"]
        in_bucket = bucket_statements(stateless(entry), BUCKET)
        mine = present(declared)
        for statement, name in zip(in_bucket, ("exports", "exports/bucket"), strict=True):
            assert mine[name]["actions"] == statement["Action"]
            resources = statement["Resource"]
            assert mine[name]["resources"] == ([resources] if isinstance(resources, str) else resources)
            assert mine[name].get("conditions", {}) == statement.get("Condition", {})

    def test_narrowing_is_the_buckets_own_matter(self):
        declared = bucket_trust(prefixes=None, source_ips=["198.51.100.0/24"])
        assert all("conditions" not in grant for grant in present(declared).values())

    def test_the_key_that_encrypts(self):
        assert present(bucket_trust(kms_key=KEY))["exports/key"] == {
            "name": "exports/key",
            "state": "present",
            "actions": ["kms:Decrypt"],
            "resources": [KEY],
        }
        both = present(bucket_trust(access="read_write", kms_key=KEY))["exports/key"]["actions"]
        assert both == ["kms:Decrypt", "kms:GenerateDataKey"]
        assert "exports/key" not in present(bucket_trust(access="list", kms_key=KEY))
        (note,) = plan([bucket_trust(kms_key=KEY)], ACCOUNTS)["trusts"]["exports"]["notes"]
        assert KEY in note
        assert "kms:Decrypt" in note

    def test_what_is_not_needed_any_more_is_taken_away(self):
        assert {name: grant["state"] for name, grant in grants(bucket_trust(access="list")).items()} == {
            "exports": "absent",
            "exports/bucket": "present",
            "exports/key": "absent",
        }
        assert {grant["state"] for grant in grants(bucket_trust(state="absent")).values()} == {"absent"}

    @pytest.mark.parametrize("permission", [*acl_rights.BUCKET_ACTIONS, "FULL_CONTROL"])
    def test_what_an_acl_of_a_bucket_allows(self, permission):
        made = present(bucket_acl(permission=permission))
        wanted = acl_rights.permissions_of(permission, acl_rights.BUCKET_ACTIONS)
        actions = {action for grant in made.values() for action in grant["actions"]}
        assert actions == {action for name in wanted for action in acl_rights.BUCKET_ACTIONS[name]}
        on_objects = [resource for name, grant in made.items() if name == "listing" for resource in grant["resources"]]
        assert on_objects == ([f"arn:aws:s3:::{BUCKET}/*"] if "WRITE" in wanted else [])

    def test_the_actions_of_acls_are_those_that_the_evaluator_knows(self):
        """One table of the User Guide, read in both directions."""
        for known, table in (
            (s3_access._BUCKET_PERMISSIONS, acl_rights.BUCKET_ACTIONS),
            (s3_access._OBJECT_PERMISSIONS, acl_rights.OBJECT_ACTIONS),
        ):
            assert {action.lower(): name for name, actions in table.items() for action in actions} == known

    def test_every_statement_is_one_that_the_module_takes(self):
        declared = [
            bucket_trust("a", kms_key=KEY, access="full"),
            bucket_acl("b", permission="FULL_CONTROL"),
            object_acl("c", prefix="", permission="FULL_CONTROL"),
            object_acl("d", prefix=None, keys=["x", "y"]),
        ]
        assert check_identity_grants([stateless(grant) for grant in present(*declared).values()]) == []

    def test_too_many_buckets_for_an_inline_policy(self):
        accounts = {"platform": ACCOUNTS["platform"]} | {
            f"c{n:03}": {"account_id": f"{200000000000 + n}", "groups": ["customers"]} for n in range(200)
        }
        declared = bucket_trust(name="data-{account_id}", where=["customers"], principals=["role/Reader"])
        with pytest.raises(PlanError) as caught:
            plan([declared], accounts)
        (error,) = caught.value.errors
        assert "hold 10,240; either trusted_side: managed (" in error
        assert plan([{**declared, "trusted_side": "managed"}], accounts)["warnings"] == []


class TestThirdParty:
    def test_a_ready_policy_without_an_external_id(self):
        declared = bucket_trust(trusted={"account_id": THIRD_PARTY, "principals": ["role/Partner"]})
        made = plan([declared], ACCOUNTS)
        (third,) = made["third_parties"]
        assert third["trusting"] == [f"arn:aws:s3:::{BUCKET}"]
        assert third["policy"]["Statement"][0]["Sid"] == "Xacctexports"
        assert json.dumps(third["policy"]).count(BUCKET) == 2
        assert third["external_id_note"] == ""
        assert {e["actor"]["principal"] for e in made["expectations"]} == {"connection"}


class TestWarnings:
    def test_an_acl_where_a_bucket_grant_would_do(self):
        made = plan([object_acl("reports"), bucket_acl("listing")], ACCOUNTS)["warnings"]
        assert made[0].startswith("trust 'listing': bucket_acl where a bucket grant would do")
        assert f"declare bucket: {{name: {BUCKET}, access: list}}" in made[0]
        assert f"declare bucket: {{name: {BUCKET}, access: read, prefixes: [reports/]}}" in made[1]
        assert all("an ACL lets the whole account in" in warning for warning in made)

    def test_what_is_proposed_can_be_declared(self):
        assert errors(bucket_trust(access="list", prefixes=None)) == []
        assert errors(bucket_trust(access="read", prefixes=["reports/"])) == []

    def test_not_where_only_an_acl_helps(self):
        assert plan([object_acl(bucket_owner=PLATFORM)], ACCOUNTS)["warnings"] == []
        assert plan([bucket_acl(permission="READ_ACP")], ACCOUNTS)["warnings"] == []
        assert plan([object_acl(state="absent")], ACCOUNTS)["warnings"] == []

    def test_an_acl_names_accounts(self):
        (note, later) = plan([object_acl()], ACCOUNTS)["trusts"]["reports"]["notes"]
        assert "names the whole account of platform, not principals: their policies there narrow it" in note
        assert "later" in later
