"""What people send, and in which order it is delivered: with doubles and swapped neighbours."""

import random
from dataclasses import dataclass

WORDS = (
    "家賃が払えなくて困っています",
    "足立区に住んでいます",
    "72歳です",
    "一人暮らしです",
    "保証人がいません",
    "大家さんから来月までに出てと言われました",
    "仕事がなくなりました",
    "わかりません",
    "窓口を教えてください",
    "写真の代わりに書きます。壁に穴があります",
)


@dataclass(frozen=True)
class Delivery:
    """One delivery of an event. `again`: it was delivered before."""

    event: str
    text: str
    again: bool = False


def plan(conversations: int, messages: int, doubles: float, swaps: float, seed: int) -> dict[int, list[Delivery]]:
    """Return each conversation's deliveries in their order. The order of first deliveries is the order of arrival."""
    dice = random.Random(seed)
    plans: dict[int, list[Delivery]] = {}
    for person in range(conversations):
        line = [Delivery(f"event-{person:05d}-{number:02d}", f"{dice.choice(WORDS)}（{number}）") for number in range(messages)]
        for at in range(len(line) - 1):
            if dice.random() < swaps:
                line[at], line[at + 1] = line[at + 1], line[at]
        for first in list(line):
            if dice.random() < doubles:
                at = dice.randint(line.index(first) + 1, len(line))
                line.insert(at, Delivery(first.event, first.text, again=True))
        plans[person] = line
    return plans


def arrivals(deliveries: list[Delivery]) -> list[str]:
    """Return the texts in the order in which they arrive."""
    return [delivery.text for delivery in deliveries if not delivery.again]
