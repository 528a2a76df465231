"""The VidWiz plugin that takes metadata and captions from the library folder."""
