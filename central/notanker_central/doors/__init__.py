"""RECEIVES: what carries sealed beats to the reception and the answers back, one module for each carrier."""
