"""Results of the model service as short Telegram HTML, the result first, never past Telegram's limit."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import ceil

from handlers import utf16
from handlers.replies.counts import Count
from handlers.replies.texts import Texts
from models.downloads import DownloadProgress
from models.fingerprint import SHOWN_DIGITS
from models.results import Candidate, LabelResult, MaskResult, TokenSpan, TokensResult

BLANK = "[MASK]"
"""How the service writes a blank in ``MaskResult.text``."""

CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
"""Numbers of the blanks; the keyboards use the same."""

SHOWN_CANDIDATES = 5
"""Candidates of a single blank."""

SHOWN_CANDIDATES_OF_MANY = 3
"""Candidates of each blank when there are several: one row of buttons per blank."""

_BAR_CELLS = 10
_WORD_UNITS = 30  # a longer candidate or piece is shortened
_FILLED_UNITS = 600  # of a text shown again with its blanks filled
_PIECES_UNITS = 700  # of a text shown cut


def mask_answer(result: MaskResult, texts: Texts) -> str:
    """Show the text with its blanks filled, then the candidates.

    A single blank gets a bar per candidate; of several, each gets one line.
    """
    if len(result.masks) == 1:
        best = result.masks[0][:SHOWN_CANDIDATES]
        lines = [bar_line(_word(candidate.token), candidate.score) for candidate in best]
    else:
        numbered = zip(CIRCLED, result.masks, strict=False)
        lines = [_blank_line(number, candidates) for number, candidates in numbered if candidates]
        if hidden := sum(bool(candidates) for candidates in result.masks[len(CIRCLED) :]):
            lines.append(texts.more_blanks.format(count=Count(hidden)))
    return _assemble(_filled(result), lines, _footer(result, texts), texts)


def label_answer(result: LabelResult, texts: Texts) -> str:
    """Show the likeliest class, then a bar per class, likeliest first."""
    names = texts.labels[result.task]
    ranked = sorted(result.scores.items(), key=lambda item: item[1], reverse=True)
    head = f"<b>{names[result.label]}</b> {percent(result.scores[result.label])}"
    lines = [bar_line(names[label], score) for label, score in ranked]
    return _assemble(head, lines, _footer(result, texts), texts)


def tokens_answer(result: TokensResult, texts: Texts, *, before: int = 0) -> str:
    """Show the pieces, how another tokenizer cuts the same text, then a table: id, characters, piece.

    A table too long for one message ends in "… and N more".

    Args:
        result: What the tokenizer found.
        texts: The asker's language.
        before: UTF-16 code units of what is put before it.
    """
    own = [token for token in result.tokens if not token.special]
    head = f"{texts.pieces.format(count=len(own))}\n{_pieces(result.tokens)}"
    if result.other_model is not None:
        others = [token for token in result.other_tokens if not token.special]
        name = escape(result.other_model)
        title = texts.other_pieces.format(model=name, count=len(others))
        head += f"\n\n{title}\n{_pieces(result.other_tokens)}"
    footer = _footer(result, texts)
    if any(token.segment for token in result.tokens):
        footer = f"{texts.second_note}\n{footer}"
    table = [_table_row(token) for token in result.tokens]
    return _assemble(
        head, table, footer, texts, around=("<pre>", "</pre>"), room=utf16.MESSAGE_LIMIT - before
    )


def download_line(progress: DownloadProgress, texts: Texts) -> str:
    """How far the download of a model is."""
    size = f"{progress.total / 1e6:.0f} MB"
    return texts.downloading.format(percent=percent(progress.done / progress.total), size=size)


def duration(seconds: float, texts: Texts) -> str:
    """Write a span of time for people, rounded up: seconds, from a minute on minutes, then hours too."""
    if (whole := ceil(seconds)) < 60:
        return texts.seconds.format(count=max(1, whole))
    hours, minutes = divmod(ceil(seconds / 60), 60)
    if not hours:
        return texts.minutes.format(count=minutes)
    if not minutes:
        return texts.hours.format(count=hours)
    return f"{texts.hours.format(count=hours)} {texts.minutes.format(count=minutes)}"


def bar_line(name: str, probability: float) -> str:
    """Draw one probability, e.g. ``▓▓▓▓▓▓▓▓▓░ 93% Positive``.

    Args:
        name: HTML-safe name of the class or candidate.
        probability: 0…1.
    """
    filled = round(probability * _BAR_CELLS)
    return f"{'▓' * filled}{'░' * (_BAR_CELLS - filled)} {percent(probability)} {name}"


def percent(probability: float) -> str:
    """Write a probability for people: whole percents, and never a false 0 or 100."""
    if probability < 0.005:
        return "&lt;1%"
    if probability > 0.995:
        return "&gt;99%"
    return f"{probability * 100:.0f}%"


def _assemble(
    head: str,
    lines: Sequence[str],
    footer: str,
    texts: Texts,
    *,
    around: tuple[str, str] = ("", ""),
    room: int = utf16.MESSAGE_LIMIT,
) -> str:
    """Join head, as many lines as fit, and footer; the mark-up counts too, which keeps a margin."""
    before, after = around
    last = texts.more_lines
    room -= utf16.length(head + before + after + footer) + len("\n\n\n\n")
    room -= utf16.length(last.format(count=len(lines))) + 1
    kept: list[str] = []
    for line in lines:
        room -= utf16.length(line) + 1
        if room < 0:
            break
        kept.append(line)
    if hidden := len(lines) - len(kept):
        kept.append(last.format(count=hidden))
    body = "\n".join(kept)
    return f"{head}\n\n{before}{body}{after}\n\n{footer}"


def _footer(result: MaskResult | LabelResult | TokensResult, texts: Texts) -> str:
    model = f"<i>{escape(result.model)}</i>"
    if version := result.version[:SHOWN_DIGITS]:
        of_tokenizer = isinstance(result, TokensResult)
        shown = texts.tokenizer_version.format(version=version) if of_tokenizer else version
        model = f"{model} ({shown})"
    lines = [texts.by_model.format(model=model)]
    if isinstance(result, LabelResult) and result.guessed:
        lines.append(texts.guessed)
    if result.truncated:
        lines.append(texts.truncated)
    return "\n".join(lines)


def _filled(result: MaskResult) -> str:
    """Return the text with the best candidate in every blank, in bold."""
    first, *others = clipped(result.text, _FILLED_UNITS).split(BLANK)
    filled = first
    for candidates, part in zip(result.masks, others, strict=False):
        best = _word(candidates[0].token) if candidates else "___"
        filled += f"<b>{best}</b>{part}"
    return filled


def _blank_line(number: str, candidates: Sequence[Candidate]) -> str:
    shown = candidates[:SHOWN_CANDIDATES_OF_MANY]
    return f"{number} " + " · ".join(f"{_word(one.token)} {percent(one.score)}" for one in shown)


def _word(token: str) -> str:
    return escape(utf16.clip(token, _WORD_UNITS), quote=False)


def clipped(text: str, units: int) -> str:
    """Escape a text, shortened so that it is at most ``units`` long with its mark-up."""
    pieces: list[str] = []
    room = units - 1  # the ellipsis
    for letter in text:
        piece = escape(letter, quote=False)
        room -= utf16.length(piece)
        if room < 0:
            return "".join([*pieces, "…"])
        pieces.append(piece)
    return "".join(pieces)


def _pieces(tokens: Sequence[TokenSpan]) -> str:
    pieces = clipped(" ".join(token.token for token in tokens), _PIECES_UNITS)
    return f"<code>{pieces}</code>"  # else Telegram makes a hashtag of ##ice


def _table_row(token: TokenSpan) -> str:
    place = "–" if token.special else f"{token.start}–{token.end}"
    segment = "·" if token.segment else " "
    return f"{token.id:>6}{segment}{place:>7}  {_word(token.token)}"
