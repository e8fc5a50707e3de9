# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the policy of a KMS key lets through what a grant on something encrypted takes there."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping

from ..evaluation.compiled_policies import CompiledPolicy, compile_policy
from ..evaluation.decision import ALLOWED
from ..evaluation.evaluate import evaluate
from ..evaluation.request_principals import request_principal
from ..evaluation.requests import KEY_POLICY, Request, ResourcePolicy
from ..language.context import UNKNOWN
from ..language.documents import new_document, texts
from ..language.principals import Arn, parse_principal, principal_element, principal_pairs

_EVERYTHING = compile_policy(new_document([{"Effect": "Allow", "Action": "*", "Resource": "*"}]))


def not_allowed_yet(wanted: Iterable[Mapping], policy: dict | None, key: Arn) -> list[dict]:
    """Return what of ``wanted``, statements for the policy of ``key``, the policy does not certainly allow yet.

    The own policies of the principals are another matter. What a request brings beside the conditions that are wanted
    is not known, so a statement on any other condition is not certain.
    """
    compiled = compile_policy(policy)
    found = []
    for statement in wanted:
        spelled = [
            f"service:{text}" if kind == "Service" else text for kind, text in principal_pairs(statement["Principal"])
        ]
        lacking = [text for text in spelled if not all(_answers(statement, text, compiled, key))]
        if lacking:
            found.append({**statement, "Principal": principal_element([parse_principal(text) for text in lacking])})
    return found


def _answers(statement: Mapping, who: str, policy: CompiledPolicy, key: Arn) -> Iterator[bool]:
    """Yield whether the policy allows each action of a statement, under each value of its conditions."""
    lines = [
        (name, texts(value, name)) for keys in statement.get("Condition", {}).values() for name, value in keys.items()
    ]
    principal = request_principal(who)
    for action, *values in itertools.product(texts(statement["Action"], "Action"), *(each for _name, each in lines)):
        brought = dict(zip((name for name, _values in lines), values, strict=True))
        request = Request(
            principal=principal,
            action=action,
            resource=str(key),
            resource_account=key.account_id,
            context={"kms:CallerAccount": principal.account_id, "*": UNKNOWN, **brought},
            identity_policies=(_EVERYTHING,),
            resource_policy=ResourcePolicy(KEY_POLICY, policy),
        )
        yield evaluate(request).answer == ALLOWED
