"""What is offered to somebody who writes ``@bot text``: articles to send, and a button above them."""

from __future__ import annotations

from html import escape, unescape

from telegram import InlineQueryResultArticle, InlineQueryResultsButton, InputTextMessageContent

from handlers import utf16
from handlers.replies.answers import label_answer, mask_answer, percent, tokens_answer
from handlers.replies.texts import Texts
from models.results import LabelResult, MaskResult, Task, TokensResult

_DESCRIPTION_UNITS = 100  # two lines of one
_START = "inline"  # what ``/start`` says when the button opened the private chat


def article(
    result: MaskResult | LabelResult | TokensResult, text: str, texts: Texts
) -> InlineQueryResultArticle:
    """Make a result that sends the text and its answer; readers of that chat have not seen the text.

    Args:
        result: What the model found.
        text: What was asked.
        texts: The asker's language.
    """
    quote = f"<blockquote>{escape(text, quote=False)}</blockquote>\n"
    task, html, short = _parts(result, texts, utf16.length(quote))
    content = InputTextMessageContent(f"{quote}{html}")
    description = utf16.clip(short, _DESCRIPTION_UNITS)
    return InlineQueryResultArticle(task, texts.task_button[task], content, description=description)


def inline_button(words: str) -> InlineQueryResultsButton:
    """Make the button above the results, which opens the private chat; ``words`` are plain and short."""
    return InlineQueryResultsButton(words, start_parameter=_START)


def inline_notice(html: str, texts: Texts) -> InlineQueryResultArticle:
    """Make a result that says why there are none; a button would cut all but its first words."""
    title, content = texts.inline_notice_button, InputTextMessageContent(html)
    return InlineQueryResultArticle("notice", title, content, description=unescape(html))


def _parts(
    result: MaskResult | LabelResult | TokensResult, texts: Texts, before: int
) -> tuple[Task, str, str]:
    """Return what was asked, the answer as Telegram HTML, and the answer in short as plain text."""
    match result:
        case MaskResult():
            words = [blank[0].token if blank else "" for blank in result.masks]
            return Task.MASK, mask_answer(result, texts), ", ".join(words)
        case LabelResult():
            name = texts.labels[result.task][result.label]
            short = f"{name} {unescape(percent(result.scores[result.label]))}"
            return result.task, label_answer(result, texts), short
        case TokensResult():
            pieces = [token.token for token in result.tokens if not token.special]
            return Task.TOKENS, tokens_answer(result, texts, before=before), " ".join(pieces)
