"""The words of English."""

from __future__ import annotations

from vidwiz_local.extractive.wording import Wording, weighted, words

_FUNCTION = """
a an the this that these those there here it its it's itself i i'm i've i'd i'll me my mine myself
you you're you've you'd you'll your yours yourself yourselves he he's him his himself she she's her
hers herself we we're we've we'd we'll us our ours ourselves they they're they've they'd they'll
them their theirs themselves who whom whose which what when where why how who's what's where's
when's how's why's that's there's here's let's that'll that'd this'll it'd it'll there'll who'd
and or but nor so yet if then else than as of at by for with about against between into through
during before after above below to from up down in out on off over under again further once because
until while since although though unless whether within without across along among around behind
beside beyond toward towards upon onto via per despite except underneath beneath throughout
am is are was were be been being have has had having do does did doing done can could shall should
will would may might must ought need isn't aren't wasn't weren't haven't hasn't hadn't don't doesn't
didn't can't cannot couldn't shouldn't won't wouldn't mightn't mustn't ain't gonna wanna gotta
not no yes yeah yep nope okay ok all any both each few more most other others another some such
only own same too very just also even ever never always often sometimes usually still already
however therefore thus hence instead rather quite really actually basically literally simply
probably maybe perhaps certainly definitely obviously clearly exactly essentially especially
particularly relatively somewhat somehow almost nearly enough much many lot lots little less least
bit kind sort every everything everyone everybody something someone somebody anything anyone
anybody nothing nobody none either neither anyway now today later soon ago yesterday tomorrow
one ones two three four five six seven eight nine ten first second third next last once twice
hundred thousand million plus minus squared cubed
"""

_VERBS = """
get gets getting got gotten go goes going went gone come comes coming came make makes making made
take takes taking took taken give gives giving gave given put puts putting say says saying said
tell tells telling told ask asks asking asked talk talks talking talked speak speaks call calls
called calling name named know knows knowing knew known think thinks thinking thought see sees
seeing saw seen look looks looking looked watch watching show shows showing showed shown find finds
finding found want wants wanted wanting like likes liked love loves feel feels feeling felt try
tries trying tried use uses using used work works working worked let lets start starts starting
started begin begins beginning began end ends ending ended keep keeps keeping kept leave leaves
left turn turns turned turning happen happens happening happened mean means meant seem seems seemed
become becomes became bring brings brought hold holds held run runs ran move moves moved set sets
write writes writing wrote written read hear heard help helps helped play plays add adds added
adding imagine suppose consider remember notice noticed guess believe hope wonder explain explains
explained describe describes described understand understanding understood learn learned learning
understands follow follows following followed involve involves involve include includes including
included depend depends allow allows gets wait stop stopped change changes changed create creates
created thank thanks welcome please sorry hey hi hello bye goodbye
cut cuts draw drawing drawn sit sits sitting stand stands pull push pick picks picked choose chooses
chosen multiply multiplied divide divided subtract equal equals appear appears provide provides
arrive arrived land lands spend spent pay paid buy meet met lose lost win won send sent
"""

_QUALITIES = """
good great nice better best bad worse worst big bigger biggest small smaller smallest large larger
long longer short new old high low right wrong true false sure different able possible impossible
important interesting hard easy simple clear certain particular specific general common full whole
entire main actual real beautiful cool amazing awesome fun funny pretty weird crazy strange total
various several multiple single similar likely unlikely available ready free fast slow early late
helpful useful worth deep deeper fair fine close near far away back forward together apart alone
inside outside top bottom well perfectly completely totally directly immediately quickly finally
suddenly slightly roughly approximately generally typically mostly mainly largely ultimately
"""

_VAGUE = words(
    """
    thing things stuff way ways time times day days year years minute minutes second seconds hour
    hours moment part parts piece place point points side case cases example examples idea ideas
    question questions answer answers problem problems reason reasons fact facts sense word words
    video videos channel episode series lesson chapter people person guy guys man woman friend
    friends number numbers amount level type types kinds sorts form result results step steps value
    values life world today's people's half couple rest front line detail details context phrase
    story topic topics lecture picture screen view start end course issue matter option choice
    music applause laughter viewer viewers audience folks everybody's room pause link description
    minute's month months week weeks age start middle
    """
)

_DANGLING = words(
    """
    a an the this these those its my your his her our their of at by for with about against between
    into through to from in on as than and or but nor so yet if then because until while since
    although though unless whether which who whom whose where when why how what that am is are was
    were be been being have has had having do does did can could shall should will would may might
    must i we you he she they it's i'm you're we're they're i'll you'll we'll they'll i've you've
    we've that's there's here's let's what's not no very just also even only too really quite such
    more most some any every each another other gonna wanna like well now okay i'd you'd we'd they'd
    whenever wherever whatever however don't doesn't didn't can't won't isn't aren't kind sort
    lot called let make makes get gets going want wants trying try
    """
)

_OPENERS = weighted(
    w30="""now|okay|ok|alright|all right|however|first of all|for example|for instance|in fact|
        in other words|on the other hand|on the one hand|of course|finally|meanwhile|let's|let me|
        here's|remember|notice|imagine|suppose|consider|it turns out|in this video|by the way|
        the reason|as a result|that means|in general|similarly|after all|at this point|
        to summarize|in summary|in conclusion|the point is|the question is|the idea is|
        the problem is|the key|the first thing|today i|today we|so now|but now|but if|so if|
        so what|and now|in this case|at the same time|keep in mind|the other thing|step one|
        number one|number two|number three|the main|so let|but here|nevertheless|secondly|firstly|
        the good news|the bad news|what i want|what you want|what we want|in contrast""",
    w22="""so|but|well|this is|this means|this was|these are|those are|there is|there's|there are|
        and so|and then|and if|and that's|and this|but then|if you|if we|if i|when you|when we|
        what is|what's|what are|why is|why do|why does|how do|how does|how can|maybe|perhaps|
        instead|you can|you might|you could|you'll|you've|you should|we can|we'll|we've|we know|
        i'm|i'll|i want|i think|i've|i would|i know|i remember|they're|they've|that's|it's a|
        it's not|it is|it was|there was|there were|and it's|and we|and you|and i|and in|and when|
        and what|and there|if your|if there|after a|another|
        one of the|in order to|the thing is|my name|as you|as we""",
    w20="then|in the morning|in the end|in the evening",
    w14="it's|and|because|i|we|he|she|they|although|you|to do|to see|to get|in the",
    w8="it|this|these|which|where|while|since|if|when|the|what|how|why|as|in|for",
    w2="your|my|our",
)

ENGLISH = Wording(
    code="en",
    stop=words(_FUNCTION) | words(_VERBS) | words(_QUALITIES),
    vague=_VAGUE,
    dangling=_DANGLING,
    leading=words(
        "so and but now well okay ok alright right then also anyway yeah yes no oh because or plus"
    ),
    leaning=words(
        """
        it it's its this that that's these those they they're them he he's she she's his her their
        there here which who where such then both neither either instead otherwise likewise
        similarly
        """
    ),
    fragile=words(
        """
        if when as because although since while though even whether that which who whose how why
        where to of about on with for from by are is was were been be like than into at or per such
        whatever unless until once till in being having has have does do did can will would could
        and but over under up out not all
        """
    ),
    openers=_OPENERS,
    asking=words(
        "what what's why how who which when where whose is are can could do does did should will"
    ),
    signals=(
        "this video",
        "today",
        "i want to show",
        "i'd like to",
        "we'll see",
        "we're going to",
        "goal",
        "key idea",
        "main idea",
        "the idea",
        "the reason",
        "the point",
        "important",
        "turns out",
        "in other words",
        "in general",
        "is called",
        "known as",
        "means that",
        "this means",
        "defined as",
        "definition",
        "misconception",
        "the problem",
        "the question",
        "the answer",
        "discovered",
        "the lesson",
        "in short",
        "to summarize",
        "in conclusion",
        "conclusion",
        "as a result",
        "that's why",
        "fundamental",
        "essential",
    ),
)
