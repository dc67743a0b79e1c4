"""The five questions to the model, by task: each a command, within everybody's cooldown and quota."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.gate import Command, counted
from handlers.mask import mask
from handlers.nli import nli
from handlers.nsp import nsp
from handlers.sentiment import sentiment
from handlers.tokens import tokens
from models.results import Task

QUESTIONS: Mapping[Task, Command] = {
    Task.MASK: counted(mask),
    Task.NSP: counted(nsp),
    Task.SENTIMENT: counted(sentiment),
    Task.NLI: counted(nli),
    Task.TOKENS: counted(tokens),
}
