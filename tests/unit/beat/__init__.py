"""The sealed beat."""
