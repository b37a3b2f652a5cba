"""Pictures and scans that worker processes decode, render or generate for the page, and the stores for them."""
