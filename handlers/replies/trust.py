"""How far somebody's votes are trusted, in words for themselves."""

from __future__ import annotations

from dataclasses import replace

from handlers.replies.counts import Count
from handlers.replies.labelling_wording import LabellingTexts
from storage.privacy.own_data import OwnTrust


def explained(trust: OwnTrust, texts: LabellingTexts) -> OwnTrust:
    """Put the reason of a trust in words of one language; what is kept of it, in English, follows."""
    return replace(trust, reason=f"{_reason(trust, texts)} ({trust.reason})")


def _reason(trust: OwnTrust, texts: LabellingTexts) -> str:
    if not trust.votes:
        return texts.trust_none
    counted = {"right": Count(trust.correct), "judged": Count(trust.judged)}
    rests_on = texts.trust_right.format(**counted) if trust.judged else texts.trust_unjudged
    return f"{rests_on} {texts.trust_verdict[trust.verdict]}"
