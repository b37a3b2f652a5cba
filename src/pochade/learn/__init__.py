"""From a folder to an index: ingest files, and fine-tune the models on the person's own pictures."""
