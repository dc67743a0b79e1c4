from __future__ import annotations

import pytest

from handlers.replies.texts import LANGUAGES, TEXTS, Language


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_label_reads_like_the_button_that_confirms(language: Language) -> None:
    texts = TEXTS[language]
    right = texts.right_button.split()[-1]
    labels = [name for task in ("sentiment", "nsp", "nli") for name in texts.labels[task].values()]
    assert [name for name in labels if right in name] == []
