from __future__ import annotations

import numpy as np
import torch
from transformers import BertTokenizerFast

from training.corpus import Corpus
from training.initial import cooccurrence, initialise, ppmi_vectors
from training.pretrain import new_model


def one_document(ids: list[int]) -> Corpus:
    array = np.array(ids, dtype=np.uint16)
    return Corpus(array, np.array([0, len(ids)]), np.array([0, 1]))


def test_cooccurrence_counts_neighbours_by_their_distance() -> None:
    counts = cooccurrence([one_document([1, 2, 3])], 4)
    assert counts[1, 2] == counts[2, 1] == 1
    assert counts[1, 3] == 0.5
    assert counts[0].sum() == 0


def test_words_with_the_same_neighbours_get_like_vectors() -> None:
    rng = np.random.default_rng(0)
    ids: list[int] = []
    for _ in range(400):
        ids += [int(rng.choice([1, 2])), 5, 6, 7, 0, 0, 0, 0]
        ids += [int(rng.choice([3, 4])), 8, 9, 10, 0, 0, 0, 0]
    vectors = ppmi_vectors(cooccurrence([one_document(ids)], 11), 4)
    alike = torch.nn.functional.cosine_similarity(vectors[1], vectors[2], dim=0)
    unlike = torch.nn.functional.cosine_similarity(vectors[1], vectors[3], dim=0)
    assert alike > 0.9
    assert unlike < 0.5


def test_a_vocabulary_may_be_smaller_than_the_width() -> None:
    vectors = ppmi_vectors(cooccurrence([one_document([1, 2, 3, 1, 2, 4, 3, 1])], 5), 8)
    assert vectors.shape == (5, 8)
    assert vectors.isfinite().all()


def test_a_model_begins_with_the_frequencies_of_its_words(
    corpus: Corpus, tokenizer: BertTokenizerFast
) -> None:
    torch.manual_seed(0)
    model = new_model(tokenizer, layers=1, hidden=32, heads=2)
    initialise(model, [corpus])
    bias = model.cls.predictions.decoder.bias.detach()
    counts = torch.from_numpy(np.bincount(corpus.ids, minlength=len(tokenizer)))
    assert bias.argmax() == counts.argmax()
    assert model.cls.predictions.decoder.weight is model.bert.embeddings.word_embeddings.weight


def test_tokens_that_the_text_never_has_keep_their_random_vectors(
    corpus: Corpus, tokenizer: BertTokenizerFast
) -> None:
    torch.manual_seed(0)
    model = new_model(tokenizer, layers=1, hidden=32, heads=2)
    weight = model.bert.embeddings.word_embeddings.weight
    before = weight.detach().clone()
    initialise(model, [corpus])
    for unseen in (tokenizer.mask_token_id, tokenizer.cls_token_id, tokenizer.sep_token_id):
        assert torch.equal(weight[unseen], before[unseen])
    word = int(corpus.ids[0])
    assert not torch.equal(weight[word], before[word])
