"""Reply markup: Telegram keeps inline keyboards with the message and checks their buttons.

That a message asks for a reply it tells people's apps alone.
"""

from bot.playground.params import Params
from bot.playground.refusals import Json, bad_request

_DATA_BYTES = 64
_MOST_BUTTONS = 100
_ACTIONS = {
    "callback_data",
    "url",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
}


def inline_keyboard(params: Params) -> Json | None:
    """Read ``reply_markup``; only an inline keyboard stays with the message.

    Returns:
        ``{"inline_keyboard": …}``, or None for no markup, an empty one, or another kind (which is accepted).

    Raises:
        Refusal: A button has no text or no action, or its data is empty or longer than 64 bytes.
    """
    markup = params.mapping("reply_markup")
    if markup is None or "inline_keyboard" not in markup:
        return None
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(
            'can\'t parse inline keyboard: Field "inline_keyboard" must be of type Array of Arrays'
        )
    buttons = [button for row in rows for button in row]
    for button in buttons:
        _check(button)
    if len(buttons) > _MOST_BUTTONS:
        raise bad_request("reply markup is too long")
    kept = [row for row in rows if row]
    return {"inline_keyboard": kept} if kept else None


def forced_reply(params: Params) -> Json | None:
    """Read ``reply_markup`` for a message that asks for a reply: apps open one by themselves.

    See https://core.telegram.org/bots/api#forcereply.

    Returns:
        ``{"selective": …, "input_field_placeholder": …}``, the second perhaps None; None if it asks for none.
    """
    markup = Params(params.mapping("reply_markup") or {})
    if not markup.flag("force_reply"):
        return None
    return {
        "selective": markup.flag("selective"),
        "input_field_placeholder": markup.text("input_field_placeholder"),
    }


def _check(button: object) -> None:
    if not isinstance(button, dict) or not isinstance(button.get("text"), str):
        raise bad_request('can\'t parse inline keyboard button: Field "text" must be of type String')
    if not button["text"].strip():
        raise bad_request("can't parse inline keyboard button: Inline keyboard button text must be non-empty")
    if not _ACTIONS & set(button):
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= _DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
