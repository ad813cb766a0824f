"""WATCHES: the centre. Takes the sites' heartbeats, shows the fleet, and notices when a site falls silent."""

from notanker_central.config import CentralConfig, load
from notanker_central.keys import make_site_key
from notanker_central.operate import site_anew
from notanker_central.serve import Ports, serve

__all__ = ["CentralConfig", "Ports", "load", "make_site_key", "serve", "site_anew"]
