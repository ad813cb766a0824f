"""What clings to a line that was left: its entries in connection tracking, and sockets of its addresses."""
