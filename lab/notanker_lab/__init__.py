"""A whole simulated site in Linux network namespaces; it knows nothing of notanker's code."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from notanker_lab.errors import LabError
    from notanker_lab.lab import Lab

__all__ = ["Lab", "LabError"]


def __getattr__(name: str) -> Any:
    # Late, because each of the lab's many small processes imports this package first.
    if name == "Lab":
        from notanker_lab.lab import Lab

        return Lab
    if name == "LabError":
        from notanker_lab.errors import LabError

        return LabError
    raise AttributeError(name)
