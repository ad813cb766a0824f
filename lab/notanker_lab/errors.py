"""The lab's one error."""


class LabError(Exception):
    """Something the lab needs is missing or did not happen in time; the text is a whole sentence."""
