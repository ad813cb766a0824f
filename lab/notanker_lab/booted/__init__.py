"""Whole booted Debian systems, with their own systemd: containers, and virtual machines that can lose power.

What is installed on a site or a centre is tried here as a technician would do it, over SSH. Nothing of the
product is imported.
"""

from notanker_lab.booted.container import Container
from notanker_lab.booted.instead import in_place_of_the_site
from notanker_lab.booted.machine import Machine
from notanker_lab.booted.phone import Phone
from notanker_lab.booted.system import Booted

__all__ = ["Booted", "Container", "Machine", "Phone", "in_place_of_the_site"]
