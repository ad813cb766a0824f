"""How a plan comes to the box: from the centre, by SFTP, from a folder, a stick, or a git repository.

    offer      the manifest and its signatures, which decide whether more is wanted
    gather     each file that is not here yet, by its hash
    accept     the one pipeline for all plans (notanker.plan.accept)

The transport is not trusted. Whatever fails, the plan before stays in force. All of this runs in a process
of its own, which is short-lived and bounded; of this package the agent imports `report` and `errand` alone.
"""
