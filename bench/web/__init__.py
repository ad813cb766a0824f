"""What the portal's bench is made of."""
