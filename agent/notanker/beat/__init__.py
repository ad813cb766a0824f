"""SEALS: the heartbeat as it travels, for agent and centre alike: packed, encrypted, opened.

Pure: no clock, no I/O, no log. Which library encrypts is the caller's choice (`cose.Aead`).
"""
