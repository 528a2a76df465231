"""What the JSON API and the pages share.

Who is asking (`auth`, `admin_tokens`), bodies, transactions, presenters, replies, error answers,
rate limits, request ids, headers that every answer has, and what is believed of proxies.
"""
