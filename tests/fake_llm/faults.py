"""What may happen to a request instead of a plain answer, by its cause; each API words it its way.

| cause | what happens |
|---|---|
| the keys of an API's `REFUSALS` | refused, with the status and body that this API has for it |
| html | a web page with status 200 |
| bad_gateway | a web page with status 502, as a proxy has them |
| broken_json | half of a JSON object with status 200 |
| body | `body` with `status`; when that is good and a stream is asked for, as its only part |
| no_answer | the connection is closed without a word |
| slow | the first byte comes after `seconds`, or when the server closes |
| no_choices, null, empty | an answer without an answer in it |
| length, filtered, refusal | the answer ends for that reason |
| no_usage | the tokens are not told |
| thinking | the model thinks aloud in a field of its own, then answers |
| only_thinking | the same, and then it does not answer |
| thinks_aloud | the answer begins with `<think>...</think>` |
| fenced, preamble | the answer stands in a fence, or after some friendly words |
| cut | a stream breaks off in the middle of a piece; a whole answer in the middle of its body |
| stops | a stream ends in good order before it has said that it is the end |
| error_within | a stream goes over into an error |
| endless | a stream does not end until the client hangs up |
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fault:
    """What happens to one request; `headers` are added to a refusal's."""

    cause: str
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 30.0
    body: bytes = b""
    status: int = 200
