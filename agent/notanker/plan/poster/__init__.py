"""The poster that leads to the portal, and a card for the wallet."""
