"""Two pictures compared: laid on each other, and what differs then."""
