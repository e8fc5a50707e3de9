# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The attacks of the hostile endpoint: each makes the bytes that a request is answered with."""

from __future__ import annotations

import base64
import functools
import json
import urllib.parse
from collections.abc import Callable
from xml.sax.saxutils import escape

from tests.border.genuine_answers import GENUINE, HTML, JSON, XML, Call, assumed_role, http
from tests.border.texts import BIDI, CONTROLS, FORGED, XML_CONTROLS

HUGE, MEGABYTES = 1_000_000, 60
DEPTH = 30_000


Attack = Callable[[Call], bytes]
ATTACKS: dict[str, Attack] = {}


def attack(function: Attack) -> Attack:
    """Put a function into the table, under its name with hyphens."""
    ATTACKS[function.__name__.replace("_", "-")] = function
    return function


def error(call: Call, message: str, code: str = "Refused", status: str = "400 Bad Request", extra: str = "") -> bytes:
    """A well-formed error of the service. `extra` is XML that only an answer in XML can hold as it is."""
    if call.speaks_json:
        return http(status, JSON, json.dumps({"__type": code, "message": message, "Message": message}).encode())
    return http(status, XML, xml_error(call, escape(code), printable(message) + extra).encode())


def xml_error(call: Call, code: str, message: str) -> str:
    """The XML of an error, of texts that are XML already."""
    inner = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return inner if call.operation.protocol == "rest-xml" else f"<ErrorResponse>{inner}</ErrorResponse>"


def printable(text: str) -> str:
    """A text as XML, without the characters that XML cannot hold."""
    return escape("".join(each for each in text if each >= " " or each in "\t\n"))


@attack
def template_in_message(call: Call) -> bytes:
    return error(call, f"No. {call.templates.all_of(call.name)}")


@attack
def template_in_code(call: Call) -> bytes:
    return error(call, "No.", code=call.templates.unquoted() + call.templates.lookup(call.name))


@attack
def template_statement(call: Call) -> bytes:
    return error(call, call.templates.statement(call.name), status="403 Forbidden", code="AccessDenied")


@attack
def template_python(call: Call) -> bytes:
    return error(call, call.templates.python(call.name), status="404 Not Found", code="NoSuchEntity")


@attack
def control_in_xml_403(call: Call) -> bytes:
    """What the SDK cannot parse it quotes whole; in single quotes alone the template survives the quoting."""
    text = f"{call.templates.unquoted()} {call.templates.lookup(call.name)}"
    return http("403 Forbidden", XML, f"<Error><Code>AccessDenied</Code><Message>\x1b{text}</Message></Error>".encode())


@attack
def control_in_xml_403_doubly_quoted(call: Call) -> bytes:
    text = call.templates.lookup(call.name, '"')
    return http("403 Forbidden", XML, f"<Error><Code>AccessDenied</Code><Message>\x01{text}</Message></Error>".encode())


def page(call: Call) -> bytes:
    text = call.templates.all_of(call.name)
    return f"<!DOCTYPE html>\n<html><head><title>Sign in</title><br></head><body>{text}</body></html>".encode()


@attack
def html_200(call: Call) -> bytes:
    return http("200 OK", HTML, page(call))


@attack
def html_403(call: Call) -> bytes:
    return http("403 Forbidden", HTML, page(call))


@attack
def html_502(call: Call) -> bytes:
    return http("502 Bad Gateway", HTML, page(call))


def in_the_other_format(call: Call, status: str) -> bytes:
    text = call.templates.all_of(call.name)
    if call.speaks_json:
        return http(status, XML, f"<Answer><Message>{printable(text)}</Message></Answer>".encode())
    return http(status, JSON, json.dumps({"message": text}).encode())


@attack
def other_format_200(call: Call) -> bytes:
    return in_the_other_format(call, "200 OK")


@attack
def other_format_403(call: Call) -> bytes:
    return in_the_other_format(call, "403 Forbidden")


@attack
def empty_200(call: Call) -> bytes:
    return http("200 OK", XML, b"")


@attack
def empty_204(call: Call) -> bytes:
    return b"HTTP/1.1 204 No Content\r\n\r\n"


@attack
def redirect(call: Call) -> bytes:
    there = {"location": f"http://127.0.0.1:9/{call.templates.lookup(call.name)}"}
    return http("307 Temporary Redirect", HTML, page(call), there)


@attack
def malformed_xml(call: Call) -> bytes:
    return http("200 OK", XML, f"<a><b>{call.templates.lookup(call.name)}</a>".encode())


@attack
def cut_assume_role(call: Call) -> bytes:
    return http("200 OK", XML, assumed_role(call).encode().partition(b"</Credentials>")[0])


@attack
def foreign_xml(call: Call) -> bytes:
    text = printable(call.templates.all_of(call.name))
    return http("200 OK", XML, f"<rss><channel><title>{text}</title></channel></rss>".encode())


@attack
def huge_message(call: Call) -> bytes:
    return error(call, (call.templates.unquoted() + " x" * 50) * (HUGE // 140))


@attack
def long_line(call: Call) -> bytes:
    return error(call, "A" * HUGE + call.templates.unquoted())


@attack
def nested_xml(call: Call) -> bytes:
    return http("200 OK", XML, b"<a>" * DEPTH + b"</a>" * DEPTH)


@attack
def nested_json(call: Call) -> bytes:
    return http("200 OK", JSON, b"[" * DEPTH + b"]" * DEPTH)


@attack
def nested_json_error(call: Call) -> bytes:
    return http("400 Bad Request", JSON, b'{"message":' * DEPTH + b'""' + b"}" * DEPTH)


@attack
def invalid_utf8(call: Call) -> bytes:
    text = error(call, f"MARK {call.templates.unquoted()}")
    return text.replace(b"MARK", b"\xff\xfe\xc3")


@attack
def lone_surrogates(call: Call) -> bytes:
    if not call.speaks_json:
        return http("400 Bad Request", XML, xml_error(call, "Refused", "&#xD800;").encode())
    message = f"\ud800\udfff {call.templates.unquoted()}"
    return http("400 Bad Request", JSON, json.dumps({"__type": "Refused", "message": message}).encode())


@attack
def wrong_types(call: Call) -> bytes:
    return http("200 OK", JSON, b"[1, null, {}]" if call.speaks_json else b"<Answer><A><B/></A>5<A/></Answer>")


@attack
def wrong_types_of_an_error(call: Call) -> bytes:
    if call.speaks_json:
        return http("400 Bad Request", JSON, b'{"__type": 5, "message": ["x", {"y": 1}], "Message": null, "code": {}}')
    inner = "<Error><Code><a/></Code><Message><b>x</b><b/></Message><Message/></Error><Error/>"
    return http("400 Bad Request", XML, f"<ErrorResponse>{inner}</ErrorResponse>".encode())


@attack
def controls(call: Call) -> bytes:
    return error(call, f"No.{CONTROLS}{BIDI}{call.templates.unquoted()}\r", extra=XML_CONTROLS)


@attack
def forged_line(call: Call) -> bytes:
    return error(call, f"No.{FORGED}", code="AccessDenied", status="403 Forbidden")


@attack
def forged_line_in_code(call: Call) -> bytes:
    return error(call, f"No.\r{FORGED}", code=f"AccessDenied{FORGED}", status="403 Forbidden")


@attack
def echo_plain(call: Call) -> bytes:
    return error(call, f"Bad request: {call.echo}")


@attack
def echo_percent(call: Call) -> bytes:
    return error(call, f"Bad request: {urllib.parse.quote(call.echo, safe='')}")


@attack
def echo_base64(call: Call) -> bytes:
    values = [*call.request.headers.values(), call.request.body.decode("utf-8", "replace")]
    return error(call, "Bad request: " + " ".join(base64.b64encode(value.encode()).decode() for value in values))


@attack
def echo_repr(call: Call) -> bytes:
    return error(call, f"Bad request: {dict(call.request.headers)!r} {call.request.body!r}")


@attack
def echo_unparsable(call: Call) -> bytes:
    return http("400 Bad Request", XML, f"<pre>{call.echo}".encode())


@attack
def echo_in_headers(call: Call) -> bytes:
    """A line without a colon, which HTTP libraries like to quote."""
    token = call.request.headers.get("x-amz-security-token", "")
    return f"HTTP/1.1 400 Bad Request\r\n{token} {call.templates.unquoted()}\r\n\r\n".encode()


@attack
def cut_connection(call: Call) -> bytes:
    return b""


@attack
def cut_head(call: Call) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-ty"


@attack
def length_too_long(call: Call) -> bytes:
    return error(call, f"No. {call.echo}").replace(b"content-length: ", b"content-length: 9", 1)


@attack
def length_too_short(call: Call) -> bytes:
    body = xml_error(call, "Refused", call.templates.unquoted()).encode()
    return f"HTTP/1.1 400 Bad Request\r\ncontent-length: {len(body) // 2}\r\n\r\n".encode() + body


@attack
def no_number_for_a_length(call: Call) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-length: -\x1b{{ 7 * 7 }}\r\n\r\n"


@attack
def not_http(call: Call) -> bytes:
    return f"220 mail\x1b.example {call.templates.unquoted()}\r\n\r\n".encode()


@attack
def not_gzip(call: Call) -> bytes:
    return http("200 OK", XML, page(call), {"content-encoding": "gzip"})


@attack
def reason_500(call: Call) -> bytes:
    return http(f"500 {call.templates.lookup(call.name)}\x1b[2J\x9b31m", XML, b"")


@attack
def hostile_headers(call: Call) -> bytes:
    text = f"{call.templates.unquoted()}\x9b31m"
    headers = dict.fromkeys(("x-amzn-requestid", "x-amz-request-id", "x-amz-id-2", "x-amzn-errortype"), text)
    return http("400 Bad Request", f"{JSON}; {text}" if call.speaks_json else f"{XML}; {text}", b"{}", headers)


SIXTY_MEGABYTES = "sixty-megabytes"


def sixty_megabytes(call: Call) -> bytes:
    """Too slow to be everywhere; `huge_message` is."""
    return error(call, "{{ 7 * 7 }} no" * (MEGABYTES * 1_000_000 // 14))


RARE = {SIXTY_MEGABYTES: sixty_megabytes}
WITH_HOP = tuple(
    f"hop-{name}" for name in ("echo-plain", "echo-base64", "echo-unparsable", "control-in-xml-403", "forged-line")
)


@functools.cache
def find(attack_name: str) -> Attack:
    """The attack of this name."""
    return {**ATTACKS, **RARE}[attack_name]


def answer(attack_name: str, call: Call) -> bytes:
    """The answer to a call under an attack."""
    for prefix, (operation, kind, genuine) in GENUINE.items():
        if attack_name.startswith(prefix):
            if call.operation.name == operation:
                return http("200 OK", kind, genuine(call).encode())
            attack_name = attack_name.removeprefix(prefix)
    return find(attack_name)(call)
