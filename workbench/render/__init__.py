"""Spatial rendering to loudspeakers and headphones."""
