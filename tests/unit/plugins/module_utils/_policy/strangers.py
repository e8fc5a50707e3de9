# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policy documents of strangers: what a server that is not AWS, or somebody with bad intentions, can have stored.

`texts()` draws texts: any JSON, policies of which a part was exchanged for anything, objects with one key twice, NaN,
numbers of any length, halves of characters, deep nesting, no JSON at all. `documents()` draws what botocore makes of
them for IAM, whose documents it decodes by itself.
"""

from __future__ import annotations

import json
import urllib.parse

from hypothesis import strategies as st

from tests.unit.plugins.module_utils._policy.strategies import policies

ELEMENTS = (
    "Version", "Id", "Statement", "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource",
    "NotResource", "Condition", "AWS", "Service", "Federated", "CanonicalUser", "*", "StringEquals", "StringLike",
    "Bool", "Null", "ForAllValues:StringLike", "IpAddress", "NumericLessThan", "DateLessThan", "ArnLike",
    "BinaryEquals", "aws:SourceIp", "aws:PrincipalArn", "aws:SourceArn", "aws:SourceAccount", "sts:ExternalId",
    "aws:PrincipalOrgID",
)  # fmt: skip
TEXTS = (
    "", "*", "Allow", "Deny", "allow", "2012-10-17", "2008-10-17", "XacctA", "XacctB", "XacctA/bucket", "XacctA_2",
    "S0", "111111111111", "arn:aws:iam::111111111111:root", "arn:aws:iam::111111111111:role/R", "arn:", "arn:aws",
    "arn:::::", "AROAEXAMPLE1234567890", "s3:GetObject", "s3:*", "sts:AssumeRole", "kms:*", "arn:aws:s3:::bucket/*",
    "arn:aws:s3:::*", "${aws:username}", "${", "${a, 'b'}", "true", "0", "1e400", "2027-01-01T00:00:00Z", "0000-00-00",
    "10.0.0.0/8", "::/0", "\ud800", "\x00", "\u202e", "\u212a", "é", "o-abcdefghij", "[a-", "(a+)+$", "%7B%7D",
)  # fmt: skip


class Twice(list):
    """An object as (key, value) pairs, in which one key may be there twice."""


class Literal(str):
    """Text that stands in JSON as it is."""


LITERALS = tuple(map(Literal, ("NaN", "-Infinity", "1e400", "-0", "1.50", "1" * 5000, "0.1e-9999", "'x'", "undefined")))

_scalars = st.one_of(
    st.sampled_from(TEXTS),
    st.sampled_from(LITERALS),
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(), max_size=8),
)
_keys = st.one_of(st.sampled_from(ELEMENTS), st.text(st.characters(), max_size=4))


def _composed(inner: st.SearchStrategy) -> st.SearchStrategy:
    return st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(_keys, inner, max_size=4),
        st.lists(st.tuples(_keys, inner), max_size=4).map(Twice),
    )


def values() -> st.SearchStrategy:
    """Draw any value."""
    return st.recursive(_scalars, _composed, max_leaves=8)


@st.composite
def damaged(draw) -> object:
    """Draw a policy in which up to three parts were exchanged for anything, wrapped, doubled or taken out."""
    document: object = draw(policies(own=True))
    for _time in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(_paths(document))))
        document = _changed(draw, document, path)
    return document


@st.composite
def texts(draw) -> str:
    """Draw the text of a document."""
    kind = draw(st.sampled_from(("damaged", "damaged", "damaged", "any", "none", "deep")))
    if kind == "none":
        return draw(
            st.one_of(st.sampled_from(("", " ", "null", "[]", "{}", '"x"', "0", "{", "%", "%ff", "%7B")), st.text())
        )
    if kind == "deep":
        return draw(st.sampled_from(deep(30)))
    text = rendered(draw(damaged() if kind == "damaged" else values()))
    return urllib.parse.quote(text, errors="replace") if draw(st.integers(0, 9)) == 0 else text


@st.composite
def documents(draw) -> object:
    """Draw what botocore hands on of an answer of IAM: the last of two keys, numbers read, NaN taken."""
    text = draw(texts())
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def deep(levels: int) -> tuple[str, ...]:
    """Return documents that nest very deep in each of their elements."""
    lists, objects = "[" * levels + "]" * levels, '{"a":' * levels + "1" + "}" * levels
    return tuple(
        frame % inner
        for inner in (lists, objects)
        for frame in (
            "%s",
            '{"Statement": %s}',
            '{"Id": %s, "Statement": []}',
            '{"Statement": [{"Effect": "Allow", "Principal": %s, "Action": "s3:*", "Resource": "*"}]}',
            '{"Statement": [{"Effect": "Allow", "Principal": "*", "Condition": {"Bool": {"a": %s}}}]}',
        )
    )


def rendered(value: object) -> str:
    """Return JSON text, as far as the value is JSON."""
    if isinstance(value, Literal):
        return str(value)
    if isinstance(value, (Twice, dict)):
        pairs = value if isinstance(value, Twice) else value.items()
        return "{" + ", ".join(f"{json.dumps(key)}: {rendered(each)}" for key, each in pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(rendered, value)) + "]"
    return json.dumps(value)


def _paths(value: object, path: tuple = ()) -> list[tuple]:
    found = [path]
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        found.extend(_paths(inner, (*path, key)))
    return found if not isinstance(value, Twice) else [path]


def _changed(draw, value: object, path: tuple) -> object:
    if not path:
        how = draw(st.sampled_from(("exchanged", "wrapped", "doubled")))
        if how == "doubled" and isinstance(value, dict) and not isinstance(value, Twice) and value:
            pairs = list(value.items())
            return Twice([*pairs, (draw(st.sampled_from(list(value))), draw(values()))])
        return [value] if how == "wrapped" else draw(values())
    key, rest = path[0], path[1:]
    if isinstance(value, dict):
        if not rest and draw(st.integers(0, 5)) == 0:
            return {name: inner for name, inner in value.items() if name != key}
        return {name: _changed(draw, inner, rest) if name == key else inner for name, inner in value.items()}
    return [_changed(draw, inner, rest) if index == key else inner for index, inner in enumerate(value)]
