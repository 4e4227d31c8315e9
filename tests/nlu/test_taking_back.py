"""Telling that something said before was wrong."""

import pytest

from nlu.answers import takes_back


@pytest.mark.parametrize("text", ["さっきの話は間違いでした", "すみません、先ほど年齢を間違えました", "最初に書いたのと違って、いまは一人です", "言い間違えました"])
def test_words_that_take_something_back_are_heard(text: str) -> None:
    assert takes_back(text)


@pytest.mark.parametrize("text", ["さっき電話しました", "間取りが違う部屋がいいです", "家賃を間違いなく払っています", "前に住んでいた部屋は寒かったです"])
def test_other_words_take_nothing_back(text: str) -> None:
    assert not takes_back(text)
