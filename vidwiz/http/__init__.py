"""What the JSON API and the pages share: who is asking, transactions, errors, presenters."""
