# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A local AWS that refuses as AWS does: moto keeps what there is, the collection's own evaluator stands at the door."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]


def make_collection_importable() -> None:
    """Let `ansible_collections.xacct.aws` be this checkout, unless the path has it: the gate runs without Ansible."""
    places = {"ansible_collections": [], "ansible_collections.xacct": [], "ansible_collections.xacct.aws": [CHECKOUT]}
    if "ansible_collections" in sys.modules or importlib.util.find_spec("ansible_collections") is not None:
        return
    for name, places_of_package in places.items():
        spec = importlib.machinery.ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = [str(place) for place in places_of_package]
        sys.modules[name] = importlib.util.module_from_spec(spec)


make_collection_importable()
