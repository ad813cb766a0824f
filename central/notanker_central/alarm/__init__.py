"""TELLS: finds what silent sites have in common, leads one incident for it, and has people told."""
