# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A bucket's policy of 30 grants: `xacct_bucket_grant` beside `amazon.aws.s3_bucket`, which writes it whole.

Three runs each, on ten buckets: that which makes it, one that changes nothing, and one that takes a single grant out.
The peer has no names and no parts: it is given the finished document each time.
"""

from __future__ import annotations

import statistics
from pathlib import Path

import yaml

from tests.benchmarks.runs import Run, measure, write_play
from tests.local_aws.server import LocalAws

GRANTS = 30
BUCKETS = 10
OWNER = "660000000001"
CONNECTION = {
    "access_key": OWNER,
    "secret_key": "local",
    "region": "us-east-1",
    "endpoint_url": "{{ endpoint }}",
}


def compare_bucket_grants(server: LocalAws, folder: Path) -> None:
    """Print time and calls a bucket of each run of both."""
    s3 = server.client("s3", OWNER)
    for number in range(BUCKETS):
        for name in ("ours", "peer"):
            s3.create_bucket(Bucket=f"bench-{name}-{number}")
    inventory = folder / "bucket_grant.yml"
    hosts = {f"host{number}": {"number": number} for number in range(BUCKETS)}
    inventory.write_text(yaml.safe_dump({"all": {"vars": {"endpoint": server.endpoint}, "hosts": hosts}}))

    def run(name: str, task: dict) -> Run:
        return measure(server, folder, str(write_play(folder, name, [task])), inventory)

    run("warm", ours(GRANTS, state="absent"))
    idle = statistics.median(run("idle", {"ansible.builtin.debug": {"msg": "-"}}).seconds for _round in range(3))
    runs = {}
    for title, count in (("makes it", GRANTS), ("changes nothing", GRANTS), ("takes one out", GRANTS - 1)):
        mine = run(f"ours {title}", ours(count))
        policy = s3.get_bucket_policy(Bucket="bench-ours-0")["Policy"]
        runs[title] = mine, run(f"peer {title}", peer(policy.replace("bench-ours-0", "bench-peer-{{ number }}")))

    print(f"A bucket's policy of {GRANTS} grants, {len(policy.encode()):,} bytes, on {BUCKETS} buckets, 5 forks")
    for title, (mine, theirs) in runs.items():
        print(f"  the run that {title}")
        for name, one in (("xacct_bucket_grant", mine), ("amazon.aws.s3_bucket", theirs)):
            each = (one.seconds - idle) * 1000 / BUCKETS
            calls = sum(one.calls.values()) / BUCKETS
            print(f"    {name:<21} {each:7.1f} ms a bucket beyond debug, {calls:4.1f} calls a bucket")
    for name, one in zip(("xacct_bucket_grant", "amazon.aws.s3_bucket"), runs["makes it"], strict=True):
        calls = ", ".join(f"{call} {count / BUCKETS:g}" for call, count in sorted(one.calls.items()))
        print(f"  calls that make it, {name}: {calls}")


def ours(count: int, state: str = "present") -> dict:
    """Return the task of this collection with the first `count` grants, and none beside them."""
    grants = [
        {
            "name": f"team{number:02}",
            "principals": [f"{100000000000 + number}"],
            "access": "read",
            "prefixes": [f"team{number:02}/"],
        }
        for number in range(count)
    ]
    options = {"bucket": "bench-ours-{{ number }}", "grants": grants, "purge_grants": True, "state": state}
    return {"xacct.aws.xacct_bucket_grant": {**CONNECTION, **options}}


def peer(policy: str) -> dict:
    """Return the peer's task for the same policy."""
    return {"amazon.aws.s3_bucket": {**CONNECTION, "name": "bench-peer-{{ number }}", "policy": policy}}
