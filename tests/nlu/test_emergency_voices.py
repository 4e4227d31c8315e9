"""The sentences on danger in nlu/training/danger: the rules hear every plain one, most veiled ones, and none of the look-alikes."""

from pathlib import Path

import pytest
import yaml

from nlu.emergency import detect_emergency

FOLDER = Path(__file__).parents[2] / "nlu" / "training" / "danger"
KINDS = {
    "suicide": "suicide",
    "violence": "violence_now",
    "child": "child_danger",
    "medical": "medical",
    "abuse": "elder_abuse",
    "no_place": "no_place_tonight",
}
LEAST_HEARD = 0.65  # of the veiled ones: the others are the second opinion's, and some nobody's


def sentences(name: str, said: str) -> list[str]:
    """Return the sentences of one file that are said plainly, veiled, or not."""
    blocks = yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))["nlu"]
    return [line[2:] for block in blocks if block["metadata"]["said"] == said for line in block["examples"].splitlines()]


@pytest.mark.parametrize("name", KINDS)
def test_every_plain_sentence_is_heard(name: str) -> None:
    heard = {text: {sign.kind for sign in detect_emergency(text)} for text in sentences(name, "plainly")}
    assert len(heard) >= 40
    assert [text for text, kinds in heard.items() if KINDS[name] not in kinds] == []


@pytest.mark.parametrize("name", KINDS)
def test_no_look_alike_is_taken(name: str) -> None:
    texts = sentences(name, "not")
    assert len(texts) >= 60
    assert [text for text in texts if detect_emergency(text)] == []


@pytest.mark.parametrize("name", KINDS)
def test_most_veiled_sentences_are_heard(name: str) -> None:
    texts = sentences(name, "veiled")
    heard = [text for text in texts if KINDS[name] in {sign.kind for sign in detect_emergency(text)}]
    assert len(texts) >= 40
    assert len(heard) >= LEAST_HEARD * len(texts)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("suicide", "我不想活了"),
        ("suicide", "죽고 싶어요"),
        ("suicide", "Tôi muốn chết"),
        ("suicide", "म मर्न चाहन्छु"),
        ("suicide", "Gusto ko nang mamatay"),
        ("suicide", "Quero morrer"),
        ("suicide", "Ya no quiero vivir"),
        ("violence_now", "我老公打我"),
        ("violence_now", "남편이 저를 때려요"),
        ("violence_now", "Chồng tôi đánh tôi"),
        ("violence_now", "श्रीमानले मलाई कुट्छ"),
        ("violence_now", "Sinasaktan ako ng asawa ko"),
        ("violence_now", "Meu marido me bate todo dia"),
        ("violence_now", "Mi esposo me golpea"),
        ("child_danger", "他打我的孩子"),
        ("child_danger", "남편이 아이를 때려요"),
        ("child_danger", "My husband hits our son"),
        ("child_danger", "Minha vizinha bate no filho pequeno"),
        ("medical", "我胸口痛，呼吸困难"),
        ("medical", "숨을 못 쉬겠어요"),
        ("medical", "Tôi khó thở quá"),
        ("medical", "छाती दुख्यो, सास फेर्न गाह्रो छ"),
        ("medical", "Hindi ako makahinga"),
        ("medical", "Não consigo respirar"),
        ("medical", "No puedo respirar, llamen una ambulancia"),
        ("elder_abuse", "The staff slaps my grandmother"),
        ("no_place_tonight", "我今晚没有地方睡"),
        ("no_place_tonight", "오늘 밤 잘 곳이 없어요"),
        ("no_place_tonight", "Tối nay tôi không có chỗ ngủ"),
        ("no_place_tonight", "आज राति सुत्ने ठाउँ छैन"),
        ("no_place_tonight", "Wala akong matutulugan ngayong gabi"),
        ("no_place_tonight", "Não tenho onde dormir hoje"),
        ("no_place_tonight", "No tengo donde dormir esta noche"),
    ],
)
def test_danger_is_heard_in_other_languages(kind: str, text: str) -> None:
    assert kind in {sign.kind for sign in detect_emergency(text)}


@pytest.mark.parametrize(
    "text",
    [
        "I am looking for a quiet room for my family",
        "The rent is killing me",
        "My wife and I want to live near the station",
        "I can't pay the rent this month",
        "我想租一个便宜的房子",
        "월세가 너무 비싸요",
        "Tôi muốn tìm nhà gần ga",
        "मलाई सस्तो कोठा चाहिन्छ",
        "Kailangan ko po ng murang bahay",
        "Quero um apartamento perto da estação",
        "Quiero vivir cerca de la estación",
        "My children are healthy and go to school",
        "I was in hospital last year, now I am fine",
        "We need a bigger house because a baby is coming",
    ],
)
def test_ordinary_messages_in_other_languages_stay_quiet(text: str) -> None:
    assert detect_emergency(text) == []
