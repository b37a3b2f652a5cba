"""How close two pictures look."""
