"""READS: notanker.toml into frozen structures, every problem at once."""
