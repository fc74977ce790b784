"""Titles made of pieces of those that people type."""

from hypothesis import strategies as st

WORDS = """senior junior lead principal chief head intern sr jr manager engineer developer dev devs
    tech techs data nurse nurses rn bsn pm qa hr i ii 3 of and for the contract remote temp c++ c#
    .net net/web ux/ui men women driver's drivers' classes boxes companies sales operations level
    entry-level mid-level administrator analytics vp mgrs executive chef generation tier (remote)
    [temp] L'Oréal r&d | - / , & : @ – . ! ? '""".split()
typed = st.lists(st.sampled_from(WORDS)).map(" ".join)
