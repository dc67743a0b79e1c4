"""The processes that train one model together: this one alone, or all that a launcher started.

    torchrun --nproc-per-node 2 -m bot train pretrain …
    accelerate launch --multi_gpu --num_processes 2 -m bot train pretrain …

``--multi_gpu`` makes accelerate start several processes, through torchrun; with ``--device cpu`` behind
``pretrain`` they compute on the CPU. Without it accelerate starts one, which refuses if more were asked for.

Each draws its own text and all take the mean of their gradients, so every one has the same weights after each
step and a step reads as many times the tokens.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

import torch
from torch import distributed
from torch.nn import Module

DEVICES = ("auto", "cpu", "cuda")
_PATIENCE = timedelta(hours=6)  # the leader encodes a corpus while the others wait
_OTHERS_COUNT = ("WORLD_SIZE", "OMPI_COMM_WORLD_SIZE", "PMI_SIZE")
"""Where other launchers say how many processes they started."""
_ACCELERATE_WANTED_MORE = ("ACCELERATE_MIXED_PRECISION", "MASTER_ADDR")
"""What accelerate's launcher of one process sets when it was asked for several."""


@dataclass(frozen=True, slots=True)
class Processes:
    """Who trains.

    Attributes:
        device: Where this process computes.
        rank: Its number.
        count: How many there are.
    """

    device: torch.device
    rank: int = 0
    count: int = 1

    @classmethod
    def join(cls, device: str = "auto") -> Self:
        """Meet the others, if ``torchrun`` or ``accelerate launch`` started this process.

        Args:
            device: ``cpu``, ``cuda``, or ``auto`` for the GPU if there is one.

        Raises:
            ValueError: Another device, a GPU that isn't there, or processes that cannot meet.
        """
        if device not in DEVICES:
            raise ValueError(f"not one of {', '.join(DEVICES)}")
        if device == "cuda" and not torch.cuda.is_available():
            raise ValueError("torch finds no GPU here")
        gpu = device == "cuda" or (device == "auto" and torch.cuda.is_available())
        if not distributed.is_available() or not distributed.is_torchelastic_launched():
            if any(int(os.environ.get(name, "1")) > 1 for name in _OTHERS_COUNT):  # noqa: TID251  # a launcher's
                raise ValueError("several processes, each for itself: start them with torchrun")
            if all(name in os.environ for name in _ACCELERATE_WANTED_MORE):  # noqa: TID251
                raise ValueError(
                    "accelerate was asked for several processes and started one: add --multi_gpu to "
                    "accelerate launch (and --device cpu to the training, on CPUs), or take torchrun"
                )
            return cls(torch.device("cuda" if gpu else "cpu"))
        place = torch.device("cuda", distributed.get_node_local_rank()) if gpu else torch.device("cpu")
        if gpu:
            torch.cuda.set_device(place)
        distributed.init_process_group("nccl" if gpu else "gloo", timeout=_PATIENCE)
        return cls(place, distributed.get_rank(), distributed.get_world_size())

    @property
    def leads(self) -> bool:
        """Whether this is the one that writes files and draws the bar."""
        return self.rank == 0

    def share(self, model: Module, tokens: int) -> int:
        """Set every gradient to the mean of all processes; returns how many tokens all of them read.

        What no process used has no gradient after it either: an optimizer would let its weights decay.
        """
        if self.count == 1:
            return tokens
        parameters = list(model.parameters())
        gradients = [torch.zeros_like(each) if each.grad is None else each.grad for each in parameters]
        counts = gradients[0].new_tensor([float(tokens), *(each.grad is not None for each in parameters)])
        flat = torch.cat([*(each.reshape(-1) for each in gradients), counts])
        distributed.all_reduce(flat)
        read, *used = map(float, flat[-len(counts) :])
        start = 0
        for parameter, gradient, users in zip(parameters, gradients, used, strict=True):
            mean = flat[start : start + gradient.numel()].view_as(gradient) / self.count
            parameter.grad = mean if users else None
            start += gradient.numel()
        return int(read)

    def give(self, model: Module) -> None:
        """The leader's weights, in every process."""
        if self.count > 1:
            for value in model.state_dict().values():
                distributed.broadcast(value, 0)

    def agreed(self, number: int) -> int:
        """The leader's number, in every process."""
        if self.count == 1:
            return number
        found = torch.tensor([number], device=self.device)
        distributed.broadcast(found, 0)
        return int(found)

    def leave(self) -> None:
        """Wait for the others and part from them."""
        if self.count > 1:
            distributed.barrier()
            distributed.destroy_process_group()
