"""The icons of the package heroicons, each drawn once: a page has dozens of them."""

from functools import lru_cache

from django import template
from heroicons.templatetags import heroicons

register = template.Library()
register.simple_tag(lru_cache(200)(heroicons.heroicon_mini), name="heroicon_mini")
register.simple_tag(lru_cache(200)(heroicons.heroicon_outline), name="heroicon_outline")
