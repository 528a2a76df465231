"""The words of French, Spanish, Portuguese and Italian."""

from __future__ import annotations

from vidwiz_local.extractive.wording import Phrases, Wording, weighted, words

FRENCH = Wording(
    code="fr",
    stop=words(
        """
        le la les l un une des du de d au aux et ou mais donc or ni car que qui quoi dont où quand
        comment pourquoi si je tu il elle on nous vous ils elles me te se lui leur leurs moi
        toi soi
        eux y en ce cet cette ces cela ça ceci celui celle ceux celles mon ma mes ton ta tes son sa
        ses notre nos votre vos est sont était étaient être été suis es sommes êtes sera serait
        seront soit a ai as avons avez ont avait avaient avoir eu aura aurait fait faire
        font faites
        fais peut peuvent pouvez pouvons pouvoir pourrait pourrez doit doivent devons devez va vais
        vont allons allez aller veut veux voulez vouloir voudrais voir vois voit voyez voyons dit
        dire dites ne pas plus moins non oui rien tout toute tous toutes très trop peu bien encore
        déjà aussi alors ainsi puis ensuite après avant pendant depuis dans sur sous par pour avec
        sans entre vers chez jusque jusqu jusqu'à contre comme même mêmes autre autres chaque
        quelque quelques plusieurs quel quelle quels quelles ici là voici voilà maintenant toujours
        jamais parce puisque lorsque lorsqu tandis cependant pourtant simplement vraiment juste
        seulement peut-être beaucoup assez presque environ premier première deuxième second deux
        trois quatre cinq dix c'est n'est s'est d'un d'une qu'il qu'elle qu'on qu'un qu'une l'on
        j'ai c'était n'a n'ont qu'ils d'autres l'autre est-ce qu'est-ce c s n j t qu m
        merci bonjour
        petit petite grand grande nouveau nouvelle bon bonne fois lequel laquelle lesquels auquel
        """
    ),
    vague=words(
        "chose choses vidéo vidéos exemple façon manière partie fait temps cas question réponse "
        "idée idées gens année années jour jours nombre nombres point points moment raison"
    ),
    dangling=words(
        """
        le la les l' un une des du de d' au aux et ou mais donc ni car que qui quoi dont où quand
        comment si je tu il elle on nous vous ils elles ce cet cette ces mon ma mes son sa
        ses notre
        nos votre vos leur leurs est sont était être a ont ne pas très plus dans sur sous par pour
        avec sans entre vers chez comme à en qu'il qu'elle c'est d'un d'une parce lorsque
        """
    ),
    leading=words("et mais donc alors bon ben bah oui or puis car ok"),
    leaning=words(
        "il elle ils elles ce c'est cela ça ceci cette cet ces celui celle ceux leur leurs y en "
        "là ici lui son sa ses c'était n'est dont qui"
    ),
    fragile=words(
        "que qui dont où si quand lorsque comme de du des à au aux pour par avec dans sur "
        "et ou est "
        "sont a ont était être en sans entre puisque cetera dont quoi"
    ),
    openers=weighted(
        w30="maintenant|par exemple|cependant|pourtant|en fait|en effet|finalement|enfin|"
        "aujourd'hui|imaginez|supposons|regardons|prenons|dans cette vidéo|tout d'abord|ensuite|"
        "autrement dit|d'abord|bien sûr|considérons|notez|rappelez-vous|en résumé",
        w22="mais|donc|alors|c'est|si vous|si on|si nous|il y|on a|nous avons|vous pouvez|on peut|"
        "nous pouvons|cela|quand on|je veux|j'ai|je vais|voici|puis|qu'est-ce|pourquoi",
        w14="et|car|je|nous|vous|on|il|elle|parce|ils",
        w8="ce|cette|si|quand|comme|le|la|les|comment",
    ),
    asking=words("que quel quelle quels quelles qui comment pourquoi où quand combien qu'est-ce"),
    signals=(
        "dans cette vidéo", "aujourd'hui", "le but", "l'idée", "la raison", "important",
        "signifie", "veut dire", "s'appelle", "appelé", "en d'autres termes", "autrement dit",
        "le problème", "la question", "en résumé", "en conclusion", "essentiel",
    ),
    phrases=Phrases(
        by_channel="« {title} » est une vidéo de {channel}.",
        untitled_by_channel="Ceci est une vidéo de {channel}.",
        titled="La vidéo s'intitule « {title} ».",
        lasts="Elle dure {time} (minutes et secondes).",
        chapters="Ses chapitres s'intitulent {chapters}.",
        nothing_said="Rien de ce qui y est dit ne se prête à un résumé.",
        little_said="Les sous-titres ne contiennent guère que quelques mots, comme « {said} ».",
        rests_on=(
            "Ce résumé ne repose donc que sur ce que l'on sait de la vidéo : "
            "ses images et ses sons ne font pas partie des sous-titres."
        ),
        watch_it=(
            "Pour savoir ce qu'elle montre, il faut regarder la vidéo elle-même, "
            "car il n'y a pas d'autres paroles."
        ),
        question_title="Que dit la vidéo au sujet de « {a} » ?",
        question_show="Que montre « {a} » de {channel}, et comment ?",
        question_few_words="Pourquoi « {a} » se passe-t-elle presque de paroles ?",
        question_before="Que faut-il savoir avant de regarder « {a} » ?",
        question_about=(
            "Que dit la vidéo au sujet de « {a} » ?",
            "Quel rôle joue « {a} » dans ce que la vidéo explique ?",
            "Que faut-il retenir à propos de « {a} » ?",
        ),
        question_both="Quel est le lien entre « {a} » et « {b} » dans cette vidéo ?",
        question_plain=(
            "Quelle est l'idée principale de cette vidéo ?",
            "Quel passage de la vidéo mérite d'être revu ?",
            "Que serait-il utile d'apprendre après cette vidéo ?",
        ),
        note_short="À {time} de la vidéo, on entend seulement ceci : « {said} »",
        note_silent="Rien n'est dit à {time} de la vidéo « {title} ».",
        note_untitled="sans titre connu",
        chat_says="La vidéo dit :",
        chat_about="En bref, la vidéo dit :",
        chat_at="Vers {time}, la vidéo dit :",
        chat_nothing="La vidéo n'en parle pas, d'après sa transcription.",
    ),
)  # fmt: skip

SPANISH = Wording(
    code="es",
    stop=words(
        """
        el la los las lo un una unos unas de del al a ante bajo con contra desde en entre hacia
        hasta para por según sin sobre tras y e o u pero sino mas aunque porque pues que quien
        quienes cual cuales cuyo cuya donde cuando como cómo qué quién cuál cuáles dónde cuándo
        cuánto si sí no ni yo tú él ella ello nosotros vosotros ellos ellas usted ustedes me te se
        nos os le les mi mis tu tus su sus nuestro nuestra nuestros nuestras este esta esto estos
        estas ese esa eso esos esas aquel aquella es son era eran ser sea sean fue fueron sido
        siendo soy eres somos está están estaba estar estoy estamos estás ha han he has hemos haya
        había haber hay hace hacer hacen haciendo hecho tiene tienen tengo tenemos tener tienes
        tenía puede pueden puedes podemos poder podría podrías podemos debe deben debemos va van
        voy vamos ir vas quiere quiero queremos ver ves vemos ve decir dice digo dicho saber sabe
        sabemos sé más menos muy mucho mucha muchos muchas poco poca todo toda todos todas algo
        alguien algún alguna algunos algunas nada nadie ningún ninguna cada otro otra otros otras
        mismo misma mismos tan tanto también tampoco ya aún todavía siempre nunca ahora luego
        después antes entonces así aquí ahí allí solo sólo solamente bien mal casi quizás quizá tal
        vez dos tres cuatro cinco diez primer primera primero segundo segunda hola gracias bueno
        realmente simplemente exactamente gran grande pequeño pequeña nuevo nueva sería serían
        mientras durante además embargo manera forma
        """
    ),
    vague=words(
        "cosa cosas vídeo video videos vídeos ejemplo parte tiempo caso casos pregunta respuesta "
        "idea ideas gente año años día días número números punto puntos momento razón modo"
    ),
    dangling=words(
        """
        el la los las lo un una unos unas de del al a con contra desde en entre hacia hasta
        para por
        sin sobre y e o u pero sino aunque porque que quien cual donde cuando como si no ni yo tú
        me te se nos le les mi mis tu tus su sus este esta estos estas ese esa es son era ser está
        están ha han he hay muy más tan cada puede pueden
        """
    ),
    leading=words("y e o pero entonces así pues bueno ok ahora luego sí"),
    leaning=words(
        "esto eso ello este esta estos estas ese esa esos esas él ella ellos ellas su "
        "sus allí aquí "
        "lo le les cual cuyo es son era"
    ),
    fragile=words(
        "que quien cual cuyo donde si cuando como de del a al para por con en sobre y o "
        "es son era "
        "está ha han ser sin entre aunque mientras porque el la u"
    ),
    openers=weighted(
        w30="ahora|por ejemplo|sin embargo|de hecho|finalmente|además|por supuesto|hoy|imagina|"
        "supongamos|en este vídeo|en este video|en otras palabras|primero|recuerda|consideremos|"
        "resulta que|en primer lugar|es decir|en resumen|por lo tanto|por otro lado",
        w22="pero|entonces|si tú|si tienes|cuando|esto|eso|hay|podemos|puedes|vamos|tenemos|"
        "quiero|la idea|así que|aquí|qué|cómo|por qué|luego|la razón",
        w14="y|porque|yo|nosotros|ellos|este|esta",
        w8="si|como|el|la|los|las|en|es",
    ),
    asking=words("qué quién cuál cuáles cómo dónde cuándo cuánto cuántos por"),
    signals=(
        "en este vídeo", "en este video", "hoy", "el objetivo", "la idea", "la razón",
        "importante", "significa", "se llama", "llamado", "llamada", "en otras palabras",
        "es decir", "resulta que", "el problema", "la pregunta", "en resumen", "en conclusión",
    ),
    phrases=Phrases(
        by_channel="«{title}» es un vídeo de {channel}.",
        untitled_by_channel="Este es un vídeo de {channel}.",
        titled="El vídeo se titula «{title}».",
        lasts="Dura {time} (minutos y segundos).",
        chapters="Sus capítulos se llaman {chapters}.",
        nothing_said="En él no se dice nada que se pueda resumir.",
        little_said="Los subtítulos apenas contienen unas pocas palabras, como «{said}».",
        rests_on=(
            "Por eso este resumen se basa solo en lo que se sabe del vídeo: "
            "sus imágenes y sonidos no forman parte de los subtítulos."
        ),
        watch_it=(
            "Quien quiera saber qué muestra tiene que ver el propio vídeo, "
            "pues no hay más palabras en las que apoyarse."
        ),
        question_title="¿Qué se dice en el vídeo sobre «{a}»?",
        question_show="¿Qué muestra «{a}» de {channel}, y cómo?",
        question_few_words="¿Por qué «{a}» se las arregla con tan pocas palabras?",
        question_before="¿Qué conviene saber antes de ver «{a}»?",
        question_about=(
            "¿Qué dice el vídeo sobre «{a}»?",
            "¿Qué papel desempeña «{a}» en lo que explica el vídeo?",
            "¿Qué conviene recordar acerca de «{a}»?",
        ),
        question_both="¿Qué relación hay entre «{a}» y «{b}» en este vídeo?",
        question_plain=(
            "¿Cuál es la idea principal de este vídeo?",
            "¿Qué momento del vídeo merece la pena volver a ver?",
            "¿Qué convendría aprender después de este vídeo?",
        ),
        note_short="En el minuto {time} del vídeo solo se dice esto: «{said}»",
        note_silent="En el minuto {time} del vídeo «{title}» no se dice nada.",
        note_untitled="sin título conocido",
        chat_says="El vídeo dice:",
        chat_about="En resumen, el vídeo dice:",
        chat_at="Hacia {time}, el vídeo dice:",
        chat_nothing="El vídeo no habla de eso, según su transcripción.",
    ),
)  # fmt: skip

PORTUGUESE = Wording(
    code="pt",
    stop=words(
        """
        o a os as um uma uns umas de do da dos das em no na nos nas por pelo pela para com
        sem sobre
        entre até e ou mas que se como quando onde porque quem qual quais eu tu ele ela nós
        vós eles
        elas você vocês me te se lhe nos meu minha seu sua seus suas nosso nossa este esta
        isto esse
        essa isso aquele aquela é são era ser foi foram está estão estar tem têm ter há não
        sim mais
        menos muito muita muitos já ainda também só tudo todo toda todos todas então agora aqui ali
        depois antes bem vai vamos vou pode podemos fazer faz ver dizer diz dois três cada outro
        outra mesmo mesma assim ao aos à às num numa dele dela isso gente coisa coisas vídeo
        """
    ),
    dangling=words(
        "o a os as um uma de do da dos das em no na por para com e ou mas que se como é"
    ),
    leading=words("e mas então bom bem ok agora"),
    openers=weighted(
        w30="agora|por exemplo|no entanto|finalmente", w22="mas|então|se você|isso|é", w14="e"
    ),
)

ITALIAN = Wording(
    code="it",
    stop=words(
        """
        il lo la i gli le un uno una di a da in con su per tra fra del dello della dei degli
        delle al
        allo alla ai agli alle dal dalla nel nello nella nei nelle sul sulla e ed o ma se che
        chi cui
        come quando dove perché quale quali io tu lui lei noi voi loro mi ti si ci vi ne mio
        mia tuo
        suo sua nostro questo questa questi queste quello quella quelli è sono era essere stato ha
        hanno ho abbiamo avere non sì più meno molto molta molti già ancora anche solo tutto tutta
        tutti tutte allora ora adesso qui lì poi prima dopo bene va può possiamo fare fa
        vedere dire
        dice due tre ogni altro altra stesso così quindi cosa cose video c'è dell'un'l'
        """
    ),
    dangling=words(
        "il lo la i gli le un uno una di a da in con su per del della e o ma se che come è"
    ),
    leading=words("e ma allora quindi bene ok ora"),
    openers=weighted(
        w30="ora|adesso|per esempio|tuttavia|infine", w22="ma|quindi|allora|questo", w14="e"
    ),
)
