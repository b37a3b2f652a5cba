"""The first bytes by which files are recognised, apart from the readers, so that recognising a file imports none."""

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
JXL_CONTAINER_SIGNATURE = b"\x00\x00\x00\x0cJXL \r\n\x87\n"
JP2_SIGNATURE = b"\0\0\0\x0cjP  \r\n\x87\n"
J2K_SIGNATURE = b"\xff\x4f\xff\x51"  # start of the codestream, and its first segment
EXR_SIGNATURE = b"v/1\x01"
PDF_SIGNATURE = b"%PDF-"
XCF_SIGNATURE = b"gimp xcf "
