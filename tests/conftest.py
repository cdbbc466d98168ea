"""What all tests share: no model of the developer's environment, and fakes for nothing."""

import os

for _name in [name for name in os.environ if name.startswith(("ESC_SKILLS_", "OPENAI_", "LANGSMITH_", "LANGCHAIN_"))]:
    del os.environ[_name]
