"""How are words spelt when people write fast, upset, or around a filter?

Data only: each entry maps what is written to the plain form that rules are written against.
"""

from nodes.safety.rulebook import words

CONTRACTIONS = {
    "dont": "do not", "cant": "can not", "can't": "can not", "cannot": "can not", "wont": "will not",
    "won't": "will not", "doesnt": "does not", "didnt": "did not", "isnt": "is not", "wasnt": "was not",
    "arent": "are not", "werent": "were not", "wouldnt": "would not", "couldnt": "could not",
    "shouldnt": "should not", "havent": "have not", "hasnt": "has not", "hadnt": "had not", "aint": "am not",
    "ain't": "am not", "shan't": "will not", "im": "i am", "ive": "i have", "ill": "i will", "youre": "you are",
    "theyre": "they are", "theyd": "they would", "hes": "he is", "shes": "she is", "thats": "that is",
    "theres": "there is", "whats": "what is", "everyones": "everyone is", "its": "it is", "it's": "it is",
    "i'ma": "i am going to", "imma": "i am going to", "ima": "i am going to", "everyone'd": "everyone would",
    "everybody'd": "everybody would", "nobody'd": "nobody would", "one's": "one is", "everyone's": "everyone is",
    "nobody's": "nobody is", "mom's": "mom is", "life's": "life is", "y'all": "you all",
}  # fmt: skip

SPELLINGS = {
    "rists": "wrists", "rist": "wrist", "wrsts": "wrists", "anymoar": "anymore", "jst": "just", "thinkng": "thinking",
    "ben": "been",
    "wanna": "want to", "wana": "want to", "wnna": "want to", "wannna": "want to", "gonna": "going to",
    "gunna": "going to", "gona": "going to", "gotta": "have to", "finna": "going to", "tryna": "trying to",
    "myslef": "myself", "mysef": "myself", "meself": "myself", "mself": "myself", "myselfe": "myself",
    "myselff": "myself", "mysel": "myself", "maself": "myself", "himslef": "himself", "herslef": "herself",
    "killmyself": "kill myself", "killme": "kill me", "kil": "kill", "kll": "kill", "kiil": "kill",
    "klil": "kill", "kille": "kill", "kiling": "killing", "killin": "killing", "killling": "killing",
    "kms": "kill myself", "kmsing": "killing myself", "kys": "kill yourself", "ctb": "catch the bus",
    "sucide": "suicide", "suicde": "suicide", "suiside": "suicide", "suacide": "suicide", "suicid": "suicide",
    "sucicide": "suicide", "suicied": "suicide", "suicude": "suicide", "suiciede": "suicide",
    "suisude": "suicide", "suside": "suicide", "sewerslide": "sewer slide", "sewercide": "suicide",
    "sooicide": "suicide", "sui": "suicide", "suicudal": "suicidal", "sucidal": "suicidal",
    "suicidial": "suicidal", "suisidal": "suicidal", "suicdal": "suicidal", "suicidle": "suicidal",
    "suicidel": "suicidal", "sucicidal": "suicidal", "suicial": "suicidal", "suidical": "suicidal",
    "suicidual": "suicidal", "unaliveing": "unaliving", "deid": "die", "dieing": "dying", "dyeing": "dying",
    "diying": "dying", "dyin": "dying", "diee": "die", "dei": "die", "ded": "dead", "deadd": "dead",
    "dide": "died", "dided": "died", "livin": "living", "lfe": "life", "lief": "life", "lyfe": "life", "ened": "end",
    "endd": "end", "edn": "end", "endit": "end it", "comit": "commit", "committ": "commit",
    "commited": "committed", "comited": "committed", "overdosse": "overdose", "overdoes": "overdose",
    "overdosing": "overdosing", "ovedose": "overdose", "overdoze": "overdose", "pillz": "pills", "pils": "pills",
    "tabs": "tablets", "meds": "medication", "nemore": "anymore", "anymre": "anymore", "anymor": "anymore",
    "animore": "anymore", "nomore": "no more", "b": "be", "r": "are", "u": "you", "ur": "your", "n": "and",
    "&": "and", "w": "with", "bc": "because", "cuz": "because", "coz": "because", "cos": "because",
    "bcuz": "because", "becuz": "because", "tho": "though", "dnt": "do not", "dun": "do not", "donot": "do not",
    "cnt": "can not", "kant": "can not", "wnt": "want", "wont'": "will not", "watn": "want", "wnat": "want",
    "wan": "want", "wantto": "want to", "wishh": "wish", "whish": "wish", "thinkin": "thinking",
    "thikning": "thinking", "hertz": "hurts", "hurtin": "hurting", "hurtng": "hurting",
    "cuttin": "cutting", "cuting": "cutting", "burnin": "burning", "everbody": "everybody", "evryone": "everyone",
    "everone": "everyone", "evry1": "everyone", "every1": "everyone", "any1": "anyone", "no1": "noone",
    "noone": "no one", "nobdy": "nobody", "ppl": "people", "2nite": "tonight", "2night": "tonight",
    "tonite": "tonight", "tonihgt": "tonight", "2day": "today", "2moro": "tomorrow", "tmrw": "tomorrow",
    "tmr": "tomorrow", "tomorow": "tomorrow", "tommorow": "tomorrow", "4ever": "forever", "foreva": "forever",
    "4eva": "forever", "b4": "before", "disapear": "disappear", "dissapear": "disappear",
    "dissappear": "disappear", "dissapeared": "disappeared", "exsist": "exist", "exsit": "exist",
    "exhist": "exist", "worthles": "worthless", "pointles": "pointless", "hopless": "hopeless",
    "jumpin": "jumping", "hangin": "hanging", "takin": "taking", "goin": "going", "sleepin": "sleeping",
    "wakin": "waking", "mum": "mom", "mam": "mom", "mummy": "mom", "mommy": "mom", "mother": "mom",
    "father": "dad", "daddy": "dad", "bf": "boyfriend", "gf": "girlfriend", "hubby": "husband",
    "bday": "birthday", "plz": "please", "pls": "please", "thru": "through", "alot": "a lot", "til": "until",
    "till": "until", "attempt'd": "attempted", "atempt": "attempt", "attemted": "attempted",
    "atempted": "attempted", "tryed": "tried", "alright": "all right", "ok": "okay", "selfharm": "self harm",
    "self-harming": "self harm", "self-harmed": "self harm", "selfharming": "self harm",
    "selfharmed": "self harm", "s/h": "self harm", "everythings": "everything is", "og": "of", "teh": "the",
    "fo": "of", "outta": "out of", "lotta": "lot of", "oding": "overdosing", "od'd": "overdosed",
    "od'ed": "overdosed", "oded": "overdosed", "cud": "could", "wud": "would", "shud": "should", "dat": "that",
    "da": "the", "dis": "this", "wat": "what", "wut": "what", "luv": "love", "liv": "live", "hav": "have",
    "haz": "has", "waz": "was", "gud": "good", "wak": "wake", "hopeing": "hoping", "comeing": "coming",
    "liveing": "living", "bout": "about", "rn": "right now", "guna": "going to", "evry": "every",
    "evrything": "everything", "evrybody": "everybody", "wen": "when", "wif": "with", "beter": "better",
    "wit": "with", "thx": "thank you", "thanks": "thank you", "ty": "thank you", "frm": "from", "abt": "about",
    "diein": "dying", "2": "to", "jus": "just", "dem": "them", "dey": "they", "sum": "some", "sumone": "someone",
    "sumthing": "something", "nuthing": "nothing", "nothin": "nothing", "everythin": "everything",
    "somethin": "something", "yrs": "years", "yr": "year", "wk": "week", "wks": "weeks", "mins": "minutes",
    "secs": "seconds", "thort": "thought", "thot": "thought", "thawt": "thought", "thorts": "thoughts",
    "abowt": "about",
    "abaut": "about", "selv": "self", "miself": "myself", "tuk": "took", "brige": "bridge", "brij": "bridge",
    "bridj": "bridge", "tabelts": "tablets", "tablits": "tablets", "tablats": "tablets", "pilz": "pills",
    "pilss": "pills",
    "nite": "night", "nyt": "night", "sory": "sorry", "sry": "sorry", "goodby": "goodbye", "gudbye": "goodbye",
    "goodbuy": "goodbye", "enymore": "anymore", "becos": "because", "becuse": "because", "becuase": "because",
    "wot": "what", "iz": "is", "ov": "of", "sed": "said", "hert": "hurt", "porpose": "purpose", "porpus": "purpose",
    "nife": "knife", "blud": "blood", "bludd": "blood", "hospitle": "hospital", "hospitel": "hospital", "aliv": "alive",
    "alyve": "alive", "hazband": "husband", "husbend": "husband", "dorter": "daughter", "doter": "daughter",
    "burdan": "burden", "burdon": "burden", "burdin": "burden", "nobudy": "nobody", "peple": "people", "lyf": "life",
    "noos": "noose", "roap": "rope", "jumpt": "jumped", "kild": "killed", "borned": "born", "h8": "hate",
    "thinked": "thought", "overdos": "overdose", "rayzor": "razor", "rasor": "razor", "slep": "sleep",
    "wakup": "wake up", "wantd": "wanted", "gona'": "going to", "thier": "their",
}  # fmt: skip

FILLERS = words("fillers")
MASKED_WORDS = tuple(sorted(words("masked")))


_VOWELS = "aeiou"
RUN_TOGETHER = words("run_together")
"""Words that people run together when they write fast; a word that is made of three or more of them is parted."""


def _slips() -> dict[str, str]:
    """Each long word with a letter left out, neighbours swapped or a vowel misheard, where that is no word itself."""
    long_words = words("long")
    slips: dict[str, str] = {}
    for word in sorted(long_words):
        for i in range(1, len(word)):
            slips[word[:i] + word[i + 1 :]] = word
            if i < len(word) - 1:
                slips[word[:i] + word[i + 1] + word[i] + word[i + 2 :]] = word
            slips.update({word[:i] + vowel + word[i + 1 :]: word for vowel in _VOWELS if word[i] in _VOWELS})
        slips[word + word[-1]] = word
    return {slip: word for slip, word in slips.items() if slip not in long_words | words("real")}


SLIPS = _slips()
"""Slips of the keyboard in the words that matter most, made by rule."""
