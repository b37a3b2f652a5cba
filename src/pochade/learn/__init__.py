"""From a folder to an index: ingest files, fine-tune the models on the person's pictures, embed with a chosen eye."""
