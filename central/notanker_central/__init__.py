"""WATCHES: the centre. Takes the sites' heartbeats, shows the fleet, and notices when a site falls silent."""

from notanker_central.config import CentralConfig, load
from notanker_central.operate import OperatorError, operating
from notanker_central.operate_plans import RolledOut, plan_releases, roll_out
from notanker_central.serve import Ports, serve, work
from notanker_central.vault import VaultError

__all__ = [
    "CentralConfig",
    "OperatorError",
    "Ports",
    "RolledOut",
    "VaultError",
    "load",
    "operating",
    "plan_releases",
    "roll_out",
    "serve",
    "work",
]
