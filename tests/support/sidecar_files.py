"""XMP sidecars of tests, as other programs write them."""

from pathlib import Path

DIGIKAM = """<?xml version="1.0" encoding="UTF-8"?>
<!-- somebody's comment -->
<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:digiKam="http://www.digikam.org/ns/1.0/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:unused="http://example.org/unused/"
   xmp:Rating="5"
   digiKam:PickLabel="3">
   <!-- which tags? -->
   <digiKam:TagsList>
    <rdf:Seq>
     <rdf:li>Animals/cat</rdf:li>
     <rdf:li>sold</rdf:li>
    </rdf:Seq>
   </digiKam:TagsList>
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">Tom &amp; &lt;Jerry&gt;, a line&#13;&#10;and more</rdf:li></rdf:Alt></dc:title>
   <dc:subject>
    <rdf:Bag>
     <rdf:li>cat</rdf:li>
     <rdf:li>sold</rdf:li>
    </rdf:Bag>
   </dc:subject>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""  # noqa: E501


def write_picture(folder: Path, name: str) -> Path:
    """Write a file that stands for a picture: sidecars never look into it."""
    path = folder / name
    path.write_bytes(b"the artist's own")
    return path


def write_sidecar(cat: Path, text: str | bytes, name: str = "cat.png.xmp") -> Path:
    """Write a sidecar beside a picture."""
    path = cat.with_name(name)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def sidecar_with(content: str, *, attributes: str = "") -> str:
    """Compose a sidecar with this content in its description."""
    return f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/">
        <rdf:Description {attributes}>{content}</rdf:Description></rdf:RDF>"""
