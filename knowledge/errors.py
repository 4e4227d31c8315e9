"""What can go wrong with the data, said so that whoever edits a file knows what to do next."""


class KnowledgeError(Exception):
    """Base of every error that this package raises on purpose."""


class DataError(KnowledgeError):
    """A data file is wrong: the message names the file, the record and what to change."""

    def __init__(self, file: str, record: str, problem: str) -> None:
        super().__init__(f"{file}: {record}: {problem}")
        self.file = file
        self.record = record
        self.problem = problem
