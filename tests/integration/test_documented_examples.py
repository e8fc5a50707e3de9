# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The examples of modules run as they stand, and return what RETURN says."""

from __future__ import annotations

import importlib

import pytest
import yaml
from ansible_collections.xacct.aws.plugins.module_utils._operations.grants import identity_grant, resource_grant
from ansible_collections.xacct.aws.plugins.module_utils._operations.role import role

from tests.integration.in_process import TestAccount
from tests.integration.resource_world import empty_archive
from tests.local_aws.server import LocalAws

pytestmark = pytest.mark.also_oldest

OPERATIONS = {"xacct_role": role.OPERATION, "xacct_identity_grant": identity_grant.OPERATION}
ALWAYS = {"changed", "diff"}


def documentation(module: str) -> object:
    return importlib.import_module(f"ansible_collections.xacct.aws.plugins.modules.{module}")


@pytest.mark.parametrize("module", OPERATIONS)
def test_examples(local_aws: LocalAws, module: str) -> None:
    account = TestAccount(local_aws)
    for name in ("BackupService", "Auditors"):
        account.make_role(name)
    account.iam.create_group(GroupName="developers")
    for account_id, name in (("111111111111", "BackupService"), ("333333333333", "Pipeline")):
        trusted = TestAccount(local_aws, account_id)
        if name not in trusted.role_names():
            trusted.make_role(name)
    documented = yaml.safe_load(documentation(module).RETURN)
    tasks = yaml.safe_load(documentation(module).EXAMPLES)
    assert len(tasks) > 2
    for task in tasks:
        options = task[f"xacct.aws.{module}"]
        for grant in options.get("grants", []):
            if grant.get("assume_roles") == "{{ audit_role_arns }}":
                grant["assume_roles"] = [f"arn:aws:iam::{number:012}:role/XacctAudit" for number in range(200)]
        outcome = account.run(OPERATIONS[module], **options)
        assert outcome.result["changed"], task["name"]
        assert not account.run(OPERATIONS[module], **options).result["changed"], task["name"]
        assert set(outcome.result) - ALWAYS == set(documented)
        facts = outcome.result.get("role")
        if facts:
            assert set(facts) == set(documented["role"]["contains"])


def test_examples_of_resource_grants(local_aws: LocalAws) -> None:
    account, publisher = TestAccount(local_aws, "222222222222"), TestAccount(local_aws, "111111111111")
    if "Publisher" not in publisher.role_names():
        publisher.make_role("Publisher")
    local_aws.client("sns", account.account_id, "eu-central-1").create_topic(Name="events")
    local_aws.client("sqs", account.account_id, "eu-central-1").create_queue(QueueName="events")
    kms = local_aws.client("kms", account.account_id, "eu-central-1")
    kms.create_alias(AliasName="alias/shared", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    local_aws.client("secretsmanager", account.account_id, "eu-central-1").create_secret(Name="shared/database")
    functions = local_aws.client("lambda", account.account_id, "eu-central-1")
    runs = account.make_role("Runs")[0]
    functions.create_function(
        FunctionName="resize", Runtime="python3.12", Handler="x.y", Role=runs, Code={"ZipFile": empty_archive()},
    )  # fmt: skip
    version = functions.publish_version(FunctionName="resize")["Version"]
    functions.create_alias(FunctionName="resize", Name="live", FunctionVersion=version)
    fifo = {"FifoQueue": "true"}
    local_aws.client("sqs", account.account_id).create_queue(QueueName="jobs.fifo", Attributes=fifo)
    local_aws.client("ecr", account.account_id).create_repository(repositoryName="tools/builder")
    parameter = {"Name": "/shared/vpc-id", "Value": "vpc-0123", "Type": "String", "Tier": "Advanced"}
    local_aws.client("ssm", account.account_id).put_parameter(**parameter)
    documented = yaml.safe_load(documentation("xacct_resource_grant").RETURN)
    for task in yaml.safe_load(documentation("xacct_resource_grant").EXAMPLES):
        options = task["xacct.aws.xacct_resource_grant"]
        if options["grants"] == "{{ queue_grants }}":
            options["grants"] = [{"name": "partner", "principals": [publisher.account_id], "access": "receive"}]
        outcome = account.run(resource_grant.OPERATION, **options)
        assert outcome.result["changed"], task["name"]
        assert not account.run(resource_grant.OPERATION, **options).result["changed"], task["name"]
        only_keys = set() if options.get("type") == "kms_key" else {"kms_grants"}
        assert set(outcome.result) - ALWAYS == set(documented) - only_keys
        assert set(outcome.result["resource"]) == set(documented["resource"]["contains"])


def test_the_sample_of_resource_grants_is_what_the_first_example_makes(local_aws: LocalAws) -> None:
    """The sample shows one statement alone; the topic that the example is about has those of others as well."""
    sample = yaml.safe_load(documentation("xacct_resource_grant").RETURN)
    account, publisher = TestAccount(local_aws, "222222222222"), TestAccount(local_aws, "111111111111")
    if "Publisher" not in publisher.role_names():
        publisher.make_role("Publisher")
    local_aws.client("sns", account.account_id, "eu-central-1").create_topic(Name="events")
    first = yaml.safe_load(documentation("xacct_resource_grant").EXAMPLES)[0]["xacct.aws.xacct_resource_grant"]
    account.run(resource_grant.OPERATION, **{**first, "grants": [{"name": "publisher", "state": "absent"}]})
    result = account.run(resource_grant.OPERATION, check_mode=True, **first).result
    assert result["changes"] == sample["changes"]["sample"]
    assert result["resource"] == sample["resource"]["sample"]
    assert result["policy"]["Statement"][-1:] == sample["policy"]["sample"]["Statement"]


def test_the_sample_of_kms_grants_is_what_an_example_makes(local_aws: LocalAws) -> None:
    sample = yaml.safe_load(documentation("xacct_resource_grant").RETURN)["kms_grants"]["sample"]
    account, publisher = TestAccount(local_aws), TestAccount(local_aws, "111111111111")
    if "Publisher" not in publisher.role_names():
        publisher.make_role("Publisher")
    kms = local_aws.client("kms", account.account_id, "eu-central-1")
    kms.create_alias(AliasName="alias/shared", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    tasks = [task["xacct.aws.xacct_resource_grant"] for task in
             yaml.safe_load(documentation("xacct_resource_grant").EXAMPLES)]  # fmt: skip
    example = next(task for task in tasks if task["resource"] == "alias/shared" and task["grants"][0]["name"] == "blue")
    assert account.run(resource_grant.OPERATION, **example).result["kms_grants"] == sample
