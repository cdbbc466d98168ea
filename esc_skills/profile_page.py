"""How is a seeker shown to a person? As a page, the part that the seeker never says clearly marked."""

from conversation.profile import Profile


def page(profile: Profile) -> str:
    """The profile as Markdown. It holds the hidden intention: it is for people, never for analyst or supporter."""
    person, story = profile.persona, profile.story
    parts = [
        f"# {person.name or 'A seeker without a name'}, {person.age}, {person.occupation or 'occupation not told'}",
        f"`{profile.id}`, {profile.split.value}, {profile.locale}, {profile.source}, {profile.licence}",
        person.background,
        f"*Writes:* {person.speech_style}" if person.speech_style else "",
        f"## What happened ({story.scenario.value.replace('_', ' ')})",
        story.background,
        _listed(story.timeline),
        story.difficulty,
        "## First message",
        f"> {_quoted(profile.opening)}",
        "## Hidden: for seeker and judge alone",
        "*The seeker never says this, and no supporter, analyst or proposer may read it.*",
        f"- intention: {profile.intention.value}\n- character: {profile.character.value}",
        f"> {_quoted(profile.hidden)}",
        _listed([f"level {d.level}: {d.text}" for d in story.disclosures]),
        f"*Did well:* {'; '.join(story.efforts)}" if story.efforts else "",
        f"*Takes well:* {', '.join(profile.likes).replace('_', ' ')}" if profile.likes else "",
        f"*Takes badly:* {', '.join(profile.triggers).replace('_', ' ')}" if profile.triggers else "",
        f"*Presses for agreement with, where agreement harms:* {profile.harmful_claim}"
        if profile.harmful_claim
        else "",
        f"**For language models only:** {profile.unplayable}." if profile.unplayable else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _listed(lines: tuple[str, ...] | list[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _quoted(text: str) -> str:
    return text.replace("\n", "\n> ")
