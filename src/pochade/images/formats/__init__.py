"""One module per file format, with a reader of headers and a reader of pixels.

`read_NAME_header(source)` reads a `Header` before any pixel is allocated. `read_NAME(source, header, side)` reads a
`RawImage`: the whole picture if `side` is None; else possibly a smaller or shallower one that is good enough for a
preview with `side` pixels on the longest side.
"""
