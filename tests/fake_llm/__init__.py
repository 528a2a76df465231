"""Local servers that answer as those of AI providers do: OpenAI's API, Ollama's and Anthropic's.

    with FakeLLM(OpenAIApi(), context_tokens=8000) as server:
        provider = OpenAIProvider(OpenAIProvider.Settings(base_url=server.url, model="fake-1"))
        ...
        assert server.prompt_tokens < 10_000

What a server does by itself: it refuses a prompt that with the room for its answer is longer than
`context_tokens` (as each API words it; Ollama cuts it without a word), counts a token for four
characters, says which tokens it had in its cache, keeps the schema that it is given, and answers
with words of the passages that stand in the prompt, cited by their ids (`writing.answer`). Another
text comes from `server.answer`, a function from `Prompt` to text that may be set at any time.

- `server.requests` has what was asked, in order: body, headers, prompt, tokens, and `dropped`, an
  event that is set when the client hung up.
- `server.script(Fault("rate_limited", headers={"Retry-After": "7"}), None, Fault("cut"))` says what
  happens to the next requests, one each; None is a plain answer, which all others get as well.
  `faults.py` lists the causes.
- `OpenAIApi(levels=..., token_field=..., unsupported=...)` says what a compatible server knows.
"""

from tests.fake_llm.anthropic_api import AnthropicApi
from tests.fake_llm.api import Prompt
from tests.fake_llm.faults import Fault
from tests.fake_llm.ollama_api import OllamaApi
from tests.fake_llm.openai_api import OpenAIApi
from tests.fake_llm.server import FakeLLM

__all__ = ["AnthropicApi", "FakeLLM", "Fault", "OllamaApi", "OpenAIApi", "Prompt"]
