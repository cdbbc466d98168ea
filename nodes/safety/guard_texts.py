"""What does the guard say in its own name? The AI notice, and brief replies for when no safe draft could be had."""

NOTICE = {
    "en": (
        "You are writing with an AI, not with a person. It can listen and think along with you; it is not therapy, "
        "and it can be wrong. If you are in danger, call your local emergency number."
    ),
    "zh": (
        "你正在和一个AI对话，不是真人。它可以倾听，也可以陪你一起想，"
        "但它不是心理治疗，也会出错。如果你有危险，请拨打当地的急救或报警电话。"
    ),
}

FALLBACK = {
    "en": (
        "I would rather not guess at this. Could you tell me a little more about what is hardest for you right now?",
        "Let me slow down, so that I hear you properly. What part of this stays with you most?",
        "I want to be sure I understand before I say more. What happened, as you see it?",
        "Thank you for telling me this. What would you most like me to understand about it?",
        "I am still with what you wrote. How is it for you at this moment?",
        "I do not have good words for this yet, and I would like to keep listening. What else belongs to it?",
        "What you wrote deserves more than a quick answer. Where would you like to begin?",
        "May I ask one thing first: what do you need most from this conversation today?",
    ),
    "zh": (
        "我不想靠猜来回应你。能再跟我说说，现在最难的是哪一块吗？",
        "我先放慢一点，好好听你说。这里面哪一部分一直在你心里？",
        "在多说之前，我想先确认我听懂了。在你看来，发生了什么？",
        "谢谢你告诉我这些。你最希望我明白的是什么？",
        "我还在想你写的话。你此刻感觉怎么样？",
        "我一时还没有合适的话，想继续听你说。还有什么是跟这件事连在一起的？",
        "你写的这些，值得慢慢回应。你想从哪里开始说？",
        "我想先问一件事：今天这段对话里，你最需要的是什么？",
    ),
}
