"""The processes that train one model together: this one alone, or all that a launcher started.

    torchrun --nproc-per-node 2 -m bot train pretrain …
    accelerate launch --num_processes 2 -m bot train pretrain …

Each draws its own text and all take the mean of their gradients, so every one has the same weights after each
step and a step reads as many times the tokens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import torch
from torch import distributed
from torch.nn import Module


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
        """
        gpu = device == "cuda" or (device == "auto" and torch.cuda.is_available())
        if not distributed.is_available() or not distributed.is_torchelastic_launched():
            return cls(torch.device("cuda" if gpu else "cpu"))
        distributed.init_process_group("nccl" if gpu else "gloo")
        place = torch.device("cuda", distributed.get_node_local_rank()) if gpu else torch.device("cpu")
        return cls(place, distributed.get_rank(), distributed.get_world_size())

    @property
    def leads(self) -> bool:
        """Whether this is the one that writes files and draws the bar."""
        return self.rank == 0

    def share(self, model: Module, tokens: int) -> int:
        """Set every gradient to the mean of all processes; returns how many tokens all of them read."""
        if self.count == 1:
            return tokens
        gradients = [
            torch.zeros_like(each) if each.grad is None else each.grad for each in model.parameters()
        ]
        flat = torch.cat(
            [each.reshape(-1) for each in gradients] + [gradients[0].new_tensor([float(tokens)])]
        )
        distributed.all_reduce(flat)
        flat /= self.count
        start = 0
        for parameter, gradient in zip(model.parameters(), gradients, strict=True):
            parameter.grad = flat[start : start + gradient.numel()].view_as(gradient)
            start += gradient.numel()
        return round(float(flat[-1]) * self.count)

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
