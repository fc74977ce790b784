import pytest

from training.processing.language import language


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("Managed a team of five and reported to the director", "en"),
        ("MANAGED A TEAM OF FIVE AND REPORTED TO THE DIRECTOR OF THE DEPARTMENT OF HEALTH", "en"),
        ("Wir suchen für unser Team in Berlin einen Entwickler mit Erfahrung in Java und SQL, der "
         "an unseren Systemen arbeitet und die Kunden im Projekt von Anfang an betreut", "de"),
        ("Nous recherchons un comptable expérimenté pour notre bureau de Lyon", "fr"),
        ("Se busca cocinero con experiencia en cocina mexicana para restaurante", "es"),
        ("募集中:東京のソフトウェアエンジニア", "ja"),
        # No running text is no reason to leave it out.
        ("SQL Java Python Hadoop Spark AWS", "und"),
        ("12345 67", "und"),
        ("", "und"),
    ],
)  # fmt: skip
def test_languages(content, code):
    assert language(content) == code


def test_english_is_found_alike_by_its_words_and_by_the_model():
    line = "Prepared the yearly budget of the plant and reported on costs to the owners of it. "
    assert {language(line), language(line * 20)} == {"en"}
