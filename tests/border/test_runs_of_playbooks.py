# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection's own playbooks, with attackers among the accounts, and in a world full of strangers' texts."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.border.attacks import ATTACKS
from tests.border.endpoint import HostileEndpoint, long_token
from tests.border.findings import require_nothing
from tests.border.playbooks import CORE, CORES, SHARE, SHOWN, Run, run
from tests.border.rewriting import MARK, rewritten
from tests.border.tasks import NO_RETRIES
from tests.border.texts import BIDI, COMMAND_VARIABLE, CONTROLS, FORGED, FORGED_HOST, PLUGIN_VARIABLE, Templates
from tests.integration.trust_world import ALL, World
from tests.local_aws.server import LocalAws

BOOTSTRAP, VERIFY = "xacct.aws.bootstrap_trust", "xacct.aws.verify_trust"
ALWAYS = ("control-in-xml-403", "template-in-message", "cut-assume-role")
"""The others take turns: each ansible-core meets some of them."""
TURN = 4
KEYS = {"access_key": "AKIAXXXXXXXXXXXXXXXX", "secret_key": secrets.token_urlsafe(30), "session_token": long_token()}
LEFT = ("report.json", "junit.xml")
READ_BELOW, READ = {"access": "read", "prefixes": ["x/"]}, {"permission": "READ"}


class Customers(World):
    """A platform with trusts of every kind on its customers."""

    def __init__(self, local_aws: LocalAws, directory: Path) -> None:
        super().__init__(local_aws, directory)
        self.add_customer_c()
        everywhere = {"trusted": {"account": "platform", "principals": ["role/Reporter"]}, "trusting": ["customers"]}
        self.trusts += [
            {"name": "exports", **everywhere, "bucket": {"name": "data-{account_id}", **READ_BELOW}},
            {"name": "lists", **everywhere, "object_acl": {"bucket": "lists-{account_id}", "prefix": "x/", **READ}},
            {
                "name": "events",
                **everywhere,
                "resource": {"type": "sns_topic", "name": "events", "region": "us-east-1", "access": "publish"},
            },
        ]  # fmt: skip

    def make_resources(self, host: str) -> None:
        """What the trusts are about, with statements and descriptions of somebody else."""
        account = self.accounts[host]
        theirs = {"Sid": MARK, "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::333333333333:root"}}
        s3, sns = self.client("s3", host), self.client("sns", host)
        for name, ownership in (("data", "BucketOwnerEnforced"), ("lists", "ObjectWriter")):
            s3.create_bucket(Bucket=f"{name}-{account}", ObjectOwnership=ownership)
            s3.put_object(Bucket=f"{name}-{account}", Key="x/one", Body=b"1")
        objects = {**theirs, "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::data-{account}/*"}
        s3.put_bucket_policy(Bucket=f"data-{account}", Policy=json.dumps({**ALL, "Statement": [objects]}))
        topic = sns.create_topic(Name="events")["TopicArn"]
        published = {**theirs, "Action": "sns:Publish", "Resource": topic}
        policy = json.dumps({"Version": "2012-10-17", "Id": MARK, "Statement": [published]})
        sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
        self.client("iam", host).create_role(
            RoleName="XacctDeveloper",
            Description=MARK,
            AssumeRolePolicyDocument=json.dumps({**ALL, "Statement": [{**theirs, "Action": "sts:AssumeRole"}]}),
            Tags=[{"Key": "xacct:managed-by", "Value": "xacct.aws"}, {"Key": "owner", "Value": MARK}],
        )

    def inventory(self, variables: dict) -> dict:
        """The inventory as it is now."""
        shared = {"ansible_connection": "local", "xacct_trusts": self.trusts, **variables}
        children = {group: {"hosts": {host: {} for host in hosts}} for group, hosts in self.groups.items()}
        return {"all": {"children": {"accounts": {"hosts": self.hosts, "vars": shared}, **children}}}

    @property
    def secrets(self) -> list[str]:
        """The secrets that it has given out."""
        return [user["secret_key"] for users in self.users.values() for user in users.values()]


@pytest.fixture
def world(local_aws: LocalAws, tmp_path: Path) -> Customers:
    return Customers(local_aws, tmp_path)


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[HostileEndpoint]:
    (tmp_path / "made").mkdir()
    with HostileEndpoint(tmp_path / "made").running() as running:
        yield running


def attacks_of(share: int) -> list[str]:
    """The attacks that a core meets."""
    others = [name for name in ATTACKS if name not in ALWAYS]
    return [*ALWAYS, *others[share :: len(CORES)][:TURN]]


def evaluating(templates: Templates) -> dict:
    """Variables with which the templates of the attacks would run."""
    return {PLUGIN_VARIABLE: "ansible.builtin.pipe", COMMAND_VARIABLE: templates.command("unquoted")}


def played(world: Customers, folder: Path, name: str, *options: str, variables: dict, in_process: bool = True) -> Run:
    """Run one of the playbooks, with its report and its proofs for CI systems."""
    files = {"xacct_report_file": str(folder / LEFT[0]), "xacct_junit_file": str(folder / LEFT[1])}
    inventory = world.inventory({**variables, **files, "xacct_in_process": in_process})
    return run(folder, name, inventory, *options, environment=SHOWN[SHARE], leaves=LEFT)


@pytest.mark.parametrize("playbook", [BOOTSTRAP, VERIFY][: 2 - SHARE % 2])
def test_attackers_among_the_accounts(
    world: Customers, endpoint: HostileEndpoint, tmp_path: Path, playbook: str
) -> None:
    """Every kind of trust is tried on an account behind each attack; the others are served as ever.

    The plays of verify_trust are a part of bootstrap_trust, so not every core runs them once more.
    """
    attacks = attacks_of(SHARE)
    for number, attack in enumerate(attacks):
        world.hosts[attack] = {
            "xacct_account_id": f"8{number:011}",
            "xacct_connection": {
                **KEYS,
                "endpoint_url": endpoint.endpoint(attack),
                "region": "us-east-1",
                "aws_config": NO_RETRIES,
            },
        }
    world.groups["customers"] += attacks
    world.make_resources("a")
    done = played(world, tmp_path, playbook, variables=evaluating(endpoint.templates))
    hidden = [*world.secrets, KEYS["secret_key"], KEYS["session_token"], *endpoint.secrets]
    require_nothing({playbook: done.wrong(endpoint.templates, hidden)})
    assert set(LEFT) <= set(done.texts), done.texts["stdout"][-3000:]
    assert not [attack for attack in attacks if not endpoint.requests[attack]]
    if playbook == BOOTSTRAP:
        states = {(row["trust"], row["to"]): row["state"] for row in json.loads(done.texts[LEFT[0]])["rows"]}
        assert {states[("backup", host)] for host in ("a", "b", "c")} <= {"changed", "not tried (trusted side)"}


def test_texts_of_strangers(world: Customers, tmp_path: Path) -> None:
    """Descriptions, tags, Sids and Ids of somebody else hold templates, control characters and a forged line."""
    options = ["--diff", "--check"][: 1 + SHARE % 2]
    (tmp_path / "made").mkdir()
    templates = Templates(tmp_path / "made")
    world.groups["customers"] = ["a"]
    world.trusts[1]["trusting"] = ["a"]
    world.make_resources("a")
    for name in ("BackupService", "Reporter"):
        world.client("iam", "platform").update_role(RoleName=name, Description=MARK)
        world.client("iam", "platform").tag_role(RoleName=name, Tags=[{"Key": "owner", "Value": MARK}])
    hostile = f"{templates.all_of('stranger')}{CONTROLS}{BIDI}\r{FORGED}"
    with rewritten(world.local_aws.endpoint, hostile) as url:
        for variables in world.hosts.values():
            variables["xacct_connection"]["endpoint_url"] = url
        done = played(
            world, tmp_path, BOOTSTRAP, *options, variables=evaluating(templates), in_process=CORES[-1] != CORE
        )
    require_nothing({" ".join(options): done.wrong(templates, world.secrets)})
    assert set(LEFT) <= set(done.texts), done.texts["stdout"][-3000:]
    assert FORGED_HOST in done.texts["stdout"] and "touch" in done.texts["stdout"]
