"""The words of languages other than English, and which language a transcript is in."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from vidwiz_local.extractive.english import ENGLISH
from vidwiz_local.extractive.german import GERMAN
from vidwiz_local.extractive.romance import FRENCH, ITALIAN, PORTUGUESE, SPANISH
from vidwiz_local.extractive.terms import surface_words
from vidwiz_local.extractive.wording import Phrases, Wording, weighted, words

if TYPE_CHECKING:
    from collections.abc import Sequence

_ARABIC_FUNCTION = words(
    """
    في من على إلى الى عن مع هذا هذه ذلك تلك هذان هؤلاء التي الذي الذين اللذان ما ماذا لماذا كيف أين
    متى هل لا لم لن ليس ليست إن ان أن انه إنه أنه انها إنها أنها كان كانت يكون تكون كما كل بعض
    أي اي
    أو او و ف ثم حتى لكن ولكن بل إذا اذا لو قد لقد فقد عند عندما حين بعد قبل بين تحت فوق خلال
    حول غير
    سوى فقط أيضا ايضا جدا هنا هناك هو هي هم نحن انا أنا انت أنت أنتم به بها له لها لهم لنا لك
    فيه فيها
    منه منها عليه عليها وهو وهي وهذا وهذه وما ولا وان وأن فان فإن بأن بان لأن لان حيث مثل مما
    عدم الان
    الآن يمكن يمكنك يمكننا يجب سوف لدينا لديك لديه نا كنت كنا شيء شئ اكثر أكثر أقل اقل بشكل
    تم يتم ذا دون وقد أحد احد واحد كذلك بدون إلا الا منذ نفس نفسه عدد
    سبيل المثال الجزء نعم كنتم تلك إما اما أما
    """
)
_ARABIC = Wording(
    code="ar",
    stop=_ARABIC_FUNCTION,
    dangling=words(
        "في من على إلى الى عن مع هذا هذه التي الذي الذين أن ان إن أو او و ثم لكن ولكن حتى "
        "إذا اذا لو "
        "عندما بين قد لا لم لن ما كما كل هو هي بأن لأن حيث مثل كان كانت يكون أي بعد قبل"
    ),
    leading=words("و ف ثم لكن ولكن لذا إذا حسنا اذن إذن"),
    leaning=words("هذا هذه ذلك تلك هو هي هم وهو وهي وهذا وهذه لأن لان منه منها فيه فيها"),
    openers=weighted(
        w30="الآن|الان|مثلا|لذلك|لذا|في هذا الفيديو|على سبيل المثال|بالطبع|تخيل|لنفترض|لنبدأ|أولا",
        w22="لكن|ولكن|ثم|هذا|هذه|إذا|اذا|عندما|يمكننا|يمكنك|هناك|ماذا|كيف|لماذا|هل|وهذا|فإذا|وإذا",
    ),
    asking=words("ما ماذا لماذا كيف أين متى هل من كم أي اي"),
    signals=("في هذا الفيديو", "الفكرة", "السبب", "المهم", "يسمى", "تسمى", "يعني", "بعبارة أخرى"),
    phrases=Phrases(
        by_channel="«{title}» فيديو من قناة {channel}.",
        untitled_by_channel="هذا فيديو من قناة {channel}.",
        titled="عنوان الفيديو «{title}».",
        lasts="مدته {time} (دقائق وثوان).",
        chapters="أسماء فصوله هي {chapters}.",
        nothing_said="لا يقال فيه شيء يمكن تلخيصه.",
        little_said="لا تحتوي الترجمة النصية إلا على كلمات قليلة، منها «{said}».",
        rests_on=(
            "لذلك يعتمد هذا الملخص على المعلومات المعروفة عن الفيديو فقط، "
            "فالصور والأصوات ليست جزءا من الترجمة النصية."
        ),
        watch_it=(
            "ومن أراد معرفة ما يعرضه الفيديو فعليه مشاهدته، "
            "إذ لا توجد كلمات أخرى يمكن الاعتماد عليها."
        ),
        question_title="ماذا يقال في الفيديو عن «{a}»?",
        question_show="ماذا يعرض «{a}» من {channel}، وكيف?",
        question_few_words="لماذا يكتفي «{a}» بكلمات قليلة جدا?",
        question_before="ماذا ينبغي أن نعرف قبل مشاهدة «{a}»?",
        question_about=(
            "ماذا يقول الفيديو عن «{a}»?",
            "ما دور «{a}» فيما يشرحه الفيديو?",
            "ما الذي ينبغي تذكره عن «{a}» بعد المشاهدة?",
        ),
        question_both="ما العلاقة بين «{a}» و«{b}» في هذا الفيديو?",
        question_plain=(
            "ما الفكرة الرئيسية التي يريد الفيديو قولها?",
            "أي لحظة في الفيديو تستحق المشاهدة مرة أخرى?",
            "ما الخطوة التالية المناسبة بعد مشاهدة الفيديو?",
        ),
        note_short="كل ما يقال عند {time} من الفيديو هو: «{said}»",
        note_silent="لا يقال شيء عند {time} من الفيديو «{title}».",
        note_untitled="فيديو بلا عنوان معروف",
        chat_says="يقول الفيديو:",
        chat_about="باختصار، يقول الفيديو:",
        chat_at="عند {time} تقريبا يقول الفيديو:",
        chat_nothing="لا يتحدث الفيديو عن ذلك، حسب نصه المكتوب.",
    ),
)
_JAPANESE = Wording(
    code="ja",
    stop=words(
        "場合 自分 今回 動画 必要 可能 全て 全部 最初 最後 今 次 私 何 時 事 物 人 方法 意味 結果"
    ),
    leaning=words("これ それ あれ この その"),
    asking=words("なぜ どう 何 どの"),
    signals=("この動画", "今回", "重要", "ポイント", "つまり", "要するに", "と呼", "とは", "理由"),
    phrases=Phrases(
        by_channel="「{title}」は{channel}による動画です。",
        untitled_by_channel="これは{channel}による動画です。",
        titled="動画のタイトルは「{title}」です。",
        lasts="長さは{time}（分と秒）です。",
        chapters="チャプターは{chapters}です。",
        nothing_said="この動画には、要約できるような話はありません。",
        little_said="字幕には「{said}」のようなわずかな言葉しか含まれていません。",
        rests_on=(
            "そのため、この要約は動画について知られている情報だけに基づいています。"
            "映像や音そのものは字幕には含まれていないので、画面に映るものについては何も述べていません。"
        ),
        watch_it=(
            "これ以上の手がかりとなる言葉がないため、何が映っているのかを知りたい人は、"
            "動画そのものを見て確かめる必要があります。また、この要約は自動的に作られたもので、"
            "内容について推測で補うことはしていません。"
        ),
        question_title="この動画では「{a}」について何が語られていますか?",
        question_show="{channel}の「{a}」では、何がどのように示されていますか?",
        question_few_words="「{a}」には、なぜ話し言葉がこれほど少ないのでしょうか?",
        question_before="「{a}」を見る前に、何を知っておくとよいでしょうか?",
        question_about=(
            "この動画では「{a}」についてどのように説明されていますか?",
            "この動画の説明の中で「{a}」はどのような役割を果たしていますか?",
            "「{a}」について、この動画から何を覚えておくべきでしょうか?",
        ),
        question_both="この動画では「{a}」と「{b}」はどのように関係していますか?",
        question_plain=(
            "この動画がいちばん伝えたいことはいったい何でしょうか?",
            "この動画でもう一度見る価値があるのはどの場面でしょうか?",
            "この動画を見たあと、次に何を学ぶとよいでしょうか?",
        ),
        note_short="動画の{time}の時点で話されている言葉は、次のものだけです。短いですがそのまま引用します:「{said}」",
        note_silent="動画「{title}」の{time}の前後では、字幕によると言葉は何も話されていません。",
        note_untitled="タイトルのない動画",
        chat_says="動画ではこう言っています:",
        chat_about="要するに、動画ではこう言っています:",
        chat_at="{time}ごろ、動画ではこう言っています:",
        chat_nothing="字幕を見るかぎり、この動画ではそのことについて話していません。",
    ),
)
_CHINESE = Wording(
    code="zh",
    stop=words(
        "什么 我们 这个 一个 可以 因为 所以 如果 但是 就是 没有 他们 你们 不是 现在 "
        "今天 时候 非常 大家 那个 这些 那些 这样 怎么 为什 自己 知道 觉得 还是 已经 "
        "通过 其实 然后 或者 而且 起来 一下 一些"
    ),
    leaning=words("这 那 它 他 她"),
    asking=words("什么 为什么 怎么 如何"),
)
_HAN = re.compile("[\u4e00-\u9fff]")

_KNOWN = {
    wording.code: wording
    for wording in (
        ENGLISH, GERMAN, FRENCH, SPANISH, PORTUGUESE, ITALIAN, _ARABIC, _JAPANESE, _CHINESE
    )
}  # fmt: skip
_SAMPLE_TOKENS = 3000
_SURE = 0.12
_KANA = re.compile("[\u3040-\u30ff]")


def wording_of(tokens: Sequence[str], language: str | None) -> Wording:
    """Return the words of the transcript's language.

    A given language is believed unless the text is plainly in another one: captions are
    mislabelled, and the label may be the video's language while the text is a translation.
    """
    named = _KNOWN.get(re.split(r"[-_]", (language or "").casefold())[0])
    step = max(1, len(tokens) // _SAMPLE_TOKENS)
    sample = tokens[::step]
    if len(_KANA.findall("".join(sample))) > len(sample):
        return _JAPANESE
    if len(_HAN.findall("".join(sample))) > len(sample):
        return _CHINESE
    counts = Counter(word for token in sample for word in surface_words(token))
    total = sum(counts.values()) or 1
    shares = {
        wording.code: sum(counts[word] for word in wording.stop & counts.keys()) / total
        for wording in _KNOWN.values()
    }
    likeliest = max(shares, key=lambda code: shares[code])
    if shares[likeliest] < _SURE or total < _FEW:
        return named or (ENGLISH if language is None else _auto(counts, total, language))
    if named and shares[named.code] * 2 > shares[likeliest]:
        return named
    return _KNOWN[likeliest]


_FEW = 8
_COMMON_SHARE = 0.004
_SHORT = 3


def _auto(counts: Counter[str], total: int, language: str) -> Wording:
    """Return makeshift stop words of an unknown language: its commonest and its shortest words."""
    common = frozenset(
        word
        for word, count in counts.items()
        if (word.isalpha() and word.isascii() and len(word) < _SHORT)
        or (len(word) <= 2 * _SHORT and count > max(3, total * _COMMON_SHARE))
    )
    return Wording(code=language.casefold(), stop=common, dangling=frozenset())
