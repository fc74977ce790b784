"""Which language a text is in."""

from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from shared import text

UNDETERMINED = "und"
"""ISO 639's code for it: a list of products is in no language."""
_LONGEST = 600
"""Characters that are looked at: more make it slower, and hardly better."""
_SURE = 0.4
_ENGLISH = frozenset("the and of to with for by our you your from on is are will".split())
_ENGLISH_SHARE = 0.1
_WORDS_ENOUGH = 20


def language(content: str) -> str:
    """An ISO 639 code, or `UNDETERMINED` for what is too short or no running text."""
    start = content[:_LONGEST]
    words = text.words(start)
    if not words:
        return UNDETERMINED
    # Plain English is found a hundred times as fast by the words that all of it has.
    english = sum(word in _ENGLISH for word in words)
    if len(words) >= _WORDS_ENOUGH and english >= _ENGLISH_SHARE * len(words):
        return "en"
    code, probability = _identifier().classify(start)
    return code if probability >= _SURE else UNDETERMINED


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
