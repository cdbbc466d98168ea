"""Which English words show a risk of suicide? Families from plain statements to oblique signs, written by hand.

Tiers follow the Columbia protocol (C-SSRS) on the careful side: a wish to be dead, or an oblique sign, is `concern`;
active thoughts, a method or a past attempt are `elevated`; intent, plan, means at hand or recent behaviour `imminent`.
Patterns are matched on the plain form of `wording.py`: contractions spelt out, fillers dropped.
"""

from conversation.seeker import RiskKind, RiskTier
from nodes.safety.rule import Role, Rule, rule

_S = RiskKind.SUICIDE
_C, _E, _I = RiskTier.CONCERN, RiskTier.ELEVATED, RiskTier.IMMINENT


def _w(most: int) -> str:
    return rf"(?:[^ .]+ ){{0,{most}}}"


_LIFE = r"my (?:own |sad |stupid |miserable |worthless |pathetic |entire |whole )*(?:life|existence)"
SELF_ACT = (
    r"(?:kill(?:ing)?|off(?:ing)?|end(?:ing)?|murder(?:ing)?|delet(?:e|ing)|neck(?:ing)?|top(?:ping)?|gas(?:sing)?|"
    r"poison(?:ing)?|hang(?:ing)?|drown(?:ing)?|stab(?:bing)?|strangl(?:e|ing)|yeet(?:ing)?|unaliv(?:e|ing)|eras(?:e|ing)|"
    r"suicid(?:e|ing)|put(?:ting)? down|asphyxiat(?:e|ing)|electrocut(?:e|ing)) (?:my own self|myself|me)(?! (?:with kindness|"
    r"(?:at|in|with|for|over|from) (?:the gym|work|laughter|laughing|studying|training)|to finish|off from|in work))"
    r"|shoot(?:ing)? (?:myself|my brains)(?! in the (?:foot|leg))"
    rf"|(?:end(?:ing)?|tak(?:e|ing)|quit(?:ting)?|finish(?:ing)?|terminat(?:e|ing)) {_LIFE}(?! (?:in|into|to|back|as|with) )"
    r"|(?:end(?:ing)?) it all|(?:do(?:ing)?|finish(?:ing)?) (?:away with )?myself (?:in|off)|do(?:ing)? away with myself"
    r"|commit(?:ting)? (?:suicide|toaster bath|sudoku|not alive|die)"
    r"|(?:slit(?:ting)?|slash(?:ing)?|slic(?:e|ing)|cut(?:ting)?|open(?:ing)?) (?:open )?my (?:own )?(?:wrists?|throat|veins?|arter(?:y|ies))"
    r"|(?:jump(?:ing)?|step(?:ping)?|walk(?:ing)?|throw(?:ing)? myself|fall(?:ing)?|leap(?:ing)?|div(?:e|ing)) (?:right |straight |out |myself )*(?:off|from|in front of|out of|under|into|onto|over) "
    r"(?:the |a |an |my |that |this |some |of |onto |oncoming |incoming |moving |tall |high |edge |our |one )*"
    r"(?:bridge|building|roof|rooftop|balcony|window|cliff|overpass|ledge|train|trains|bus|truck|lorry|car|cars|traffic|tracks?|platform|subway|tube|metro|river|sea|ocean|railing|railings|floor|highway|motorway|road)(?! for)"
    r"|(?:driv(?:e|ing)|crash(?:ing)?|steer(?:ing)?|swerv(?:e|ing)|veer(?:ing)?|turn(?:ing)?|ram(?:ming)?) (?:my car |the car |it |my bike |straight |right |off |headfirst |myself |the wheel )*(?:into|off|in front of|under) "
    r"(?:the |a |an |some |my |oncoming |incoming |on coming |nearest |of )*(?:tree|trees|wall|pole|bridge|cliff|road|traffic|truck|lorry|barrier|river|lake|median|ravine|pillar|guardrail|train)"
    r"|overdos(?:e|ing) (?:on|with|tonight|now|so|and|myself|to end)"
    r"|(?:tak(?:e|ing)|swallow(?:ing)?|down(?:ing)?|eat(?:ing)?|pop(?:ping)?) (?:all|every|the whole|a whole|an entire|the entire|the rest of|a bottle of|the bottle of|a bunch of|a handful of|a load of|enough|too many) "
    + _w(4) + r"(?:pills?|tablets?|medication|paracetamol|tylenol|ibuprofen|xanax|ambien|valium|antidepressants|insulin|bottle|aspirin|sleeping pills|painkillers)"
    r"|(?:blow(?:ing)?|bash(?:ing)?) (?:out )?my (?:own )?(?:brains?|head)(?: out| off)?"
    r"|(?:put(?:ting)?|fir(?:e|ing)) (?:a |the |one )*(?:bullet|gun|barrel|pistol) (?:in|to|through|into|against|in to) my"
    r"|catch(?:ing)? the bus|check(?:ing)? out (?:for good|permanently|of life|of this life|early for good)"
    r"|self delet(?:e|ing)|self-delet(?:e|ing)|(?:a |the )?permanent (?:way out|exit|solution)|pull(?:ing)? the (?:plug|trigger) on (?:my|this) life"
    r"|pull(?:ing)? the trigger|(?:put(?:ting)?) an end to (?:myself|my life|my misery|my suffering|it all|my existence|my pain)"
    r"|(?:leav(?:e|ing)) this (?:world|earth|planet|life)|exit(?:ing)? (?:this )?life|die by (?:my own|suicide)|suicide"
)  # fmt: skip
"""Acts against one's own life, as infinitive or gerund; 'suicide' itself last."""

_INTENT = (
    r"i (?:am )?(?:going to|will|would soon|about to|plan to|plan on|planning to|planning on|planned to|intend to|"
    r"ready to|set to|set on|prepared to|determined to|here to|have decided to|decided to|have decided on|"
    r"have made up my mind to|am to)"
)
_WHEN = (
    r"(?:tonight|today|tomorrow|now|right now|this (?:morning|evening|afternoon|week|weekend|night)|soon|in the morning|"
    r"later|on (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|my birthday|new year s|christmas)|"
    r"after (?:work|school|dinner|this|they|everyone|he|she|my|the)|when (?:everyone|they|he|she|my|the)|before (?:they|he|she|morning|my)|in an hour|in (?:a few|ten|five|20|30) minutes)"
)
_MODAL = (
    r"(?:want|wanted|wanting|wish|wishing|like|love|prefer|rather|ready|hope|hoping|pray|praying|long|longing|crave|"
    r"craving|need|beg|begging|dying|waiting|wait|deserve|better off|choose|ought|have|supposed|meant|willing|content|happy|glad|okay|fine)"
)
_GONE = r"(?:dead|gone|gone for good|not here|not alive|six feet under|in the ground|in a coffin|in my grave|buried|out of the picture|no longer here|no more|not around|never born|not exist|never existed)"
_OTHERS = (
    r"(?:everyone|everybody|they|you|you all|people|the world|this world|my (?:family|kids|children|parents|mom|dad|wife|husband|"
    r"friends|partner|girlfriend|boyfriend|son|daughter|sister|brother|team|baby|dog|cat)|her|him|she|he|them|we|all of you|the kids|anyone|this family|the family|it)"
)

RULES: tuple[Rule, ...] = (
    # Intent, plan, means, recent behaviour
    rule("act_intended", _S, _I, "myself|my |all|suicide|me |off|front|under|into|gun|bullet|bus|out|exit|leav|permanent|trigger",
         rf"{_INTENT} {_w(3)}(?:{SELF_ACT})", idiom_prone=True),
    rule("act_timed", _S, _I, "myself|my |all|suicide|off |front|under|into|gun|bullet|bus|overdos|leav",
         rf"(?:{SELF_ACT}) {_w(4)}{_WHEN}(?! (?:i|and) (?:am|feel) (?:better|fine|okay))", idiom_prone=True),
    rule("timed_act", _S, _I, "tonight|today|tomorrow|weekend", rf"{_WHEN} (?:, )?(?:is (?:the night|when|the day|it) )?{_w(2)}i (?:am |will |am going to |want to ){_w(1)}(?:{SELF_ACT}|die|do it|end it|be gone|be dead)"),
    rule("end_it_timed", _S, _I, "end|die|do it|be dead|be gone|over", rf"(?:end(?:ing)? it|do(?:ing)? it|going to die|will be dead|will be gone|be over for me|ending things) {_w(2)}(?:tonight|right now|now|tomorrow|this weekend)(?= [.,]| for good)", idiom_prone=True),
    rule("tonight_the_night", _S, _I, "tonight|last night|final night|last day|the day", r"tonight is (?:the|my|going to be the|going to be my) (?:night|last|last night|final)|(?:this|today|tonight|tomorrow) (?:is|will be|is going to be) my (?:last|final) (?:night|day|evening|one)(?: alive| on earth| here(?! at))?(?! (?:at|of|in|with|before|as|on the) )|my last (?:night|day|hours?) (?:alive|on (?:this )?earth|on this planet|in this world)"),
    rule("means_for_it", _S, _I, "rope|noose|gun|pistol|razor|pills|knife|rifle|helium|exit bag|belt|tablets", rf"i (?:have |bought |got |found |ordered |made |tied |loaded |have got |have bought |have ordered |saved |have saved |have been saving |have been stockpiling |am holding |am stockpiling |am hoarding |am saving |stockpiled |hoarded |have tied |have made |have loaded ){_w(5)}(?:rope|noose|gun|pistol|rifle|exit bag|helium|pills|tablets|medication|insulin|belt|razor|knife) {_w(5)}(?:to (?:do it|end it|die|hang|kill|use on|end my)|for (?:it|when i|tonight|my suicide|that)|ready|to my head|in my hands?|in my mouth|around my neck)"),
    rule("noose", _S, _I, "noose|gun |pistol|rope|barrel|belt", rf"(?:noose|rope|belt|cord|bag) (?:is )?(?:already )?(?:tied|around my neck|round my neck|over my head|hanging|ready|set up)|(?:a|the) noose|(?:gun|pistol|barrel|rifle) (?:is )?(?:loaded|in my (?:hand|hands|mouth|lap)|to my (?:head|temple)|against my (?:head|temple)|pointed at me)|loaded (?:gun|pistol|rifle)", negatable=False),
    rule("hoarding", _S, _I, "stockpil|hoard|saving|saved|stash|collecting", rf"(?:stockpil\w+|hoard\w+|saving up|saved up|stash\w+|collecting|been saving|been collecting|put aside) {_w(4)}(?:pills|tablets|medication|insulin|painkillers|sleeping pills|opioids|prescriptions?)(?! for (?:my )?(?:trip|travel))"),
    rule("place_now", _S, _I, "bridge|roof|ledge|edge|tracks|platform|balcony|cliff|railing|parking|garage", rf"i am (?:now |right now |currently |already )?(?:standing |sitting |up |here |out )*(?:on|at|by|near|over) (?:the |a |an |my |top of |edge of |side of |wrong )+(?:bridge|roof|rooftop|ledge|edge|tracks|platform|railing|cliff|balcony|window|overpass)(?: {_w(8)}(?:jump|looking down|over|end|letting go|let go|step|courage|ready|goodbye|done|train|drop))"),
    rule("goodbye_note", _S, _I, "note|letter|goodbye|will |video", rf"(?:wrote|written|writing|write|finished|drafted|leaving|left|recorded|typed|typing) {_w(4)}(?:suicide (?:note|letter)|goodbye (?:notes?|letters?|videos?|messages?)|farewell (?:notes?|letters?|messages?)|final (?:letters?|goodbyes?|note)|last (?:letters?|note)|(?:a )?(?:note|letters?) (?:to|for) (?:my (?:family|parents|mom|kids|children|wife|husband|friends|loved ones)|everyone|each of them) (?:to|for|so) {_w(3)}(?:find|after|when i am gone|know why|explain|understand why))|my (?:suicide|goodbye|farewell) (?:note|letter|video)|suicide note"),
    rule("said_goodbyes", _S, _I, "goodbye|goodbyes|farewell", r"(?:said|saying|made|say) (?:all )?(?:my|our|the) (?:final |last |silent )?(?:goodbyes|farewells)(?! (?:to|at) (?:my|the) (?:colleagues|coworkers|team|class|office|students|old|house|job|school|airport|grandma|nan|dog|cat))|say (?:my )?(?:one )?(?:final|last) goodbye(?! to (?:her|him|my (?:grand|nan|dog|cat|dad|mom)))"),
    rule("read_this_gone", _S, _I, "read this|see this|get this|find this|found", r"(?:by the time|when) (?:you|they|anyone|someone|my \w+) (?:read|reads|see|sees|get|gets|find|finds) this (?:, )?i (?:will|am|may|might) (?:be )?(?:gone|dead|not be|already)|(?:who|they|someone|she|he|my \w+) (?:will|is going to) (?:be the one to )?find (?:my body|me (?:dead|hanging))|find my body"),
    rule("all_ready", _S, _I, "ready|set|date|plan|place|spot|method|decided", rf"(?:i have |i |have )?(?:picked|chosen|set|chose|got|have) (?:a|the|my) (?:date|day|spot|place|method|time) (?:to (?:die|end|do it|go|kill)|for (?:it|my death|my suicide|ending|when i (?:die|go))|picked out to)|my (?:death|suicide|exit) (?:date|plan|day)|(?:a |the )plan to (?:die|end (?:it|my)|kill myself)|i know (?:exactly )?(?:how|when|where) (?:i am going to|i will|i would|i want to) (?:die|do it|kill|end|go through)|(?:know|figured out|worked out|planned) (?:exactly )?how i (?:would|will|am going to|want to) (?:die|do it(?= [.,])|kill|end (?:it|my))"),
    rule("recent_attempt", _S, _I, "tried|attempt|overdosed|survived|hospital|cut my|hang|jumped", rf"(?:i |i have |i had )(?:tried|attempted) (?:to )?(?:{SELF_ACT}|die|end it|overdose|it) {_w(4)}(?:last (?:night|week|month|weekend|sunday|monday|tuesday|wednesday|thursday|friday|saturday)|yesterday|today|this (?:morning|week|month|weekend)|earlier|(?:a few|two|three|couple of|2|3|several) (?:days|weeks) ago|(?:a|last) (?:week|month) ago|(?:two|2) months ago|recently|days ago|weeks ago|an hour ago)|(?:last (?:night|week|weekend|month)|yesterday|this (?:morning|week)|today|two weeks ago|recently) i (?:tried|attempted) (?:to )?(?:{SELF_ACT}|die|end it)|recent (?:suicide )?attempt|i (?:am in|was in|just got out of|got out of|am back from|left|came out of) (?:the )?(?:hospital|er|psych ward) (?:after|because|for|since) {_w(4)}(?:attempt|overdos|tried to (?:kill|end)|suicid)", speaks_of_past=True),
    rule("almost_did", _S, _I, "almost|nearly|came close|about to|stopped me|stopped myself", rf"(?:i )?(?:almost|nearly|about) (?:did it|went through with it|{SELF_ACT}|jumped|ended (?:it|my life)|killed myself|took (?:them all|all)|swerved|let go|stepped (?:off|out|in front)|drove (?:off|into)) (?:{_w(5)}(?:last|yesterday|today|this|tonight|earlier|on the way)|(?=[.,]))", idiom_prone=True, speaks_of_past=True),
    # Past attempts
    rule("past_attempt", _S, _E, "tried|attempt|overdosed|survive|killed myself", rf"i (?:have |had |once |did |already )*(?:tried|attempted|try) (?:to |and failed to )?(?:{SELF_ACT}|die)(?! (?:work|to quit))|i (?:have |had |once )*(?:tried|attempted) (?:it |this )(?:before|once|twice|three times)(?= [.,])|i overdosed(?! on (?:chocolate|coffee|caffeine|sugar|cute|netflix|turkey|pizza|candy|food|tv|news|carbs|cake|cheese|self))|(?:my|a|an|the|after|since|another|third|second|first|last|previous|past|failed|two|three) (?:\w+ )?(?:suicide attempts?|attempt on my (?:own )?life|attempts? to (?:kill myself|end my life|die))|my (?:last |first |second |previous |failed |third )?attempts? (?:failed|at suicide|when i was|years ago|{_w(2)}(?:hospital|did not work))|i (?:survived|failed) (?:a |my |an |at )?(?:suicide|attempt|killing myself|dying)|i attempted(?= [.,]| (?:when i|at|back|in|last|a few|again|once|twice|before))|i (?:jumped|hanged|hung) (?:myself|off a bridge)", speaks_of_past=True),
    # Active thoughts
    rule("act", _S, _E, "myself|my |all|off |front|under|into|gun|bullet|bus|out |overdos|kill me|trigger|permanent|commit|delet", rf"(?:{SELF_ACT.removesuffix('|suicide')})", idiom_prone=True),
    rule("suicidal", _S, _E, "suicidal", r"(?:i am|i feel|i felt|feel|feeling|feelings|i have been|being|been|becoming|getting|me|still|have|having|had|am|bit|little|actively|passively|extremely|of|my|are|with|got|more|and|or) (?:[^ .]+ ){0,2}suicidal|suicidal (?:thoughts?|ideations?|ideas?|feelings?|urges?|impulses?|tendenc\w+|thinking|mood|again|today|tonight|rn|now|and|but|because|since|for|i)|(?<=[.,] )suicidal(?= [.,])"),
    rule("thinks_suicide", _S, _E, "suicide", rf"(?:think(?:ing|s)?|thoughts?|thought|consider(?:ing|ed)?|contemplat\w+|fantasi\w+|dream(?:ing)?|daydream\w*|google?d?|googling|research\w*|looking up|looked up|reading up|obsess\w+|plan(?:ning|ned)?|option|options|idea|ideas|about|want|tempted|temptation|close|closer|drawn|turn(?:ing)? to|lean(?:ing)? towards?|call(?:ing)? me|feel(?:s)? like) {_w(4)}suicide(?! (?:prevention|awareness|squad|hotline|rates?|statistics|by cop scene|risk|training|bomb\w*|loss|survivors|door|note scene))|suicide {_w(4)}(?:on my mind|in my (?:head|mind)|only (?:option|way|answer|thing|choice|solution)|way out|the answer|an option|seems|sounds|looks|crossed my mind|crosses my mind|appealing|tempting|for me|plan|method|a solution|makes sense)|commit suicide|(?<=[.,] )suicide(?= [.,])"),
    rule("method_search", _S, _E, "way|ways|dose|many|painless|lethal|fatal|hurt to|long does|easiest|quick", rf"(?:painless|quick|quickest|easy|easiest|best|peaceful|least painful|fast|fastest|surest|most painless|good|reliable|foolproof|different|less painful) (?:and \w+ |, \w+ )*(?:way|ways|method|methods) (?:to|of|for) (?:die|dying|go(?= [.,])|kill|killing|end (?:it|my|your|yourself|one|a life)|suicide|commit|end it all|death)|ways to (?:die|kill (?:myself|yourself|oneself)|commit suicide|end (?:my|your) life)|how (?:many|much) {_w(5)}(?:pills?|tablets?|medication|tylenol|paracetamol|insulin|xanax|ibuprofen|aspirin|sleeping pills|it) {_w(3)}(?:to (?:die|kill|overdose|be lethal|be fatal|od|end)|would (?:kill|it take to die|be fatal|it take to kill)|(?:is|are|would be) (?:lethal|fatal|deadly|too many|enough))|(?:lethal|fatal|deadly) (?:dose|amount|dosage|combination)|how (?:much|long|badly|quickly|painful) (?:does|would|is|will) (?:it|hanging|drowning|dying|jumping|bleeding|an overdose|overdosing) {_w(4)}(?:die|hurt to die|to die|death|bleed out|take(?= [.,]))|does (?:hanging|drowning|dying|jumping|overdosing|it) hurt (?:to die|when you die)|how (?:to|do (?:i|you|people)) (?:die|kill (?:myself|yourself|oneself|themselves)|commit suicide|hang (?:myself|yourself)|tie a noose|end (?:it all|your life|my life|one s life))|would it hurt to die|which (?:bridge|building|pills)"),
    rule("cannot_stay_safe", _S, _I, "safe|trust myself|alone with|stop myself|urge", r"(?:can not|could not|do not|not sure i can|not think i can|unable to) (?:keep myself safe|trust myself (?:tonight|alone|right now|with|around|not to|to be alone|to stay|anymore)|stay safe(?: (?:tonight|much longer|anymore|on my own))?|stop myself (?:this time|anymore|tonight|from (?:doing it|jumping|ending|dying))|fight (?:the urge|it|the urges|these thoughts|the thoughts) (?:anymore|any longer|much longer|tonight))|i am not safe (?:with myself|from myself|tonight|alone|by myself|on my own)|a danger to myself|nothing (?:is )?(?:left )?(?:stopping|to stop|holding|keeping) me (?:from doing it|here|anymore|now|alive|from ending)", negatable=False),
    rule("do_it_talk", _S, _E, "do it|go through with|courage|guts|nerve|brave", rf"(?:courage|guts|nerve|brave enough|strong enough|bravery|coward|balls|scared|afraid|chicken|weak) {_w(3)}to (?:do it|end it|go through with it|end things|go(?= [.,])|jump|pull the trigger|die|actually die|follow through with it)(?! at work)(?= [.,]| and| but| so| i| this| tonight| now)"),
    rule("die_now", _S, _E, "let me die|want to die now|dying tonight|die tonight|die today", r"(?:let|make) me die|(?:want|going|ready|need|have|like) to die (?:tonight|today|now|right now|this)|die tonight|dying tonight|i (?:will|am going to|shall) die (?:by|on my own|tonight)|i choose death|ready to (?:die|go|leave this world|be done with life|meet my maker|go home to god|let go of life)(?= [.,]| and| i)", idiom_prone=True),
)
