# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A proxy in front of the local AWS that puts hostile texts where a mark is in an answer: names, descriptions, Sids.

AWS itself may hold such texts: whoever owns the other account has written them.
"""

from __future__ import annotations

import contextlib
import json
import re
import urllib.parse
from collections.abc import Iterator
from xml.sax.saxutils import escape

from tests.border.mutations import Answer
from tests.border.serving import served
from tests.local_aws import http1
from tests.local_aws.proxy import Upstream, without_expect

MARK = "MarkedBySomebody"
UNFIT = ("transfer-encoding", "content-length", "connection")


@contextlib.contextmanager
def rewritten(endpoint: str, hostile: str) -> Iterator[str]:
    """The URL of a proxy to this endpoint, whose answers have the hostile text for every mark."""
    port = urllib.parse.urlsplit(endpoint).port

    async def answer(head: http1.Head, body: bytes) -> bytes:
        method = head.first.split(" ")[0]
        upstream = Upstream(port)
        status, raw = await upstream.exchange(without_expect(head) + body, method)
        upstream.close()
        if method == "HEAD" or MARK.encode() not in raw:
            return raw
        first, _separator, content = raw.partition(b"\r\n\r\n")
        lines = [line.partition(":") for line in first.decode("latin-1").split("\r\n")[1:]]
        headers = {name.lower(): value.strip() for name, _colon, value in lines if name.lower() not in UNFIT}
        return Answer(status, headers, with_hostile_text(content, hostile)).raw

    with served(answer) as url:
        yield url


def with_hostile_text(body: bytes, hostile: str) -> bytes:
    """A body with a text for every mark, spelled as its place wants it."""
    in_json = json.dumps(hostile)[1:-1]
    text = body.decode("utf-8")
    if text.lstrip().startswith(("{", "[")):
        # A policy inside a JSON answer is a text there: its quotation marks are escaped.
        nested = json.dumps(in_json)[1:-1]
        text = re.sub(rf'(\\"[^"\\]*){MARK}', lambda found: found[1] + nested, text)
        return text.replace(MARK, in_json).encode()
    in_url = urllib.parse.quote(in_json)
    text = re.sub(rf"(%22[^%<]*){MARK}", lambda found: found[1] + in_url, text)
    text = re.sub(rf"(&quot;[^&<]*){MARK}", lambda found: found[1] + escape(in_json), text)
    printable = "".join(each for each in hostile if each >= " " or each in "\t\n")
    return text.replace(MARK, escape(printable)).encode("utf-8")
