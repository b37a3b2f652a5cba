"""Divide text into the words that are searched: without case, accents and punctuation, the same for every database.

Both SQLite and Postgres have a tokenizer of their own, and they differ: Postgres reads `owl.org` as the name of a
computer, and SQLite takes a whole Japanese sentence for one word. Text is therefore divided here, for what is stored as
for what is searched, and the databases only see words with blanks between them.
"""

import re
import unicodedata

MAX_WORD_LENGTH = 100  # characters; the rest of a longer word is left out
MAX_FIELD_CHARACTERS = 20_000  # of the words of one field of one picture
_ACCENTS = re.compile("[\u0300-\u036f]")  # combining marks of European scripts; those of others make other letters
_UNACCENTED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe"})
_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # written without blanks
_WORD = re.compile(rf"(?=[{_IDEOGRAPHS}])[^\W\d_]|(?:(?![{_IDEOGRAPHS}])[^\W\d_])+|\d+")


def words_of(text: str) -> list[str]:
    """Divide a text into words: runs of letters, runs of digits, and single ideographs, in lower case without accents.

    Cherokee is in capital letters, to which Unicode folds it. The words of a word are the word itself.
    """
    return [word[:MAX_WORD_LENGTH] for word in _WORD.findall(_plain(_plain(text)))]


def _plain(text: str) -> str:
    """Lower case, without accents; letters that look the same become the same (NFKC)."""
    if text.isascii():  # nearly all are, and a collection has hundreds of thousands
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFKC", _ACCENTS.sub("", decomposed).translate(_UNACCENTED)).casefold()
