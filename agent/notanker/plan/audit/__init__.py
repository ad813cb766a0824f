"""What a plan covers of the rules that others set, with file and line as proof.

    requirements.py   which rule asks for what: data, with the source of each row
    proofs.py, upkeep.py, people.py   one question to the plan each
    table.py          puts the one to the other

A row says that the plan *covers* a requirement: there is something, it stands here, and it is not too old.
Whether it is good, and whether anybody lives by it, no program can tell; nothing here certifies anything.
"""
