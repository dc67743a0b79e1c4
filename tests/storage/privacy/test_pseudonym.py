from __future__ import annotations

import hashlib
import hmac

import pytest

from storage.errors import StorageError
from storage.privacy.pseudonym import Pseudonymizer


def test_a_person_is_the_hmac_of_their_id() -> None:
    expected = hmac.new(b"pepper", b"4242", hashlib.sha256).hexdigest()
    assert Pseudonymizer(b"pepper").person(4242) == expected


def test_another_key_gives_another_pseudonym() -> None:
    assert Pseudonymizer(b"one").person(1) != Pseudonymizer(b"two").person(1)


def test_a_private_chat_does_not_give_its_user_away() -> None:
    pseudonymizer = Pseudonymizer(b"pepper")
    assert pseudonymizer.chat(4242) != pseudonymizer.person(4242)
    assert pseudonymizer.chat(1) != pseudonymizer.chat(-1)


def test_an_empty_key_is_refused() -> None:
    with pytest.raises(StorageError, match="empty"):
        Pseudonymizer(b"")
