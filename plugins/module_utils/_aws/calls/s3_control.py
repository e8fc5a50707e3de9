# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls of S3 Control to an endpoint of one's own.

Private to this collection.
"""

from __future__ import annotations


def without_host_prefix(client: object, account_id: str, endpoint_url: str | None) -> object:
    """Return the client, whose calls go to a custom endpoint as it is.

    botocore puts the account ID in front of the host, which an endpoint that is not AWS's has no name for.
    """
    if endpoint_url is not None:

        def as_given(request, **_others):  # type: ignore[no-untyped-def]
            request.url = request.url.replace(f"//{account_id}.", "//", 1)

        client.meta.events.register("before-sign.s3-control", as_given, unique_id="xacct-endpoint-as-given")
    return client
