"""How the shipped models are trained, and how every published figure is measured. README.md has the map."""
