"""What the roles base, agent and portal leave on a box: installed once, looked at from every side.

Debian 12 in the short form, Debian 13 as well with `--long`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.deploy.conftest import Played, play_on

from notanker_lab.booted import Container

ROOT = Path(__file__).parents[2]
PLAYBOOK = """
- hosts: notanker_sites
  become: true
  roles:
    - role: notanker.site.base
    - role: notanker.site.agent
    - role: notanker.site.portal
- hosts: notanker_sites
  gather_facts: false
  tasks:
    - ansible.builtin.debug:
        msg: "FINDING {{ item }}"
      loop: "{{ base_findings + agent_findings }}"
"""
SITE: dict[str, Any] = {
    "notanker_site_id": "musterhafen",
    "notanker_language": "en",
    "notanker_wheelhouse": str(ROOT / "dist" / "wheelhouse"),
    "notanker_mode": "gateway",
    "notanker_lan": ["eth0"],
    "agent_anchors": [{"kind": "icmp", "address": f"203.0.113.{n}"} for n in (1, 2, 3)],
    "agent_plan": str(ROOT / "examples" / "musterhafen"),
}
MOST_EXPOSED = {"notanker-agent": 3.0, "notanker-portal": 1.5}
WRITABLE = {
    "notanker-agent": [
        "/run/notanker",
        "/run/notanker-dns",
        "/tmp",
        "/var/lib/notanker",
        "/var/tmp",
    ],
    "notanker-portal": ["/tmp", "/var/tmp"],
}
"""All that the two can write, by their own eyes; the list grows only by a decision."""


@dataclass
class Site:
    """A box on which the roles have run once."""

    booted: Container
    folder: Path
    first: Played

    def play(self, *options: str, **more: Any) -> Played:
        return play_on(
            self.folder, self.booted, str(self.folder / "box.yml"), *options, **SITE | more
        )

    def show(self, unit: str, name: str) -> str:
        return self.booted.run(f"systemctl show --property {name} --value {unit}").strip()
