"""Which word a model puts into a blank, as the bot would offer it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from models.blanks import parse
from models.blocklist import Blocklist, load_blocklist
from models.errors import ModelServiceError
from models.hub import find_files
from models.multitask import BertForFourTasks
from models.tasks.mask import mask_job
from models.tokenizers import Tokenizer, load_tokenizer
from training.start import Start
from training.textfiles import DataError


@dataclass(frozen=True, slots=True)
class Blank:
    """A labelled blank.

    Attributes:
        text: The text with its blanks.
        slot: Which of them, from 0.
        word: What belongs there, written as the bot shows it (``##`` before a lone continuation).
    """

    text: str
    slot: int
    word: str


@dataclass(frozen=True, slots=True)
class Filled:
    """What a model puts into a blank; ``confidence`` is NaN if it answers with no numbers."""

    word: str
    confidence: float


class MaskReader:
    """Fills blanks with a model.

    Args:
        start: The model, in evaluation mode, on its device.

    Raises:
        DataError: The tokenizer cannot be read.
    """

    def __init__(self, start: Start) -> None:
        self._model: BertForFourTasks = start.model
        self._blocklist: Blocklist = load_blocklist()
        try:
            folder = find_files(start.source.tokenizer, weights=False)
            self._tokenizer: Tokenizer = load_tokenizer(
                folder, start.source.tokenizer_class, start.model.config.max_position_embeddings
            )
        except ModelServiceError as error:
            raise DataError(str(error)) from error
        vocabulary = self._tokenizer.vocabulary
        entries = [vocabulary.entry(index) for index in range(len(vocabulary.pieces))]
        self._words = {entry.text for entry in entries if entry is not None}

    def knows(self, word: str) -> bool:
        """Whether the word is one entry of the vocabulary: BERT fills a blank with one."""
        return word.removeprefix("##") in self._words

    @torch.inference_mode()
    def fill(self, blank: Blank) -> Filled:
        """The first word that would be offered; none where the blank is cut away.

        Raises:
            DataError: The text has no such blank.
        """
        try:
            text = parse(blank.text)
            job = mask_job(text, "", 1, self._blocklist)
            query = job.encode(self._tokenizer)
        except ModelServiceError as error:
            raise DataError(f"{blank.text[:80]!r}: {error}") from error
        if not 0 <= blank.slot < text.count:
            raise DataError(f"{blank.text[:80]!r} has no blank {blank.slot}, counted from 0")
        device = self._model.device
        encoded = self._model.bert(
            input_ids=torch.tensor([query.encoding.ids], device=device),
            token_type_ids=torch.tensor([query.encoding.segments], device=device),
        )
        hidden = encoded.last_hidden_state[0, list(query.positions)]
        logits = self._model.cls.predictions(hidden).float().cpu().numpy()
        if not np.isfinite(logits).all():
            return Filled("", float("nan"))
        found = job.decode(query, logits, self._tokenizer).masks[blank.slot]
        return Filled(found[0].token, found[0].score) if found else Filled("", 0.0)
