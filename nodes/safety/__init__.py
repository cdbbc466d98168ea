"""What keeps a conversation safe: rules, resources and texts that evolution may not edit.

Everything here is authored data and the plain reading of it. No skill, model or run can change it.
"""
