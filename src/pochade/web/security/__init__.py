"""Who may ask the server what: host, origin, password, sessions, and limits on requests."""
