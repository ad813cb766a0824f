"""READS the emergency plan: load, check, compose messages, render, accept.

A plan is a folder of text files. Whatever is wrong in it is reported with file, line, field and cure;
what is right in it is used all the same. Nothing here knows the agent's state.
"""
