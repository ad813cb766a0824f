"""PUSHES ON: tells what monitoring people have already; each receiver by itself: none holds up another."""
