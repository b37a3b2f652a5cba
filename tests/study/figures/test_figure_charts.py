"""Charts show the numbers that they are given."""

from matplotlib.figure import Figure

from pochade.study.figures.concept_diagrams import draw_stride
from pochade.study.figures.figure_charts import BYTE_TITLES, VAE_BYTES, draw_bytes, draw_neighbour_counts
from tests.support.lesson_sample import lesson_sample


def texts_of(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def test_neighbours_of_the_right_class_are_counted() -> None:
    neighbours = {
        "query_labels": [9, 6],
        "pixels_labels": [[9, 9, 9], [6, 0, 0]],
        "embedding_labels": [[9, 1, 9], [6, 6, 6]],
    }
    texts = texts_of(draw_neighbour_counts(neighbours, {"pixels": "by pixels", "embedding": "by embeddings"}))
    assert texts == ["by pixels: 3 + 1 = 4 of 6", "by embeddings: 2 + 3 = 5 of 6"]


def test_only_the_named_forms_have_a_bar_and_the_largest_is_first() -> None:
    texts = texts_of(draw_bytes(lesson_sample().metrics, VAE_BYTES))
    assert len(texts) == len(VAE_BYTES)
    assert texts[0] == f"{BYTE_TITLES['raw']}: 784 bytes"
    assert texts[-1] == f"{BYTE_TITLES['vae_kl']}: 8.3 bytes"


def test_padding_is_named_and_only_that_of_the_even_row_is_not_reached() -> None:
    texts = texts_of(draw_stride())
    assert texts.count("padding") == 3
    assert texts.count("padding, not reached") == 1
