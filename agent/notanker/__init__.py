"""notanker: keeps a site reachable, informed and led when its internet line fails."""

__version__ = "0.1.0"
