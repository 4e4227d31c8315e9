"""Splits messages into Japanese words."""

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.message import as_tokens, text_of


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False
)
class JapaneseTokenizer(Tokenizer):
    """Sudachi words (split mode C) with offsets into the text as typed and the normalised form as lemma."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return Rasa's tokenizer settings; intents are never split."""
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
        }

    @staticmethod
    def supported_languages() -> list[str]:
        """Return the languages that the dictionary covers."""
        return ["ja"]

    @staticmethod
    def required_packages() -> list[str]:
        """Return the packages whose versions decide the words."""
        return ["sudachipy"]

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Return the words of one attribute of the message; empty for a blank one."""
        return as_tokens(str(message.get(attribute) or ""))

    def process(self, messages: list[Message]) -> list[Message]:
        """Put the words into each message, but not into the output: every turn of the record would carry all offsets."""
        for message in messages:
            message.set(TOKENS_NAMES[TEXT], as_tokens(text_of(message)))
            message.output_properties.discard(TOKENS_NAMES[TEXT])
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Put the words into every training example that has a text."""
        self.process(
            [
                example
                for example in training_data.training_examples
                if example.get(TEXT)
            ]
        )
        return training_data
