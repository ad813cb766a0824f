"""The box as the site's gateway: what of the LAN may leave, by which line, and in which order."""
