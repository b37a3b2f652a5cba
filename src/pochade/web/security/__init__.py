"""Which requests may be answered: host, origin, password, sessions and size limits."""
