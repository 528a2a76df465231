"""Sentences in the languages that old encodings were made for; ours, so free to use."""

SENTENCES = {
    "ru": (
        ["cp1251", "koi8_r", "cp866", "iso8859_5"],
        [
            "Чайник стоит на плите, и вода скоро закипит.",
            "Сначала мы промываем листья холодной водой.",
            "Хороший чай заваривают не больше четырёх минут.",
            "Потом его наливают в чашки и пьют с мёдом.",
            "Никто не знает, кто придумал этот способ.",
            "Сегодня мы покажем вам, как это делается дома.",
        ],
    ),
    "uk": (
        ["cp1251", "koi8_u"],
        [
            "Чайник стоїть на плиті, і вода скоро закипить.",
            "Спочатку ми промиваємо листя холодною водою.",
            "Добрий чай заварюють не довше чотирьох хвилин.",
            "Потім його наливають у чашки і п'ють із медом.",
            "Ніхто не знає, хто вигадав цей спосіб.",
            "Сьогодні ми покажемо вам, як це роблять удома.",
        ],
    ),
    "bg": (
        ["cp1251"],
        [
            "Чайникът е на печката и водата скоро ще заври.",
            "Първо измиваме листата със студена вода.",
            "Добрият чай се запарва не повече от четири минути.",
            "После го наливаме в чашите и го пием с мед.",
            "Никой не знае кой е измислил този начин.",
            "Днес ще ви покажем как се прави това вкъщи.",
        ],
    ),
    "pl": (
        ["cp1250", "iso8859_2"],
        [
            "Czajnik stoi na kuchence i woda zaraz się zagotuje.",
            "Najpierw płuczemy liście zimną wodą.",
            "Dobrą herbatę parzy się nie dłużej niż cztery minuty.",
            "Potem wlewa się ją do filiżanek i pije z miodem.",
            "Nikt nie wie, kto wymyślił ten sposób.",
            "Dzisiaj pokażemy wam, jak się to robi w domu, źle i dobrze.",
        ],
    ),
    "cs": (
        ["cp1250", "iso8859_2"],
        [
            "Konvice stojí na sporáku a voda se brzy začne vařit.",
            "Nejdřív propláchneme lístky studenou vodou.",
            "Dobrý čaj se louhuje nejvýše čtyři minuty.",
            "Potom se nalije do šálků a pije se s medem.",
            "Nikdo neví, kdo tento způsob vymyslel.",
            "Dnes vám ukážeme, jak se to dělá doma.",
        ],
    ),
    "sk": (
        ["cp1250"],
        [
            "Kanvica stojí na sporáku a voda čoskoro zovrie.",
            "Najprv prepláchneme lístky studenou vodou.",
            "Dobrý čaj sa lúhuje najviac štyri minúty.",
            "Potom sa naleje do šálok a pije sa s medom.",
            "Nikto nevie, kto tento spôsob vymyslel.",
            "Dnes vám ukážeme, ako sa to robí doma, kôň a väzba.",
        ],
    ),
    "hu": (
        ["cp1250", "iso8859_2"],
        [
            "A vízforraló a tűzhelyen áll, és a víz hamarosan felforr.",
            "Először hideg vízzel leöblítjük a leveleket.",
            "A jó tea legfeljebb négy percig ázik.",
            "Azután csészékbe töltik, és mézzel isszák.",
            "Senki sem tudja, ki találta ki ezt a módszert.",
            "Ma megmutatjuk, hogyan kell ezt otthon csinálni, ahogy ők is.",
        ],
    ),
    "ro": (
        ["cp1250", "iso8859_2"],
        [
            "Ceainicul stă pe aragaz şi apa va fierbe în curând.",
            "Mai întâi spălăm frunzele cu apă rece.",
            "Un ceai bun se lasă cel mult patru minute.",
            "Apoi se toarnă în ceşti şi se bea cu miere.",
            "Nimeni nu ştie cine a inventat această metodă.",
            "Astăzi vă arătăm cum se face asta acasă, în bucătărie.",
        ],
    ),
    "hr": (
        ["cp1250"],
        [
            "Čajnik stoji na štednjaku i voda će uskoro zakuhati.",
            "Prvo ispiremo listiće hladnom vodom.",
            "Dobar čaj ne smije stajati duže od četiri minute.",
            "Zatim se ulijeva u šalice i pije s medom.",
            "Nitko ne zna tko je izmislio ovaj način.",
            "Danas ćemo vam pokazati kako se to radi kod kuće, među prijateljima.",
        ],
    ),
    "sl": (
        ["cp1250"],
        [
            "Čajnik stoji na štedilniku in voda bo kmalu zavrela.",
            "Najprej speremo lističe s hladno vodo.",
            "Dober čaj naj ne stoji več kot štiri minute.",
            "Potem ga nalijemo v skodelice in pijemo z medom.",
            "Nihče ne ve, kdo si je izmislil ta način.",
            "Danes vam bomo pokazali, kako se to počne doma, že zdaj.",
        ],
    ),
    "tr": (
        ["cp1254", "iso8859_9"],
        [
            "Çaydanlık ocağın üstünde duruyor ve su birazdan kaynayacak.",
            "Önce yaprakları soğuk suyla yıkıyoruz.",
            "İyi bir çay en fazla dört dakika demlenir.",
            "Sonra bardaklara doldurulur ve balla içilir.",
            "Bu yöntemi kimin bulduğunu kimse bilmiyor.",
            "Bugün size bunun evde nasıl yapıldığını göstereceğiz.",
        ],
    ),
    "el": (
        ["cp1253", "iso8859_7"],
        [
            "Ο βραστήρας είναι στην εστία και το νερό θα βράσει σύντομα.",
            "Πρώτα ξεπλένουμε τα φύλλα με κρύο νερό.",
            "Το καλό τσάι δεν μένει πάνω από τέσσερα λεπτά.",
            "Μετά το βάζουμε σε φλιτζάνια και το πίνουμε με μέλι.",
            "Κανείς δεν ξέρει ποιος σκέφτηκε αυτόν τον τρόπο.",
            "Σήμερα θα σας δείξουμε πώς γίνεται αυτό στο σπίτι.",
        ],
    ),
    "he": (
        ["cp1255", "iso8859_8"],
        [
            "הקומקום עומד על הכיריים והמים ירתחו בקרוב.",
            "קודם כל שוטפים את העלים במים קרים.",
            "תה טוב לא משרים יותר מארבע דקות.",
            "אחר כך מוזגים אותו לכוסות ושותים עם דבש.",
            "אף אחד לא יודע מי המציא את השיטה הזאת.",
            "היום נראה לכם איך עושים את זה בבית.",
        ],
    ),
    "ar": (
        ["cp1256", "iso8859_6"],
        [
            "الإبريق على الموقد والماء سوف يغلي قريبا.",
            "أولا نغسل الأوراق بالماء البارد.",
            "الشاي الجيد لا ينقع أكثر من أربع دقائق.",
            "ثم نصبه في الأكواب ونشربه مع العسل.",
            "لا أحد يعرف من اخترع هذه الطريقة.",
            "اليوم سوف نريكم كيف يتم ذلك في البيت.",
        ],
    ),
    "ja": (
        ["cp932", "euc_jp"],
        [
            "やかんはコンロの上にあります。お湯はもうすぐ沸きます。",
            "まず冷たい水で葉を洗います。",
            "おいしいお茶は四分より長く置きません。",
            "それから茶碗に注いで、蜂蜜を入れて飲みます。",
            "この方法を誰が考えたのかは分かりません。",
            "今日は家でどうやって作るのかをお見せします。",
        ],
    ),
    "ko": (
        ["cp949"],
        [
            "주전자가 불 위에 있고 물이 곧 끓을 것입니다.",
            "먼저 찬물로 잎을 씻습니다.",
            "좋은 차는 사 분 넘게 우리지 않습니다.",
            "그다음에 잔에 따라서 꿀과 함께 마십니다.",
            "누가 이 방법을 생각해 냈는지 아무도 모릅니다.",
            "오늘은 집에서 어떻게 하는지 보여 드리겠습니다.",
        ],
    ),
    "zh": (
        ["gb18030"],
        [
            "水壶在炉子上，水很快就要开了。",
            "首先我们用冷水把茶叶洗一洗。",
            "好茶泡的时间不能超过四分钟。",
            "然后把茶倒进杯子里，加一点蜂蜜喝。",
            "没有人知道这个办法是谁想出来的。",
            "今天我们给大家看一看在家里怎么做。",
        ],
    ),
    "zh-Hant": (
        ["big5"],
        [
            "水壺在爐子上，水很快就要開了。",
            "首先我們用冷水把茶葉洗一洗。",
            "好茶泡的時間不能超過四分鐘。",
            "然後把茶倒進杯子裡，加一點蜂蜜喝。",
            "沒有人知道這個辦法是誰想出來的。",
            "今天我們給大家看一看在家裡怎麼做。",
        ],
    ),
    "th": (
        ["cp874"],
        [
            "กาน้ำอยู่บนเตาและน้ำกำลังจะเดือด",
            "ก่อนอื่นเราล้างใบชาด้วยน้ำเย็น",
            "ชาที่ดีไม่ควรแช่เกินสี่นาที",
            "จากนั้นรินใส่ถ้วยแล้วดื่มกับน้ำผึ้ง",
            "ไม่มีใครรู้ว่าใครเป็นคนคิดวิธีนี้",
            "วันนี้เราจะแสดงให้ดูว่าทำอย่างไรที่บ้าน",
        ],
    ),
    "de": (
        ["cp1252", "iso8859_15"],
        [
            "Der Kessel steht auf dem Herd, und das Wasser wird gleich heiß.",
            "Zuerst spülen wir die Blätter mit kaltem Wasser.",
            "Guter Tee zieht höchstens vier Minuten, länger wäre übel.",
            "Danach gießt man ihn in Tassen und süßt ihn mit Honig.",
            "Niemand weiß, wer diese Methode erfunden hat, schön ist sie.",
            "Heute zeigen wir euch, wie man das für Gäste zu Hause macht.",
        ],
    ),
    "fr": (
        ["cp1252", "iso8859_15"],
        [
            "La bouilloire est sur le feu et l'eau va bientôt être prête.",
            "D'abord, nous rinçons les feuilles à l'eau froide.",
            "Un bon thé n'infuse pas plus de quatre minutes, voilà.",
            "Ensuite on le verse dans les tasses et ça se boit sucré.",
            "Personne ne sait qui a inventé cette méthode.",
            "Aujourd'hui nous vous montrons où et comment ça se fait à la maison.",
        ],
    ),
    "es": (
        ["cp1252"],
        [
            "La tetera está en la cocina y el agua hervirá en un momento.",
            "Primero lavamos las hojas con agua fría.",
            "El buen té no reposa más de cuatro minutos.",
            "Después se sirve en las tazas y se toma con miel de caña.",
            "Nadie sabe quién inventó este método.",
            "Mañana les enseñaremos cómo se hace esto en casa.",
        ],
    ),
    "pt": (
        ["cp1252"],
        [
            "A chaleira está no fogão e a água vai ferver já.",
            "Primeiro lavamos as folhas com água fria, então não há pó.",
            "Um bom chá não fica mais de quatro minutos.",
            "Depois ele é servido nas chávenas e toma-se com açúcar.",
            "Ninguém sabe quem inventou este método.",
            "Hoje vamos mostrar às pessoas como isso se faz, lições à mão.",
        ],
    ),
    "it": (
        ["cp1252"],
        [
            "Il bollitore è sul fuoco e l'acqua bollirà tra poco.",
            "Prima laviamo le foglie con acqua fredda, così è più buono.",
            "Un buon tè non resta più di quattro minuti.",
            "Poi si versa nelle tazze, perché così si può bere con il miele.",
            "Nessuno sa chi ha inventato questo metodo, cioè nessuno lo dirà.",
            "Oggi vi mostreremo come si fa, lunedì a casa.",
        ],
    ),
    "sv": (
        ["cp1252"],
        [
            "Kitteln står på spisen och vattnet kokar snart.",
            "Först sköljer vi bladen med kallt vatten.",
            "Bra te får inte dra längre än fyra minuter.",
            "Sedan häller man upp det och dricker det med honung på.",
            "Ingen vet vem som hittade på den här metoden.",
            "I dag ska vi visa hur man gör det här hemma.",
        ],
    ),
    "da": (
        ["cp1252"],
        [
            "Kedlen står på komfuret, og vandet koger snart.",
            "Først skyller vi bladene med koldt vand.",
            "God te må ikke trække længere end fire minutter.",
            "Så hælder man den op og drikker den med honning på.",
            "Ingen ved, hvem der fandt på den måde.",
            "I dag skal vi vise jer, hvordan man gør det hjemme.",
        ],
    ),
    "is": (
        ["cp1252"],
        [
            "Ketillinn er á eldavélinni og vatnið sýður bráðum.",
            "Fyrst skolum við laufin með köldu vatni.",
            "Gott te á ekki að standa lengur en fjórar mínútur.",
            "Síðan er því hellt í bolla og drukkið með hunangi.",
            "Enginn veit hver fann upp þessa aðferð.",
            "Í dag ætlum við að sýna ykkur hvernig þetta er gert heima.",
        ],
    ),
    "lv": (
        ["cp1257"],
        [
            "Tējkanna ir uz plīts, un ūdens drīz vārīsies.",
            "Vispirms mēs noskalojam lapas ar aukstu ūdeni.",
            "Laba tēja nestāv ilgāk par četrām minūtēm.",
            "Pēc tam to lej tasēs un dzer ar medu.",
            "Neviens nezina, kas šo veidu izdomāja.",
            "Šodien mēs jums parādīsim, kā to dara mājās.",
        ],
    ),
    "lt": (
        ["cp1257"],
        [
            "Virdulys stovi ant viryklės, ir vanduo tuoj užvirs.",
            "Pirmiausia nuplauname lapus šaltu vandeniu.",
            "Gera arbata laikoma ne ilgiau kaip keturias minutes.",
            "Paskui ji pilama į puodelius ir geriama su medumi.",
            "Niekas nežino, kas sugalvojo šį būdą.",
            "Šiandien parodysime, kaip tai daroma namuose, čia pat.",
        ],
    ),
    "et": (
        ["cp1257", "cp1252"],
        [
            "Veekeetja on pliidil ja vesi läheb varsti keema.",
            "Kõigepealt loputame lehti külma veega.",
            "Hea tee ei tõmba kauem kui neli minutit.",
            "Siis valatakse see tassidesse ja juuakse koos meega, õhtul ka.",
            "Keegi ei tea, kes selle viisi välja mõtles.",
            "Täna näitame teile, kuidas seda kodus tehakse.",
        ],
    ),
}


def samples():
    """Yield language, encoding, length and text: a few words, three lines and thirty."""
    for language, (encodings, lines) in SENTENCES.items():
        asian = language[:2] in {"ja", "zh", "th", "ko"}
        words = [line[:7] if asian else " ".join(line.split()[:4]) for line in lines[:3]]
        for encoding in encodings:
            yield language, encoding, "few", [words[0], words[1]]
            yield language, encoding, "three", lines[:3]
            yield language, encoding, "three b", lines[3:]
            yield language, encoding, "thirty", lines * 5
