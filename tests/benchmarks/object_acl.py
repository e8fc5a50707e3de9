# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ACLs of 10,000 objects: `xacct_object_acl` beside bare boto3 threads, and beside `amazon.aws.s3_object` in a loop.

The peer cannot change the ACL of an object that is there: `mode: put` uploads it again and sets a canned ACL then. It
is measured on a sample, less what a play costs that does nothing.
"""

from __future__ import annotations

import statistics
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

from tests.benchmarks.runs import BENCH_BIN, Run, measure, write_play
from tests.local_aws.server import CHECKOUT, LocalAws

OBJECTS = 10_000
SAMPLE = 20
ROUNDS = 2
BUCKET = "bench-object-acl"
PREFIX = "reports/"
OWNER, OURS, BARE = "640000000001", "640000000002", "640000000003"
CONNECTION = {
    "access_key": OWNER,
    "secret_key": "local",
    "region": "us-east-1",
    "endpoint_url": "{{ endpoint }}",
}


def compare_object_acls(server: LocalAws, folder: Path) -> None:
    """Print the time per object of a run that changes every object, of one that changes none, and of both peers."""
    fill(server)
    inventory = folder / "object_acl.yml"
    host = {"all": {"vars": {"endpoint": server.endpoint}, "hosts": {"owner": {}}}}
    inventory.write_text(yaml.safe_dump(host))
    ids = {account: server.client("s3", account).list_buckets()["Owner"]["ID"] for account in (OURS, BARE)}
    idle = measure(
        server, folder, str(write_play(folder, "idle", [{"ansible.builtin.debug": {"msg": "-"}}])), inventory
    )

    changing: list[Run] = []
    bare: list[float] = []
    for number in range(ROUNDS):
        for state in ("present", "absent"):
            play = write_play(folder, f"ours-{state}-{number}", [ours(ids[OURS], state)])
            changing.append(changed_all(measure(server, folder, str(play), inventory)))
            bare.append(run_bare(server, ids[BARE], state))
    again = measure(server, folder, str(play), inventory)
    peer = measure(server, folder, str(write_play(folder, "peer", [peer_task()])), inventory)

    seconds = statistics.median(run.seconds for run in changing)
    bare_seconds = statistics.median(bare)
    peer_each = (peer.seconds - idle.seconds) / SAMPLE * 1000
    print(f"READ granted on {OBJECTS:,} objects and taken back, 16 threads, median of {len(changing)} runs")
    print(f"  xacct_object_acl      {seconds:7.1f} s  {seconds / OBJECTS * 1000:8.2f} ms an object, start included")
    print(f"    that changes none   {again.seconds:7.1f} s  {again.seconds / OBJECTS * 1000:8.2f} ms an object")
    memory = max(run.memory for run in changing)
    print(f"    peak memory         {memory:7.0f} MiB, of a play with debug {idle.memory:.0f} MiB")
    print(f"  boto3 and threads     {bare_seconds:7.1f} s  {bare_seconds / OBJECTS * 1000:8.2f} ms an object")
    print(f"  amazon.aws.s3_object  {'':9}  {peer_each:8.2f} ms an object (loop over {SAMPLE}, beyond debug)")
    times_faster = peer_each / (seconds / OBJECTS * 1000)
    print(f"  ratio to boto3: {seconds / bare_seconds:.2f}; to amazon.aws.s3_object: 1/{times_faster:.0f}")
    calls = ", ".join(f"{call} {count}" for call, count in sorted(changing[0].calls.items()))
    print(f"  calls of a run: {calls}")


def fill(server: LocalAws) -> None:
    """Make the bucket and its objects."""
    s3 = server.client("s3", OWNER)
    s3.create_bucket(Bucket=BUCKET, ObjectOwnership="ObjectWriter")
    with ThreadPoolExecutor(8) as pool:
        keys = (f"{PREFIX}{number:06}" for number in range(OBJECTS))
        list(pool.map(lambda key: s3.put_object(Bucket=BUCKET, Key=key, Body=b"x"), keys))


def changed_all(run: Run) -> Run:
    """Make sure that a run did what it is measured for."""
    if run.calls["s3:PutObjectAcl"] != OBJECTS:
        raise RuntimeError(f"{run.calls['s3:PutObjectAcl']} of {OBJECTS} objects were changed:\n{run.output[-2000:]}")
    return run


def run_bare(server: LocalAws, canonical_id: str, state: str) -> float:
    """Run the bare minimum in a process of its own; its seconds."""
    script = CHECKOUT / "tests" / "benchmarks" / "object_acl_bare.py"
    command = [BENCH_BIN / "python", script, server.endpoint, OWNER, BUCKET, PREFIX, canonical_id, state]
    began = time.monotonic()
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True)
    seconds = time.monotonic() - began
    if done.stdout.strip() != str(OBJECTS):
        raise RuntimeError(f"{done.stdout} of {OBJECTS} objects were changed")
    return seconds


def ours(canonical_id: str, state: str) -> dict:
    """Return the task of this collection."""
    return {
        "xacct.aws.xacct_object_acl": {
            **CONNECTION,
            "bucket": BUCKET,
            "prefix": PREFIX,
            "grants": [{"permission": "READ", "canonical_id": canonical_id}],
            "state": state,
        }
    }


def peer_task() -> dict:
    """Return the peer's loop."""
    return {
        "amazon.aws.s3_object": {
            **CONNECTION,
            "bucket": BUCKET,
            "object": f"{PREFIX}{{{{ '%06d' | format(item) }}}}",
            "mode": "put",
            "content": "y",
            "permission": ["bucket-owner-read"],
        },
        "loop": f"{{{{ range({SAMPLE}) | list }}}}",
    }
