"""The letters and the small words of languages: what tells in which old encoding a text was."""

from __future__ import annotations

_ENGLISH = (
    "the and you that was for are with no his they this have from not what we it is in of to on at"
    " be or as so if by my me do she her but had has can out up about there their them would one"
    " which when will who how then some these into just like know your our he him us"
    " said were been because more very here only over than too again yes good think going want see"
)
LATIN = {
    "en": ("éèêëàâáçñöôïîüä", _ENGLISH),
    "de": ("äöüß", "der die und den das ist nicht ein eine mit sich auf für im wir man wie heute"),
    "fr": (
        "àâæçéèêëîïôœùûüÿ",
        "le la les des et est une que qui dans pas pour nous vous ne du au où",
    ),
    "es": ("áéíñóúü", "el la los las que y en un una es no por con para se del más como de qué"),
    "pt": ("áâãàçéêíóôõúü", "o a os as que e um uma não em do da para com se mais é como isso de"),
    "it": ("àèéìíîòóùú", "il la che e di un una non per è si con del più le i lo come sono poi ha"),
    "nl": ("áéèëïóöü", "de het een en van is dat niet in op te met voor zijn er wij hoe je"),
    "sv": ("åäöéà", "och att det är en som på av för inte med vi man den har till hur sedan"),
    "da": ("æøåé", "og at det er en som på af for ikke med vi man den har til hvordan så"),
    "no": ("æøåéòóô", "og at det er en som på av for ikke med vi man den har til hvordan så"),
    "fi": ("äöåšž", "ja on ei se että hän ovat oli mutta kun niin sen mitä tämä"),
    "is": ("áðéíóúýþæö", "og að er það í á ekki við sem hann um með til ég þú hvernig en því"),
    "ca": ("àçéèíïóòúü", "el la els les que i en un una és no per amb del més com de"),
    "sq": ("çë", "dhe të në një është që për me nga si nuk e i"),
    "pl": ("ąćęłńóśźż", "i w nie na się z to że jest do jak co a go po ale kto są już ten tak za"),
    "cs": ("áčďéěíňóřšťúůýž", "a se v na je to že s z do o jak kdo ale co si tak dnes jsem byl za"),
    "sk": (
        "áäčďéíĺľňóôŕšťúýž",
        "a sa v na je to že s z do o ako kto ale čo si tak dnes som bol za",
    ),
    "hu": ("áéíóöőúüű", "a az és hogy nem is egy ez meg de van ki ma mint már csak sem azt"),
    "ro": ("ăâîşţșț", "şi și de la în cu nu că un o se este din pe care mai ce cum sa ne"),
    "hr": ("čćđšž", "i je se na da u za ne su to od s kako tko što li bi ali ovaj već"),
    "sl": ("čšžćđ", "in je se na da za ne so to od s kako kdo kaj bo ki pa tudi ta ni"),
    "tr": ("çğıöşüâîû", "bir ve bu da de ne için çok ile mi ama o daha gibi var su en kim"),
    "az": ("çğıöşü", "bir və bu da də nə üçün çox ilə o daha var"),
    "et": ("äöõüšž", "ja on ei see et ta mis oli aga kui siis kes ka seda kuidas üle ning"),
    "lv": ("āčēģīķļņšūž", "un ir ar uz ka par kas to tas ne bet kā lai mēs es"),
    "lt": ("ąčęėįšųūž", "ir yra kad su iš tai kaip kas bet ne jis į ant ar jau tik"),
}
"""By language its letters beyond ASCII (the main exemplar characters of CLDR) and words that stand
in almost every paragraph."""

WESTERN = frozenset(["en", "de", "fr", "es", "pt", "it", "nl", "sv", "da", "no", "fi", "is", "ca"])

LOANS = frozenset("éèêëáàâäçñöüóôíïåøæ")
"""Letters of names and loan words that are no alphabet of a western language but its source's."""

SCRIPTS = {
    "ru": ("Russian", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"),
    "uk": ("Ukrainian", "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"),
    "be": ("Russian", "абвгдеёжзійклмнопрстуўфхцчшыьэюя"),
    "bg": ("Bulgarian", "абвгдежзийклмнопрстуфхцчшщъьюя"),
    "sr": ("Serbian", "абвгдђежзијклљмнњопрстћуфхцчџш"),
    "mk": ("Serbian", "абвгдѓежзѕијклљмнњопрстќуфхцчџш"),
    "el": ("Greek", "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ"),
    "he": ("Hebrew", "אבגדהוזחטיךכלםמןנסעףפץצקרשת"),
    "ar": ("Arabic", "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيًٌٍَُِّْ،؛؟ـ"),
    "fa": ("Farsi", "آابپتثجچحخدذرزژسشصضطظعغفقکكگلمنوهیيىءئأؤ،؛؟"),
    "th": ("Thai", "".join(map(chr, [*range(0x0E01, 0x0E3B), *range(0x0E40, 0x0E4F)]))),
}
"""By language its name in charset-normalizer, which has its letters in the order of how often they
come, and all its letters."""
