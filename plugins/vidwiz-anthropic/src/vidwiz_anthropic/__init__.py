"""VidWiz plugin for the models of Anthropic."""
