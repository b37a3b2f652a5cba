"""The folders of this machine, for the person who chooses one: listed, opened before, and where to begin."""
