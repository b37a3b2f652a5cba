"""Any art file into pixels, alpha and what must survive (ICC, EXIF, dpi, bit depth), by content and within bounds."""
