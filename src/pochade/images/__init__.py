"""Any art file to pixels, alpha and the metadata that must survive, and back."""
