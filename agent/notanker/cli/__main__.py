"""`python -m notanker.cli`, for children that the agent starts with its own interpreter."""

from notanker.cli import main

main()
