"""Every refusal of the local server: what was asked of it, and what it answers."""

from typing import NamedTuple

NOT_MODIFIED = (
    "400 Bad Request: message is not modified: specified new message content and reply markup are exactly the"
    " same as a current content and reply markup of the message"
)
TOO_OLD = "400 Bad Request: query is too old and response timeout expired or query ID is invalid"
POLL_WITH_WEBHOOK = (
    "409 Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the"
    " webhook first"
)
NO_ACTION = (
    "400 Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
)
NO_ARRAYS = (
    '400 Bad Request: can\'t parse inline keyboard: Field "inline_keyboard" must be of type Array of Arrays'
)
EMPTY_BUTTON = (
    "400 Bad Request: can't parse inline keyboard button: Inline keyboard button text must be non-empty"
)
NO_BUTTON_TEXT = '400 Bad Request: can\'t parse inline keyboard button: Field "text" must be of type String'
NO_RESULT = "400 Bad Request: can't parse InlineQueryResult: "
PARSE = "400 Bad Request: can't parse entities: "
CHAT = "/sim/chats/{private}"


class Rule(NamedTuple):
    """One refused call.

    Attributes:
        call: A Bot API method, or an HTTP method and a path. ``{name}`` stands for an id of the test's scene.
        params: Its parameters; bytes are uploaded, text is sent as it is, as JSON.
        refusal: Status and description.
        before: A call that must be accepted first.
    """

    call: str
    params: "dict[str, object] | str"
    refusal: str
    before: "tuple[str, dict[str, object]] | None" = None


def keys(*buttons: object) -> dict[str, object]:
    return {"inline_keyboard": [list(buttons)]}


def html(source: str, reason: str) -> Rule:
    return Rule("sendMessage", {"chat_id": "{private}", "text": source, "parse_mode": "HTML"}, PARSE + reason)


def says(refusal: str, /, chat: str = "{private}", **params: object) -> Rule:
    return Rule("sendMessage", {"chat_id": chat, "text": "?", **params}, refusal)


def edits(method: str, message: str, refusal: str, **params: object) -> Rule:
    return Rule(method, {"chat_id": "{private}", "message_id": message, **params}, refusal)


def button(refusal: str, **fields: object) -> Rule:
    return says(refusal, reply_markup=keys(fields))


def offers(refusal: str, /, *changes: dict[str, object], query: str = "{inline}", **params: object) -> Rule:
    good = {"type": "article", "id": "1", "title": "t", "input_message_content": {"message_text": "x"}}
    results = [{**good, **change} for change in changes]
    return Rule("answerInlineQuery", {"inline_query_id": query, "results": results, **params}, refusal)


def menu(refusal: str, *commands: object) -> Rule:
    return Rule("setMyCommands", {"commands": list(commands)}, refusal)


BOT_API = (
    # the chat
    Rule("sendMessage", {"text": "?"}, "400 Bad Request: chat_id is empty"),
    says("400 Bad Request: chat not found", chat="12345"),
    says("400 Bad Request: chat not found", chat="@nobody"),
    says("400 Bad Request: group chat was upgraded to a supergroup chat", chat="{moved}"),
    says("403 Forbidden: bot was blocked by the user", chat="{blocked}"),
    says("403 Forbidden: bot was kicked from the group chat", chat="{kicked}"),
    says("403 Forbidden: bot is not a member of the supergroup chat", chat="{left}"),
    Rule("getChat", {"chat_id": "{kicked}"}, "403 Forbidden: bot was kicked from the group chat"),
    Rule("getChat", {"chat_id": "{left}"}, "403 Forbidden: bot is not a member of the supergroup chat"),
    Rule(
        "leaveChat",
        {"chat_id": "{private}"},
        "400 Bad Request: there are no administrators in the private chat",
    ),
    Rule("getChatMember", {"chat_id": "{group}", "user_id": 5}, "400 Bad Request: PARTICIPANT_ID_INVALID"),
    # the text
    says("400 Bad Request: message text is empty", text=" \n "),
    says("400 Bad Request: message text is empty", text="<b></b>", parse_mode="HTML"),
    says("400 Bad Request: message is too long", text="😀" * 2048 + "x"),
    says("400 Bad Request: unsupported parse_mode", parse_mode="MarkdownV2"),
    says(
        "400 Bad Request: can't parse MessageEntity: Can't find field \"length\"",
        entities=[{"type": "bold", "offset": 0}],
    ),
    html("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
    html("가</b>", "Unexpected end tag at byte offset 3"),
    html("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
    html("a < b", 'Unsupported start tag "" at byte offset 2'),
    html("<h1>x</h1>", 'Unsupported start tag "h1" at byte offset 0'),
    html("x <b", "Unclosed start tag at byte offset 2"),
    html("x <a href", "Unclosed start tag at byte offset 2"),
    html("<b>x</b", "Unclosed end tag at byte offset 4"),
    html('<a ="x">', 'Empty attribute name in the tag "a" at byte offset 0'),
    html("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    # what it answers
    says("400 Bad Request: message to be replied not found", reply_parameters={"message_id": 999}),
    says("400 Bad Request: message to be replied not found", reply_to_message_id=999),
    says("400 Bad Request: QUOTE_TEXT_INVALID", reply_parameters={"message_id": "{said}", "quote": "three"}),
    says("400 Bad Request: message thread not found", chat="{forum}", message_thread_id=77),
    says('400 Bad Request: field "message_id" must be of type Number', reply_parameters={"message_id": "x"}),
    # its keyboard
    button("400 Bad Request: BUTTON_DATA_INVALID", text="OK", callback_data="x" * 65),
    button("400 Bad Request: BUTTON_DATA_INVALID", text="OK", callback_data=""),
    button(NO_ACTION, text="OK"),
    button(EMPTY_BUTTON, text=" ", callback_data="a"),
    button(NO_BUTTON_TEXT, callback_data="a"),
    says(NO_ARRAYS, reply_markup={"inline_keyboard": [{}]}),
    says(
        "400 Bad Request: reply markup is too long",
        reply_markup=keys(*[{"text": "x", "callback_data": "x"}] * 101),
    ),
    # files
    Rule("sendPhoto", {"chat_id": "{private}"}, "400 Bad Request: there is no photo in the request"),
    Rule(
        "sendPhoto",
        {"chat_id": "{private}", "photo": b"not a picture"},
        "400 Bad Request: IMAGE_PROCESS_FAILED",
    ),
    Rule(
        "sendPhoto",
        {"chat_id": "{private}", "photo": "no-such-id"},
        "400 Bad Request: wrong file identifier/HTTP URL specified",
    ),
    Rule(
        "sendPhoto",
        {"chat_id": "{private}", "photo": "https://example.org/x.png"},
        "400 Bad Request: failed to get HTTP URL content",
    ),
    Rule(
        "sendDocument", {"chat_id": "{private}", "document": b""}, "400 Bad Request: file must be non-empty"
    ),
    Rule(
        "sendDocument",
        {"chat_id": "{private}", "document": bytes(20 * 2**20 + 1)},
        "400 Bad Request: file is too big",
    ),
    Rule(
        "sendDocument",
        {"chat_id": "{private}", "document": b"x", "caption": "x" * 1025},
        "400 Bad Request: message caption is too long",
    ),
    Rule(
        "getFile",
        {"file_id": "none"},
        "400 Bad Request: wrong file_id or the file is temporarily unavailable",
    ),
    Rule("GET /file/bot{token}/photos/none.png", {}, "404 Not Found"),
    # edits and deletions
    edits("editMessageText", "{sent}", NOT_MODIFIED, text="same"),
    edits("editMessageText", "999", "400 Bad Request: message to edit not found", text="?"),
    edits("editMessageText", "{said}", "400 Bad Request: message can't be edited", text="?"),
    edits(
        "editMessageText",
        "{picture}",
        "400 Bad Request: there is no text in the message to edit",
        text="?",
    ),
    edits(
        "editMessageCaption",
        "{sent}",
        "400 Bad Request: there is no caption in the message to edit",
        caption="?",
    ),
    edits(
        "editMessageMedia",
        "{picture}",
        "400 Bad Request: can't parse media: only photo and document are known to this server",
        media={"type": "video"},
    ),
    Rule("editMessageText", {"inline_message_id": "x"}, "400 Bad Request: MESSAGE_ID_INVALID"),
    edits("deleteMessage", "999", "400 Bad Request: message to delete not found"),
    Rule(
        "deleteMessage",
        {"chat_id": "{group}", "message_id": "{groups}"},
        "400 Bad Request: message can't be deleted",
    ),
    Rule(
        "sendChatAction",
        {"chat_id": "{private}", "action": "dance"},
        "400 Bad Request: wrong parameter action in request",
    ),
    # pressed buttons
    Rule("answerCallbackQuery", {"callback_query_id": "1"}, TOO_OLD),
    Rule("answerCallbackQuery", {"callback_query_id": "{expired}"}, TOO_OLD),
    Rule(
        "answerCallbackQuery",
        {"callback_query_id": "{query}", "text": "x" * 201},
        "400 Bad Request: MESSAGE_TOO_LONG",
    ),
    # inline queries
    offers(TOO_OLD, query="1"),
    offers(TOO_OLD, query="{query}"),  # a pressed button's
    Rule("answerCallbackQuery", {"callback_query_id": "{inline}"}, TOO_OLD),
    offers("400 Bad Request: RESULT_ID_DUPLICATE", {}, {}),
    offers("400 Bad Request: too many inline query results specified", *[{}] * 51),
    offers("400 Bad Request: RESULT_ID_EMPTY", {"id": ""}),
    offers("400 Bad Request: RESULT_ID_INVALID", {"id": "가" * 22}),
    offers("400 Bad Request: ARTICLE_TITLE_EMPTY", {"title": ""}),
    offers(f"{NO_RESULT}only article is known to this server", {"type": "gif"}),
    offers(f"{NO_RESULT}input message content is not specified", {"input_message_content": None}),
    offers("400 Bad Request: message text is empty", {"input_message_content": {"message_text": " "}}),
    offers(
        "400 Bad Request: MESSAGE_TOO_LONG", {"input_message_content": {"message_text": "😀" * 2048 + "x"}}
    ),
    offers("400 Bad Request: can't use empty start_parameter", button={"text": "x"}),
    offers(
        "400 Bad Request: too long start_parameter specified",
        button={"text": "x", "start_parameter": "x" * 65},
    ),
    offers(
        "400 Bad Request: unallowed characters in start_parameter are used",
        button={"text": "x", "start_parameter": "가"},
    ),
    # the bot's own texts and updates
    menu("400 Bad Request: BOT_COMMAND_INVALID", {"command": "마스크", "description": "x"}),
    menu("400 Bad Request: BOT_COMMAND_INVALID", {"command": "x" * 33, "description": "x"}),
    menu("400 Bad Request: BOT_COMMAND_DESCRIPTION_INVALID", {"command": "mask", "description": ""}),
    menu("400 Bad Request: BOT_COMMANDS_TOO_MUCH", *[{"command": "x", "description": "x"}] * 101),
    Rule(
        "setMyCommands",
        {"commands": [], "scope": {"type": "everywhere"}},
        "400 Bad Request: can't parse BotCommandScope: unsupported type specified",
    ),
    Rule("getMyCommands", {"scope": {"type": "chat", "chat_id": 12345}}, "400 Bad Request: chat not found"),
    Rule("setMyName", {"name": "x" * 65}, "400 Bad Request: name is too long"),
    Rule("setMyDescription", {"description": "x" * 513}, "400 Bad Request: description is too long"),
    Rule(
        "setMyShortDescription",
        {"short_description": "x" * 121},
        "400 Bad Request: short description is too long",
    ),
    Rule("setWebhook", {"url": "ftp://x"}, "400 Bad Request: bad webhook: invalid webhook URL specified"),
    Rule("getUpdates", {}, POLL_WITH_WEBHOOK, before=("setWebhook", {"url": "https://127.0.0.1:1/x"})),
    # the request itself
    Rule("sendPaidStarlight", {}, "400 Bad Request: method sendPaidStarlight is not known to this server"),
    Rule("POST /bot1:wrong/getMe", {}, "401 Unauthorized"),
    Rule("POST /botnonsense/getMe", {}, "404 Not Found"),
    Rule("sendMessage", "{", "400 Bad Request: can't parse JSON"),
    Rule("sendMessage", "[]", "400 Bad Request: can't parse JSON object"),
    Rule("getUpdates", {"timeout": "x"}, '400 Bad Request: field "timeout" must be of type Number'),
    Rule("getUpdates", {"offset": "1.0e999"}, '400 Bad Request: field "offset" must be of type Number'),
    says("400 Bad Request: can't parse reply markup JSON object", reply_markup="x"),
    Rule("getUpdates", {"allowed_updates": "x"}, "400 Bad Request: can't parse allowed updates JSON array"),
    says("400 Bad Request: can't parse entities JSON array of objects", entities=[1]),
    Rule(
        "getMe",
        {},
        "429 Too Many Requests: retry after 8",
        before=("POST /sim/faults", {"method": "getMe", "status": 429, "retry_after": 8}),
    ),
    Rule("getMe", {}, "502 Bad Gateway", before=("POST /sim/faults", {"method": "getMe", "status": 502})),
    Rule("getMe", {}, "400 gone", before=("POST /sim/faults", {"status": 400, "description": "gone"})),
)

CONTROL = (
    Rule(f"POST {CHAT}/messages", {"text": "   "}, "400 Bad Request: message text is empty"),
    Rule(
        f"POST {CHAT}/messages",
        {"text": "x", "reply_to": 999},
        "400 Bad Request: message to be replied not found",
    ),
    Rule(
        f"POST {CHAT}/messages",
        {"text": "x", "reply_to": "{said}", "quote": "three"},
        "400 Bad Request: QUOTE_TEXT_INVALID",
    ),
    Rule(
        f"POST {CHAT}/messages", {"text": "x", "thread_id": 77}, "400 Bad Request: message thread not found"
    ),
    Rule(
        f"POST {CHAT}/messages",
        {"text": "x" * 1025, "document": b"x"},
        "400 Bad Request: message caption is too long",
    ),
    Rule(f"POST {CHAT}/messages", {"photo": "?"}, "400 Bad Request: photo must be base64 or an upload"),
    Rule(
        f"POST {CHAT}/messages",
        {"text": "x", "user_id": "{stranger}"},
        "400 Bad Request: the user is not a member of the chat",
    ),
    Rule(f"POST {CHAT}/messages", {"text": "x", "user_id": 5}, "404 no such user"),
    Rule(
        "POST /sim/chats/{group}/messages",
        {"text": "x", "user_id": "{member}", "anonymous": True},
        "400 Bad Request: only administrators post as the group",
    ),
    Rule(
        "POST /sim/chats/{moved}/messages",
        {"text": "x", "user_id": "{member}"},
        "400 Bad Request: the group was upgraded to a supergroup",
    ),
    Rule(f"PATCH {CHAT}/messages/999", {"text": "x"}, "400 Bad Request: message to edit not found"),
    Rule(f"PATCH {CHAT}/messages/{{sent}}", {"text": "x"}, "400 Bad Request: message can't be edited"),
    Rule(f"PATCH {CHAT}/messages/{{said}}", {"text": " "}, "400 Bad Request: message text is empty"),
    Rule(f"PATCH {CHAT}/messages/{{said}}", {"text": "x" * 4097}, "400 Bad Request: message is too long"),
    Rule(f"DELETE {CHAT}/messages/999", {}, "404 no such message"),
    Rule(f"GET {CHAT}/messages/999", {}, "404 no such message"),
    Rule(f"GET {CHAT}/messages/{{said}}?newer_than=7", {}, "408 not edited in time"),
    Rule(f"POST {CHAT}/messages/999/tap", {"text": "OK"}, "404 no such message"),
    Rule(
        f"POST {CHAT}/messages/{{said}}/tap",
        {"text": "OK"},
        "400 Bad Request: no such button; the message has: none",
    ),
    Rule(
        f"POST {CHAT}/messages/{{linked}}/tap",
        {"text": "Open"},
        "400 Bad Request: the button sends no callback query",
    ),
    Rule(f"POST {CHAT}/inline/77", {"result_id": "x"}, "404 no such result"),
    Rule(f"POST {CHAT}/inline/999", {"result_id": "x"}, "404 no such query"),
    Rule(f"POST {CHAT}/topics", {"name": "x"}, "400 Bad Request: the chat is not a forum"),
    Rule(
        f"POST {CHAT}/bot",
        {"status": "x"},
        "400 Bad Request: status must be one of administrator, kicked, left, member",
    ),
    Rule(
        "POST /sim/chats/{group}/members/{member}",
        {"status": "owner"},
        "400 Bad Request: status must be one of administrator, kicked, left, member",
    ),
    Rule(
        "POST /sim/chats/{moved}/migrate",
        {},
        "400 Bad Request: only a group becomes a supergroup, once",
    ),
    Rule(
        "POST /sim/chats/{basic}/migrate",
        {"updates": ["there"]},
        "400 Bad Request: updates are to and from",
    ),
    Rule(
        "POST /sim/links",
        {"user_id": "{member}", "url": "https://t.me/other_bot?start=x"},
        "400 Bad Request: the link leads elsewhere",
    ),
    Rule(
        "POST /sim/links",
        {"user_id": "{member}", "url": "https://t.me/kobert_bot?start=a%20b"},
        "400 Bad Request: START_PARAM_INVALID",
    ),
    Rule("POST /sim/groups", {"type": "channel"}, "400 Bad Request: type must be group or supergroup"),
    Rule("POST /sim/private", {"user_id": "²"}, '400 Bad Request: field "user_id" must be of type Number'),
    Rule("POST /sim/groups", {"members": ["²"]}, "404 no such user"),
    Rule("GET /sim/chats/x/messages", {}, "404 no such chat"),
    Rule("GET /sim/files/none", {}, "404 Not Found"),
    Rule(
        "POST /sim/faults",
        {"kind": "x"},
        "400 Bad Request: kind must be one of status, delay, drop, duplicate",
    ),
    Rule(
        "PATCH /sim/settings",
        {"query_seconds": "x"},
        '400 Bad Request: field "query_seconds" must be of type Number',
    ),
    Rule(
        "GET /sim/events?since=x",
        {},
        "400 Bad Request: since must be the seq or cursor of an earlier answer",
    ),
)
