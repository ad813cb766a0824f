"""ACTS: asyncio around the core: probes, netlink, plugins, journal, outbox, heartbeat.

Nothing here waits for anything but the event loop; disks get a thread, plugins a process.
"""
