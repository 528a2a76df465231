"""The words of German."""

from __future__ import annotations

from vidwiz_local.extractive.wording import Phrases, Wording, weighted, words

GERMAN = Wording(
    code="de",
    stop=words(
        """
        der die das den dem des ein eine einen einem einer eines und oder aber denn sondern doch
        ich du er sie es wir ihr mich dich sich uns euch mir dir ihm ihn ihnen mein dein sein unser
        euer ihre ihren ihrem ihrer seine seinen seinem seiner meine deine unsere unseren
        kein keine
        keinen dieser diese dieses diesen diesem jener jede jeder jedes jeden jedem alle
        alles allen
        aller manche einige viele viel wenig mehr weniger was wer wie wo wann warum wieso weshalb
        welche welcher welches welchen wem wen man ist sind war waren bin bist sei wäre
        wären gewesen
        wird werden wurde wurden worden würde würden hat haben habe hast hatte hatten hätte hätten
        kann können könnte könnten konnte konnten muss müssen musste soll sollte sollten sollen
        will wollen wollte möchte möchten darf dürfen mag nicht nichts auch nur noch schon sehr so
        dann da dort hier hin her in im an am auf aus bei beim mit nach von vom zu zum zur für über
        unter um durch gegen ohne bis seit während vor hinter neben zwischen ab als wenn falls ob
        dass daß weil damit obwohl also ja nein mal ganz etwas jetzt nun immer wieder einfach
        eigentlich wirklich vielleicht natürlich genau eben halt bereits etwa fast sogar zwar
        jedoch trotzdem deshalb daher darum dabei dazu daran darauf daraus davon dafür dagegen
        darin darüber dadurch somit gibt geht macht machen gehen kommt kommen sagen sagt sehen
        sieht lassen lässt heißt nennen nennt tun tut weiß wissen denken denkt stellen stellt
        erste ersten zweite zweiten dritte anderen andere anderes anderer beide beiden eins zwei
        drei vier fünf zehn großer große großen gut gute guten neue neuen gleich gleiche gleichen
        bisschen ziemlich wohl irgendwie besonders zuerst danach wobei wodurch worauf deren dessen
        denen selbst selber solche solchen soweit sobald sowie sonst einmal bitte hallo danke
        """
    ),
    vague=words(
        "video videos ding dinge sache sachen beispiel weise art teil zeit mal jahr jahre frage "
        "grund idee kanal fall fälle leute mensch menschen zahl zahlen wert werte möglichkeit"
    ),
    dangling=words(
        """
        der die das den dem des ein eine einen einem einer eines und oder aber denn sondern ich du
        wir mein dein sein unser dieser diese dieses diesen diesem jede jeder was wer wie wo wann
        warum welche ist sind war waren wird werden hat haben kann können muss in im an am auf aus
        bei beim mit nach von vom zu zum zur für über unter um durch gegen ohne bis seit vor als
        wenn ob dass weil damit obwohl also so nicht sehr noch auch nur
        """
    ),
    leading=words("und oder aber also so denn nun ja okay gut naja dann"),
    leaning=words(
        "es er sie das dies dieser diese dieses diesen diesem ihn ihm dort hier "
        "dabei dazu deshalb "
        "da hinzu daher damit dafür davon daran darum dadurch beide sein seine die der deren dessen"
    ),
    fragile=words(
        "wenn weil dass als ob obwohl während damit die der das den wie zu zum zur von mit für um "
        "ist sind war hat haben wird werden durch je oder und als bei in auf an aus was wo sowie"
    ),
    openers=weighted(
        w30="nun|jetzt|zum beispiel|schließlich|außerdem|allerdings|natürlich|heute|stell dir|"
        "nehmen wir|schauen wir|lass uns|lasst uns|in diesem video|zunächst|zuerst|mit anderen",
        w22="aber|also|wenn du|wenn man|wenn wir|das ist|das heißt|es gibt|wir haben|wir können|"
        "ich habe|ich möchte|ich will|du kannst|man kann|hier ist|dann|danach|deshalb|daher|doch",
        w14="und|denn|ich|wir|du|weil|dies|diese",
        w8="es|das|wenn|die|der|wie|was|warum",
    ),
    asking=words("was wer wie wo wann warum wieso weshalb welche welcher welches wozu woher"),
    signals=(
        "in diesem video", "heute", "das ziel", "die idee", "der grund", "wichtig", "bedeutet",
        "das heißt", "nennt man", "genannt", "stellt sich heraus", "mit anderen worten",
        "das problem", "die frage", "zusammenfassend", "entscheidend",
    ),
    phrases=Phrases(
        by_channel="„{title}“ ist ein Video von {channel}.",
        untitled_by_channel="Dies ist ein Video von {channel}.",
        titled="Das Video heißt „{title}“.",
        lasts="Es dauert {time} (Minuten und Sekunden).",
        chapters="Seine Kapitel heißen {chapters}.",
        nothing_said="Es wird darin nichts gesagt, was sich zusammenfassen ließe.",
        little_said="Die Untertitel enthalten kaum mehr als ein paar Wörter, etwa „{said}“.",
        rests_on=(
            "Diese Zusammenfassung beruht daher nur auf dem, was über das Video bekannt ist: "
            "Bilder und Töne gehören nicht zu den Untertiteln."
        ),
        watch_it=(
            "Wer wissen möchte, was es zeigt, muss das Video selbst ansehen, "
            "denn weitere Worte gibt es nicht."
        ),
        question_title="Was wird in diesem Video über „{a}“ gesagt?",
        question_show="Was zeigt „{a}“ von {channel}, und wie?",
        question_few_words="Warum kommt „{a}“ mit so wenigen Worten aus?",
        question_before="Was sollte man wissen, bevor man „{a}“ ansieht?",
        question_about=(
            "Was sagt das Video über „{a}“?",
            "Welche Rolle spielt „{a}“ in dem, was das Video erklärt?",
            "Was sollte man sich zum Thema „{a}“ merken?",
        ),
        question_both="Wie hängen „{a}“ und „{b}“ in diesem Video zusammen?",
        question_plain=(
            "Was ist die wichtigste Aussage dieses Videos?",
            "Welche Stelle des Videos lohnt sich ein zweites Mal?",
            "Was wäre nach diesem Video ein guter nächster Schritt?",
        ),
        note_short="Bei {time} wird in diesem Video nur dies gesagt: „{said}“",
        note_silent="Bei {time} wird in dem Video „{title}“ nichts gesagt.",
        note_untitled="ohne bekannten Titel",
        chat_says="Im Video heißt es:",
        chat_about="Kurz gesagt heißt es im Video:",
        chat_at="Bei etwa {time} heißt es im Video:",
        chat_nothing="Davon spricht das Video nicht, soweit seine Untertitel es zeigen.",
    ),
)  # fmt: skip
