"""Column types that keep what people tell us unreadable in the database file (AES-256-GCM)."""

import hmac
import json
import os
import secrets
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from bot.errors import KeyFileError

_NONCE_BYTES = 12
_KEY_BYTES = 32
_ciphers: list[AESGCM] = []
_hash_keys: list[bytes] = []


def use_key_file(path: Path) -> None:
    """Take the key in `path` for all encrypted columns; make the file (mode 0600) if there is none.

    Raises KeyFileError when the file does not hold exactly 32 bytes.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
    key = path.read_bytes()
    if len(key) != _KEY_BYTES:
        raise KeyFileError(f"{path} must hold {_KEY_BYTES} bytes. Restore the key file from your backup.")
    _ciphers[:] = [AESGCM(key)]
    _hash_keys[:] = [hmac.digest(key, b"identifiers", "sha256")]


def encrypt(plain: bytes, context: bytes = b"") -> bytes:
    """Return nonce and ciphertext of `plain`, bound to `context`."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + _cipher().encrypt(nonce, plain, context)


def decrypt(stored: bytes, context: bytes = b"") -> bytes:
    """Return the plain bytes of `encrypt`. Raises KeyFileError when the key does not fit."""
    try:
        return _cipher().decrypt(stored[:_NONCE_BYTES], stored[_NONCE_BYTES:], context)
    except InvalidTag:
        raise KeyFileError("The key file does not fit this database. Restore the key file that belongs to it.") from None


def keyed_hash(identifier: str) -> str:
    """Return what stands for an identifier in the database and in logs: 64 hexadecimal digits, useless without the key."""
    if not _hash_keys:
        raise KeyFileError("No key file is in use. Call use_key_file at start-up.")
    return hmac.digest(_hash_keys[0], identifier.encode(), "sha256").hex()


def _cipher() -> AESGCM:
    if not _ciphers:
        raise KeyFileError("No key file is in use. Call use_key_file at start-up.")
    return _ciphers[0]


class EncryptedJSON(TypeDecorator[Any]):
    """Any JSON value, stored encrypted. None stays NULL."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Encrypt on the way in."""
        if value is None:
            return None
        return encrypt(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        """Decrypt on the way out."""
        return None if value is None else json.loads(decrypt(value))
