"""Self-attention over sequences that lie end to end, without padding and without a mask.

On the CPU, sequences of one length go through ``scaled_dot_product_attention`` together; on a GPU all of them
through one FlashAttention call for variable lengths
(https://docs.pytorch.org/docs/stable/nn.attention.varlen.html).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from models.packing import Group, Pack

_HEAD = 8
"""What the size of a head must be a multiple of for FlashAttention."""
_Extents = tuple[Tensor, Tensor, int, int]
"""Where queries begin, where keys begin, and the longest sequence of each."""


def attend(query: Tensor, key: Tensor, value: Tensor, pack: Pack, heads: int, *, reads: bool) -> Tensor:
    """Attend within each sequence.

    Args:
        query: ``[tokens, hidden]``, or ``[reads, hidden]`` if only the rows that are read ask.
        key: ``[tokens, hidden]``.
        value: ``[tokens, hidden]``.
        pack: How the sequences lie.
        heads: Attention heads; they divide ``hidden``.
        reads: Whether ``query`` has the rows of ``pack.reads`` only.

    Returns:
        As many rows as ``query``.
    """
    if query.dtype is torch.bfloat16 and pack.starts is not None and not query.shape[1] // heads % _HEAD:
        asking = pack.read_starts if reads and pack.read_starts is not None else pack.starts
        longest = pack.groups[-1].length
        most = max(group.reads for group in pack.groups) if reads else longest
        return _varlen(query, key, value, heads, (asking, pack.starts, most, longest))
    if len(pack.groups) == 1:
        return _group(query, key, value, pack.groups[0], heads, reads=reads)
    context = torch.empty_like(query)
    row = 0
    for group in pack.groups:
        rows = slice(row, row + group.count * group.reads) if reads else group.rows
        context[rows] = _group(query[rows], key[group.rows], value[group.rows], group, heads, reads=reads)
        row = rows.stop
    return context


def _group(query: Tensor, key: Tensor, value: Tensor, group: Group, heads: int, *, reads: bool) -> Tensor:
    def split(rows: Tensor, length: int) -> Tensor:
        return rows.view(group.count, length, heads, -1).transpose(1, 2)

    length = group.reads if reads else group.length
    context = functional.scaled_dot_product_attention(
        split(query, length), split(key, group.length), split(value, group.length)
    )
    return context.transpose(1, 2).reshape(group.count * length, -1)


def _varlen(query: Tensor, key: Tensor, value: Tensor, heads: int, extents: _Extents) -> Tensor:
    # Imported here: it registers custom operators, and only a GPU needs them.
    from torch.nn.attention.varlen import varlen_attn  # noqa: PLC0415

    query, key, value = (rows.unflatten(-1, (heads, -1)) for rows in (query, key, value))
    context = varlen_attn(query, key, value, *extents)
    assert isinstance(context, Tensor)  # noqa: S101  # a tuple only where auxiliary output is asked for
    return context.flatten(-2)
