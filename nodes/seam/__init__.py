"""What lies behind `nodes/chat.py`? How an endpoint is asked, retried, parsed, charged and recorded."""
