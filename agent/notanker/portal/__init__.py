"""SHOWS the plan and the state of the moment on the site's own Wi-Fi.

A process of its own: it reads `status.json`, the accepted plan's rendered pages and the reports, and
writes nothing anywhere. It answers while the agent is stopped and while the disk is full.
"""
