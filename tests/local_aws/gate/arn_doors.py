# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Queues, topics, keys, secrets, functions and repositories at the door: things with an ARN that carry a policy.

The ARN (a queue's URL, a registry's ID) says whose it is, and moto does the call in that account. Which operations
work across accounts: SQS Developer Guide, "Limitations of custom policies"; KMS Developer Guide, "Allowing users in
other accounts to use a KMS key"; Lambda Developer Guide, "Granting function access to other accounts".
"""

from __future__ import annotations

import base64
import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.requests import KEY_POLICY, OTHER_RESOURCE
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.principals import parse_arn
from ansible_collections.xacct.aws.plugins.module_utils._services.rules_registry import rules_of_arn

from . import deliveries, encryption, function_policies, key_grants, resource_rules, store
from .calls import Call
from .doors import Door, Question
from .errors import Refusal, Response
from .identities import entity_of, tags_of
from .judgement import Target, denied


@dataclass(frozen=True)
class Place:
    """Where a thing is: its ARN, account and region, and moto's object, None where there is none."""

    arn: str
    account: str
    region: str
    thing: object | None


class ArnDoor(Door):
    """What the services of this module have in common; a service says how its calls name a thing."""

    policy_kind = OTHER_RESOURCE
    owner_only: frozenset[str] = frozenset()  # operations that do not work across accounts
    actions: Mapping[str, str] = {}  # operations whose permission has another name

    def place_of(self, call: Call) -> Place | None:
        """The thing that a call is about, None for a call about none."""
        raise NotImplementedError

    def policy_of(self, thing: object) -> str | dict | None:
        """The policy that a thing carries."""
        return thing.policy

    def context(self, call: Call) -> dict[str, object]:  # noqa: ARG002
        """The keys that the service brings."""
        return {}

    def questions(self, call: Call) -> list[Question]:
        place = self.place_of(call)
        action = f"{call.operation.service}:{self.actions.get(call.operation.name, call.operation.name)}"
        if place is None:
            return [Question(action, Target("*", call.account), self.context(call))]
        policy = self.policy_of(place.thing) if place.thing is not None else None
        target = Target(place.arn, place.account, policy, self.policy_kind)
        if place.account != call.account and call.operation.name in self.owner_only:
            raise denied(call.caller, action, target)
        return [Question(action, target, self.context(call)), *self._of_key(call, action, target, place)]

    def key_of(self, thing: object) -> str | None:  # noqa: ARG002
        """The name of the KMS key that encrypts a thing, "" for AWS's own one, None for no key."""
        return None

    def _of_key(self, call: Call, action: str, target: Target, place: Place) -> list[Question]:
        key = self.key_of(place.thing) if place.thing is not None else None
        rules = rules_of_arn(parse_arn(place.arn)) if key is not None else None
        wanted = rules.key_actions.get(action, ()) if rules else ()
        return encryption.key_questions(call, target, place.region, key, wanted) if wanted else []

    def place(self, call: Call) -> tuple[str, str]:
        place = self.place_of(call)
        return (place.account, place.region) if place else (call.account, call.region)


class QueueDoor(ArnDoor):
    """SQS."""

    owner_only = frozenset(
        {
            "AddPermission", "CancelMessageMoveTask", "CreateQueue", "DeleteQueue", "ListMessageMoveTasks",
            "ListQueueTags", "RemovePermission", "SetQueueAttributes", "StartMessageMoveTask", "TagQueue", "UntagQueue",
        }
    )  # fmt: skip
    actions = {
        "SendMessageBatch": "SendMessage", "DeleteMessageBatch": "DeleteMessage",
        "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
    }  # fmt: skip

    def place_of(self, call: Call) -> Place | None:
        region = call.region
        if call.text("QueueUrl"):
            parts = urllib.parse.urlsplit(call.text("QueueUrl")).path.strip("/").split("/")
            account, name = parts if len(parts) == 2 else (call.account, parts[-1])
        elif call.text("QueueName"):
            account, name = call.text("QueueOwnerAWSAccountId") or call.account, call.text("QueueName")
        else:
            return None
        queue = store.backend("sqs", account, region).queues.get(name)
        return Place(f"arn:aws:sqs:{region}:{account}:{name}", account, region, queue)

    def key_of(self, thing: object) -> str | None:
        return getattr(thing, "kms_master_key_id", None) or None

    def prepared(self, call: Call) -> Call | Response:
        return resource_rules.queue_policy(call)


class TopicDoor(ArnDoor):
    """SNS."""

    actions = {"PublishBatch": "Publish"}

    def place_of(self, call: Call) -> Place | None:
        arn = (
            call.text("TopicArn") or call.text("ResourceArn") or call.text("TargetArn") or call.text("SubscriptionArn")
        )
        if not arn and call.operation.name == "CreateTopic":
            arn = f"arn:aws:sns:{call.region}:{call.account}:{call.text('Name')}"
        parts = arn.split(":")
        if len(parts) < 6:
            return None
        topic = store.backend("sns", parts[4], parts[3]).topics.get(":".join(parts[:6]))
        return Place(":".join(parts[:6]), parts[4], parts[3], topic)

    def context(self, call: Call) -> dict[str, object]:
        keys = {"sns:Protocol": call.text("Protocol"), "sns:Endpoint": call.text("Endpoint")}
        return {key: value for key, value in keys.items() if value}

    def key_of(self, thing: object) -> str | None:
        return thing.kms_master_key_id or None

    def prepared(self, call: Call) -> Call | Response:
        return resource_rules.topic_policy(call)

    def before(self, call: Call) -> object:  # noqa: ARG002
        deliveries.install()
        return None


class KeyDoor(ArnDoor):
    """KMS."""

    policy_kind = KEY_POLICY
    foreign = frozenset(
        {
            "CreateGrant", "Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "GenerateDataKeyPair",
            "GenerateDataKeyPairWithoutPlaintext", "GenerateDataKeyWithoutPlaintext", "GenerateMac",
            "GetKeyRotationStatus", "GetPublicKey", "ListGrants", "ReEncrypt", "RetireGrant", "RevokeGrant", "Sign",
            "Verify", "VerifyMac",
        }
    )  # fmt: skip

    def policy_of(self, thing: object) -> str | dict | None:
        return key_grants.policy_with_grants(thing)

    def place_of(self, call: Call) -> Place | None:
        name = call.text("KeyId") or call.text("TargetKeyId")
        if not name and call.text("CiphertextBlob"):
            return self._of_ciphertext(call)
        if not name or call.operation.name == "ListAliases":
            return None
        account, region = call.account, call.region
        if name.startswith("arn:"):
            account, region, name = name.split(":")[4], name.split(":")[3], name.split(":", 5)[5].removeprefix("key/")
        backend = store.backend("kms", account, region)
        if name.startswith("alias/"):
            name = next((key.id for key in backend.keys.values() if name in key.aliases), name)
        return Place(f"arn:aws:kms:{region}:{account}:key/{name}", account, region, backend.keys.get(name))

    def _of_ciphertext(self, call: Call) -> Place | None:
        start = base64.b64decode(call.text("CiphertextBlob"))[:36].decode("ascii", "replace")
        for account in store.accounts_of("kms"):
            for backend in store.regions_of("kms", account):
                if start in backend.keys:
                    region = backend.region_name
                    return Place(f"arn:aws:kms:{region}:{account}:key/{start}", account, region, backend.keys[start])
        raise Refusal("InvalidCiphertextException", "", 400)

    def questions(self, call: Call) -> list[Question]:
        place = self.place_of(call)
        if call.operation.name == "ReEncrypt":
            source = replace(call, fields={"CiphertextBlob": call.text("CiphertextBlob")})
            target = replace(call, fields={"KeyId": call.text("DestinationKeyId")})
            return [
                replace(question, action=f"kms:ReEncrypt{end}")
                for each, end in ((source, "From"), (target, "To"))
                for question in self._on_key(each)
            ]
        if place and place.account != call.account and call.operation.name not in self.foreign:
            raise denied(call.caller, call.action, Target(place.arn, place.account))
        if place and place.thing is None:
            raise Refusal("NotFoundException", f"Key '{place.arn}' does not exist")
        return self._on_key(call)

    def _on_key(self, call: Call) -> list[Question]:
        place = self.place_of(call)
        questions = super().questions(call)
        if place is None:
            return questions
        granted = key_grants.granted_to(place.thing, call.caller)
        return [replace(each, target=replace(each.target, granted=granted)) for each in questions]

    def context(self, call: Call) -> dict[str, object]:
        context: dict[str, object] = {"kms:CallerAccount": call.account}
        pairs = call.fields.get("EncryptionContext")
        if isinstance(pairs, dict) and pairs:
            context |= {f"kms:EncryptionContext:{key}": value for key, value in pairs.items()}
            context["kms:EncryptionContextKeys"] = sorted(pairs)
        if call.operation.name == "CreateGrant":
            context["kms:GranteePrincipal"] = call.text("GranteePrincipal")
            context["kms:GrantOperations"] = call.fields.get("Operations") or None
            context["kms:GrantIsForAWSResource"] = "false"
        if "BypassPolicyLockoutSafetyCheck" in call.fields:
            context["kms:BypassPolicyLockoutSafetyCheck"] = str(call.fields["BypassPolicyLockoutSafetyCheck"]).lower()
        return context

    def prepared(self, call: Call) -> Call | Response:
        place = self.place_of(call)
        if call.operation.name == "CreateGrant" and place:
            return key_grants.new_grant(call, place.thing) or call
        return resource_rules.key_policy(call, place.arn if place else None)

    def finished(self, call: Call, response: Response, before: object) -> Response:  # noqa: ARG002
        if call.operation.name == "ListGrants" and response.status == 200:
            return key_grants.page(call, response)
        return response


class SecretDoor(ArnDoor):
    """Secrets Manager."""

    def place_of(self, call: Call) -> Place | None:
        name = call.text("SecretId")
        account, region = call.account, call.region
        if not name:
            if call.operation.name == "CreateSecret":
                return Place(
                    f"arn:aws:secretsmanager:{region}:{account}:secret:{call.text('Name')}", account, region, None
                )
            return None
        if name.startswith("arn:"):
            account, region = name.split(":")[4], name.split(":")[3]
        secret = store.backend("secretsmanager", account, region).secrets.get(name)
        if secret is None and name.startswith("arn:"):
            return Place(name, account, region, None)
        if secret is None:
            return Place(f"arn:aws:secretsmanager:{region}:{account}:secret:{name}", account, region, None)
        return Place(secret.arn, account, region, secret)

    def key_of(self, thing: object) -> str | None:
        return thing.kms_key_id or ""

    def prepared(self, call: Call) -> Call | Response:
        return resource_rules.secret_policy(call)


class FunctionDoor(ArnDoor):
    """Lambda."""

    actions = {"Invoke": "InvokeFunction", "InvokeAsync": "InvokeAsync"}
    owner_only = frozenset({"AddPermission", "RemovePermission", "GetPolicy"})
    _path = re.compile(r"/\d{4}-\d\d-\d\d/functions/([^/]+)")

    def place_of(self, call: Call) -> Place | None:
        found = self._path.match(call.path)
        name = found.group(1) if found else call.text("FunctionName")
        if not name:
            return None
        account, region = call.account, call.region
        parts = name.split(":")
        if name.startswith("arn:"):
            account, region, parts = parts[4], parts[3], parts[6:]
        elif len(parts) >= 3 and parts[1] == "function":
            account, parts = parts[0], parts[2:]
        name = parts[0]
        qualifier = (parts[1] if len(parts) > 1 else "") or call.text("Qualifier") or call.query.get("Qualifier", "")
        functions = store.backend("lambda", account, region)._lambdas
        arn = f"arn:aws:lambda:{region}:{account}:function:{name}"
        kept = functions._functions.get(name)
        if kept is None or qualifier in ("", "$LATEST"):
            return Place(arn, account, region, kept["latest"] if kept else None)
        known = {*functions._aliases.get(arn, {}), *(str(each.version) for each in kept["versions"])}
        return Place(f"{arn}:{qualifier}", account, region, kept["latest"] if qualifier in known else None)

    def policy_of(self, thing: object) -> str | dict | None:
        statements = thing.policy.statements
        return {"Version": "2012-10-17", "Statement": statements} if statements else None

    def questions(self, call: Call) -> list[Question]:
        questions = super().questions(call)
        if call.operation.name == "CreateFunction" and call.text("Role"):
            questions.append(pass_role(call, call.text("Role"), "lambda.amazonaws.com"))
        return questions

    def context(self, call: Call) -> dict[str, object]:
        principal = {"lambda:Principal": call.text("Principal")} if call.text("Principal") else {}
        return {"lambda:InvokedViaFunctionUrl": "false", **principal}

    def prepared(self, call: Call) -> Call | Response:
        place = self.place_of(call)
        if place is None or place.thing is None:
            return call
        return function_policies.answered(call, place.thing, place.arn) or call


def pass_role(call: Call, arn: str, service: str) -> Question:
    """Handing a role to a service."""
    role = entity_of(arn)
    target = Target(arn, call.account, tags=tags_of(role) if role else {})
    return Question("iam:PassRole", target, {"iam:PassedToService": service})


class RepositoryDoor(ArnDoor):
    """ECR."""

    def place_of(self, call: Call) -> Place | None:
        name = call.text("repositoryName")
        if not name:
            return None
        account = call.text("registryId") or call.account
        repository = store.backend("ecr", account, call.region).repositories.get(name)
        return Place(f"arn:aws:ecr:{call.region}:{account}:repository/{name}", account, call.region, repository)
