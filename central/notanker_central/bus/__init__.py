"""CARRIES ON: beats by way of a RabbitMQ cluster, for centres that must not pause when a machine dies.

Receivers hand sealed beats to one quorum queue, sites with a broker's address put them there themselves, and
workers store them and answer. A broker's confirmation is never taken for "stored": only the worker's answer
is, after its commit.
"""
