# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Own statements inside a policy that others use too: named by Sid, merged in and taken out, nothing else touched.

A grant's name gives its Sid, so that a later run (or another playbook) finds the statement again. A statement under any
other Sid is foreign: it keeps its place and its content.
"""

from __future__ import annotations

import enum
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ..language.comparison import canonical_statements, sid_of, statements_equal
from ..language.documents import (
    CURRENT_VERSION,
    OLD_VERSION,
    PolicyError,
    checked_copy,
    new_document,
    parse_document,
    statements,
    walk_texts,
)
from ..language.principals import is_unique_id

OWN_PREFIX = "Xacct"
_HASH_LENGTH = 10
_PRINCIPALS = ("Principal", "NotPrincipal")
_LOOKS_HASHED = re.compile(r".*X[0-9a-f]{10}", re.DOTALL)


class SidAlphabet(enum.Enum):
    """The characters that a service takes in a Sid, as a regular expression's class, the greatest length, and the mark
    before a part (``grant_sids.py``)."""

    IAM = ("[A-Za-z0-9]", 64, "-")
    """IAM, SNS, KMS, Secrets Manager: alphanumeric. AWS gives no length; 64 leaves room in a trust policy."""
    LAMBDA = ("[A-Za-z0-9-]", 95, "_")
    """Lambda takes an underscore and 100 in all."""
    FREE = ("[ -~]", 255, "/")
    """S3 and whoever else takes any printable text."""

    @property
    def allowed(self) -> str:
        return self.value[0]

    @property
    def max_length(self) -> int:
        return self.value[1]

    @property
    def mark(self) -> str:
        return self.value[2]


@dataclass(frozen=True)
class Lost:
    """What a write did not leave behind: Sids of own statements, and whole foreign statements."""

    own: list[str]
    foreign: list[dict]

    def __bool__(self) -> bool:
        return bool(self.own or self.foreign)


def own_sid(name: str, alphabet: SidAlphabet) -> str:
    """Return the Sid of the grant called ``name``: ``Xacct`` and the name.

    Characters that the alphabet does not have are dropped (the next letter becomes a capital), what is too long is
    cut, and then ``X`` and ten digits of the exact name's SHA-256 follow. A name that ends like that by itself gets
    them too, so two names never share a Sid.
    """
    if not isinstance(name, str) or not name:
        raise PolicyError(f"a grant's name is text that is not empty, not {name!r}")
    plain = OWN_PREFIX + name
    fits = re.fullmatch(alphabet.allowed + "+", name) and len(plain) <= alphabet.max_length
    if fits and not _LOOKS_HASHED.fullmatch(name):
        return plain
    runs = [run for run in re.split(f"(?:(?!{alphabet.allowed}).)+", name, flags=re.DOTALL) if run]
    bent = "".join([*runs[:1], *(run[0].upper() + run[1:] for run in runs[1:])])
    digits = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_LENGTH]
    room = alphabet.max_length - len(OWN_PREFIX) - 1 - _HASH_LENGTH
    return f"{OWN_PREFIX}{bent[:room]}X{digits}"


def is_own_sid(sid: str | None) -> bool:
    """Whether a Sid is one that :func:`own_sid` makes."""
    return isinstance(sid, str) and sid.startswith(OWN_PREFIX) and len(sid) > len(OWN_PREFIX)


def merge_statements(
    document: str | dict | None,
    wanted: list[dict],
    remove: Iterable[str] = (),
    purge: Literal["none", "own", "all"] = "none",
    version: str = CURRENT_VERSION,
) -> dict | None:
    """Return ``document`` with the ``wanted`` statements in it, ``None`` if no statement is left.

    Each wanted statement carries its Sid. A stored one with that Sid is replaced in place, unless it says the same
    already: then its spelling stays. Others are appended. Sids in ``remove`` go. ``purge="own"`` takes out the other
    own statements, ``"all"`` everything else. Foreign statements keep their position and content. The input is not
    changed.

    The stored Version stays, because raising it to 2012-10-17 switches policy variables on in everybody's statements;
    a wanted statement that needs them (``${…}``) in an older document raises :class:`PolicyError`. Only ``purge="all"``
    raises it to ``version``: nobody else's statement is left.
    """
    stored = parse_document(document)
    by_sid = _by_sid(wanted)
    removed = set(remove)
    if by_sid.keys() & removed:
        raise PolicyError(f"wanted and removed at once: {', '.join(sorted(by_sid.keys() & removed))}")
    if stored is None:
        return {**new_document(list(by_sid.values())), "Version": version} if by_sid else None

    kept: list[dict] = []
    missing = dict(by_sid)
    for statement in statements(stored):
        sid = sid_of(statement)
        if sid in missing:
            mine = missing.pop(sid)
            kept.append(statement if statements_equal(statement, mine) else mine)
        elif sid in by_sid or sid in removed or purge == "all" or (purge == "own" and is_own_sid(sid)):
            continue
        else:
            kept.append(statement)
    kept.extend(missing.values())
    if not kept:
        return None
    return _with_version({**stored, "Statement": _in_stored_form(kept, stored)}, by_sid, purge, version)


def lost_statements(written: dict | None, current: dict | None, own_sids: Iterable[str]) -> Lost:
    """Return what of ``written`` is not in ``current``, the document read after the write.

    An own statement counts as lost when it is gone, says something else, or is back although it was taken out. A
    principal that AWS shows as a unique id just then is not a loss: the write had resolved it (R10).
    """
    before, after = canonical_statements(written, current), canonical_statements(current, written)
    ours = dict.fromkeys(own_sids)
    shown = _Shown(after)
    gone = [statement for statement, canonical in before if not shown.holds(canonical)]
    ours_gone = {sid_of(statement) for statement in gone}
    had = {sid_of(statement) for statement, _canonical in before}
    has = {sid_of(statement) for statement, _canonical in after}
    own = [sid for sid in ours if sid in ours_gone or (sid in had) != (sid in has)]
    return Lost(own, [statement for statement in gone if sid_of(statement) not in ours])


def _by_sid(wanted: list[dict]) -> dict[str, dict]:
    result: dict[str, dict] = {}
    for statement in wanted:
        copy = checked_copy(statement, "Statement")
        sid = sid_of(copy)
        if not sid:
            raise PolicyError("a statement to merge has no Sid")
        if sid in result:
            raise PolicyError(f"two statements to merge have the Sid {sid}")
        result[sid] = copy
    return result


def _in_stored_form(kept: list[dict], stored: dict) -> list[dict] | dict:
    single = stored.get("Statement")
    return single if isinstance(single, dict) and len(kept) == 1 and kept[0] is single else kept


def _with_version(document: dict, wanted: dict[str, dict], purge: str, version: str) -> dict:
    if document.get("Version") not in (None, OLD_VERSION):
        return document
    if purge == "all":
        return {**document, "Version": version}
    for sid, statement in wanted.items():
        if any("${" in text for text in walk_texts(statement)):
            raise PolicyError(
                f"statement {sid} uses a policy variable (${{…}}), but the policy it goes into has "
                f"{_version_words(document)}, where AWS takes variables for plain text. Raising the version would "
                "change what the other statements in it mean, so do that by hand first, or leave the variable out"
            )
    return document


def _version_words(document: dict) -> str:
    return f"Version {OLD_VERSION}" if document.get("Version") else f"no Version (which means {OLD_VERSION})"


class _Shown:
    """The statements that AWS shows after a write, by what they say."""

    def __init__(self, after: list[tuple[dict, frozenset[tuple]]]) -> None:
        self._said = {canonical for _statement, canonical in after}
        self._unresolved: dict[tuple, list[dict[str, frozenset]]] = {}
        for canonical in self._said:
            principals, rest = _taken_apart(canonical)
            if any(_is_unresolved(pair) for pairs in principals.values() for pair in pairs):
                self._unresolved.setdefault(_alike(principals, rest), []).append(principals)

    def holds(self, written: frozenset[tuple]) -> bool:
        """Whether one of them is the statement that was written, also with unique ids for some of its principals."""
        if written in self._said:
            return True
        principals, rest = _taken_apart(written)
        return any(_only_unresolved(principals, other) for other in self._unresolved.get(_alike(principals, rest), ()))


def _taken_apart(canonical: frozenset[tuple]) -> tuple[dict[str, frozenset], frozenset]:
    """Return the principals of a statement's canonical form by element, and the rest of it."""
    principals = {name: value for name, value in canonical if name in _PRINCIPALS}
    return principals, frozenset(element for element in canonical if element[0] not in _PRINCIPALS)


def _alike(principals: dict[str, frozenset], rest: frozenset) -> tuple:
    """What a statement keeps when principals of it are shown by their unique ids, which only those of type AWS are."""
    kept = []
    for name in _PRINCIPALS:
        pairs = principals.get(name, frozenset())
        kept.append((len(pairs), frozenset(pair for pair in pairs if pair[0] != "AWS")))
    return rest, *kept


def _only_unresolved(written: dict[str, frozenset], shown: dict[str, frozenset]) -> bool:
    """Whether two that are alike differ in nothing but unique ids."""
    for name in _PRINCIPALS:
        before, after = written.get(name, frozenset()), shown.get(name, frozenset())
        if not all(map(_is_unresolved, after - before)):
            return False
    return True


def _is_unresolved(pair: tuple[str, str]) -> bool:
    return pair[0] == "AWS" and is_unique_id(pair[1])
