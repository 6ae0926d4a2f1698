import pytest

from core.knowledge.embedding.safetensors import read_weights
from core.knowledge.embedding.wordpiece import WordPiece, split_words

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##aff", "##able", "the", ",", "cafe"]


@pytest.fixture
def pieces():
    return WordPiece(VOCABULARY)


def test_a_word_is_matched_from_its_longest_beginning(pieces):
    assert pieces.encode("Unaffable, the café") == [2, 4, 5, 6, 8, 7, 9, 3]
    assert pieces.count("Unaffable, the café") == 6


def test_what_the_vocabulary_has_not_got_is_one_unknown(pieces):
    assert pieces.encode("unx " + "the" * 40) == [2, 1, 1, 3]


def test_a_long_text_is_cut_and_still_closed(pieces):
    ids = pieces.encode("the " * 500)
    assert (len(ids), ids[0], ids[-1]) == (256, 2, 3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello, World!", ["hello", ",", "world", "!"]),
        ("naïve İstanbul", ["naive", "istanbul"]),
        ("a\u0000b\u200bc", ["abc"]),
        ("東京 tower", ["東", "京", "tower"]),
        ("don’t", ["don", "’", "t"]),
        ("tab\tnew\nline", ["tab", "new", "line"]),
        ("", []),
    ],
)
def test_words_are_split_as_bert_splits_them(text, words):
    assert split_words(text) == words


@pytest.mark.parametrize(
    "content",
    [
        b"\xff" * 8,
        b"\x02\0\0\0\0\0\0\0",
        b"\x40" + b"\0" * 7 + b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'.ljust(64),
        b"\x40" + b"\0" * 7 + b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}'.ljust(68),
    ],
    ids=["length beyond the file", "no header", "tensor beyond the file", "shape and bytes differ"],
)
def test_malformed_weights_are_refused(content):
    with pytest.raises(ValueError, match=r"safetensors|tensor"):
        read_weights(content)


def test_weights_are_read():
    header = b'{"__metadata__":{},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}'
    content = len(header).to_bytes(8, "little") + header + b"\0\0\x80\x3f\0\0\0\x40"
    assert read_weights(content)["a"].tolist() == [[1.0, 2.0]]
