"""Provenance: what a generated picture's file states about its origin.

The XMP packet follows the IPTC (Photo Metadata 2025.1): the digital source type `trainedAlgorithmicMedia`, the system
and its version. Formats with a place for plain text also get a sentence for people.
"""

import json
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import quoteattr

from PIL.PngImagePlugin import PngInfo

from pochade._version import __version__

DIGITAL_SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
_XMP_TEMPLATE = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Pochade">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
    xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    Iptc4xmpExt:DigitalSourceType={source}
    Iptc4xmpExt:AISystemUsed="Pochade"
    Iptc4xmpExt:AISystemVersionUsed={version}
    xmp:CreatorTool={tool}
    photoshop:Instructions={words}/>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


@dataclass(frozen=True)
class Provenance:
    """How a picture was generated: the model, the random seed and the command."""

    model: str  # name of the generator
    seed: int
    command: str  # "imagine", "vary", "morph" or "map"
    regions: dict[str, Any] | None = None  # which real picture lent which part, for JSON; None if none did

    @property
    def description(self) -> str:
        """The provenance as a sentence for people."""
        how = "by a trained model" if self.regions is None else "by a trained model from parts of real pictures"
        return f"created {how}, not by hand: pochade {self.command}, model {self.model}, seed {self.seed}"

    @property
    def xmp(self) -> bytes:
        """The provenance as an XMP packet for programs."""
        return _XMP_TEMPLATE.format(
            source=quoteattr(DIGITAL_SOURCE_TYPE),
            version=quoteattr(f"{__version__}, model {self.model}, seed {self.seed}"),
            tool=quoteattr(f"Pochade {__version__}"),
            words=quoteattr(self.description),
        ).encode()

    def add_to_png(self, info: PngInfo) -> PngInfo:
        """Add the provenance to the text chunks of a PNG; returns `info`."""
        info.add_text("Description", self.description)
        info.add_text("Net", self.model)
        info.add_text("Seed", str(self.seed))
        if self.regions is not None:
            info.add_text("Regions", json.dumps(self.regions, separators=(",", ":")))
        info.add_itxt("XML:com.adobe.xmp", self.xmp.decode())
        return info
