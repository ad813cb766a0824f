"""DECIDES: pure functions over frozen values.

No clock, no I/O, no log, standard library only. `now` is an argument; the machine names the next
moment at which it wants to be woken. Everything here can be replayed.
"""
