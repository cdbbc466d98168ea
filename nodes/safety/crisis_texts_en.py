"""What is said in a crisis, in English? Short, plain, kind; it asks directly, says it is an AI, and promises nothing.

`{reach}` is a sentence that names the region's line (nothing where none is known); `{emergency}` is the local
emergency number, or those words where the region is unknown; `{police}` likewise.
"""

from conversation.seeker import RiskKind

REACH = "You can {line}; people there listen to this every day."
REACH_ANY_HOUR = "You can {line}, day or night; people there listen to this every day."

SUICIDE_CONCERN: tuple[str, ...] = (
    "Thank you for putting that into words. I would like to ask you something plainly, because it matters: are "
    "you having thoughts of suicide? Whatever the answer is, you can say it here. I am an AI, so I cannot tell "
    "from your face or your voice; that is why I ask.",
    "What you wrote makes me want to ask directly rather than guess: are you thinking about suicide? You will "
    "not be judged for a yes, a no, or something in between. I am an AI, and all I can go by is what you write "
    "to me.",
    "Before we go on, one direct question. When you say this, do you mean that you are thinking of suicide? I am "
    "an AI and may be misreading you; if so, tell me. If not, I would like to hear about it.",
    "I want to stay with what you just said. Sometimes these words mean being worn out, and sometimes they mean "
    "thoughts of suicide. Which is nearer for you: are you thinking of suicide? I am an AI, so I am asking "
    "instead of assuming.",
)

SUICIDE_ELEVATED: tuple[str, ...] = (
    "Thank you for telling me. That is a heavy thing to carry, and I am taking it seriously. I am an AI, so I "
    "want to ask plainly: are you thinking of suicide right now, and do you feel you might act on it today? "
    "{reach} If you feel you may act on it, call {emergency} or go to someone who can be with you.",
    "I am glad you said this and did not keep it to yourself. May I ask directly: how close are the thoughts of "
    "suicide right now, and do you think you might act on them today? I am an AI and cannot see how you are. "
    "{reach} If you are in danger now, {emergency} is the number to call.",
    "I hear how bad this has become, and I am not going to talk around it. Are you thinking of ending your life "
    "by suicide today, or is it a thought that comes and goes? I am an AI; a person can do more than I can. "
    "{reach} In danger, call {emergency}.",
)

SUICIDE_IMMINENT: tuple[str, ...] = (
    "I am taking this very seriously. Please call {emergency} now, or ask someone near you to call. {reach} If "
    "there is anything close to you that you could use to hurt yourself, move away from it, or go to where "
    "another person is. I am an AI, so I cannot send anyone. Are you thinking of acting on suicide right now, "
    "and is anyone with you?",
    "What you describe sounds as if your life is in danger, and I do not want you alone with it. Please call "
    "{emergency}, or go to someone and say: I am thinking of suicide and I need you with me. {reach} Put "
    "distance between you and what you could use. I am an AI and cannot call for you. Are you going to act on "
    "suicide now, and who is nearest to you?",
    "Please stop for a moment here with me. You may be about to act on suicide, and the next minutes matter "
    "most: move away from whatever you would use, and call {emergency}. {reach} I am an AI; a person beside you "
    "is what helps now. Are you thinking of suicide this very moment, and can you get to where someone is?",
)

UNREAD: tuple[str, ...] = (
    "I could not read your last message properly, and I would rather be too careful than miss something. I am an "
    "AI. Are you safe right now, or are you having thoughts of suicide? {reach} If you or someone else is in "
    "danger, call {emergency}.",
    "Something went wrong on my side and I cannot be sure what you wrote. I am an AI, so let me ask plainly: are "
    "you thinking of suicide, or is anyone in danger? {reach} If so, call {emergency} now.",
)

THIRD_PARTY_NOW: tuple[str, ...] = (
    "This sounds as if a life is in danger now. Please call {emergency} at once and say where the person is, or may "
    "be; if you do not know, say so, they can search. If you are with them and it is safe for you, stay, and move "
    "what could be used away from both of you. {reach} I am an AI and can call no one. Do you know where they are? "
    "Is someone with you? And you yourself, are you thinking of suicide too?",
    "Please do not wait to be sure: call {emergency} now, and tell them what you told me. Then call somebody who is "
    "close to them. If you can reach them, keep them talking, and keep whatever could be used out of reach. {reach} I "
    "am an AI and cannot send anyone. Have you called? Are you safe, and have you thoughts of suicide yourself?",
)
THIRD_PARTY: tuple[str, ...] = (
    "You are worried about someone's life, and it matters that you noticed. Asking them plainly does not put the "
    "idea in their head: you can say, are you thinking of suicide? If they may act on it now, stay with them if "
    "you can, and call {emergency}. {reach} That line is for you too. I am an AI. What have they said, and are "
    "they with someone now? And how is it for you: are you having thoughts of suicide yourself?",
    "That is frightening to hear from someone you care about. You do not have to carry it alone. You can ask "
    "them directly about suicide, listen, and bring in another person they trust; in danger, call {emergency}. "
    "{reach} I am an AI and know only what you tell me. Are they safe at this moment? And are you, or is some of "
    "this about your own thoughts of suicide?",
)

FIRST: dict[RiskKind, tuple[str, ...]] = {
    RiskKind.SELF_HARM: (
        "Thank you for trusting me with that. Hurting yourself often has a reason, and I am not here to tell you "
        "off. I am an AI. Are you hurt now in a way that needs care? If a wound is deep or will not stop "
        "bleeding, call {emergency}. {reach} And one plain question, because I would rather ask: are you also "
        "having thoughts of suicide?",
        "I am glad you told me instead of hiding it. First: are you injured at this moment? If so, please see to "
        "that, and call {emergency} if it is deep. {reach} I am an AI, so I need to ask: is this to get through "
        "the day, or are you also thinking of suicide?",
    ),
    RiskKind.HARM_TO_OTHERS: (
        "It took something to say that. Anger can be as strong as this, and it is the next step that matters. I "
        "am an AI. Please put distance between you and them now, and between you and anything you could use. If "
        "you think you may hurt someone, call {police}. {reach} Are you near them right now? And are you safe "
        "yourself, or are you thinking of suicide?",
        "I hear how far this has gone. Please do not go to them; go to another room, or outside, and put down "
        "whatever is in your hands. If you may act on it, call {police} before you do. {reach} I am an AI and "
        "cannot judge this from here. Do you think you might hurt someone today, or yourself?",
    ),
    RiskKind.ABUSE: (
        "I am sorry that this is happening to you. Nothing you did makes it all right to hurt you. I am an AI. "
        "Are you safe at this moment, and is the person near you? If you are in danger, call {police}. {reach} "
        "If your phone may be looked at, you can clear this conversation. You decide what happens next; I will "
        "go at your pace.",
        "Thank you for telling me. What was done to you is not your fault. I am an AI, and first I would like to "
        "know: are you safe where you are now? In danger, call {police}. {reach} If someone checks your phone, "
        "take care where you leave this open.",
    ),
    RiskKind.CHILD_ABUSE: (
        "Thank you for telling me; that is not an easy thing to say. A child who is being hurt has done nothing "
        "to deserve it. I am an AI. Is the child, or are you, safe right now? In danger, call {police}. {reach} "
        "A teacher, a doctor or another adult you trust can also be told, and should be. Who might that be?",
        "What you describe should not happen to any child. If it is happening to you, it is not your fault. I am "
        "an AI and cannot send help myself, so please: in danger, call {police}. {reach} Is anyone in danger at "
        "this moment? And which grown-up outside this could be told today?",
    ),
    RiskKind.PSYCHOSIS: (
        "That sounds frightening, and exhausting to live with. I am an AI and I cannot know what is behind it, "
        "but I can hear how real it is for you. Are you safe right now, and is anything telling you to hurt "
        "yourself or somebody else? If it is, call {emergency}. {reach} Is there someone you trust who could be "
        "with you today, and a doctor you could tell?",
        "Thank you for telling me about it. I am an AI; I do not see what you see, and I will not argue with you "
        "about it. I do care whether you are safe. Do you feel you might be hurt, or might hurt someone? Then "
        "call {emergency}. {reach} When did you last sleep, and who near you could sit with you and help you see "
        "a doctor soon?",
    ),
    RiskKind.EATING: (
        "Thank you for saying that; it is often kept hidden. I am an AI, so I will ask plainly: have you "
        "fainted, or felt your heart race or your chest hurt? Then a doctor should see you today, and in an "
        "emergency call {emergency}. {reach} Who, if anyone, knows how eating has been for you? And have there "
        "been thoughts of suicide?",
        "I am glad you put it into words. Food can become a place where a great deal of pain goes. I am an AI. "
        "If you feel faint or your heart is beating strangely, please see a doctor today, or call {emergency}. "
        "{reach} How long has it been like this, and has it ever come with thoughts of suicide?",
    ),
    RiskKind.OVERDOSE: (
        "Please call {emergency} now, even if you feel all right: some of these things harm slowly. {reach} Say "
        "what was taken, how much and when, and keep the packet at hand. Do not stay alone; go to someone or "
        "unlock the door. I am an AI and cannot call for you. Have you called, and is anyone with you? Was it "
        "meant as suicide?",
        "This is an emergency, and it can be treated. Call {emergency} this minute and tell them what was taken. "
        "{reach} Do not wait to see how you feel, and do not be alone. I am an AI; I can stay here while you "
        "call. Are you able to call right now? Were you thinking of suicide?",
    ),
    RiskKind.MEDICAL: (
        "That may be a medical emergency. Please call {emergency} now, or have someone call, and do what they "
        "tell you. I am an AI and cannot examine anyone or send help. Is someone with you who can call?",
        "Please do not wait on me: call {emergency} at once and describe exactly what you told me. I am an AI. "
        "While you wait for help, stay with the person, or have somebody stay with you. Are you calling?",
    ),
}

HEARD_CONCERN: tuple[str, ...] = (
    "Thank you for answering me. I take it as you say it. The question stays open: if it is ever different, you can "
    "tell me here. What would you like to talk about now?",
    "Thank you; it helps me to know. You can come back to that question whenever you want, and I will not press it. "
    "Where would you like to go on?",
    "I hear your answer, thank you. It does not close the door: you can say something else another day. What is most "
    "on your mind at the moment?",
)

HEARD: tuple[str, ...] = (
    "Thank you for answering; I hear your no. The question stays open, and you can come back to it whenever you "
    "want. I am an AI and cannot see how you are, so one thing before we go on: do you feel safe tonight?",
    "I hear that, and thank you for telling me plainly. If it changes, you can say so here at any time. Then only "
    "this, and we can turn to whatever you like: do you feel safe where you are?",
    "Thank you for the answer. I will take you at your word, and the question stays open for another time. Before "
    "we go on: do you feel safe for the rest of today?",
)

HEARD_OTHERS: tuple[str, ...] = (
    "Thank you for putting that right. I hear that you are not going to hurt anyone; feeling hurt and angry is another "
    "thing, and there is room for it here. If it changes, you can tell me. Then only this: do you feel safe yourself?",
    "I hear you: it was said from how it feels, and it is not what you mean to do. Thank you for saying so. You can "
    "come back to this if it shifts. Before we go on: do you feel safe where you are?",
    "Thank you; I take that as you say it. What is behind it still counts, and we can talk about it. One thing first: "
    "do you feel safe at the moment?",
)

HEARD_IMMINENT: tuple[str, ...] = (
    "Thank you for answering; I hear your no. After what you wrote before, I would rather be too careful. {reach} If "
    "it comes back, call {emergency}, and keep away from anything that could do harm. I am an AI, so I have to ask: do "
    "you feel safe right now?",
    "I hear that, and I am glad you said it. It was very close a moment ago, so please be where another person is. "
    "{reach} In danger, call {emergency}. Do you feel safe as you write this?",
    "Thank you for telling me. A no can be true and still need company. {reach} {emergency} is there if it turns. Do "
    "you feel safe for the next hours?",
)

LISTEN: tuple[str, ...] = (
    "I am here, and you can tell it in any order. What has made it so hard that it has come to this? And have "
    "you thought about how you would do it?",
    "I would like to understand before anything else. What is the worst of it right now? And do you have a plan "
    "for how or when?",
    "Take your time. What happened today that brought this so close? Tell me too whether you have made a plan.",
)

LISTEN_CONCERN: tuple[str, ...] = (
    "You do not have to answer my question now; it stays open, and you can come back to it whenever you want. "
    "Tell me more about what has been weighing on you.",
    "It is all right to leave that question for the moment. I am listening to the rest as well: what has been hardest?",
    "We can come back to what I asked. What would you most like me to understand about how things are for you?",
)

LISTEN_OTHER: tuple[str, ...] = (
    "I am listening. Tell me as much or as little as you like: what happened, and how are you at this moment?",
    "You can go slowly. What is the part of this that weighs most right now?",
    "Thank you for staying in this conversation. What would you want someone to understand about it?",
)

LISTEN_HARMED: tuple[str, ...] = (
    "I am listening, at your pace. Are you safe at this moment, and what has happened since you last wrote?",
    "None of this is your fault, however it is put to you. Are you safe where you are now? You can tell as much or as "
    "little as you like.",
    "I believe that this is hard to say. How is it at this moment: are you safe, and is the person near?",
)

DANGER: tuple[str, ...] = (
    "If the person is near you, getting to a safer place comes first: a door that locks, a way out, a neighbour. Call "
    "{police} as soon as you can; if you cannot speak, call all the same and leave the line open. Can you get to where "
    "they are not?",
    "You know that place better than I do. Is there a room with a way out, away from anything that could be used to "
    "hurt you? Call {police} the moment you can, or have someone call for you. Is the person still near?",
)

PEOPLE: tuple[str, ...] = (
    "You should not be alone with this. Who is a person you could have beside you today, or ring now? You could "
    "write them just this: it is bad, can you come. I am an AI; they can sit with you, and I cannot.",
    "Is there someone who would want to know: a friend, a relative, a neighbour, a doctor? If the words are "
    "hard, you can show them what you wrote here. Who comes to mind first?",
    "Let us think of one person together. Not the perfect one, only someone who would pick up. Who might that "
    "be, and could you reach them in the next few minutes?",
)

MEANS: tuple[str, ...] = (
    "These moments rise and they pass, and distance helps them pass. Is there anything near you that you could "
    "use? Please give it to someone, lock it away, or leave the room. If you cannot, call {emergency}.",
    "Please put space between yourself and what you would use: another room, another person's hands, out of the "
    "house. Is it still within reach? If you cannot get away from it, call {emergency}.",
    "One thing that is known to save lives is distance. What would have to be moved, and who could take it? "
    "Until then, please go where somebody is; {emergency} will come if you call.",
)

LINE: tuple[str, ...] = (
    "I would like you to talk to a person who does this work. {reach} You need not be ready or know what to say: "
    "you can begin with, I am not safe. If it gets sharper, call {emergency}. Would you call now, with me here?",
    "A voice can do what text cannot. {reach} And {emergency} is there if you may act. What makes it hard to "
    "call, if something does?",
    "Could we make one call the next step? {reach} You can hang up whenever you wish. In danger, {emergency}. "
    "What would you want them to know first?",
)

STAY_OPEN: tuple[str, ...] = (
    "I am still here.",
    "I am reading every word.",
    "We can keep going, line by line.",
    "Thank you for still writing.",
    "You have stayed with this conversation, and that counts.",
    "There is no hurry in here.",
    "I have not gone anywhere.",
    "Let us take only the next few minutes.",
)

STAY_CORE: tuple[str, ...] = (
    "What you told me has not stopped mattering.",
    "Nothing has to be solved tonight; getting through the next hour is enough.",
    "I am an AI, so I keep asking about the people around you, because they can be beside you and I cannot.",
    "Feelings this strong do change, even when it does not seem so from inside.",
    "It can help to be where another person is, even without talking.",
    "A glass of water, a blanket, a lamp on: small things are allowed to help.",
    "If it rises again, {emergency} is there at any minute.",
    "You are allowed to ask for more help than you think you need.",
)

STAY_ASK: tuple[str, ...] = (
    "How strong is it now, compared with when you first wrote?",
    "Where are you at this moment, and is someone near?",
    "What did the person you thought of say, or what stopped you reaching them?",
    "Are you still away from what you could use?",
    "What would make the next hour a little safer?",
    "Have the thoughts of suicide changed since we began?",
    "What do you need most right now: to talk, to rest, or company?",
    "Could you call someone while we write?",
)

STAY_URGENT: tuple[str, ...] = (
    "Have you called {emergency}? Please call now if you have not; I can wait here.",
    "Is someone with you yet? Unlock the door for whoever is coming, and stay awake if you can. If nobody has called "
    "{emergency} so far, please do that first.",
    "Tell the people at {emergency} exactly what you told me. What did they say?",
    "Please do not wait for it to get worse before you call {emergency}. Can you press call at this moment?",
    "Keep whoever is there close by until help comes. If anything changes, tell {emergency} at once. Is anything "
    "changing?",
    "If you cannot call {emergency}, go to a neighbour, or out where people are, and say you need help. Can you do "
    "that?",
)
