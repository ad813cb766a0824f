"""SHOWS: the fleet for people and programs, behind a login; Flask, rendered here, without script."""
