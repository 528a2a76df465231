"""The files of a new plugin, made from the templates."""

from __future__ import annotations

import importlib.resources
from dataclasses import dataclass
from string import Template
from typing import TYPE_CHECKING

from vidwiz import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROLES = {
    "metadata-fetcher": ("vidwiz.metadata_fetchers", "MetadataFetcher"),
    "transcript-fetcher": ("vidwiz.transcript_fetchers", "TranscriptFetcher"),
    "llm-provider": ("vidwiz.llm_providers", "LLMProvider"),
}
_METHODS = {"metadata-fetcher": "fetch_metadata", "transcript-fetcher": "fetch_transcript"}
_OF_A_ROLE = {
    "metadata-fetcher": ("MetadataFetcher", "VideoMetadata"),
    "transcript-fetcher": ("Segment", "Transcript", "TranscriptFetcher"),
}
_ORDERS = {
    "metadata-fetcher": "VIDWIZ_METADATA_FETCHERS",
    "transcript-fetcher": "VIDWIZ_TRANSCRIPT_FETCHERS",
    "llm-provider": "VIDWIZ_LLM_PROVIDER",
}
_LONGEST_SITE = 20


@dataclass(frozen=True, slots=True)
class NewPlugin:
    """What is to be written: the provider's name and its roles, in the order of `ROLES`."""

    name: str
    roles: Sequence[str]

    @property
    def distribution(self) -> str:
        """What is installed, and what the folder is called."""
        return f"vidwiz-{self.name}"

    @property
    def package(self) -> str:
        """What is imported."""
        return self.distribution.replace("-", "_")

    @property
    def is_provider(self) -> bool:
        """Whether it writes texts; else it fetches."""
        return "llm-provider" in self.roles

    def files(self) -> dict[str, str]:
        """Return the content of each file by its path in the distribution's folder."""
        module, values = ("provider" if self.is_provider else "fetcher"), self._values()
        source = f"src/{self.package}"
        return {
            "setup.cfg": _filled("setup.cfg", values),
            "pyproject.toml": _filled("pyproject.toml", values),
            "README.md": _filled("README.md", values),
            f"{source}/__init__.py": _filled("init.py", values),
            f"{source}/{module}.py": _filled(f"{module}.py", values),
            f"{source}/py.typed": "",
            "tests/test_contract.py": _filled(f"test_{module}.py", values),
        }

    def _values(self) -> dict[str, str]:
        words = self.name.split("-")
        camel = "".join(map(str.capitalize, words))
        kind = "Provider" if self.is_provider else "Fetcher"
        values = {
            "name": self.name,
            "title": " ".join(map(str.capitalize, words)),
            "distribution": self.distribution,
            "package": self.package,
            "version": __version__,
            "prefix": f"VIDWIZ_PLUGIN_{self.name.upper().replace('-', '_')}_",
            "site": self.name.replace("-", "")[:_LONGEST_SITE],
            "host": f"{self.name}.example",
            "host_pattern": rf"{self.name}\.example",
            "module": kind.lower(),
            "class_name": f"{camel}{kind}",
            "settings_name": f"{camel}Settings",
            "roles": " and ".join(role.replace("-", " ") for role in self.roles),
            "order": "` and `".join(_ORDERS[role] for role in self.roles),
        }
        values["entry_points"] = "\n".join(
            f"{ROLES[role][0]} =\n    {self.name} = {self.package}:{values['class_name']}"
            for role in self.roles
        )
        return values | (_OF_A_PROVIDER if self.is_provider else self._of_a_fetcher(values))

    def _of_a_fetcher(self, values: Mapping[str, str]) -> dict[str, str]:
        names = {"Capability", "PluginError", "PluginInfo", "VideoRef"}
        names.update(*(_OF_A_ROLE[role] for role in self.roles))
        contracts = [f"{ROLES[role][1]}Contract" for role in self.roles]
        has_transcripts = "transcript-fetcher" in self.roles
        return {
            "setting": "LANGUAGE",
            "default": "en",
            "meaning": "the language of the videos",
            "video": f" https://{values['host']}/watch/first-video",
            "typing": "TYPE_CHECKING, ClassVar" if has_transcripts else "ClassVar",
            "type_checking": _TYPE_CHECKING if has_transcripts else "",
            "imports": "\n".join(f"    {name}," for name in sorted(names, key=str.lower)),
            "bases": ", ".join(ROLES[role][1] for role in self.roles),
            "methods": "".join(_filled(_METHODS[role], values) for role in self.roles),
            "contracts": contracts[0]
            if len(contracts) == 1
            else "(\n" + "".join(f"    {name},\n" for name in sorted(contracts)) + ")",
            "classes": "\n".join(
                _filled(
                    "contract",
                    {
                        **values,
                        "what": contract.removesuffix("FetcherContract"),
                        "contract": contract,
                    },
                )
                for contract in contracts
            ),
        }


_TYPE_CHECKING = "\nif TYPE_CHECKING:\n    from collections.abc import Sequence\n"
_OF_A_PROVIDER = {
    "setting": "MODEL",
    "default": "example-1",
    "meaning": "what is kept with each text as its maker",
    "video": "",
}


def _filled(template: str, values: Mapping[str, str]) -> str:
    folder = importlib.resources.files("vidwiz.cli.new_plugin") / "templates"
    text = (folder / f"{template}.txt").read_text(encoding="utf-8")
    return Template(text).substitute(values).rstrip("\n") + "\n"
