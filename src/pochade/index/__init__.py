"""The ledger of a collection: pictures, files, vectors, descriptors, and which models made them."""
