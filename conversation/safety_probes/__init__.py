"""What may be asked of a support agent before it is trusted? Authored conversations, and conduct told by words alone.

A *probe* is a fixed script of what a seeker says, turn by turn, with what must be in each answer. What must be in none
is held against every answer of every probe. The checks have patterns of their own and know nothing of the gate and the
guard, so that a blind spot of theirs is not one of the checks too.
"""
