"""Labels in sidecars are read as they were written; what other programs wrote is preserved."""

import os
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pochade.errors import OutputUnwritable, UsageError
from pochade.organise.sidecars import FolderNames, read_sidecar_labels, write_sidecar_labels
from tests.support.sidecar_files import DIGIKAM, sidecar_with, write_picture, write_sidecar

SUBJECT = "{http://purl.org/dc/elements/1.1/}subject"
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
ONLY_HIERARCHIES = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  xmlns:lr="http://ns.adobe.com/lightroom/1.0/" xmlns:digiKam="http://www.digikam.org/ns/1.0/">
 <rdf:Description>
  <lr:hierarchicalSubject><rdf:Bag><rdf:li>Time|night</rdf:li><rdf:li>old</rdf:li></rdf:Bag></lr:hierarchicalSubject>
  <digiKam:TagsList><rdf:Seq><rdf:li>Time/night</rdf:li><rdf:li>Animals/Pets/cat</rdf:li></rdf:Seq></digiKam:TagsList>
 </rdf:Description>
</rdf:RDF>"""
in_xml = st.one_of(
    st.sampled_from("\t\n\r <>&\"'"),
    st.characters(min_codepoint=0x20, max_codepoint=0xFFFD, exclude_categories=["Cs"]),
    st.characters(min_codepoint=0x10000),
)
labels_of_any_kind = st.lists(
    st.text(in_xml, min_size=1, max_size=20).map(lambda text: unicodedata.normalize("NFC", text)),
    max_size=6,
    unique=True,
)
few_labels = st.lists(st.sampled_from("abcdef"), unique=True)


@pytest.fixture
def cat(tmp_path: Path) -> Path:
    """A picture without a sidecar."""
    return write_picture(tmp_path, "cat.png")


def without_labels(text: str) -> str:
    """Everything in a sidecar except its labels and the XMP packet, as canonical XML."""
    bare = re.sub(r"<\?xpacket.*?\?>", "", text)
    return ElementTree.canonicalize(bare, with_comments=True, strip_text=True, exclude_tags=[SUBJECT])


# Labels are read as they were written -------------------------------------------------------------------------------


def test_a_picture_without_labels_gets_no_sidecar(cat: Path) -> None:
    assert read_sidecar_labels(cat) == ()
    assert write_sidecar_labels(cat, [], []) is None
    assert list(cat.parent.iterdir()) == [cat]


def test_a_new_sidecar_has_digikams_name_and_is_an_xmp_packet(cat: Path) -> None:
    path = write_sidecar_labels(cat, ["Tom & <Jerry>", "für Oma"], [])
    assert path == cat.with_name("cat.png.xmp")
    text = path.read_text(encoding="utf-8")
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSz')
    assert text.endswith('</x:xmpmeta>\n<?xpacket end="w"?>\n')
    assert (
        "     <rdf:li>Tom &amp; &lt;Jerry&gt;</rdf:li>\n     <rdf:li>für Oma</rdf:li>\n    </rdf:Bag>\n   </dc:s"
        in text
    )
    assert read_sidecar_labels(cat) == ("Tom & <Jerry>", "für Oma")


def test_the_picture_itself_is_not_changed(cat: Path) -> None:
    before = cat.read_bytes(), cat.stat()
    write_sidecar_labels(cat, ["mine"], [])
    after = cat.read_bytes(), cat.stat()
    assert (before[0], before[1].st_mtime_ns, before[1].st_ino) == (after[0], after[1].st_mtime_ns, after[1].st_ino)


@settings(max_examples=60, deadline=None)
@given(first=labels_of_any_kind, second=labels_of_any_kind)
def test_labels_of_any_letters_are_read_as_they_were_written(first: list[str], second: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        cat = write_picture(Path(folder), "cat.png")
        write_sidecar_labels(cat, first, [])
        assert read_sidecar_labels(cat) == tuple(first)
        write_sidecar_labels(cat, second, first)
        assert set(read_sidecar_labels(cat)) == set(second)


@settings(max_examples=60, deadline=None)
@given(theirs=few_labels, ours=few_labels, before=few_labels)
def test_labels_of_other_programs_are_preserved(theirs: list[str], ours: list[str], before: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        cat = write_picture(Path(folder), "cat.png")
        items = "".join(f"<rdf:li>{label}</rdf:li>" for label in theirs)
        write_sidecar(cat, sidecar_with(f"<dc:subject><rdf:Bag>{items}</rdf:Bag></dc:subject>"))
        write_sidecar_labels(cat, ours, before)
        assert set(read_sidecar_labels(cat)) == set(theirs) - set(before) | set(ours)
        assert write_sidecar_labels(cat, ours, ours) is None


@pytest.mark.parametrize("label", ["bell \x07", "half \ud800", "no letter \uffff", ""])
def test_a_label_that_xml_cannot_hold_is_refused(cat: Path, label: str) -> None:
    with pytest.raises(UsageError, match="label") as caught:
        write_sidecar_labels(cat, ["fine", label], [])
    assert repr(label) in caught.value.sentence or not label
    assert list(cat.parent.iterdir()) == [cat]


# Other programs ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "theirs"), [(DIGIKAM, ("cat", "sold")), (LIGHTROOM, ("night",))])
def test_labels_and_properties_of_other_programs_stay(cat: Path, text: str, theirs: tuple[str, ...]) -> None:
    sidecar = write_sidecar(cat, text)
    assert read_sidecar_labels(cat) == theirs
    assert write_sidecar_labels(cat, ["mine"], []) == sidecar
    assert read_sidecar_labels(cat) == (*theirs, "mine")
    write_sidecar_labels(cat, [], ["mine"])
    assert read_sidecar_labels(cat) == theirs
    assert without_labels(sidecar.read_text(encoding="utf-8")) == without_labels(text)
    assert sidecar.read_text(encoding="utf-8").count("<?xpacket") == 2


def test_prefixes_of_unused_namespaces_stay(cat: Path) -> None:
    sidecar = write_sidecar(cat, DIGIKAM)
    write_sidecar_labels(cat, ["mine"], [])
    text = sidecar.read_text(encoding="utf-8")
    for words in ('xmlns:unused="http://example.org/unused/"', 'digiKam:PickLabel="3"', "<!-- which tags? -->"):
        assert words in text
    assert text.index("<!-- somebody's comment -->") < text.index("<?xpacket begin") < text.index("<x:xmpmeta")


def test_ambiguous_prefixes_keep_their_meaning(cat: Path) -> None:
    text = """<R:RDF xmlns:R="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="urn:not-dublin" xmlns="urn:plain">
        <R:Description dc:a="1"><one/><a:x xmlns:a="urn:1"/><a:x xmlns:a="urn:2"/><bare xmlns=""/></R:Description>
        </R:RDF>"""
    sidecar = write_sidecar(cat, text)
    write_sidecar_labels(cat, ["mine"], [])
    description = ElementTree.parse(sidecar).getroot()[0]
    assert [element.tag for element in description] == [SUBJECT, "{urn:plain}one", "{urn:1}x", "{urn:2}x", "bare"]
    assert description.attrib == {"{urn:not-dublin}a": "1"}
    assert "<R:RDF" in sidecar.read_text(encoding="utf-8")
    assert read_sidecar_labels(cat) == ("mine",)


def test_prefixes_of_one_file_do_not_affect_another(tmp_path: Path) -> None:
    first_picture, second_picture = write_picture(tmp_path, "one.png"), write_picture(tmp_path, "two.png")
    text = sidecar_with("").replace("http://purl.org/dc/elements/1.1/", "urn:not-dublin")
    write_sidecar(first_picture, text, "one.png.xmp")
    write_sidecar_labels(first_picture, ["mine"], [])
    fresh = write_sidecar_labels(second_picture, ["mine"], [])
    assert fresh
    assert "<dc:subject>" in fresh.read_text(encoding="utf-8")


def test_a_removed_label_disappears_from_the_sidecar(cat: Path) -> None:
    write_sidecar(cat, DIGIKAM)
    write_sidecar_labels(cat, ["mine", "old"], [])
    write_sidecar_labels(cat, ["mine"], ["mine", "old"])
    assert read_sidecar_labels(cat) == ("cat", "sold", "mine")


def test_labels_are_read_from_hierarchies_without_dc_subject(cat: Path) -> None:
    sidecar = write_sidecar(cat, ONLY_HIERARCHIES)
    assert read_sidecar_labels(cat) == ("night", "old", "cat")
    assert write_sidecar_labels(cat, [], []) is None
    write_sidecar_labels(cat, ["mine"], [])
    assert read_sidecar_labels(cat) == ("night", "old", "cat", "mine")
    assert "Animals/Pets/cat" in sidecar.read_text(encoding="utf-8")


def test_an_empty_list_is_not_filled_from_hierarchies(cat: Path) -> None:
    write_sidecar(cat, LIGHTROOM)
    write_sidecar_labels(cat, [], ["night"])
    assert read_sidecar_labels(cat) == ()


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        (sidecar_with("", attributes='dc:subject="lone"'), ("lone",)),
        (sidecar_with("<dc:subject>lone</dc:subject>"), ("lone",)),
        (sidecar_with("<dc:subject/>"), ()),
        (sidecar_with("<dc:subject><rdf:Seq><rdf:li>a</rdf:li><!-- b --><rdf:li/></rdf:Seq></dc:subject>"), ("a",)),
        (sidecar_with("<dc:subject><rdf:Bag><rdf:li>a<!-- b -->c</rdf:li></rdf:Bag></dc:subject>"), ("ac",)),
        (
            sidecar_with("<dc:subject><rdf:Bag><rdf:li> <rdf:value>a</rdf:value> </rdf:li></rdf:Bag></dc:subject>"),
            (),
        ),
        (sidecar_with("<part><dc:subject>of something else</dc:subject></part>"), ()),
        ('<RDF xmlns="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>', ()),
    ],
)
def test_labels_in_rarer_forms(cat: Path, text: str, labels: tuple[str, ...]) -> None:
    write_sidecar(cat, text)
    assert read_sidecar_labels(cat) == labels
    write_sidecar_labels(cat, ["mine"], [])
    assert read_sidecar_labels(cat) == (*labels, "mine")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_xmp_encoding_is_read_and_utf_8_is_written(cat: Path, encoding: str) -> None:
    declared = DIGIKAM.replace("UTF-8", "UTF-16" if encoding == "utf-16" else "UTF-8").replace("sold", "für Öl")
    sidecar = write_sidecar(cat, declared.encode(encoding))
    assert read_sidecar_labels(cat) == ("cat", "für Öl")
    write_sidecar_labels(cat, ["mine"], [])
    assert sidecar.read_bytes().decode("utf-8").startswith('<?xml version="1.0" encoding="UTF-8"?>')
    assert read_sidecar_labels(cat) == ("cat", "für Öl", "mine")


def test_a_sidecar_with_all_labels_is_not_written_again(cat: Path) -> None:
    sidecar = write_sidecar(cat, DIGIKAM)
    os.utime(sidecar, ns=(10**9, 10**9))
    assert write_sidecar_labels(cat, ["sold", "cat"], ["never there"]) is None
    assert (sidecar.read_bytes(), sidecar.stat().st_mtime_ns) == (DIGIKAM.encode(), 10**9)


# Which file ----------------------------------------------------------------------------------------------------------


def test_both_sidecars_are_read_and_digikams_first(cat: Path) -> None:
    write_sidecar(cat, LIGHTROOM, "cat.xmp")
    write_sidecar(cat, DIGIKAM.replace("sold", "night"))
    assert read_sidecar_labels(cat) == ("cat", "night")
    assert write_sidecar_labels(cat, ["mine"], []) == cat.with_name("cat.png.xmp")
    assert cat.with_name("cat.xmp").read_text(encoding="utf-8") == LIGHTROOM


def test_lightrooms_sidecar_is_updated_if_it_is_the_only_one(cat: Path) -> None:
    sidecar = write_sidecar(cat, LIGHTROOM, "cat.xmp")
    for name in ("cat.txt", "cats.png", ".cat.png"):  # neither shares it
        write_picture(cat.parent, name)
    assert write_sidecar_labels(cat, ["mine"], []) == sidecar
    assert not cat.with_name("cat.png.xmp").exists()


@pytest.mark.parametrize("other", ["cat.jpg", "cat.nef", "cat"])
def test_a_shared_sidecar_is_not_changed(cat: Path, other: str) -> None:
    write_picture(cat.parent, other)
    shared = write_sidecar(cat, LIGHTROOM, "cat.xmp")
    assert write_sidecar_labels(cat, ["mine"], []) == cat.with_name("cat.png.xmp")
    assert shared.read_text(encoding="utf-8") == LIGHTROOM
    assert read_sidecar_labels(cat) == ("mine", "night")
    assert "mine" not in read_sidecar_labels(cat.with_name(other))


def test_digikams_sidecar_is_not_confused_with_lightrooms_of_another_picture(tmp_path: Path) -> None:
    first, second = write_picture(tmp_path, "cat.png"), write_picture(tmp_path, "cat.png.webp")
    write_sidecar_labels(first, ["first"], [])
    write_sidecar_labels(second, ["second"], [])
    assert read_sidecar_labels(first) == ("first",)


def test_a_file_is_never_its_own_sidecar(tmp_path: Path) -> None:
    odd = write_sidecar(tmp_path / "odd", DIGIKAM, "odd.xmp")
    assert read_sidecar_labels(odd) == ()
    assert write_sidecar_labels(odd, ["mine"], []) == tmp_path / "odd.xmp.xmp"
    assert odd.read_text(encoding="utf-8") == DIGIKAM


def test_a_file_name_that_is_not_utf_8_has_a_sidecar(tmp_path: Path) -> None:
    cat = write_picture(tmp_path, os.fsdecode(b"caf\xe9.png"))
    write_sidecar_labels(cat, ["mine"], [])
    assert read_sidecar_labels(cat) == ("mine",)


# Labels that are taken back ----------------------------------------------------------------------------------------


def test_a_removed_label_leaves_the_lists_of_labels_with_their_parents(cat: Path) -> None:
    sidecar = write_sidecar(cat, DIGIKAM)
    write_sidecar_labels(cat, [], ["cat"])
    assert read_sidecar_labels(cat) == ("sold",)
    assert "Animals/cat" not in sidecar.read_text(encoding="utf-8")
    assert "sold" in sidecar.read_text(encoding="utf-8").partition("TagsList")[2].partition("TagsList")[0]


def test_a_removed_label_leaves_both_sidecars_of_a_picture(cat: Path) -> None:
    write_sidecar(cat, DIGIKAM.replace("sold", "night"))
    lightroom = write_sidecar(cat, LIGHTROOM, "cat.xmp")
    write_sidecar_labels(cat, [], ["night"])
    assert read_sidecar_labels(cat) == ("cat",)
    assert "Exposure2012" in lightroom.read_text(encoding="utf-8")


def test_a_removed_label_stays_in_a_sidecar_that_another_picture_shares(cat: Path) -> None:
    write_picture(cat.parent, "cat.jpg")
    write_sidecar(cat, LIGHTROOM, "cat.xmp")
    write_sidecar_labels(cat, ["mine"], ["night"])
    assert read_sidecar_labels(cat.with_name("cat.jpg")) == ("night",)


def test_separate_accents_make_no_other_label(cat: Path) -> None:
    write_sidecar(cat, sidecar_with("<dc:subject><rdf:Bag><rdf:li>Cafe\u0301</rdf:li></rdf:Bag></dc:subject>"))
    assert write_sidecar_labels(cat, ["Caf\xe9"], []) is None
    write_sidecar_labels(cat, [], ["Caf\xe9"])
    assert read_sidecar_labels(cat) == ()


# The file itself ---------------------------------------------------------------------------------------------------


def test_links_and_permissions_of_sidecars_stay(cat: Path) -> None:
    target = write_sidecar(cat, DIGIKAM, "store.xmp")
    target.chmod(0o600)
    cat.with_name("cat.png.xmp").symlink_to(target.name)
    write_sidecar_labels(cat, ["mine"], [])
    assert cat.with_name("cat.png.xmp").is_symlink()
    assert target.stat().st_mode & 0o777 == 0o600
    assert "mine" in target.read_text(encoding="utf-8")


def test_a_read_only_sidecar_is_not_changed(cat: Path) -> None:
    write_sidecar(cat, DIGIKAM).chmod(0o444)
    with pytest.raises(OutputUnwritable, match="it is read-only"):
        write_sidecar_labels(cat, ["mine"], [])
    assert read_sidecar_labels(cat) == ("cat", "sold")


def test_a_folder_is_listed_once_for_all_of_its_sidecars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed, scan = list[str](), os.scandir

    def count_listing(folder: str) -> Iterator[os.DirEntry[str]]:
        listed.append(folder)
        return scan(folder)

    monkeypatch.setattr(os, "scandir", count_listing)
    names = FolderNames()
    for number in range(20):
        picture = write_picture(tmp_path, f"cat {number}.png")
        write_sidecar(picture, LIGHTROOM, f"cat {number}.xmp")
        write_sidecar_labels(picture, ["mine"], [], names)
    assert len(listed) == 1
