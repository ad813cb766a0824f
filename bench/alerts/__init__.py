"""Proofs that people are told: outages end to end, kills, storms, and peers beside it."""
