"""Pictures that a net drew, as files that say so: a still, a strip, an animation, a film.

A picture says it as the IPTC asks for (Photo Metadata 2025.1: the digital source type `trainedAlgorithmicMedia`, the
system and its version), in XMP where the format has a place for it, and in plain words where it has one for those.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from xml.sax.saxutils import quoteattr

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pochade._version import __version__
from pochade.errors import UsageError, pip_for
from pochade.images.base.picture import Array

SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Pochade">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
    xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    Iptc4xmpExt:DigitalSourceType={source}
    Iptc4xmpExt:AISystemUsed="Pochade"
    Iptc4xmpExt:AISystemVersionUsed={net}
    xmp:CreatorTool={tool}
    photoshop:Instructions={words}/>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""
STRIP = ".png"
FILM = ".mp4"
ANIMATIONS = (".gif", ".webp", FILM)
FRAMES_A_SECOND = 20
WIDEST = 10  # frames side by side in a strip
GAP = 4  # pixels between the frames of a strip
PAPER = (250, 250, 248)
EVEN = 2  # pixels: films in H.264 have even sides


@dataclass(frozen=True)
class Provenance:
    """How a picture came to be."""

    net: str  # which drew it
    seed: int
    way: str  # how it was asked for: "imagine", "vary", "morph"

    @property
    def words(self) -> str:
        """For people."""
        return f"drawn by a trained net, not by hand: pochade {self.way}, net {self.net}, seed {self.seed}"

    @property
    def xmp(self) -> bytes:
        """For programs."""
        tool = f"Pochade {__version__}"
        net = f"{__version__}, net {self.net}, seed {self.seed}"
        quoted = {name: quoteattr(value) for name, value in
                  {"source": SOURCE, "net": net, "tool": tool, "words": self.words}.items()}  # fmt: skip
        return XMP.format(**quoted).encode()

    def on(self, info: PngInfo) -> PngInfo:
        """The same, written into what goes along with a PNG."""
        info.add_text("Description", self.words)
        info.add_text("Net", self.net)
        info.add_text("Seed", str(self.seed))
        info.add_itxt("XML:com.adobe.xmp", self.xmp.decode())
        return info


def still(pixels: Array, origin: Provenance) -> bytes:
    """One picture (H, W, 3) uint8 as a PNG."""
    buffer, info = io.BytesIO(), PngInfo()
    info.add_text("Software", f"Pochade {__version__}")
    Image.fromarray(pixels).save(buffer, "PNG", pnginfo=origin.on(info))
    return buffer.getvalue()


def strip(frames: Sequence[Array], origin: Provenance, columns: int = WIDEST) -> bytes:
    """Pictures (H, W, 3) uint8 of one size side by side, in rows, as a PNG."""
    height, width = frames[0].shape[:2]
    columns = min(columns, len(frames))
    rows = -(-len(frames) // columns)
    paper = Image.new("RGB", (columns * (width + GAP) - GAP, rows * (height + GAP) - GAP), PAPER)
    for number, frame in enumerate(frames):
        paper.paste(Image.fromarray(frame), (number % columns * (width + GAP), number // columns * (height + GAP)))
    buffer, info = io.BytesIO(), PngInfo()
    info.add_text("Software", f"Pochade {__version__}")
    paper.save(buffer, "PNG", pnginfo=origin.on(info))
    return buffer.getvalue()


def moving(frames: Sequence[Array], origin: Provenance, suffix: str, columns: int = WIDEST) -> bytes:
    """The frames of a way (H, W, 3) uint8: a strip as `.png`, or one of the `ANIMATIONS`.

    Raises:
        UsageError: As for `animation`.
    """
    return strip(frames, origin, columns) if suffix == STRIP else animation(frames, origin, suffix)


def makes_films() -> bool:
    """Whether PyAV is installed."""
    return find_spec("av") is not None


def without_films() -> UsageError:
    """The error where PyAV is not installed."""
    return UsageError("films need PyAV, which is not installed", f"give .webp, or {pip_for('video')}")


def animation(frames: Sequence[Array], origin: Provenance, suffix: str) -> bytes:
    """Pictures (H, W, 3) uint8 of one size one after the other, without an end, as a GIF, WebP or MP4.

    A GIF has 256 colours for each frame, and a place for words only; an MP4 is not repeated by itself.

    Raises:
        UsageError: The suffix is none of `ANIMATIONS`, or films can't be made here.
    """
    if suffix not in ANIMATIONS:
        raise UsageError(f"no animation ends in '{suffix}'", f"give a name that ends in {', '.join(ANIMATIONS)}")
    if suffix == FILM:
        return film(frames, origin)
    pictures, buffer = [Image.fromarray(frame) for frame in frames], io.BytesIO()
    options = {"save_all": True, "append_images": pictures[1:], "duration": 1000 // FRAMES_A_SECOND, "loop": 0}
    if suffix == ".gif":
        pictures[0].save(buffer, "GIF", **options, comment=origin.words.encode())
    else:
        pictures[0].save(buffer, "WEBP", **options, quality=90, method=4, xmp=origin.xmp)
    return buffer.getvalue()


def film(frames: Sequence[Array], origin: Provenance) -> bytes:
    """Pictures (H, W, 3) uint8 of one size as an MP4 in H.264.

    Raises:
        UsageError: PyAV, which writes films, is not installed.
    """
    try:
        import av  # noqa: PLC0415  an extra
    except ImportError as error:
        raise without_films() from error
    height, width = (side // EVEN * EVEN for side in frames[0].shape[:2])
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        container.metadata["comment"] = origin.words
        container.metadata["description"] = SOURCE
        stream = container.add_stream("libx264", rate=FRAMES_A_SECOND, options={"crf": "16"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame[:height, :width].copy(), "rgb24")))
        container.mux(stream.encode())
    return buffer.getvalue()
