# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An answer of AWS with one thing changed: what a member, a type, a text may be that comes from somebody else.

Documents inside texts (policies in JSON, which IAM percent-encodes) are changed member by member like the rest.
"""

from __future__ import annotations

import copy
import json
import re
import urllib.parse
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.border.texts import BIDI, CONTROLS, FORGED

TEMPLATE = "{{ lookup('ansible.builtin.pipe', 'false') }}{% raw %}"
HOSTILE = f"{TEMPLATE}{CONTROLS}{BIDI}\r{FORGED}"
HOSTILE_IN_XML = f"{TEMPLATE}\x9b31m\x85\x7f{BIDI}\r{FORGED}"
HALF_A_CHARACTER = "\ud800"
"""A surrogate without the other, which JSON can say and no encoding takes."""
OTHER_TYPES: tuple[object, ...] = (7, True, None, [], {}, [[]], {"x": {"y": []}}, 1e308)
PAGE = b"<!DOCTYPE html>\n<html><head><title>Sign in</title><br></head><body>{{ 7 * 7 }}\x1b[31m</body></html>"
IN_DOCUMENT = ", in it: "
MANY = 4
SHOWN_HEADERS = ("x-amz", "etag", "location", "content-range")


Path = tuple[object, ...]


@dataclass(frozen=True)
class Answer:
    """Status, headers (names in lower case) and body of an answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    def with_body(self, body: bytes, kind: str | None = None) -> Answer:
        """The same with another body."""
        headers = {**self.headers, "content-type": kind} if kind else self.headers
        return Answer(self.status, headers, body)

    @property
    def raw(self) -> bytes:
        """Its bytes on the wire."""
        headers = {**self.headers, "content-length": str(len(self.body))}
        lines = [f"HTTP/1.1 {self.status} Answer", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + self.body


@dataclass(frozen=True)
class Mutation:
    """What was changed, for people, and the answer that came of it."""

    what: str
    answer: Answer

    @property
    def in_a_document(self) -> str:
        """What was changed in a document that is a text of the answer; "" for what is not in one."""
        return self.what.partition(IN_DOCUMENT)[2]

    @property
    def takes_away(self) -> bool:
        """Whether something is missing, and nothing else is wrong."""
        return (self.in_a_document or self.what).startswith(("without ", "cut ", "nothing", "half "))


def mutations(answer: Answer) -> Iterator[Mutation]:
    """Every change of an answer, one at a time."""
    yield from of_the_whole(answer)
    yield from of_headers(answer)
    body = answer.body.lstrip()
    if body.startswith((b"{", b"[")):
        for what, document in of_document(json.loads(body)):
            yield Mutation(what, answer.with_body(json.dumps(document).encode()))
    elif body.startswith(b"<"):
        for what, text in of_xml(answer.body):
            yield Mutation(what, answer.with_body(text))


def of_the_whole(answer: Answer) -> Iterator[Mutation]:
    """The body as a whole, cut or replaced by something else."""
    yield Mutation("HTML", answer.with_body(PAGE, "text/html"))
    if not answer.body:
        return
    half = len(answer.body) // 2
    yield Mutation("cut in half", answer.with_body(answer.body[:half]))
    yield Mutation("nothing", answer.with_body(b""))
    yield Mutation("bytes", answer.with_body(b"\xff\xfe\x00\x1b[31m"))
    yield Mutation("JSON", answer.with_body(b'{"message": "{{ 7 * 7 }}\\u001b[31m"}', "application/json"))
    yield Mutation("a list", answer.with_body(b"[]", "application/json"))
    yield Mutation("XML", answer.with_body(b"<Other><Message>{{ 7 * 7 }}</Message></Other>", "text/xml"))
    yield Mutation("status 404", Answer(404, answer.headers, b""))
    yield Mutation("status 501", Answer(501, answer.headers, PAGE))


def of_headers(answer: Answer) -> Iterator[Mutation]:
    """Headers that may be members of the answer."""
    for name in answer.headers:
        if name.startswith(SHOWN_HEADERS):
            others = {other: value for other, value in answer.headers.items() if other != name}
            yield Mutation(f"without header {name}", Answer(answer.status, others, answer.body))
            hostile = {**answer.headers, name: "{{ 7 * 7 }}\x9b31m\x1b[2J"}
            yield Mutation(f"header {name} hostile", Answer(answer.status, hostile, answer.body))


def of_document(document: object) -> Iterator[tuple[str, object]]:
    """Changes of a JSON document: every member dropped, of another type, with a hostile text."""
    for number, path in enumerate(paths_of(document)):
        value = at(document, path)
        where = spelled(path)
        if path:
            yield f"without {where}", changed(document, path, drop)
        if not is_telling(document, path):
            continue
        yield f"{where} of another type", replaced(document, path, OTHER_TYPES[number % len(OTHER_TYPES)])
        if not isinstance(value, str):
            yield f"{where} is text", replaced(document, path, HOSTILE)
        elif number % 3 == 1:
            yield f"{where} replaced", replaced(document, path, HOSTILE)
        elif number % 3 == 2:
            yield f"{where} with half a character", replaced(document, path, value + HALF_A_CHARACTER)
        else:
            yield f"{where} extended", replaced(document, path, value + HOSTILE)
        for what, text in of_embedded(value):
            yield f"{where}{IN_DOCUMENT}{what}", replaced(document, path, text)


def is_telling(document: object, path: Path) -> bool:
    """Whether a value is changed in itself: of many like each other only the first and the last are."""
    siblings = at(document, path[:-1]) if path else None
    if not isinstance(siblings, list) or len(siblings) <= MANY:
        return True
    return path[-1] in (0, len(siblings) - 1)


def of_xml(body: bytes) -> Iterator[tuple[str, bytes]]:
    """Changes of an XML document: every element dropped, text for structure and the reverse, hostile texts."""
    root = ET.fromstring(body)
    elements = [(element, parent) for parent in root.iter() for element in parent]
    quiet = {each for parent in root.iter() for child in like_others(parent) for each in child.iter()}
    for number, (element, parent) in enumerate(elements):
        name = element.tag.rpartition("}")[2]
        where = list(parent).index(element)
        if parent not in quiet:
            parent.remove(element)
            yield f"without {name}", ET.tostring(root)
            parent.insert(where, element)
        if element in quiet:
            continue
        for what in of_structure(root, element, number) if len(element) else of_leaf(root, element, number):
            yield f"{name}{what if what.startswith(IN_DOCUMENT) else f' {what}'}", in_xml(root)


def like_others(parent: ET.Element) -> list[ET.Element]:
    """The members of a long list but for the first and the last."""
    return list(parent)[1:-1] if len(parent) > MANY and len({child.tag for child in parent}) == 1 else []


def of_structure(root: ET.Element, element: ET.Element, number: int) -> Iterator[str]:
    """Change an element that has members, tell what was changed, and undo it."""
    children, text = list(element), element.text
    for child in children:
        element.remove(child)
    element.text = HOSTILE_IN_XML
    yield "is text"
    element.text = text
    if number % 2:
        yield "is empty"
    element.extend(children)
    if not number % 2:
        element.append(copy.deepcopy(children[0]))
        yield "has its first member twice"
        del element[-1]


def of_leaf(root: ET.Element, element: ET.Element, number: int) -> Iterator[str]:
    """Change an element that has a text, tell what was changed, and undo it."""
    text = element.text or ""
    for what, changed_text in (
        ("is replaced", HOSTILE_IN_XML) if number % 2 else ("is extended", text + HOSTILE_IN_XML),
        *([("is empty", "")] if number % 3 else []),
        *((f"{IN_DOCUMENT}{what}", embedded) for what, embedded in of_embedded(text)),
    ):
        element.text = changed_text
        yield what
    element.text = text
    if not number % 3:
        child = ET.SubElement(element, "member")
        ET.SubElement(child, "member").text = "x"
        yield "is a structure"
        element.remove(child)


def in_xml(root: ET.Element) -> bytes:
    """A document's bytes, with a line feed in texts as a reference: a parser would make one of a carriage return."""
    return ET.tostring(root).replace(b"\r", b"&#13;")


def of_embedded(text: object) -> Iterator[tuple[str, str]]:
    """Changes of a JSON document that is the text, plain or percent-encoded."""
    if not isinstance(text, str):
        return
    encode: Callable[[str], str] = str
    if re.match(r"%7B", text, re.IGNORECASE):
        text, encode = urllib.parse.unquote(text), urllib.parse.quote
    if not text.lstrip().startswith(("{", "[")):
        return
    document = json.loads(text)
    yield "half a document", encode(text[: len(text) // 2])
    yield "no document", encode("[]")
    yield "a key twice", encode(text.rstrip()[:-1] + ', "Version": "2012-10-17"}')
    for what, changed_document in of_document(document):
        yield what, encode(json.dumps(changed_document))


def paths_of(document: object, path: Path = ()) -> Iterator[Path]:
    """Where the values of a document are, itself included."""
    yield path
    items: dict = document if isinstance(document, dict) else {}
    if isinstance(document, list):
        items = dict(enumerate(document))
    for key, value in items.items():
        yield from paths_of(value, (*path, key))


def at(document: object, path: Path) -> object:
    """The value at a place."""
    for key in path:
        document = document[key]  # type: ignore[index]
    return document


def changed(document: object, path: Path, change: Callable[[object, object], None]) -> object:
    """A copy of a document, changed at a place."""
    document = copy.deepcopy(document)
    change(at(document, path[:-1]), path[-1])
    return document


def replaced(document: object, path: Path, value: object) -> object:
    """A copy of a document with another value at a place."""
    if not path:
        return value

    def put(parent: object, key: object) -> None:
        parent[key] = value  # type: ignore[index]

    return changed(document, path, put)


def drop(parent: object, key: object) -> None:
    """Remove a member."""
    del parent[key]  # type: ignore[attr-defined]


def spelled(path: Path) -> str:
    """A place for people: Statement[0].Action."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).lstrip(".") or "the document"
