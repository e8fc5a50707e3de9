# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What STS takes beyond what one hop can say (see `_aws/sessions/hops.py`): tokens, assertions, session policies, tags.

Numbers and patterns are those of botocore's STS model, which a unit test compares them with; that Policy has at most
2,048 characters in AssumeRole too is AWS's documentation.
Private to this collection.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

DEFAULT_SESSION = 3600
"""Seconds that STS gives when no duration is asked for."""

MOST_POLICY_ARNS = 10
MOST_TRANSITIVE_KEYS = 50
MOST_CONTEXTS = 5
LONGEST_SESSION_POLICY = 2048
"""Characters without whitespace; with policy ARNs and tags a packed form of them is limited once more by AWS."""

LENGTHS = {
    "web_identity_token": (4, 20000),
    "web_identity_provider": (4, 2048),
    "saml_assertion": (4, 100000),
}
"""Option to the least and most characters that its value may have."""

PARAMETERS = {
    "web_identity_token": "WebIdentityToken",
    "web_identity_provider": "ProviderId",
    "saml_assertion": "SAMLAssertion",
}
"""Option to the parameter of STS."""

TAG_PUNCTUATION = "_.:/=+-@"
POLICY_CHARACTERS = re.compile("[\t\n\r\x20-\xff]*")


def length_errors(option: str, value: str | None) -> list[str]:
    """Return what is wrong with the length of a value, which is never repeated: it may be a secret."""
    shortest, longest = LENGTHS[option]
    if value is None or shortest <= len(value) <= longest:
        return []
    return [f"{option} has {len(value)} characters; STS takes {shortest} to {longest}"]


def session_tag_errors(tags: Mapping, transitive_keys: Iterable[str]) -> list[str]:
    """Return what is wrong with the characters of session tags, and with keys that are one key to STS.

    STS ignores the case of a key. A transitive key has to be among the tags of the same call.
    """
    errors = []
    seen: dict[str, str] = {}
    for key, value in ((str(key), str(value)) for key, value in tags.items()):
        if not is_tag_text(key) or not is_tag_text(value):
            errors.append(f"tags: '{key}' and its value may have letters, digits, spaces and {TAG_PUNCTUATION} only")
        if key.lower() in seen:
            errors.append(f"tags: '{seen[key.lower()]}' and '{key}' are one key to STS, which ignores case")
        seen[key.lower()] = key
    transitive_keys = list(transitive_keys)
    errors += [
        f"transitive_tag_keys: '{key}' is not among the tags; tags that were inherited stay transitive by themselves"
        for key in transitive_keys
        if key.lower() not in seen
    ]
    if len(transitive_keys) > MOST_TRANSITIVE_KEYS:
        errors.append(f"transitive_tag_keys: at most {MOST_TRANSITIVE_KEYS}, not {len(transitive_keys)}")
    return errors


def is_tag_text(text: str) -> bool:
    """Tell whether STS takes this text in a tag (the model's pattern uses Unicode categories, which `re` lacks)."""
    return all(character in TAG_PUNCTUATION or unicodedata.category(character)[0] in "LZN" for character in text)
