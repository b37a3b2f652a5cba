"""How what is shipped was made: each net by one script, and what the scripts need."""
