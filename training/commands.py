"""``kobert-bot train …``: the commands by name.

What a command needs is imported when it runs: torch and transformers take seconds that ``--help`` needn't
wait for.
"""

from __future__ import annotations

import typer

from training.finetuning_commands import finetune
from training.measuring_commands import evaluate
from training.pretraining_commands import pretrain, tokenizer
from training.sweeping_commands import sweep

app = typer.Typer(
    help="Make BERT: tokenizer, pre-training, fine-tuning, measuring. A run that was stopped goes on.",
    no_args_is_help=True,
)
for command in (tokenizer, pretrain, finetune, evaluate, sweep):
    app.command()(command)
