"""How the embedded engine reads text: support moves, seeker states and response changes, by authored rules.

English only (`language.require_english`). Every reading is a pure function of the text, cached by it.
"""
