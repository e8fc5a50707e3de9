# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls to IAM: writes that are sent once only, and limits that may be missing or hidden."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._resources import iam
from ansible_collections.xacct.aws.plugins.module_utils._resources.quotas import Quotas

boto3 = pytest.importorskip("boto3")


class Account:
    """An account whose client answers every request with the next of `answers` (status, body), without a network."""

    description = "account 111111111111"
    known_account_id = "111111111111"
    known_caller = ""

    def __init__(self, *answers: tuple[int, str]) -> None:
        self.answers = list(answers)
        self.sent = 0
        self._client = boto3.client("iam", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="s")
        self._client.meta.events.register("before-send.iam.*", self._answer)

    def client(self, _service: str) -> object:
        return self._client

    def secrets(self) -> tuple[str, ...]:
        return ()

    def _answer(self, request, **_others):  # type: ignore[no-untyped-def]
        from botocore.awsrequest import AWSResponse

        self.sent += 1
        status, body = self.answers.pop(0)
        if not status:
            from botocore.exceptions import ConnectionClosedError

            raise ConnectionClosedError(endpoint_url=request.url)
        return AWSResponse(request.url, status, {}, Raw(body.encode()))


class Raw:
    """A body as urllib3 hands it over."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def stream(self, **_named: object):  # type: ignore[no-untyped-def]
        yield self.content


OK = (200, "<R><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></R>")
BROKEN = (500, "<E><Error><Code>ServiceFailure</Code><Message>x</Message></Error></E>")
THROTTLED = (400, "<E><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></E>")
NOT_OFFERED = [
    (400, "<E><Error><Code>InvalidAction</Code><Message>x</Message></Error></E>"),
    (405, "<Error><Code>MethodNotAllowed</Code><Message>x</Message></Error>"),
    (404, "<html><body>no</body></html>"),
    (501, ""),
]
DENIED = (403, "<E><Error><Code>AccessDenied</Code><Message>no</Message></Error></E>")
ARGUMENTS = {"RoleName": "R", "PolicyDocument": "{}"}


@pytest.mark.parametrize(("answer", "code"), [
    (BROKEN, "ServiceFailure"), (THROTTLED, "Throttling"), (DENIED, "AccessDenied"), ((0, ""), "ConnectionClosedError"),
])  # fmt: skip
def test_a_write_that_is_shared_is_sent_once(answer: tuple[int, str], code: str) -> None:
    account = Account(answer, OK, OK)
    with pytest.raises(AwsError) as caught:
        iam.call_once(account, "role R", "update_assume_role_policy", **ARGUMENTS)
    assert caught.value.code == code
    assert account.sent == 1


@pytest.mark.parametrize("answer", [BROKEN, THROTTLED])
def test_other_calls_are_sent_again_afterwards_too(answer: tuple[int, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    account = Account(OK, answer, OK)
    iam.call_once(account, "role R", "update_assume_role_policy", **ARGUMENTS)
    iam.call(account, "role R", "update_assume_role_policy", **ARGUMENTS)
    assert account.sent == 3


def test_lists_are_read_to_their_end() -> None:
    def page(names: str, rest: str) -> tuple[int, str]:
        members = "".join(f"<member>{name}</member>" for name in names)
        result = f"<ListRolePoliciesResult><PolicyNames>{members}</PolicyNames>{rest}</ListRolePoliciesResult>"
        return (200, f"<ListRolePoliciesResponse>{result}</ListRolePoliciesResponse>")

    more = "<IsTruncated>true</IsTruncated><Marker>{}</Marker>"
    last = "<IsTruncated>false</IsTruncated>"
    account = Account(page("ab", more.format(1)), page("", more.format(2)), page("c", last))
    names = iam.listed(account, "role R", "list_role_policies", "PolicyNames", RoleName="R")
    assert list(names) == ["a", "b", "c"]


@pytest.mark.parametrize("answer", NOT_OFFERED)
def test_a_list_that_the_server_does_not_have_is_empty(answer: tuple[int, str]) -> None:
    arguments = ("list_instance_profiles_for_role", "InstanceProfiles")
    assert iam.listed_if_offered(Account(answer), "role R", *arguments, RoleName="R") == []


@pytest.mark.parametrize("answer", [DENIED, (404, "<E><Error><Code>NoSuchEntity</Code></Error></E>")])
def test_a_list_that_may_not_be_read_is_not_empty(answer: tuple[int, str]) -> None:
    arguments = ("list_instance_profiles_for_role", "InstanceProfiles")
    with pytest.raises(AwsError):
        iam.listed_if_offered(Account(answer), "role R", *arguments, RoleName="R")


def summary(**values: int) -> tuple[int, str]:
    entries = "".join(f"<entry><key>{key}</key><value>{value}</value></entry>" for key, value in values.items())
    result = f"<GetAccountSummaryResult><SummaryMap>{entries}</SummaryMap></GetAccountSummaryResult>"
    return (200, f"<GetAccountSummaryResponse>{result}</GetAccountSummaryResponse>")


class TestQuotas:
    def test_are_the_accounts_own_and_read_once(self) -> None:
        account = Account(summary(AssumeRolePolicySizeQuota=4096, PolicySizeQuota=6144))
        quotas = Quotas(account)
        assert account.sent == 0
        assert quotas.limit("AssumeRolePolicySizeQuota") == 4096
        assert quotas.limit("PolicySizeQuota") == 6144
        assert account.sent == 1

    def test_that_are_not_reported_are_known_or_unlimited(self) -> None:
        quotas = Quotas(Account(summary(Users=1)))
        assert quotas.limit("RolePolicySizeQuota") == 10240
        assert quotas.limit("AttachedPoliciesPerRoleQuota") is None

    @pytest.mark.parametrize("answer", [DENIED, *NOT_OFFERED])
    def test_that_may_not_be_read_are_left_to_iam(self, answer: tuple[int, str]) -> None:
        quotas = Quotas(Account(answer))
        assert quotas.limit("AssumeRolePolicySizeQuota") is None
        assert quotas.limit("PolicySizeQuota") == 6144

    def test_that_cannot_be_read_are_an_error(self) -> None:
        gone = (400, "<E><Error><Code>InvalidClientTokenId</Code><Message>x</Message></Error></E>")
        with pytest.raises(AwsError):
            Quotas(Account(gone)).limit("PolicySizeQuota")
