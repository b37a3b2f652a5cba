"""Labels in sidecars: what was written is read, what others wrote stays, and a bad file is refused and left alone."""

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pochade.errors import DataDamaged, FileUnreachable, OutputUnwritable, UsageError
from pochade.images.metadata import xmp
from pochade.organise.sidecars import read_labels, write_labels
from tests.support.permissions import nobody_may_write

SUBJECT = "{http://purl.org/dc/elements/1.1/}subject"
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
LIGHTROOM = """<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 7.0">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" crs:Exposure2012="+0.50">
   <crs:ToneCurve><rdf:Seq><rdf:li>0, 0</rdf:li><rdf:li>255, 255</rdf:li></rdf:Seq></crs:ToneCurve>
  </rdf:Description>
  <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:lr="http://ns.adobe.com/lightroom/1.0/">
   <dc:subject><rdf:Seq><rdf:li>night</rdf:li></rdf:Seq></dc:subject>
   <lr:hierarchicalSubject><rdf:Bag><rdf:li>Time|night</rdf:li></rdf:Bag></lr:hierarchicalSubject>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""
ONLY_PATHS = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  xmlns:lr="http://ns.adobe.com/lightroom/1.0/" xmlns:digiKam="http://www.digikam.org/ns/1.0/">
 <rdf:Description>
  <lr:hierarchicalSubject><rdf:Bag><rdf:li>Time|night</rdf:li><rdf:li>old</rdf:li></rdf:Bag></lr:hierarchicalSubject>
  <digiKam:TagsList><rdf:Seq><rdf:li>Time/night</rdf:li><rdf:li>Animals/Pets/cat</rdf:li></rdf:Seq></digiKam:TagsList>
 </rdf:Description>
</rdf:RDF>"""
BOMB = """<?xml version="1.0"?>
<!DOCTYPE bomb [<!ENTITY a "laugh"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
<x:xmpmeta xmlns:x="adobe:ns:meta/">&c;</x:xmpmeta>"""
THIEF = '<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]><x>&secret;</x>'

in_xml = st.one_of(
    st.sampled_from("\t\n\r <>&\"'"),
    st.characters(min_codepoint=0x20, max_codepoint=0xFFFD, exclude_categories=["Cs"]),
    st.characters(min_codepoint=0x10000),
)
labels_of_any_kind = st.lists(st.text(in_xml, min_size=1, max_size=20), max_size=6, unique=True)
few_labels = st.lists(st.sampled_from("abcdef"), unique=True)


@pytest.fixture
def cat(tmp_path: Path) -> Path:
    """A picture without a sidecar."""
    return picture(tmp_path, "cat.png")


def picture(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_bytes(b"the artist's own")
    return path


def with_sidecar(cat: Path, text: str | bytes, name: str = "cat.png.xmp") -> Path:
    """Lay a sidecar beside the picture."""
    path = cat.with_name(name)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def with_subject(inside: str, *, attributes: str = "") -> str:
    """A sidecar with this within its description."""
    return f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/">
        <rdf:Description {attributes}>{inside}</rdf:Description></rdf:RDF>"""


def everything_else(text: str) -> str:
    """All that a sidecar says but its labels, in the one way that XML has for it; without XMP's wrapper."""
    bare = re.sub(r"<\?xpacket.*?\?>", "", text)
    return ElementTree.canonicalize(bare, with_comments=True, strip_text=True, exclude_tags=[SUBJECT])


def refused(cat: Path, sidecar: Path, words: str) -> None:
    """Neither reading nor writing gets past the sidecar, and it stays as it is."""
    before = sidecar.read_bytes()
    for use in (lambda: read_labels(cat), lambda: write_labels(cat, ["mine"], [])):
        with pytest.raises(DataDamaged, match=words) as caught:
            use()
        assert caught.value.hint
        assert "\n" not in caught.value.sentence
    assert sidecar.read_bytes() == before
    assert sorted(path.name for path in cat.parent.iterdir()) == sorted([cat.name, sidecar.name])


# What was written is read --------------------------------------------------------------------------------------------


def test_a_picture_without_sidecar_has_no_labels_and_gets_none_for_no_labels(cat: Path) -> None:
    assert read_labels(cat) == ()
    assert write_labels(cat, [], []) is None
    assert list(cat.parent.iterdir()) == [cat]


def test_a_new_sidecar_has_digikams_name_and_is_a_packet_of_xmp(cat: Path) -> None:
    path = write_labels(cat, ["Tom & <Jerry>", "für Oma"], [])
    assert path == cat.with_name("cat.png.xmp")
    text = path.read_text(encoding="utf-8")
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSz')
    assert text.endswith('</x:xmpmeta>\n<?xpacket end="w"?>\n')
    assert (
        "     <rdf:li>Tom &amp; &lt;Jerry&gt;</rdf:li>\n     <rdf:li>für Oma</rdf:li>\n    </rdf:Bag>\n   </dc:s"
        in text
    )
    assert read_labels(cat) == ("Tom & <Jerry>", "für Oma")


def test_the_picture_itself_is_never_touched(cat: Path) -> None:
    before = cat.read_bytes(), cat.stat()
    write_labels(cat, ["mine"], [])
    after = cat.read_bytes(), cat.stat()
    assert (before[0], before[1].st_mtime_ns, before[1].st_ino) == (after[0], after[1].st_mtime_ns, after[1].st_ino)


@settings(max_examples=60, deadline=None)
@given(first=labels_of_any_kind, second=labels_of_any_kind)
def test_labels_written_are_labels_read_whatever_letters_they_have(first: list[str], second: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        cat = picture(Path(folder), "cat.png")
        write_labels(cat, first, [])
        assert read_labels(cat) == tuple(first)
        write_labels(cat, second, first)
        assert set(read_labels(cat)) == set(second)


@settings(max_examples=60, deadline=None)
@given(theirs=few_labels, ours=few_labels, before=few_labels)
def test_a_sidecar_ends_with_ours_and_with_theirs_that_we_never_wrote(
    theirs: list[str], ours: list[str], before: list[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        cat = picture(Path(folder), "cat.png")
        items = "".join(f"<rdf:li>{label}</rdf:li>" for label in theirs)
        with_sidecar(cat, with_subject(f"<dc:subject><rdf:Bag>{items}</rdf:Bag></dc:subject>"))
        write_labels(cat, ours, before)
        assert set(read_labels(cat)) == set(theirs) - set(before) | set(ours)
        assert write_labels(cat, ours, ours) is None


@pytest.mark.parametrize("label", ["bell \x07", "half \ud800", "no letter \uffff", ""])
def test_a_label_that_no_xml_can_hold_is_named_and_nothing_written(cat: Path, label: str) -> None:
    with pytest.raises(UsageError, match="label") as caught:
        write_labels(cat, ["fine", label], [])
    assert repr(label) in caught.value.sentence or not label
    assert list(cat.parent.iterdir()) == [cat]


# What others wrote ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "theirs"), [(DIGIKAM, ("cat", "sold")), (LIGHTROOM, ("night",))])
def test_labels_and_properties_of_others_stay(cat: Path, text: str, theirs: tuple[str, ...]) -> None:
    sidecar = with_sidecar(cat, text)
    assert read_labels(cat) == theirs
    assert write_labels(cat, ["mine"], []) == sidecar
    assert read_labels(cat) == (*theirs, "mine")
    write_labels(cat, [], ["mine"])
    assert read_labels(cat) == theirs
    assert everything_else(sidecar.read_text(encoding="utf-8")) == everything_else(text)
    assert sidecar.read_text(encoding="utf-8").count("<?xpacket") == 2


def test_prefixes_stay_also_of_namespaces_that_nothing_uses(cat: Path) -> None:
    sidecar = with_sidecar(cat, DIGIKAM)
    write_labels(cat, ["mine"], [])
    text = sidecar.read_text(encoding="utf-8")
    for words in ('xmlns:unused="http://example.org/unused/"', 'digiKam:PickLabel="3"', "<!-- which tags? -->"):
        assert words in text
    assert text.index("<!-- somebody's comment -->") < text.index("<?xpacket begin") < text.index("<x:xmpmeta")


def test_a_prefix_that_means_two_things_and_one_that_is_ours_elsewhere_keep_their_meaning(cat: Path) -> None:
    text = """<R:RDF xmlns:R="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="urn:not-dublin" xmlns="urn:plain">
        <R:Description dc:a="1"><one/><a:x xmlns:a="urn:1"/><a:x xmlns:a="urn:2"/><bare xmlns=""/></R:Description>
        </R:RDF>"""
    sidecar = with_sidecar(cat, text)
    write_labels(cat, ["mine"], [])
    description = ElementTree.parse(sidecar).getroot()[0]
    assert [element.tag for element in description] == [SUBJECT, "{urn:plain}one", "{urn:1}x", "{urn:2}x", "bare"]
    assert description.attrib == {"{urn:not-dublin}a": "1"}
    assert "<R:RDF" in sidecar.read_text(encoding="utf-8")
    assert read_labels(cat) == ("mine",)


def test_no_file_changes_how_another_is_written(tmp_path: Path) -> None:
    one, two = picture(tmp_path, "one.png"), picture(tmp_path, "two.png")
    with_sidecar(one, with_subject("").replace("http://purl.org/dc/elements/1.1/", "urn:not-dublin"), "one.png.xmp")
    write_labels(one, ["mine"], [])
    fresh = write_labels(two, ["mine"], [])
    assert fresh
    assert "<dc:subject>" in fresh.read_text(encoding="utf-8")


def test_a_label_that_we_wrote_and_the_person_took_away_is_gone_and_the_others_are_not(cat: Path) -> None:
    with_sidecar(cat, DIGIKAM)
    write_labels(cat, ["mine", "old"], [])
    write_labels(cat, ["mine"], ["mine", "old"])
    assert read_labels(cat) == ("cat", "sold", "mine")


def test_without_dc_subject_the_last_parts_of_paths_are_labels_and_stay_so_beside_ours(cat: Path) -> None:
    sidecar = with_sidecar(cat, ONLY_PATHS)
    assert read_labels(cat) == ("night", "old", "cat")
    assert write_labels(cat, [], []) is None
    write_labels(cat, ["mine"], [])
    assert read_labels(cat) == ("night", "old", "cat", "mine")
    assert "Animals/Pets/cat" in sidecar.read_text(encoding="utf-8")


def test_an_emptied_list_of_labels_is_not_filled_again_from_paths(cat: Path) -> None:
    with_sidecar(cat, LIGHTROOM)
    write_labels(cat, [], ["night"])
    assert read_labels(cat) == ()


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        (with_subject("", attributes='dc:subject="lone"'), ("lone",)),
        (with_subject("<dc:subject>lone</dc:subject>"), ("lone",)),
        (with_subject("<dc:subject/>"), ()),
        (with_subject("<dc:subject><rdf:Seq><rdf:li>a</rdf:li><!-- b --><rdf:li/></rdf:Seq></dc:subject>"), ("a",)),
        (with_subject("<dc:subject><rdf:Bag><rdf:li>a<!-- b -->c</rdf:li></rdf:Bag></dc:subject>"), ("ac",)),
        (
            with_subject("<dc:subject><rdf:Bag><rdf:li> <rdf:value>a</rdf:value> </rdf:li></rdf:Bag></dc:subject>"),
            (),
        ),
        (with_subject("<part><dc:subject>of something else</dc:subject></part>"), ()),
        ('<RDF xmlns="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>', ()),
    ],
)
def test_labels_in_forms_that_are_rarer(cat: Path, text: str, labels: tuple[str, ...]) -> None:
    with_sidecar(cat, text)
    assert read_labels(cat) == labels
    write_labels(cat, ["mine"], [])
    assert read_labels(cat) == (*labels, "mine")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_encoding_that_xmp_has_is_read_and_utf_8_written(cat: Path, encoding: str) -> None:
    declared = DIGIKAM.replace("UTF-8", "UTF-16" if encoding == "utf-16" else "UTF-8").replace("sold", "für Öl")
    sidecar = with_sidecar(cat, declared.encode(encoding))
    assert read_labels(cat) == ("cat", "für Öl")
    write_labels(cat, ["mine"], [])
    assert sidecar.read_bytes().decode("utf-8").startswith('<?xml version="1.0" encoding="UTF-8"?>')
    assert read_labels(cat) == ("cat", "für Öl", "mine")


def test_a_sidecar_that_has_it_all_is_not_written(cat: Path) -> None:
    sidecar = with_sidecar(cat, DIGIKAM)
    os.utime(sidecar, ns=(10**9, 10**9))
    assert write_labels(cat, ["sold", "cat"], ["never there"]) is None
    assert (sidecar.read_bytes(), sidecar.stat().st_mtime_ns) == (DIGIKAM.encode(), 10**9)


# Which file ----------------------------------------------------------------------------------------------------------


def test_both_names_are_read_and_digikams_first(cat: Path) -> None:
    with_sidecar(cat, LIGHTROOM, "cat.xmp")
    with_sidecar(cat, DIGIKAM.replace("sold", "night"))
    assert read_labels(cat) == ("cat", "night")
    assert write_labels(cat, ["mine"], []) == cat.with_name("cat.png.xmp")
    assert cat.with_name("cat.xmp").read_text(encoding="utf-8") == LIGHTROOM


def test_lightrooms_sidecar_is_added_to_where_it_is_the_only_one(cat: Path) -> None:
    sidecar = with_sidecar(cat, LIGHTROOM, "cat.xmp")
    for name in ("cat.txt", "cats.png", ".cat.png"):  # neither shares it
        picture(cat.parent, name)
    assert write_labels(cat, ["mine"], []) == sidecar
    assert not cat.with_name("cat.png.xmp").exists()


@pytest.mark.parametrize("other", ["cat.jpg", "cat.nef", "cat"])
def test_a_sidecar_that_another_picture_shares_is_left_alone(cat: Path, other: str) -> None:
    picture(cat.parent, other)
    shared = with_sidecar(cat, LIGHTROOM, "cat.xmp")
    assert write_labels(cat, ["mine"], []) == cat.with_name("cat.png.xmp")
    assert shared.read_text(encoding="utf-8") == LIGHTROOM
    assert read_labels(cat) == ("mine", "night")
    assert "mine" not in read_labels(cat.with_name(other))


def test_digikams_sidecar_of_one_picture_is_not_taken_for_lightrooms_of_another(tmp_path: Path) -> None:
    first, second = picture(tmp_path, "cat.png"), picture(tmp_path, "cat.png.webp")
    write_labels(first, ["first"], [])
    write_labels(second, ["second"], [])
    assert read_labels(first) == ("first",)


def test_a_file_is_never_its_own_sidecar(tmp_path: Path) -> None:
    odd = with_sidecar(tmp_path / "odd", DIGIKAM, "odd.xmp")
    assert read_labels(odd) == ()
    assert write_labels(odd, ["mine"], []) == tmp_path / "odd.xmp.xmp"
    assert odd.read_text(encoding="utf-8") == DIGIKAM


def test_a_name_that_is_no_utf_8_has_its_sidecar_too(tmp_path: Path) -> None:
    cat = picture(tmp_path, os.fsdecode(b"caf\xe9.png"))
    write_labels(cat, ["mine"], [])
    assert read_labels(cat) == ("mine",)


# What is refused -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty$"),
        (b"\x89PNG\r\n\x1a\n", "neither UTF-8 nor UTF-16$"),
        (DIGIKAM.encode("utf-16")[:-1], "neither UTF-8 nor UTF-16$"),
        (DIGIKAM.encode("utf-16")[2:], "can't be read as a sidecar"),
        (b"\0" * 50, "can't be read as a sidecar"),
        (DIGIKAM.replace("</dc:title>", "").encode(), "mismatched tag"),
        (b"<html><body>404</body></html>", "it is XML, but no XMP$"),
        (BOMB.encode(), "declares entities"),
        (BOMB.encode("utf-16"), "declares entities"),
        (THIEF.encode(), "declares entities"),
        (with_subject("<a>" * 1000 + "</a>" * 1000).encode(), "too many within each other$"),
    ],
    ids=[
        "empty",
        "no text",
        "half a letter",
        "no mark",
        "zeros",
        "tags",
        "web page",
        "bomb",
        "16 bit",
        "thief",
        "deep",
    ],
)
def test_a_damaged_or_hostile_sidecar_is_refused_and_left_as_it_is(cat: Path, content: bytes, words: str) -> None:
    refused(cat, with_sidecar(cat, content), words)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_sidecar_that_is_cut_short_is_refused(cat: Path, share: float) -> None:
    refused(cat, with_sidecar(cat, DIGIKAM.encode()[: int(len(DIGIKAM) * share)]), "can't be read as a sidecar")


def test_a_sidecar_that_is_too_large_is_refused_before_it_is_read(cat: Path) -> None:
    sidecar = with_sidecar(cat, DIGIKAM)
    os.truncate(sidecar, 2**24 + 1)  # a hole: it takes no room
    with pytest.raises(DataDamaged, match=r"is too large: 16,777,217 bytes, and 16,777,216 bytes are allowed$"):
        read_labels(cat)
    with pytest.raises(DataDamaged, match="is too large"):
        write_labels(cat, ["mine"], [])
    assert sidecar.stat().st_size == 2**24 + 1


def test_a_sidecar_of_too_many_elements_is_refused(cat: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xmp, "MOST_ELEMENTS", 100)
    refused(cat, with_sidecar(cat, with_subject("<a/>" * 99)), "too many elements")


def test_a_sidecar_that_is_no_file_is_refused_and_not_waited_for(cat: Path) -> None:
    os.mkfifo(cat.with_name("cat.png.xmp"))
    with pytest.raises(FileUnreachable, match="no ordinary file"):
        read_labels(cat)
    with pytest.raises(FileUnreachable, match="no ordinary file"):
        write_labels(cat, ["mine"], [])


def test_a_link_to_a_sidecar_that_is_away_is_not_replaced(cat: Path) -> None:
    link = cat.with_name("cat.png.xmp")
    link.symlink_to(cat.with_name("on another disk.xmp"))
    with pytest.raises(FileUnreachable, match="is gone"):
        write_labels(cat, ["mine"], [])
    assert link.is_symlink()


def test_a_picture_that_is_gone_gets_no_sidecar_and_no_folder(tmp_path: Path) -> None:
    with pytest.raises(FileUnreachable, match=r"is gone, or was never there$"):
        write_labels(tmp_path / "unplugged" / "cat.png", ["mine"], [])
    assert not list(tmp_path.iterdir())


def test_a_name_too_long_for_a_sidecar_is_told(tmp_path: Path) -> None:
    cat = picture(tmp_path, "c" * 250 + ".png")
    assert read_labels(cat) == ()
    with pytest.raises(OutputUnwritable, match="could not be written"):
        write_labels(cat, ["mine"], [])


@pytest.fixture
def read_only() -> Iterator[Path]:
    """A folder with a picture and a sidecar that nobody may write to; root becomes nobody for as long."""
    with tempfile.TemporaryDirectory() as made:  # not below a folder of root's own
        folder = Path(made)
        with_sidecar(picture(folder, "cat.png"), DIGIKAM)
        with nobody_may_write(folder):
            yield folder


def test_a_folder_that_is_read_only_is_told_and_its_sidecar_stays(read_only: Path) -> None:
    with pytest.raises(OutputUnwritable, match=r"could not be written: Permission denied$"):
        write_labels(read_only / "cat.png", ["mine"], [])
    assert (read_only / "cat.png.xmp").read_text(encoding="utf-8") == DIGIKAM
