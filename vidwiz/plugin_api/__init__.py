"""The plugin API: all that a plugin may import from VidWiz. This list is the contract."""

from vidwiz.plugin_api.base import API_VERSION, Capability, Plugin, PluginInfo, Secret
from vidwiz.plugin_api.errors import (
    FAILURES,
    Failure,
    Handling,
    PluginError,
    PluginUnavailableError,
)
from vidwiz.plugin_api.fetchers import (
    Chapter,
    Fetcher,
    ListedVideo,
    MetadataFetcher,
    Segment,
    Transcript,
    TranscriptFetcher,
    VideoList,
    VideoMetadata,
    VideoRef,
)
from vidwiz.plugin_api.llm import (
    Completion,
    CompletionOptions,
    LLMProvider,
    Material,
    Message,
    Passage,
    Purpose,
    Usage,
)

__all__ = [
    "API_VERSION",
    "FAILURES",
    "Capability",
    "Chapter",
    "Completion",
    "CompletionOptions",
    "Failure",
    "Fetcher",
    "Handling",
    "LLMProvider",
    "ListedVideo",
    "Material",
    "Message",
    "MetadataFetcher",
    "Passage",
    "Plugin",
    "PluginError",
    "PluginInfo",
    "PluginUnavailableError",
    "Purpose",
    "Secret",
    "Segment",
    "Transcript",
    "TranscriptFetcher",
    "Usage",
    "VideoList",
    "VideoMetadata",
    "VideoRef",
]
