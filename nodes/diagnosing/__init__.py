"""What lies behind `nodes/diagnosis.py`? Findings held against each other, episode by episode."""
