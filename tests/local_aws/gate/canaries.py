# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every internal of moto that the gate touches is where it was: one canary each, for the day of the next version.

python -m tests.local_aws.gate.canaries     prints what is wrong, by name, as JSON
"""

from __future__ import annotations

import inspect
import json
import traceback
from collections.abc import Callable

import moto
from moto.opensearch.models import OpenSearchDomain

from . import identities, organization, store

A = "610000000001"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
ALL = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})


def role():
    """A role of the account."""
    return identities.iam(A).create_role("App", TRUST, "/", None, "", [], "3600")


def user():
    """A user of the account."""
    return identities.iam(A).create_user("us-east-1", "alice")


def bucket():
    """A bucket of the account."""
    return store.backend("s3", A).create_bucket("canary-bucket", "us-east-1")


def canary_the_version() -> None:
    """The version."""
    assert moto.__version__ == "5.2.5"


def canary_an_account_comes_with_the_first_use() -> None:
    """An account comes with the first use."""
    assert A not in store.accounts_of("iam")
    role()
    assert A in store.accounts_of("iam")


def canary_roles_by_id() -> None:
    """Roles by ID."""
    made = role()
    assert identities.iam(A).roles == {made.id: made} and made.id.startswith("AROA")


def canary_what_a_role_has() -> None:
    """What a role has."""
    r = role()
    assert (r.policies, r.managed_policies, r.permissions_boundary_arn, r.tags) == ({}, {}, None, [])
    assert (r.last_used, r.last_used_region, r.max_session_duration) == (None, None, "3600")
    assert r.assume_role_policy_document == TRUST


def canary_what_a_user_has() -> None:
    """What a user has."""
    u = user()
    u.id = "AIDAX"
    assert identities.iam(A).users == {"alice": u}
    assert (u.policies, u.managed_policies, u.mfa_devices, u.tags) == ({}, {}, {}, None)


def canary_parameters_by_name() -> None:
    """Parameters by name, with or without the slash in front; a name after an ARN."""
    kept = store.backend("ssm", A)
    for name in ("/one", "/one/two", "three"):
        kept.put_parameter(name, "", "v", "String", "", "", False, [], "text", tier="Advanced", policies=None)
    found = [kept._parameters.get(name) or kept._parameters.get(f"/{name}") for name in ("one", "one/two", "three")]
    assert [(versions[-1].tier, versions[-1].keyid) for versions in found] == [("Advanced", "")] * 3
    assert kept._parameters.get("four") is None
    assert kept.get_parameter(f"arn:aws:ssm:us-east-1:{A}:parameter/one/two").value == "v"


def canary_keys_by_id() -> None:
    """Keys by ID."""
    user()
    b = identities.iam(A)
    k = b.create_access_key("alice")
    assert (
        b.access_keys[k.access_key_id] is k and k.status == "Active" and k.user_name == "alice" and k.secret_access_key
    )


def canary_groups_have_users() -> None:
    """Groups have users."""
    u = user()
    b = identities.iam(A)
    b.create_group("g")
    b.add_user_to_group("g", "alice")
    assert u in b.groups["g"].users and b.groups["g"].path == "/"


def canary_managed_policies_have_versions() -> None:
    """Managed policies have versions."""
    b = identities.iam(A)
    p = b.create_policy("d", "/", ALL, "n", [])
    assert b.managed_policies[p.arn] is p
    assert identities.document_of(p)


def canary_awss_managed_policies() -> None:
    """AWS's managed policies."""
    p = identities.managed_policy(A, "arn:aws:iam::aws:policy/ReadOnlyAccess")
    assert p and identities.document_of(p)
    assert identities.managed_policy(A, "arn:aws:iam::aws:policy/None") is None


def canary_providers_of_web_identities() -> None:
    """Providers of web identities."""
    b = identities.iam(A)
    p = b.create_open_id_connect_provider("https://a.test", ["0" * 40], ["aud"], {})
    assert p.url == "a.test" and p.client_id_list == ["aud"] and p in b.open_id_providers.values()


def canary_buckets_by_name_in_all_accounts() -> None:
    """Buckets by name in all accounts."""
    b = bucket()
    assert store.backends("s3").bucket_accounts["canary-bucket"] == ("aws", A)
    assert store.backend("s3", A).buckets["canary-bucket"] is b
    assert (b.policy, b.public_access_block, b.ownership_rule) == (None, None, None)


def canary_objects_by_key() -> None:
    """Objects by key."""
    b = bucket()
    k = store.backend("s3", A).put_object("canary-bucket", "a/b", b"x")
    assert "a/b" in b.keys and b.keys.get("a/b") is k
    k.xacct_owner = A
    assert store.backend("s3", A).get_object("canary-bucket", "a/b", None) is k


def canary_encrypted_objects() -> None:
    """An object says how it is encrypted, and its bucket how new ones are."""
    b = store.backend("s3", A)
    bucket = b.create_bucket("encrypted", "us-east-1")
    assert bucket.encryption is None
    rule = {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "k"}}}
    b.put_bucket_encryption("encrypted", rule)
    assert bucket.encryption == rule
    key = b.put_object("encrypted", "one", b"1")
    assert (key.encryption, key.kms_key_id) == ("aws:kms", "k")


def canary_an_accounts_block_public_access() -> None:
    """An account's Block Public Access."""
    assert store.backend("s3control", A).public_access_block is None


def canary_queues() -> None:
    """Queues."""
    q = store.backend("sqs", A).create_queue("q", {})
    assert store.backend("sqs", A).queues == {"q": q}
    q.policy = ALL
    assert q.policy


def canary_topics() -> None:
    """Topics."""
    t = store.backend("sns", A).create_topic("t")
    assert store.backend("sns", A).topics[t.arn] is t and json.loads(t.policy)["Statement"]
    t.policy = TRUST


def canary_keys_of_kms() -> None:
    """Keys of KMS."""
    b = store.backend("kms", A)
    k = b.create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "", [], False)
    assert b.keys == {k.id: k} and json.loads(k.policy)
    b.create_alias(k.id, "alias/x")
    assert list(k.aliases) == ["alias/x"]


def canary_ciphertexts_begin_with_the_keys_id() -> None:
    """Ciphertexts begin with the key's ID."""
    b = store.backend("kms", A)
    k = b.create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "", [], False)
    assert b.encrypt(k.id, b"x", {})[0][:36].decode() == k.id


def canary_secrets() -> None:
    """Secrets."""
    b = store.backend("secretsmanager", A)
    b.create_secret("s", "v", None, "", [], None, None, [], False)
    s = b.secrets.get("s")
    assert s.policy is None and s.arn and b.secrets.get(s.arn) is s


def canary_functions() -> None:
    """Functions."""
    functions = store.backend("lambda", A)._lambdas
    assert functions._functions == {} and functions._aliases == {}
    from moto.awslambda.policy import Policy

    assert Policy(None).statements == []


def canary_repositories() -> None:
    """Repositories."""
    assert store.backend("ecr", A).repositories == {}


def canary_organizations() -> None:
    """Organizations."""
    b = store.backend("organizations", A)
    b.create_organization("us-east-1", FeatureSet="ALL")
    b.create_account(AccountName="m", Email="m@x")
    i = b.accounts[1].id
    o, member = organization.organization_of(i)
    assert o is b and member.parent_id == b.org.root_id
    assert [u.id for u in organization.units(b, member)] == [b.org.root_id]
    assert not organization.is_enabled(b, organization.SCP)
    b.enable_policy_type(RootId=b.org.root_id, PolicyType=organization.SCP)
    assert organization.is_enabled(b, organization.SCP)
    assert [len(p) for _n, p in organization.attached(b, member, organization.SCP)] == [1, 1]


def canary_members_of_organizations() -> None:
    """Members of organizations, and their own account that moto makes up."""
    from moto.organizations import utils
    from moto.organizations.models import FakeAccount

    b = store.backend("organizations", A)
    b.create_organization("us-east-1", FeatureSet="ALL")
    assert b.org.id == b.accounts[0].organization_id == b.ou[0].organization_id == b.policies[0].organization_id
    member = FakeAccount(b.org, AccountName="member", Email="root@example.com")
    assert member.id in store.accounts_of("iam")
    assert store.backends("iam").pop(member.id)
    b.accounts.append(member)
    for policy_id in (utils.DEFAULT_SCP_POLICY_ID, utils.DEFAULT_RCP_POLICY_ID):
        b.attach_policy(PolicyId=policy_id, TargetId=member.id)
    assert store.backends("organizations").master_accounts == {}


def canary_an_event_bus() -> None:
    """A bus's statements, which a whole policy is added to."""
    b = store.backend("events", A)
    bus = b.event_buses["default"]
    statement = {"Effect": "Allow", "Action": "events:PutEvents", "Resource": bus.arn}
    for sid, account in (("One", "610000000002"), ("Two", "610000000003")):
        text = json.dumps({"Statement": [{**statement, "Sid": sid, "Principal": {"AWS": account}}]})
        b.put_permission("default", "", "", "", {}, text)
    assert '"One"' in bus.policy and '"Two"' in bus.policy
    bus.remove_statements()
    assert not bus.policy


def canary_a_file_system() -> None:
    """A file system's policy, which nothing deletes."""
    b = store.backend("efs", A)
    name = b.create_file_system("token", "generalPurpose", False, "", "bursting", 0, "", False, []).file_system_id
    assert b.file_systems_by_id[name].file_system_policy is None
    assert not hasattr(b, "delete_file_system_policy")


def canary_a_domain() -> None:
    """A domain's access policy, which an empty text does not take away."""
    domains = store.backend("opensearch", A).domains
    assert domains == {}
    source = inspect.getsource(OpenSearchDomain.update)
    assert "self.access_policies = access_policies or self.access_policies" in source


def canary_a_reset() -> None:
    """A reset."""
    role()
    bucket()
    store.reset()
    assert identities.iam(A).roles == {} and store.backends("s3").bucket_accounts == {}


def canary_a_call() -> None:
    """A call."""
    r = store.call(
        "iam",
        "us-east-1",
        A,
        "POST",
        "/",
        {"content-type": "application/x-www-form-urlencoded"},
        b"Action=ListRoles&Version=2010-05-08",
    )
    assert r.status == 200 and b"ListRolesResult" in r.body


def failures() -> dict[str, str]:
    """The canaries that do not sing, with their last words."""
    found: dict[str, str] = {}
    canaries: dict[str, Callable[[], None]] = {n: f for n, f in globals().items() if n.startswith("canary_")}
    for name, sing in canaries.items():
        store.reset()
        try:
            sing()
        except Exception:  # noqa: BLE001  whatever it is, it is what is wanted to be known
            found[name] = traceback.format_exc()[-1500:]
    return found


if __name__ == "__main__":
    print(json.dumps(failures(), indent=2))
