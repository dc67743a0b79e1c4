"""Whom and which chat a call of the control API is about."""

from starlette.requests import Request

from bot.playground.params import Params
from bot.playground.people import Chat, User
from bot.playground.refusals import Refusal
from bot.playground.world import World


def chat_of(world: World, request: Request) -> Chat:
    """Find the chat in the path.

    Raises:
        Refusal: There is none.
    """
    try:
        return world.chats[int(request.path_params["chat"])]
    except (ValueError, KeyError) as error:
        raise Refusal(404, "no such chat") from error


def user_of(world: World, user_id: object) -> User:
    """Find a person by their number.

    Raises:
        Refusal: There is none.
    """
    user = world.users.get(int(str(user_id))) if str(user_id).isdecimal() else None
    if user is None:
        raise Refusal(404, "no such user")
    return user


def author_of(world: World, chat: Chat, params: Params) -> User:
    """Find who acts: the person named, in a private chat else its own.

    Raises:
        Refusal: There is none.
    """
    return user_of(world, params.number("user_id") or (chat.user.id if chat.user else None))
