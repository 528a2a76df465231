"""How people sound when they greet, advertise, point at the screen or talk about themselves."""

from __future__ import annotations

import re

_CHORES = re.compile(
    r"subscri|patreon|\bpatrons?\b|sponsor|promo code|discount|coupon|free trial|"
    r"link (?:is )?(?:in|down|below)|links (?:in|below|on)|description (?:below|box|of)|"
    r"in the description|in the comments?|comments? (?:below|section)|thumbs up|like button|"
    r"hit (?:the|that) (?:like|bell)|notification|the bell|"
    r"check (?:it |them )?out (?:at|their|the|his|her|my)|"
    r"thanks? (?:you )?(?:so much |very much )?(?:for|to) "
    r"(?:watch|join|listen|tun|your support|every|all|support|this|our|my|the)|"
    r"thank you|thanks to (?:you|all|every)|"
    r"see you (?:in|next|then|later|guys|soon|all|there|around)|"
    r"next (?:video|time|episode|week)|last (?:video|time|episode|week)|previous video|"
    r"welcome (?:back|to|every)|"
    r"\b(?:hey|hi|hello|good morning|good evening|what's up)\b,? "
    r"(?:every|guys|folks|there|all|you|and welcome|and|i'm|welcome|this is)|"
    r"my name is|my channel|this channel|support (?:me|us|the channel|my)|merch|giveaway|"
    r"\.com\b|\.org/|dot com|squarespace|skillshare|nordvpn|expressvpn|audible|brilliant\.|"
    r"hellofresh|surfshark|raycon|betterhelp|grammarly|sign up|newsletter|"
    r"follow (?:me|us) on|instagram|twitter|discord|tiktok|livestream|live stream|"
    r"stay tuned|without further ado|"
    r"let's (?:dive|jump|get) (?:right )?(?:in|into it|started)\b|abonnier|\babo\b|glocke|"
    r"kanal (?:unterstütz|abon)|daumen hoch|bis zum nächsten|nächste[sn]? video|"
    r"herzlich willkommen|hallo (?:zusammen|und|leute)|abonne[zr]|s'abonner|prochaine vidéo|"
    r"à bientôt|bienvenue|bonjour (?:à|tout)|suscri[bp]|próximo v[ií]deo|bienvenid|"
    r"hola a todos|inscreva|inscriv|iscriv|اشترك|اشتراك|القناة|الفيديو القادم|أهلا بكم|"
    r"مرحبا|ترجمة|チャンネル登録|高評価|ご視聴|次の動画|次回|подпис"
)
"""Greetings, thanks, advertising and calls to subscribe, in several languages."""

ADVERT = re.compile(
    r"sponsor|promo code|free trial|discount|\bpatreon\b|brought to you",
    re.IGNORECASE,
)
"""Surely a sponsor: what stands beside it is mostly part of the advertisement."""

POINTING = re.compile(
    r"\b(?:"
    r"over here|right here|right there|over there|up here|down here|here on the|"
    r"on the screen|on screen|look at (?:this|that|these|how)|like this|like that|"
    r"you see here|this one|that one|these guys|this guy|as you can see|you can see|i'll|"
    r"going to|i mean|let me|i'm gonna|i'm going|gonna|pause|pull up|go ahead|a moment ago|"
    r"a bit|by the way|i guess|i suppose|or something|stuff like|and so on and so|blah|okay|"
    r"yeah|whoops|oh|hey|haha|wow"
    r")\b",
    re.IGNORECASE,
)
"""Words that need the picture, or that only fill."""

REFERRING = re.compile(
    r"\b(?:"
    r"in (?:that|this) (?:case|sense|way)|same (?:goes|thing|as|way|one)|for example|"
    r"for instance|(?:this|that|these|those) (?!video|course|series|lecture|talk|means)\w+|"
    r"again|the other|evidently|at this point|in particular|likewise|"
    r"the (?:first|second|third|last|next) one"
    r")\b",
    re.IGNORECASE,
)
"""English words that need the sentence before."""

LEANING_START = re.compile(
    r"\W*the (?:first|second|third|last|next|other|same|former|latter)\b", re.IGNORECASE
)
"""How English sentences begin that count on from the one before."""

FIRST_PERSON = re.compile(r"\b(?:i|i'm|i've|i'll|i'd|my|me)\b", re.IGNORECASE)
DIGITS = re.compile(r"\d|\b(?:plus|minus|times|equals|squared|over|divided)\b")


def is_chore(text: str) -> bool:
    """Say whether a sentence greets, thanks, advertises or asks to subscribe."""
    # In small letters, as a search that ignores case takes three times as long.
    return _CHORES.search(text.lower().replace("’", "'")) is not None
