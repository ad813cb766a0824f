"""The built-in probes: ICMP, DNS, TCP and HTTP, each bound to one interface.

A probe never resolves a name, never waits in line behind another, and never leaves by another
interface than its own: what it measures is that line and nothing else.
"""
